/* Reads what programs print about gradients: the doctor's JSON, CSV, Python lists and dicts, tables and log lines.
   parse(text) -> { layers, facts, by, notes: [text], errors: [{ line, found, expected }] }; it never throws. */

import { moduleOf } from "./judge.js";

export const MOST = { bytes: 2_000_000, lines: 20_000 };
const EXAMPLE = "layer1.weight: 1.2e-09";
const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const ONE = String.raw`(${NUMBER}|[-+]?(?:nan|inf|infinity)|none|null)`;
const VALUE = new RegExp(String.raw`^(?:(?:tensor|array|(?:np|numpy|torch)\.\w+)\(\s*\[?\s*${ONE}\s*\]?\s*(?:,[^)]*)?\)|\[?\s*${ONE}\s*\]?)\.?$`, "i");
const COLUMNS = {
  name: ["layer", "layers", "name", "weights", "parameter", "param", "module"],
  signal: ["signal", "dl/dh", "∂l/∂h", "signal_norm"],
  bias: ["bias_grad", "dl/db", "∂l/∂b", "bias"],
  weight_grad: ["weight_grad", "dl/dw", "∂l/∂w", "grad", "grad_norm", "gradient", "norm", "value", "weight"],
  update: ["update", "step/w", "update_ratio", "update-to-weight"],
  spread: ["spread"], dead: ["dead"], saturated: ["saturated", "sat."], skip: ["zeros"],
};
const NORMALIZATION = /(^|[._])(bn|batch_?norm|ln|layer_?norm|norm|gn)\d*(\.|$)/i;

/** A printed number: finite, NaN or infinite; null for None; undefined when it is none of these. */
export const toNumber = (text) => {
  const match = VALUE.exec(text.trim());
  if (!match) return undefined;
  const word = (match[1] ?? match[2]).toLowerCase();
  if (word === "none" || word === "null") return null;
  if (word.includes("nan")) return NaN;
  if (word.includes("inf")) return word.startsWith("-") ? -Infinity : Infinity;
  return Number(word);
};

export const parse = (text, { reversed = false } = {}) => {
  const errors = [];
  const size = new Blob([text]).size;
  const lines = text.split(/\r\n|\n|\r/);
  if (size > MOST.bytes || lines.length > MOST.lines) {
    return failed(`${lines.length} lines, ${size} bytes`, `at most ${MOST.lines} lines and ${MOST.bytes} bytes: paste one step of the log`);
  }
  const bare = text.trim();
  if (!bare) return { layers: [], facts: {}, by: "", notes: [], errors };
  if (/^\{\s*"(schema|diagnosis|findings|layers|facts)"/.test(bare)) return report(text);
  const rows = /^(\w+\s*=\s*)?[[{][\s\S]*[\]}],?$/.test(bare) ? literal(text, errors) : csv(lines, errors) ?? table(lines, errors) ?? log(lines, errors);
  const made = assemble(rows, errors, reversed);
  if (!made.layers.length && !made.facts.disconnected.length && !errors.length) {
    errors.push({ line: 1, found: bare.slice(0, 60), expected: `names and numbers, such as ${EXAMPLE}` });
  }
  return made;
};

const failed = (found, expected, line = 1) => ({ layers: [], facts: {}, by: "", notes: [], errors: [{ line, found, expected }] });

// ---------- the doctor's own JSON ----------

const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const revive = (key, value) => (typeof value === "string" && Object.hasOwn(SPECIAL, value) && key !== "name" ? SPECIAL[value] : value);

const report = (text) => {
  let content;
  try {
    content = JSON.parse(text, revive);
  } catch {
    const { at, found } = firstFault(text);
    return failed(`not JSON: ${found}`, "the whole of what report.to_json() gave", text.slice(0, at).split(/\r\n|\n|\r/).length);
  }
  const schema = String(content.schema ?? "none");
  if (!schema.startsWith("gradient-doctor/")) return failed(`the schema ${schema.slice(0, 40)}`, "gradient-doctor/1");
  if (!Array.isArray(content.layers) || typeof content.facts !== "object" || !content.facts) {
    return failed("a report without layers or facts", "the whole of what report.to_json() gave");
  }
  const fit = (x) => x && typeof x.name === "string" && ["signal", "weight_grad", "weight", "update", "dead", "saturated", "spread"]
    .every((k) => x[k] === null || x[k] === undefined || typeof x[k] === "number") && (x.times ?? []).every?.((t) => typeof t === "number");
  const bad = content.layers.findIndex((x) => !fit(x));
  if (bad >= 0) return failed(`layer ${bad + 1} of the report has a field of the wrong kind`, "what report.to_json() gave, unchanged");
  const lists = ["bad_inputs", "bad_layers", "disconnected", "frozen", "alike", "lost", "zero_starts"];
  const wrong = lists.find((k) => content.facts[k] !== undefined && !(Array.isArray(content.facts[k])
    && content.facts[k].every((n) => typeof n === "string")));
  if (wrong || typeof (content.facts.updates ?? {}) !== "object") return failed(`facts.${wrong ?? "updates"} is of the wrong kind`, "a list of names");
  const notes = schema === "gradient-doctor/1" ? [] : [`This report has the schema ${schema}; it is read as gradient-doctor/1.`];
  const facts = Object.fromEntries(Object.entries(content.facts).filter(([, v]) => v !== undefined));
  return { layers: content.layers.map((x) => ({ depth: 0, ...x })), facts, by: "report", notes, errors: [] };
};

const TOKEN = /\s*(?:([{}[\],:])|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/y;
const MAY_END = /[\]}"\w]$/; // what may stand before a comma or a closing bracket

/** Where a text stops being JSON: JSON.parse does not always say. */
const firstFault = (text) => {
  const open = [];
  let before = "";
  for (TOKEN.lastIndex = 0; ;) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const from = at + /^\s*/.exec(text.slice(at, at + 1000))[0].length;
    if (!match) return { at: from, found: from < text.length ? `“${text.slice(from, from + 20)}”` : "it ends too early" };
    const mark = match[1];
    const value = !mark || "{[".includes(mark);
    const closes = "]}".includes(mark ?? "x");
    const wrong = (value && MAY_END.test(before)) || (mark === "," && !MAY_END.test(before)) || (closes && before === ",")
      || (closes && open.pop() !== (mark === "]" ? "[" : "{")) || (closes && before === ":");
    if (wrong) return { at: from, found: `“${text.slice(from, from + 20)}”` };
    if ("{[".includes(mark ?? "x")) open.push(mark);
    before = match[0].trim();
  }
};

// ---------- rows of names and numbers ----------

/** Python's [..] and {..}: entries between commas that stand outside parentheses. */
const literal = (text, errors) => {
  const rows = [];
  let [line, depth, item, start, quote] = [1, 0, "", 1, ""];
  const close = () => {
    if (item.trim()) entry(item.trim(), start, rows, errors);
    [item, start] = ["", line];
  };
  for (const c of text.trim().replace(/^\w+\s*=\s*/, "").slice(1)) {
    if (c === "\n") line += 1;
    if (quote) quote = c === quote ? "" : quote;
    else if (c === "'" || c === '"') quote = c;
    else if ("([{".includes(c)) depth += 1;
    else if (")]}".includes(c)) depth -= 1;
    if (depth < 0) break;
    if (c === "," && depth === 0 && !quote) close();
    else item += c;
    if (!item.trim()) start = line;
  }
  close();
  return rows;
};

const entry = (item, line, rows, errors) => {
  const named = /^(['"])(.*?)\1\s*:\s*([\s\S]+)$/.exec(item) ?? /^\(\s*(['"])(.*?)\1\s*,\s*([\s\S]+)\)$/.exec(item);
  const value = toNumber(named ? named[3] : item);
  if (value === undefined) errors.push({ line, found: item.slice(0, 60), expected: "a number, None, nan or inf" });
  else rows.push({ name: named ? named[2] : "", value, line });
};

const columnOf = (word) => Object.keys(COLUMNS).find((key) => COLUMNS[key].includes(word.trim().toLowerCase().replace(/^["']|["']$/g, "")));

const csv = (lines, errors) => {
  const head = lines.findIndex((l) => l.trim());
  const mark = ["\t", ";", ","].find((m) => lines[head].includes(m));
  if (!mark) return null;
  const columns = lines[head].split(mark).map(columnOf);
  if (columns.filter(Boolean).length < 2 || !columns.some((c) => c && c !== "name")) return null;
  return readColumns(lines, head, (l) => l.split(mark), columns, errors);
};

/** A table apart by spaces under a line of known headings: our own pages', or a printed report. */
const table = (lines, errors) => {
  const head = lines.findIndex((l) => l.trim().split(/\s+/).filter((w) => columnOf(w)).length >= 3);
  if (head < 0) return null;
  const words = lines[head].trim().split(/\s+/);
  return readColumns(lines, head, (l) => l.trim().split(/\s+/), words.map(columnOf), errors, /^(Diagnosis:|Also:|…)/);
};

const readColumns = (lines, head, split, columns, errors, end = null) => {
  const rows = [];
  const named = columns.indexOf("name");
  for (let i = head + 1; i < lines.length; i += 1) {
    if (!lines[i].trim() || /^\s+step \d+ of /.test(lines[i])) continue;
    if (end?.test(lines[i].trim())) {
      if (lines[i].trim().startsWith("…")) continue;
      break;
    }
    const cells = split(lines[i]).map((c) => c.trim().replace(/^["']|["']$/g, ""));
    if (/^no gradient$/i.test(cells.slice(1, 3).join(" "))) {
      rows.push({ name: cells[0], value: null, line: i + 1 });
      continue;
    }
    const row = { name: named < 0 ? "" : cells[named], line: i + 1 };
    let read = false;
    columns.forEach((key, c) => {
      if (!key || key === "name" || key === "skip") return;
      const cell = (cells[c] ?? "").trim();
      const value = cell === "-" || cell === "" ? undefined : cell.endsWith("%") ? Number(cell.slice(0, -1)) / 100 : toNumber(cell);
      if (value === undefined && cell !== "-" && cell !== "") {
        const comma = /^[-+]?\d+,\d+(e[-+]?\d+)?$/i.test(cell);
        errors.push({ line: i + 1, found: `${cell.slice(0, 40)}${comma ? " with a decimal comma" : ""}`, expected: "a number with a decimal point" });
      } else if (value !== undefined) {
        row[key] = value;
        read = true;
      }
    });
    if (read) rows.push(row);
    else if (!errors.some((e) => e.line === i + 1)) {
      errors.push({ line: i + 1, found: lines[i].trim().slice(0, 60), expected: "a row with the columns of the heading" });
    }
  }
  return rows;
};

const PREFIX = new RegExp([
  String.raw`^\s*\[[^\]\n]*\]\s*[:-]?\s*`, String.raw`^\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?Z?\s*[-|,:]?\s*`,
  String.raw`^\s*\d\d:\d\d:\d\d(?:[.,]\d+)?\s*[-|,:]?\s*`, String.raw`^\s*(?:debug|info|warning|error|critical)\b\s*[-|:]?\s*`,
  String.raw`^\s*(?:root|__main__|train(?:er|ing)?)\s*[-|:]\s*`,
  String.raw`^\s*(?:epoch|step|iter(?:ation)?|batch|it)\s*[:=#]?\s*\d+(?:\s*/\s*\d+)?\s*[-|,:]?\s*`, String.raw`^\s*[-*>|]+\s+`,
].join("|"), "i");
const VALUES = String.raw`(?:tensor\(|(?:np|numpy|torch)\.\w+\()?\[?\s*(?:${NUMBER}(?![\w%])|[-+]?\b(?:nan|inf|infinity)\b|\bnone\b)\s*\]?(?:,[^)]*\))?\)?`;

const log = (lines, errors) => {
  const rows = [];
  lines.forEach((raw, i) => {
    let text = raw;
    for (let before = null; before !== text;) {
      before = text;
      text = text.replace(PREFIX, "");
    }
    if (!text.trim() || /^[-=_\s|+]+$/.test(text)) return;
    const row = logged(text.trim());
    if (row) rows.push({ ...row, line: i + 1 });
    else errors.push({ line: i + 1, found: raw.trim().slice(0, 60), expected: `a name and a number, such as ${EXAMPLE}` });
  });
  return rows;
};

const logged = (text) => {
  const whole = toNumber(text.replace(/,$/, ""));
  if (whole !== undefined) return { name: "", value: whole };
  if (/(^|[\s:=])[-+]?\d+,\d+(e[-+]?\d+)?\s*$/i.test(text)) return null;
  const name = /^['"]?((?:layer|block|conv|fc|linear)\s+\d+|[A-Za-z_0-9][\w.[\]/()-]*?)['"]?(?=[\s:=|,]|$)/i.exec(text);
  if (!name) return null;
  const rest = text.slice(name[0].length);
  const value = new RegExp(VALUES, "i").exec(rest);
  if (!value) return null;
  return { name: name[1].replace(/\s+/g, " "), value: toNumber(value[0].trim()) };
};

// ---------- rows to layers ----------

const kindOf = (row) => (/(^|\.)bias(\.grad)?$/i.test(row.name) ? "bias" : "weight_grad");
const clean = (name) => name.replace(/\.grad$/i, "");

const assemble = (rows, errors, reversed) => {
  const notes = [];
  const blocks = lastBlock(rows, notes);
  const crowded = new Set(blocks.map((row) => row.line)).size < blocks.length;
  let kept = blocks.map((row, i) => ({ ...row, name: clean(row.name || (crowded ? `entry ${i + 1}` : `line ${row.line}`)) }));
  if (kept.some((r) => !NORMALIZATION.test(r.name)) && kept.some((r) => NORMALIZATION.test(r.name))) {
    kept = kept.filter((r) => !NORMALIZATION.test(r.name));
    notes.push("Parameters of normalization layers are left out: their gradients have a scale of their own.");
  }
  if (reversed) kept.reverse();
  const byModule = new Map();
  const disconnected = [];
  for (const row of kept) {
    const owner = /\.(weight|bias)$/i.test(row.name) ? moduleOf(row.name) : row.name;
    const layer = byModule.get(owner) ?? { name: owner, kind: "read", signal: null, bias: null, weight_grad: null, update: null };
    byModule.set(owner, layer);
    if (row.value === null) disconnected.push(row.name);
    else if (row.value !== undefined) layer[kindOf(row)] = Math.abs(row.value);
    for (const key of ["signal", "bias", "weight_grad", "update", "spread", "dead", "saturated"]) {
      if (row[key] === null) disconnected.push(row.name);
      else if (row[key] !== undefined) layer[key] = Math.abs(row[key]);
    }
  }
  const layers = [...byModule.values()].filter((x) => x.signal !== null || x.bias !== null || x.weight_grad !== null);
  const by = standIn(layers, notes);
  layers.forEach((layer, i) => {
    layer.depth = layers.length - i;
    if (by === "bias") layer.signal = layer.bias;
    else if (by === "weight") layer.signal = layer.weight_grad;
    if (by === "weight" && layer.signal === 0) layer.weight_grad = null;
    delete layer.bias;
  });
  const live = layers.filter((x) => x.signal !== null);
  const bad = live.filter((x) => !Number.isFinite(x.signal) || !Number.isFinite(x.weight_grad ?? 0));
  const last = live.at(-1);
  for (const x of layers) x.signal_ratio = x.signal !== null && last?.signal ? x.signal / last.signal : null;
  if (live.some((x) => x.signal === 0)) {
    notes.push("A norm printed as zero may be one that float32 rounded to zero: print g.double().norm() before you believe it.");
  }
  const facts = { disconnected: [...new Set(disconnected)], finite: !bad.length };
  if (bad.length) {
    facts.bad_layers = [bad.at(-1).name];
    facts.first_bad = `going backward, ${bad.at(-1).name} is the first whose gradient is not finite`;
  }
  return { layers, facts, by, notes, errors };
};

/** Where names come again, the text holds several steps: the last is taken. */
const lastBlock = (rows, notes) => {
  const starts = [0];
  let seen = new Set();
  rows.forEach((row, i) => {
    if (row.name && seen.has(row.name)) {
      starts.push(i);
      seen = new Set();
    }
    seen.add(row.name);
  });
  if (starts.length > 1) notes.push(`The text holds ${starts.length} steps; the last is shown.`);
  return rows.slice(starts.at(-1));
};

const standIn = (layers, notes) => {
  if (layers.some((x) => x.signal !== null)) return "signal";
  if (layers.length && layers.every((x) => x.bias !== null)) {
    notes.push("Bias gradients stand in for the signal ∂L/∂h: before a normalization they don't.");
    return "bias";
  }
  if (layers.length) {
    notes.push("Weight gradients stand in for the signal ∂L/∂h. They can stay level while the signal dies: log bias gradients, or examine.");
  }
  return "weight";
};

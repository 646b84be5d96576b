/* From text to fields. A field is a number with what is said of it: { name, what, measure, word, value, line, step, epoch }.

   1. Lists, dicts and tensors are read as trees: keys are names or quantities, whatever the nesting.
   2. A line of headings followed by rows of as many cells is a table: a heading is the label of what stands under it.
   3. Any other line is read from left to right. The words before a number are its label, up to the number or separator before them. A
      layer's name is the line's subject; it holds for the numbers after it, or for those before it if it comes last.
   4. A line with a subject and no number lends its subject to the lines below it; a line of a quantity alone is their heading.
   5. Sentences, errors and warnings say no numbers of layers. */

import { clean, findCommas, toNumber, tokenize } from "./tokens.js";
import { looksLikeName, meaning, understand } from "./words.js";

const OURS = new Set(["grad", "stat", "bare", "signal", "bias", "update", "spread", "dead", "saturated"]);
const UNIT = /^(?:ms|us|µs|ns|s|secs?|seconds?|minutes?|hours?|days?|[kmgt]i?b|bytes|params|parameters|m?flops|gflops|it\/s|tokens?|samples?|images?|epochs?|steps?|layers?|units?|neurons?|gpus?)$/i;
const COUNTED = /^(?:block|conv\d?d?|fc|linear|stage|dense|lstm|gru|rnn|encoder|decoder|hidden)$/i;
const TROUBLE = /^\s*(?:E\s+)?(?:[\w.]+\.)?\w*(?:Error|Exception|Warning)\b\s*[:(]|:\d+: \w*Warning:|^\s*File ".*", line \d+|^Traceback|^\s*warnings\.warn/;
const RULE = /^[\s\-=_|+:─━│┃┏┓┗┛┡┩┠┨├┤┼╇╋┳┻╪═║╔╗╚╝╠╣╬╞╡┌┐└┘┬┴╭╮╰╯·.*#~]+$/;

/** All fields of a text, and the lines that gave none: { fields, unread: [{ line, found }], headings }. */
export const readFields = (given) => {
  const text = clean(given);
  const lines = text.split("\n");
  const state = { fields: [], unread: [], pending: null, context: null, step: null, epoch: null, block: 0, asked: [], spared: 0 };
  const tokens = lines.map(() => []);
  const all = tokenize(text);
  for (const token of all) if (token.t !== "end") tokens[token.line - 1].push(token);
  const { unpaired } = all.at(-1);
  if (unpaired) state.asked.push(`A bracket in line ${unpaired} has no partner, so what stands in it may be cut off: paste it whole.`);
  const inTree = new Set();
  tokens.flat().filter((token) => token.t === "tree").forEach((token) => {
    const length = token.height ?? 0;
    for (let k = 1; k <= length; k += 1) inTree.add(token.line - 1 + k);
  });
  for (let n = 0; n < lines.length; n += 1) {
    if (/^\s*Diagnosis: /.test(lines[n])) break; // the end of the doctor's own table
    if (!lines[n].trim() || RULE.test(lines[n])) {
      if (!inTree.has(n)) state.pending = null;
      continue;
    }
    const end = tokens[n].some((token) => token.t === "tree") ? 0 : readTable(lines, n, state);
    if (end) {
      n = end - 1;
      continue;
    }
    const before = state.fields.length;
    const said = TROUBLE.test(lines[n].slice(0, 300)) && !tokens[n].some((token) => token.t === "tree") ? "trouble" : readLine(tokens[n], n + 1, state);
    if (state.fields.length === before && !said && tokens[n].length) state.unread.push({ line: n + 1, found: lines[n].trim().slice(0, 60) });
  }
  for (const field of state.fields.filter(({ what }) => what === "unread")) {
    state.unread.push({ line: text.slice(0, field.at).split("\n").length, found: field.word.slice(0, 60) });
  }
  state.fields = state.fields.filter(({ what }) => what !== "unread");
  state.unread.sort((a, b) => a.line - b.line);
  return { ...state, text };
};

const add = (state, field) => {
  const { context } = state;
  if (context && ["bare", "stat"].includes(field.what) && !(context.what === "weight" && field.strongly)) {
    field.what = context.what;
    field.measure ||= context.measure;
  }
  state.fields.push({ step: state.step, epoch: state.epoch, block: state.block, ...field });
};

// ---------- a line ----------

const NORM = { tags: new Set(["norm"]), name: null, strong: false };

/** “L2” is the norm beside “norm” or “grad”, or after a parameter's name; a layer may be called l2 elsewhere. */
const isSizeOf = (tokens, k, subject) => /^l[12]$/i.test(tokens[k].text) && ([tokens[k - 1], tokens[k + 1]].some((token) => token?.t === "word" && /norm|grad/i.test(token.text))
  || /[./]/.test(subject?.name ?? ""));

const fresh = () => ({ tags: new Set(), words: [], weak: null, related: false });

const withoutPrefix = (tokens) => {
  const level = tokens.slice(0, 14).findIndex((token) => token.t === "word" && /^(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)$/.test(token.text));
  if (level < 0) return tokens;
  let rest = tokens.slice(level + 1);
  while (rest.length && (rest[0].t === "rel" || rest[0].t === "sep")) {
    const glued = rest[0].t === "rel" && rest[1]?.t === "word" && rest[2]?.t === "rel" && rest[3]?.t === "word" && rest[1].at === rest[0].at + 1;
    rest = rest.slice(glued ? 2 : 1);
  }
  return rest;
};

/** Whether nan, inf or None is a value here, and not a word of a sentence. */
const isValue = (token, before, after) => !token.word || !before || before.t !== "word" || !after || after.t !== "word"
  || ((meaning(understand(before.text).tags).what !== "bare" || understand(before.text).strong) && !understand(before.text).tags.has("fill"));

const readLine = (given, line, state) => {
  const tokens = withoutPrefix(given);
  const isSentence = weighWords(tokens);
  const found = [];
  const subjects = [];
  let [subject, asked, label, leading, firstWeak, inherited] = [null, null, fresh(), null, null, null];
  let [step, epoch, others, carried] = [null, null, 0, null];
  const name = (text, strong) => {
    const whole = /^(?:bias|kernel)$/i.test(text) && subject?.strong ? subject : null; // “Layer 1 … bias gradient”
    subject = whole ? { name: `${whole.name}.${text.toLowerCase()}`, strong, whole } : { name: text, strong };
    if (!whole) subjects.push(subject);
    asked = null;
    if (label.related && meaning(label.tags).what === "grad") inherited = meaning(label.tags); // “Gradient norms: fc1 …, fc2 …”
    label.tags.delete("name");
    label.tags.delete("weight");
  };
  tokens.forEach((token, k) => {
    const next = tokens[k + 1];
    if (token.t === "rel") label.related = true;
    else if (token.t === "sep") {
      if (label.weak && !label.tags.size && firstWeak === null && !found.length) firstWeak = label.weak;
      label = fresh();
      asked = null;
      if (subject && !subject.strong) subject = null;
    } else if (token.t === "word") {
      const known = isSizeOf(tokens, k, subject) ? NORM : token.named ? { tags: new Set(), name: token.text, strong: true } : understand(token.text);
      const quantity = [...known.tags].some((tag) => !["fill", "name", "weight"].includes(tag));
      label.words.push(token.said ?? token.text);
      if (asked && !known.noise && !isSentence && (known.name || (!quantity && !known.tags.size))) {
        known.tags.forEach((tag) => label.tags.add(tag));
        name(known.name ?? token.text, true);
      } else if (COUNTED.test(token.text) && next?.t === "num" && /^\d+$/.test(next.raw) && hasMore(tokens, k + 1)) asked = token.text;
      else if (known.name && known.strong) {
        known.tags.forEach((tag) => label.tags.add(tag));
        name(known.name, true);
      } else {
        if (known.tags.has("name") && !quantity && !/s$/i.test(token.text)) asked = token.text;
        else asked = null;
        known.tags.forEach((tag) => label.tags.add(tag));
        if (!known.tags.size && known.name && !known.noise && (!quantityOf(label) || afterOf(tokens[k - 1]))) {
          label.weak = token.text;
          if (COUNTED.test(token.text)) asked = token.text;
        }
        if (known.tags.size && COUNTED.test(token.text)) asked = token.text;
      }
    } else if (token.t === "num") {
      if (token.word && !isValue(token, tokens[k - 1], next)) return;
      if (next?.t === "word" && UNIT.test(next.text)) {
        others += 1;
        label = fresh();
        return;
      }
      if (asked && /^\d+$/.test(token.raw) && !quantityOf(label) && (hasMore(tokens, k) || !COUNTED.test(asked))) {
        name(`${asked} ${token.raw}`, true);
        label.weak = null;
        return;
      }
      const said = meaning(label.tags);
      if (said.what === "step" || said.what === "epoch") {
        if (said.what === "step") step = step === null || Number.isInteger(token.value) ? token.value : step;
        else epoch = token.value;
        others += 1;
        label = fresh();
        return;
      }
      if (!label.words.length && !subject && !found.length && leading === null && /^\d+\.?$/.test(token.raw) && hasMore(tokens, k)) {
        leading = token;
        return;
      }
      const weak = (!subject || (subject.used && said.what === "bare")) && label.weak && OURS.has(said.what) && !isSentence;
      if (weak) name(label.weak, false);
      if (weak && said.what === "bare") subjects.pop(); // “v_num=3” is no subject of the line
      if (["grad", "weight", "act"].includes(said.what)) carried = said.what;
      else if (said.what === "stat" && carried) said.what = carried; // “grad mean … std …”
      found.push({ ...said, ...(said.what === "bare" && inherited), name: subject?.name ?? null, strong: subject?.strong ?? false,
        word: label.words.filter((word) => word !== subject?.name && !subject?.name.startsWith(`${word} `)).join(" "), value: token.value, raw: token.raw, line });
      if (subject) subject.used = true;
      subject = subject?.whole ?? subject;
      label = fresh();
    } else if (token.t === "span") {
      const { what } = meaning(label.tags);
      if (what === "epoch") epoch = token.value;
      else if (what === "step" || (what === "bare" && !label.weak)) step = token.value;
      others += 1;
      label = fresh();
    } else if (token.t === "tree") {
      const root = { tags: label.tags, path: subject ? [subject.name] : [], strong: subject?.strong ?? false, word: label.words.join(" ") };
      const inside = [];
      walk(token.node, root, line, inside);
      found.push(...inside);
      label = fresh();
    } else if (token.t === "junk") {
      const { what } = meaning(label.tags);
      if (asked && /^\[?\(?\d+\)?\]?$/.test(token.text) && !quantityOf(label)) name(`${asked} ${token.value}`, true);
      else if (what === "epoch" && token.value !== undefined) epoch = token.value;
      else if (what === "step" && token.value !== undefined) step = token.value;
      else if (token.unsure) state.asked.push(`“${token.text}” in line ${line} may have a decimal comma or a comma between thousands: write it with a point.`);
      if (!token.shape) {
        if (!token.truth && (quantityOf(label) || /\d[eE][-+]?$/.test(token.text))) others += 1;
        label = fresh();
      }
    }
  });
  if (leading && !found.length && !subject) found.push({ ...meaning(new Set()), name: subject?.name ?? null, strong: subject?.strong ?? false, word: "", value: leading.value, raw: leading.raw, line });
  return settleLine({ found, subjects, label, leading, firstWeak: firstWeak ?? (found.length ? null : label.weak), step, epoch, others, isSentence, tokens, line }, state);
};

const quantityOf = (label) => [...label.tags].some((tag) => !["fill", "name", "weight"].includes(tag));
const afterOf = (token) => token?.t === "word" && /^(?:of|for|in|from)$/i.test(token.text);
const hasMore = (tokens, k) => tokens.slice(k + 1).some((token) => token.t === "num" || token.t === "tree" || (token.t === "word" && understand(token.text).strong));

/** A sentence has many words that name nothing. */
const weighWords = (tokens) => {
  const words = tokens.filter((token) => token.t === "word");
  const unknown = words.filter((token) => { const known = understand(token.text); return !known.tags.size && !known.strong; }).length;
  const numbers = tokens.filter((token) => token.t === "num" || token.t === "span").length;
  return unknown >= 4 && unknown > 2 * numbers;
};

const settleLine = (it, state) => {
  const { found, subjects, line } = it;
  if (it.isSentence && it.tokens.some((token) => token.t === "word") && !subjects.some((s) => s.strong)) return "sentence";
  if (it.step !== null || it.epoch !== null) state.step = it.step;
  if (it.epoch !== null) state.epoch = it.epoch;
  const nameless = found.filter((field) => field.name === null && !field.total && OURS.has(field.what) && !field.tree);
  const only = new Set(subjects.map((s) => s.name)).size === 1 ? subjects[0] : null;
  if (nameless.length && only) nameless.forEach((field) => { [field.name, field.strong] = [only.name, only.strong]; });
  else if (nameless.length && subjects.length > 1) {
    if (nameless.some((field) => field.what !== "grad" || !field.word)) return void state.unread.push({ line, found: "numbers before several names" });
    nameless.forEach((field) => { field.total = true; });
  } else if (nameless.length && it.step === null && it.epoch === null && !it.others) {
    if (it.leading && nameless.length === 1 && found.length === 1) Object.assign(nameless[0], { name: it.leading.raw, indexed: true, strong: true });
    else if (it.firstWeak && found.every((field) => field.name === null)) nameless.forEach((field) => { field.name = it.firstWeak; });
    else if (state.pending) {
      nameless.forEach((field) => { [field.name, field.strong, field.lent] = [state.pending.name, state.pending.strong, true]; });
      state.pending.used = true;
    }
    else if (nameless.length >= 3 && nameless.slice(1).every((field) => field.what === "bare" && !field.word)) {
      nameless.forEach((field, i) => Object.assign(field, { name: `entry ${i + 1}`, entry: true, row: true, what: nameless[0].what, measure: nameless[0].measure }));
    }
  }
  if (found.length) {
    const plain = it.tokens.every((token) => token.t !== "word");
    const places = new Map();
    for (const field of found) {
      const key = `${field.name} ${field.what} ${field.measure}`;
      if (field.what === "bare") field.place = places.get(key) ?? 0;
      places.set(key, (places.get(key) ?? 0) + 1);
      field.plain = plain;
      add(state, field);
    }
    return "fields";
  }
  const alone = it.tokens.length <= 8 && !it.others;
  if (subjects.length && alone) {
    if (state.pending && !state.pending.used) state.spared += 1;
    state.pending = { ...subjects.at(-1), used: false };
    return "subject";
  }
  if (it.tokens.every((token) => token.t === "junk" || token.t === "rel" || token.t === "sep")) return "junk";
  if (subjects.length) return it.others ? "step" : "";
  if (it.step !== null || it.epoch !== null || it.others) return "step";
  if (it.firstWeak && alone && it.tokens.length <= 2 && it.tokens.at(-1).t === "rel") {
    state.pending = { name: it.firstWeak, strong: false };
    return "subject";
  }
  const said = meaning(it.label.tags);
  const heading = it.tokens.at(-1)?.t === "rel" || said.measure;
  if (it.tokens.length <= 8 && (said.what === "grad" || (["weight", "act", "loss"].includes(said.what) && heading))) {
    state.context = said.what === "grad" ? said : { what: said.what, measure: said.measure };
    state.block += 1;
    state.pending = null;
    return "heading";
  }
  return it.label.tags.size && it.tokens.every((token) => token.t !== "num") && [...it.label.tags].some((tag) => tag !== "fill") ? "words" : "";
};

// ---------- a tree ----------

const CONTAINER = /^(?:params?|layers?|grads?|gradients?|norms?|data|values?|model|state|metrics?|results?|stats?|by_layer|per_layer|module)$/i;
const PART = /^(?:weight|bias|kernel|scale|gamma|beta|embedding|[wb])$/i;

/** Puts the fields of a tree into `out`. `at` holds the tags and the names of the keys above. */
const walk = (node, at, line, out) => {
  const put = (more) => out.push({ ...meaning(at.tags), name: at.path.length ? at.path.join(".") : null, strong: at.strong, word: at.word, line, tree: true,
    step: undefined, ...more });
  if (node.t === "num") put({ value: node.value, raw: node.raw ?? "", ...(node.label && { name: node.label, strong: true }) });
  else if (node.t === "dict") walkDict(node, at, line, out);
  else if (node.t === "list") walkList(node, at, line, out, put);
};

const walkDict = (node, at, line, out) => {
  const entries = node.entries.map((entry) => ({ ...entry, ...sayKey(entry.key, at) }));
  const columns = readColumnsOf(entries);
  if (columns) return columns.forEach((record) => walkDict({ t: "dict", entries: record }, at, line, out));
  if (entries.some((entry) => entry.tags.has("histogram"))) {
    out.push({ what: "histogram", measure: "", name: at.path.join(".") || null, strong: at.strong, word: at.word, line, value: undefined, tree: true });
    return undefined;
  }
  const subject = entries.find((entry) => entry.node.t === "str" && entry.tags.has("name") && !entry.name);
  const path = subject && !understandsAsQuantity(subject.node.text) ? [...at.path, understand(subject.node.text).name ?? subject.node.text] : at.path;
  const own = [];
  const when = {};
  const strong = entries.some((entry) => entry.strong && entry.node.t === "num"); // a layer's name makes those beside it names of layers
  for (const entry of entries) {
    const { what } = meaning(entry.tags);
    if ((what === "step" || what === "epoch") && entry.node.t === "num" && !entry.name && !path.length) {
      if (what === "epoch") when.epoch = entry.node.value;
      else if (when.step === undefined || Number.isInteger(entry.node.value)) when.step = entry.node.value;
    } else if (entry.node.t !== "str") {
      const deeper = entry.name && !(entry.node.t !== "num" && CONTAINER.test(entry.name));
      walk(entry.node, { tags: entry.tags, path: deeper ? [...path, entry.name] : path, strong: entry.strong || at.strong || Boolean(subject) || (strong && entry.name !== null), word: entry.key }, line, own);
    }
  }
  own.forEach((field) => { for (const key of ["step", "epoch"]) field[key] ??= when[key]; });
  out.push(...own);
  return undefined;
};

const understandsAsQuantity = (text) => { const known = understand(text); return known.name === null && meaning(known.tags).what !== "bare"; };

/** What a key adds to the tags and names above it. A key such as weight is part of a name when it stands under one. */
const sayKey = (key, at) => {
  const inner = key.includes("/") && !understand(key).tags.size ? key.split("/").filter((part) => !CONTAINER.test(part)).join("/") : key;
  if (PART.test(key) && at.path.length) return { tags: at.tags, name: key, strong: true };
  const known = understand(inner);
  const spaced = /\s/.test(inner) ? sayLabel(inner) : known;
  const container = CONTAINER.test(key);
  const tags = new Set([...at.tags, ...spaced.tags].filter((tag) => !(container && tag === "weight")));
  const little = /^\d+$|^\p{L}{1,2}$/u.test(key) && [...spaced.tags].every((tag) => tag === "fill");
  const name = little ? key : spaced.name && !spaced.tags.size ? inner : spaced.name;
  return { tags, name, strong: spaced.strong || /^\d+$/.test(key) };
};

/** {'layer': […], 'grad_norm': […]}: columns of one table, as records; null when it is none. */
const readColumnsOf = (entries) => {
  const lists = entries.filter((entry) => entry.node.t === "list" && entry.node.items.length > 1);
  if (lists.length < 2 || lists.length !== entries.length || new Set(lists.map((entry) => entry.node.items.length)).size > 1) return null;
  if (!lists.every((entry) => entry.node.items.every((item) => item.t === "num" || item.t === "str"))) return null;
  const named = lists.some((entry) => entry.node.items[0].t === "str" && entry.tags.has("name"));
  const timed = lists.some((entry) => ["step", "epoch"].includes(meaning(entry.tags).what) && !entry.name);
  if (!named && !timed) return null;
  return lists[0].node.items.map((_, i) => lists.map((entry) => ({ key: entry.key, node: entry.node.items[i] })));
};

const walkList = (node, at, line, out, put) => {
  const { items } = node;
  if (items.length === 2 && items[0].t === "str" && items[1].t !== "str") { // a pair of name and number
    const known = understand(items[0].text);
    walk(items[1], { tags: new Set([...at.tags, ...known.tags]), path: known.name ? [...at.path, known.name] : at.path, strong: known.strong || at.strong, word: at.word }, line, out);
    return;
  }
  if (items.length > 2 && items[0].t === "str" && items.slice(1).every((item) => item.t === "num" || item.t === "list" || item.t === "junk")) {
    const [, ...rest] = items;
    const known = understand(items[0].text);
    rest.filter((item) => item.t === "num").forEach((item, place) => walk(item, { tags: new Set([...at.tags, ...known.tags]), path: [known.name ?? items[0].text], strong: true, word: at.word }, line, out, place));
    return;
  }
  const numbers = items.filter((item) => item.t === "num" && !item.label);
  const deep = items.some((item) => item.t === "list" && item.items.some((x) => x.t === "num") && !(item.items.length === 2 && item.items[0].t === "str"));
  const singles = deep && items.every((item) => item.t === "list" && item.items.length === 1 && item.items[0].t === "num");
  if (singles) return walkList({ ...node, items: items.map((item) => item.items[0]) }, at, line, out, put);
  if (node.elided || (deep && items.every((item) => item.t === "list")) || (numbers.length > 1 && at.path.length)) return void put({ value: undefined, tensor: true, size: items.length });
  if (numbers.length === items.length - items.filter((item) => item.t === "junk").length && numbers.length) {
    items.forEach((item, i) => {
      if (item.t === "num") put({ value: item.value, raw: item.raw ?? "", name: at.path[0] ?? `entry ${i + 1}`, entry: true });
      else out.push({ what: "unread", word: item.text, line, at: item.at, tree: true });
    });
    return undefined;
  }
  items.forEach((item) => walk(item, at, line, out));
  return undefined;
};

// ---------- a table ----------

const MARKS = ["\t", ";", ","];

const splitters = (line) => {
  if (/[|│┃║]/.test(line)) return [["bars", (l) => (/[|│┃║]/.test(l) ? l.trim().replace(/^[|│┃║]|[|│┃║]$/g, "").split(/[|│┃║]/) : null)]];
  const marks = MARKS.filter((mark) => line.includes(mark)).map((mark) => [mark, (l) => splitQuoted(l, mark)]);
  return [...marks, ["wide", (l) => l.trim().split(/\s{2,}|\t+/)], ["words", (l) => l.trim().split(/\s+/)]];
};

const splitQuoted = (line, mark) => {
  if (!line.includes('"')) return line.split(mark);
  const cells = line.match(new RegExp(`(?:"(?:[^"]|"")*"|[^"${mark}])*(?:${mark}|$)`, "g")) ?? [];
  return cells.slice(0, cells.at(-1) === "" ? -1 : undefined).map((cell) => (cell.endsWith(mark) ? cell.slice(0, -1) : cell));
};

const trim = (cell) => cell.trim().replace(/^(["'`])(.*)\1$/, "$2").replace(/^\*\*(.*)\*\*$/, "$1").trim();

/** What several words say together. */
const sayLabel = (label) => {
  const runs = label.split(/\s+-\s+/); // W&B: the run's name, then the metric's
  const last = runs.at(-1);
  const words = (runs.length > 1 && (understand(last).strong || meaning(understand(last).tags).what !== "bare") ? last : label).replace(/[()[\]]/g, " ").split(/\s+/).filter(Boolean);
  const tags = new Set();
  let [name, strong] = [null, false];
  for (const word of words) {
    const known = understand(word);
    known.tags.forEach((tag) => tags.add(tag));
    if (known.name && !known.noise && (!name || (known.strong && !strong))) [name, strong] = [known.name, known.strong];
  }
  return { tags, name: strong || !tags.size || [...tags].every((tag) => tag === "fill") ? name : null, strong };
};

const cellValue = (cell, mark) => {
  if (cell === "" || /^(?:-|–|—|n\/?a|--)$/i.test(cell)) return undefined;
  const value = toNumber(cell);
  if (value !== undefined) return value;
  if (mark !== "," && /^[-+]?\d+,\d+(?:e[-+]?\d+)?$/i.test(cell)) return findCommas(cell) === "decimal" || mark === ";" ? Number(cell.replace(",", ".")) : undefined;
  if (/^[-+]?[\d.]+%$/.test(cell)) return Number(cell.slice(0, -1)) / 100;
  const tokens = tokenize(cell).filter((token) => token.t !== "end");
  return tokens.length === 1 && tokens[0].t === "num" ? tokens[0].value : undefined;
};

const isHeading = (cell) => cell === "" || (!/[:=]$|^-+>/.test(cell) && (/^\d+%$/.test(cell) || !tokenize(cell).some((token) => ["num", "tree", "span"].includes(token.t) || (token.t === "junk" && /^[-+]?\d/.test(token.text)))));

/** Reads the table whose headings stand in line `n`; returns the line after it, or 0 when no table starts there. */
const readTable = (lines, n, state) => {
  for (const [mark, split] of splitters(lines[n])) {
    const head = (split(lines[n]) ?? []).map(trim).filter((cell, i, all) => !(cell === "\\" && i === all.length - 1));
    const known = head.map(sayLabel);
    const ours = head.filter((cell) => /^(?:layer|weights|signal|dL\/d[WbhH]|∂L\/∂[Whb]|step\/W|spread|dead|sat\.)$/.test(cell)).length >= 3;
    if (ours && mark !== "words") continue;
    if (!head.some(Boolean) || (head.length < 2 && !/^\s{3,}\S/.test(lines[n])) || !(ours || head.every(isHeading))) continue;
    if (head.every((cell) => cell === "" || /^\d+%$/.test(cell))) continue;
    const sure = known.filter((k) => k.strong || (k.tags.size && [...k.tags].some((tag) => tag !== "fill"))).length;
    if (!sure || (sure < head.length / 2 && !["\t", ";", ",", "bars"].includes(mark) && !ours)) continue;
    let first = n + 1;
    while (first < lines.length && (RULE.test(lines[first]) || !lines[first].trim()) && first < n + 3) first += 1;
    const row = first < lines.length ? (split(lines[first]) ?? []).map(trim) : [];
    const blank = mark === "wide" || mark === "words";
    const spare = row.length - head.length;
    const fits = spare === 0 || (blank && spare === 1 && /^\s/.test(lines[n])) || (ours && row.length > 1);
    if (!fits || row.filter((cell) => cellValue(cell, mark) !== undefined).length === 0) continue;
    if (head.length === 1 && spare !== 1) continue;
    return readRows(lines, first, { mark, split, head, known, spare: ours ? 0 : Math.max(0, spare), blank, ours }, state);
  }
  return 0;
};

const readRows = (lines, from, table, state) => {
  const { mark, split, head, known, spare, blank, ours } = table;
  state.block += 1;
  let n = from;
  let unread = 0;
  const column = known.findIndex((k) => k.tags.has("name") && !k.strong && !k.tags.has("norm") && !k.tags.has("grad"));
  const [atStep, atEpoch] = ["step", "epoch"].map((what) => known.findIndex((k) => !k.strong && meaning(k.tags).what === what));
  const timed = atStep >= 0 && known.some((k) => meaning(k.tags).what === "time");
  for (; n < lines.length; n += 1) {
    if (RULE.test(lines[n]) && lines[n].trim()) continue;
    if (!lines[n].trim()) break;
    if (ours && /^\s*(?:…|step \d+ of )|^\s+step \d+ of /.test(lines[n])) continue;
    const cells = (split(lines[n]) ?? []).map(trim);
    if (/^(?:Diagnosis:|dtype:|Name:|\[\d+ rows)/.test(lines[n].trim())) break;
    const nothing = /^\S+\s+no gradient$/.test(lines[n].trim());
    if (cells.length !== head.length + spare && !ours && !nothing) {
      if (blank || mark === "bars" || unread > 3) break;
      state.unread.push({ line: n + 1, found: lines[n].trim().slice(0, 60) });
      unread += 1;
      continue;
    }
    if (ours && !nothing && cells.length < 2) break;
    const own = cells.slice(spare);
    let rowName = column >= 0 ? own[column] : spare ? cells[0] : own.find((cell, i) => cellValue(cell, mark) === undefined && /\p{L}/u.test(cell) && !known[i].strong) ?? null;
    if (ours) rowName = own[0];
    if (nothing) {
      add(state, { what: "grad", measure: "norm", name: cells[0], strong: true, word: "no gradient", value: null, line: n + 1, table: true });
      continue;
    }
    const rowSays = rowName !== null ? sayLabel(rowName) : { tags: new Set(), name: null };
    const quantity = rowName !== null && column < 0 && rowSays.name === null && meaning(rowSays.tags).what !== "bare";
    const stat = rowName !== null && /^\d+%$/.test(rowName);
    const clearName = rowName === null || quantity || stat ? null : rowSays.strong && rowSays.name ? rowSays.name : rowName;
    const time = { step: atStep >= 0 ? cellValue(own[atStep], mark) : state.step, epoch: atEpoch >= 0 ? cellValue(own[atEpoch], mark) : state.epoch };
    let read = 0;
    known.forEach((k, i) => {
      const cell = own[i] ?? "";
      if ((head[i] === "" && column >= 0) || i === column || i === atStep || i === atEpoch || (rowName !== null && cell === rowName && cellValue(cell, mark) === undefined)) return;
      const value = cellValue(cell, mark);
      const said = meaning(new Set([...k.tags, ...(quantity ? rowSays.tags : [])]));
      if (value === undefined) {
        if (cell && !/^(?:-|--|true|false|n\/?a|[#█▏▎▍▌▋▊▉]+)$/i.test(cell) && OURS.has(said.what) && said.what !== "bare") {
          state.unread.push({ line: n + 1, found: cell.slice(0, 40) });
          unread += 1;
        }
        return;
      }
      if (/__(?:MIN|MAX)$/.test(head[i])) return;
      const ofCell = /%$/.test(cell) && !["dead", "saturated", "update"].includes(said.what) ? { what: "count", measure: "" } : said;
      read += 1;
      add(state, { ...ofCell, ...((stat || quantity) && !k.strong && { what: "summary" }), name: k.strong && !(clearName && /^(?:bias|kernel)$/i.test(k.name)) ? k.name : k.strong ? `${clearName}.${k.name.toLowerCase()}` : clearName, strong: k.strong || (clearName !== null && (column >= 0 || looksLikeName(clearName))),
        word: head[i], value, raw: cell, line: n + 1, ...time, table: true, timed, inRow: i, place: said.what === "bare" && !k.strong ? i : undefined });
    });
    if (!read && !state.unread.some((e) => e.line === n + 1) && own.some((cell) => /\d/.test(cell))) state.unread.push({ line: n + 1, found: lines[n].trim().slice(0, 60) });
  }
  return n;
};

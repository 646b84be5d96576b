/* The doctor's own JSON, report.to_json(): what it measured, to be judged again. */

import { CAUSES } from "./rules.js";

const failed = (found, expected, line = 1) => ({ layers: [], facts: {}, by: "", notes: [], errors: [{ line, found, expected }] });

const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const revive = (key, value) => (typeof value === "string" && Object.hasOwn(SPECIAL, value) && key !== "name" ? SPECIAL[value] : value);

/** The report in a text, { layers, facts, by, notes, errors }; null when the text is none. */
export const readReport = (text) => {
  const bare = text.trim();
  if (!/^\{\s*"(schema|diagnosis|findings)"/.test(bare) && !/^\{\s*"(layers|facts)"\s*:\s*(\[|\{[\s\S]*"schema")/.test(bare)) return null;

  let content;
  try {
    content = JSON.parse(text, revive);
  } catch {
    const { at, found } = firstFault(text);
    return failed(`not JSON: ${found}`, "the whole of what report.to_json() gave", text.slice(0, at).split(/\r\n|\n|\r/).length);
  }
  const schema = String(content.schema ?? "none");
  if (!schema.startsWith("gradient-doctor/")) return failed(`the schema ${schema.slice(0, 40)}`, "gradient-doctor/2");
  if (schema === "gradient-doctor/1") return failed("the schema gradient-doctor/1", "gradient-doctor/2: copy the doctor anew, and examine again");
  if (!Array.isArray(content.layers) || typeof content.facts !== "object" || !content.facts) {
    return failed("a report without layers or facts", "the whole of what report.to_json() gave");
  }
  const fit = (x) => x && typeof x.name === "string" && ["signal", "weight_grad", "weight", "update", "dead", "saturated", "spread", "differs"]
    .every((k) => x[k] === null || x[k] === undefined || typeof x[k] === "number") && (x.times ?? []).every?.((t) => typeof t === "number");
  const bad = content.layers.findIndex((x) => !fit(x));
  if (bad >= 0) return failed(`layer ${bad + 1} of the report has a field of the wrong kind`, "what report.to_json() gave, unchanged");
  const isNames = (list) => Array.isArray(list) && list.every((name) => typeof name === "string");
  const isFinding = (it) => it && Object.hasOwn(CAUSES, it.code) && isNames(it.layers) && ["evidence", "remedy", "guide"].every((k) => typeof it[k] === "string");
  const { zero_starts: starts = [], told = [], updates = {} } = content.facts;
  const wrong = !isNames(starts) ? "zero_starts" : !(Array.isArray(told) && told.every(isFinding)) ? "told" : typeof updates !== "object" ? "updates" : "";
  if (wrong) return failed(`facts.${wrong} is of the wrong kind`, "what report.to_json() gave, unchanged");
  const notes = schema === "gradient-doctor/2" ? [] : [`This report has the schema ${schema}; it is read as gradient-doctor/2.`];
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


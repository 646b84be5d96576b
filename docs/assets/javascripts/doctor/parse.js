/* Reads what programs print about gradients, and says what it has read before anything is judged.

   The grammar, from the small to the large; each rule stands in the module named with it.

   tokens.js  A number is a whole token. No digit within a name, shape, device, type, date, address, fraction or unit is a value.
   words.js   A word names a quantity (grad, norm, mean, loss, lr, step …), or a layer, or both: grad_norm/fc1.weight.
   fields.js  A number and the words that belong to it are a field: key and value in a tree, heading and cell in a table, label and number
              in a line. A layer's name is the subject of its line, or of the line above.
   layers.js  Fields with a layer's name and a gradient's number are norms by layer; a gradient's number without a name is one norm over
              time; otherwise the text is something else. What can't be known is asked, and then there is no verdict.
   series.js  judges one norm over time; hints.js says of something else what to print instead; report.js reads the doctor's own JSON.

   parse(text) -> { kind: "layers" | "series" | "other" | "", layers, facts, by, notes, errors, read, left, asks, doubts, series, hint };
   it never throws. decide(paste) -> the doctor's findings, or none. */

import { readFields } from "./fields.js";
import { findHint, isElse } from "./hints.js";
import { judge } from "./judge.js";
import { settle } from "./layers.js";
import { readReport } from "./report.js";
import { judgeSeries } from "./series.js";
import { clean } from "./tokens.js";

export const MOST = { bytes: 2_000_000, lines: 20_000 };
const EMPTY = { kind: "", layers: [], facts: {}, by: "", notes: [], errors: [], read: [], left: [], asks: [], doubts: [] };

/** `order`: which end the first line is nearest to, "input" or "loss"; "" for what the names say. */
export const parse = (text, { order = "" } = {}) => {
  const size = new Blob([text]).size;
  const lines = text.split(/\r\n|\n|\r/).length;
  if (size > MOST.bytes || lines > MOST.lines) {
    return { ...EMPTY, kind: "other", errors: [{ line: 1, found: `${lines} lines, ${size} bytes`, expected: `at most ${MOST.lines} lines and ${MOST.bytes} bytes: paste one step of the log` }] };
  }
  if (!clean(text).trim()) return EMPTY;
  const report = readReport(text);
  if (report) return { ...EMPTY, kind: report.layers.length ? "layers" : "other", ...report, read: report.layers.map((x) => ({ name: x.name, value: x.signal, word: "signal" })) };
  const fields = readFields(text);
  const settled = isElse(text) ? { kind: "other" } : settle(fields, order);
  const errors = fields.unread.map(({ line, found }) => ({ line, found, expected: "a name and a number, such as layer1.weight: 1.2e-09" }));
  const left = leftOut(fields.fields, settled.used ?? new Set());
  if (settled.kind === "layers") {
    return { ...EMPTY, ...settled, errors, left, read: settled.rows.map(({ name, value, word, line }) => ({ name, value, word, line })) };
  }
  if (settled.kind === "series") {
    const { points, scales } = settled;
    return { ...EMPTY, kind: "series", left, errors: [], series: { ...settled, ...judgeSeries(settled) },
      read: (points.length ? points : scales).map(({ at, value, line }) => ({ name: `${settled.by} ${at}`, value, word: settled.word, line })) };
  }
  return { ...EMPTY, kind: "other", left, errors, hint: findHint(fields, settled.hint) };
};

const WHY = {
  loss: "losses", score: "scores", rate: "rates and settings", time: "times and sizes", count: "counts", weight: "of the weights", act: "of the activations",
  scale: "loss scales", step: "steps", epoch: "epochs", histogram: "histograms", summary: "summaries",
};

/** What was read and is no layer's gradient: [{ why, words }]. */
const leftOut = (fields, used) => {
  const groups = new Map();
  for (const field of fields) {
    if (used.has(field) || field.what === "unread") continue;
    const why = WHY[field.what] ?? (field.tensor ? "whole tensors" : field.total ? "over all layers" : field.measure && field.what !== "bare" ? "beside the number that was taken" : "without a layer's name");
    groups.set(why, (groups.get(why) ?? new Set()).add(field.word || field.name || field.raw || "numbers"));
  }
  return [...groups].map(([why, words]) => ({ why, words: [...words].slice(0, 6), more: Math.max(0, words.size - 6) }));
};

/** The doctor's findings on a paste, or none where something must be asked first. */
export const decide = (paste) => {
  if (paste.kind !== "layers" || paste.asks.length) return [];
  const findings = judge(paste.layers, paste.facts);
  const open = ["healthy", "inconclusive", ...(paste.unnamed ? ["exploding"] : [])]; // numbers without names may as well run over time
  if (open.includes(findings[0].code) && paste.doubts.length) {
    paste.asks.push(...paste.doubts);
    return [];
  }
  return findings;
};

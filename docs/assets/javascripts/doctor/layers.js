/* From fields to what is judged: norms by layer, one norm over time, or neither. It never guesses in silence: what it can't know it asks,
   and then there is no verdict. */

import { finding, moduleOf, names as listNames } from "./judge.js";
import { isLayerish } from "./words.js";

/** Which number stands for a layer where there are several: a norm before a mean, and what is said to be a gradient before what isn't. */
const RANK = ["grad norm", "stat norm", "grad ", "bare ", "grad rms", "grad abs mean", "grad abs", "grad std", "grad abs max", "grad max", "grad mean",
  "grad abs median", "grad median", "grad abs min", "grad min", "grad log", "stat rms", "stat abs mean", "stat std", "stat max", "stat mean", "stat median", "stat min", "stat log"];
const SURE = new Set(["grad norm", "stat norm", "grad ", "bare "]);
const NORMALIZATION = /(^|[._/])(bn|batch_?norm(alization)?|ln|layer_?norm|rms_?norm|norm|gn)_?\d*(\.|\/|$)/i;
const LEAF = /[./](?:weight|bias|kernel|gamma|beta|scale|embeddings?)(?::\d+)?$/i;
const CLASS = /^(?:Linear|Conv\dd|ConvTranspose\dd|ReLU|GELU|SiLU|Tanh|Sigmoid|LeakyReLU|BatchNorm\dd|LayerNorm|GroupNorm|Dropout|Embedding|LSTM|GRU|RNN|Dense|Flatten|MaxPool\dd|Softmax|MultiheadAttention|\w*Block|\w*Layer)$/;
const NETS = [["generator", "discriminator"], ["actor", "critic"], ["policy", "value"], ["teacher", "student"], ["netg", "netd"], ["g", "d"], ["online", "target"], ["pi", "v"],
  ["gen", "disc"], ["encoder_q", "encoder_k"]];
const AT_LOSS = /^(?:head|heads|classifier|lm_head|output|out|logits|fc_out|out_proj|final|last|loss|predictor|prediction)(?:$|[._/])/i;
const AT_INPUT = /(?:^|[._/])(?:embed\w*|stem|input\w*|patch_embed|wte|tok_embeddings|first)(?:$|[._/])/i;
const FEW = 3;
const FAINT = 1e-4; // a bias' gradient over its weight's

const groupBy = (items, of) => {
  const groups = new Map();
  for (const item of items) {
    const name = of(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return groups;
};
const key = (field) => `${field.what} ${field.measure}`;
const place = (field) => `${key(field)}|${field.place ?? 0}`;
const owner = (name) => {
  const bare = name.replace(/\.grad$/i, "");
  return /\.(weight|bias)$/i.test(bare) ? moduleOf(bare) : bare.replace(LEAF, "");
};

/** The layers of a text, the series of a text, or neither: { kind, … }. */
export const settle = (read, order) => {
  const { fields, unread, asked } = read;
  const said = fields.filter((field) => !["signal", "bias", "update", "spread", "dead", "saturated"].includes(field.what));
  const numbers = said.filter((field) => field.value !== undefined && !field.tensor);
  const ours = numbers.filter(({ what }) => ["grad", "stat", "bare"].includes(what));
  const tables = fields.filter((field) => field.table && field.name !== null && ["signal", "bias", "update", "spread", "dead", "saturated"].includes(field.what));
  const total = ours.filter((field) => field.name === null && field.what === "grad" && field.word);
  let named = ours.filter((field) => field.name !== null && !field.total);
  const before = named;
  if (named.some((field) => field.strong) || total.length) named = named.filter((field) => field.strong || (field.what !== "bare" && !total.length));
  const rowsOf = new Set(named.filter((field) => field.row && !field.word).map((field) => field.line));
  const dumped = said.filter((field) => (field.tensor && ["grad", "stat", "bare", "weight"].includes(field.what)) || (field.row && rowsOf.size > 1));
  if (rowsOf.size > 1 || fields.some((field) => field.table)) named = named.filter((field) => !field.row);
  const pictured = said.filter((field) => field.what === "histogram");
  if (dumped.length * 2 > named.length || pictured.length) named = [];
  const lonely = !named.length && !tables.length;
  const timed = ours.filter((field) => field.name === null && field.what === "bare" && (field.timed || (field.step !== null && field.step !== undefined)));
  if (lonely && total.length) return collectSeries(total, fields);
  const scales = said.filter((field) => field.what === "scale" && Number.isFinite(field.value) && field.value > 0);
  if (lonely && scales.length > 1) return collectSeries([], fields, scales);
  if (lonely && timed.length && !dumped.length) return collectSeries(timed, fields);
  const nameless = ours.filter((field) => field.name === null && !field.total && !field.word && (field.plain || field.table));
  if (lonely && nameless.length > 1 && !dumped.length && !pictured.length) {
    named = nameless.map((field) => ({ ...field, name: `line ${field.line}`, entry: true }));
  }
  const vague = named.every((field) => (!field.strong || field.indexed) && !field.entry && field.what !== "grad");
  if (!tables.length && (!named.length || (vague && named.length < FEW))) return { kind: "other" };
  const loose = ours.filter((field) => field.name === null && !field.total && !field.table && !field.tree && field.step === null).length;
  const lent = named.some((field) => field.lent) && (loose || read.spared);
  const [kept, inLine] = [new Set(named), groupBy(before, (field) => field.line)];
  const perhaps = [...new Set(before.filter((field) => !kept.has(field) && inLine.get(field.line).length === 1).map((field) => field.name))];
  const unsure = perhaps.length * 3 >= named.length && named.some((field) => !field.entry) ? [`Are ${perhaps.slice(0, 4).join(", ")} layers? Write the word grad before the numbers, or the parameters' own names.`] : [];
  const because = lent ? ["Names and numbers stand on lines of their own, and don't pair: print both on one line."] : [];
  return collectLayers({ named, tables, fields, unread, asked: [...asked, ...because, ...unsure], order });
};

// ---------- one norm over time ----------

const when = (field) => (field.step ?? null) !== null ? field.step : field.epoch ?? null;

const collectSeries = (values, fields, scales = fields.filter((field) => field.what === "scale" && field.value > 0)) => {
  const groups = groupBy(values, (field) => `${field.word}|${field.inRow ?? ""}`);
  const fit = (group) => (group[0].what === "grad" ? 2 : 0) + (SURE.has(key(group[0])) ? 1 : 0);
  const ordered = [...groups.values()].sort((a, b) => fit(b) - fit(a) || b.length - a.length);
  const chosen = ordered[0] ?? [];
  const steps = chosen.map(when);
  const counted = steps.length > 0 && steps.every((step) => step !== null) && (steps.length === 1 || new Set(steps).size > 1);
  const lossAt = new Map(fields.filter((field) => field.what === "loss").map((field) => [field.line, field.value]));
  return {
    kind: "series", said: chosen[0]?.what !== "bare", word: chosen[0]?.word || (scales[0]?.word ?? ""), measure: chosen[0]?.measure ?? "", others: ordered.slice(1).map((group) => group[0].word),
    by: chosen.length && counted ? (chosen[0].step ?? null) !== null ? "step" : "epoch" : "line",
    points: chosen.map((field, i) => ({ at: counted ? steps[i] : field.line, value: field.value, line: field.line, loss: lossAt.get(field.line) })),
    scales: scales.map((field) => ({ at: when(field) ?? field.line, value: field.value, line: field.line })),
    name: chosen[0]?.name ?? null, used: new Set([...chosen, ...scales]),
  };
};

// ---------- norms by layer ----------

const collectLayers = (it) => {
  const { named, tables, asked, order } = it;
  const notes = [];
  const chosen = chooseColumn(named, asked, notes);
  const names = [...new Set(chosen.map((field) => field.name))];
  const inTable = tables.length > 0;
  if (!inTable && names.length === 1 && chosen.length > 1) {
    if (!chosen[0].strong && chosen[0].what !== "grad") return { kind: "other" };
    if (!CLASS.test(names[0])) return collectSeries(chosen, it.fields);
  }
  const classes = names.length && names.every((name) => CLASS.test(name)) && chosen.length > names.length;
  if (classes) asked.push("The names are those of classes, and come again: print the parameters' own names, as named_parameters() gives them.");
  const steps = classes ? [chosen] : splitSteps(chosen, asked, notes);
  let kept = classes ? chosen.map((field, i) => ({ ...field, name: `${field.name} (${i + 1})` })) : steps;
  const own = splitOwn(tables);
  if (kept.some((f) => !NORMALIZATION.test(f.name)) && kept.some((f) => NORMALIZATION.test(f.name))) {
    kept = kept.filter((f) => !NORMALIZATION.test(f.name));
    notes.push("Parameters of normalization layers are left out: their gradients have a scale of their own.");
  }
  const turned = putInOrder(kept, order, asked, notes);
  const rows = turned.rows;
  const { layers, disconnected } = mergeModules(rows, own, turned.reversed);
  const by = standIn(layers, notes);
  const doubts = doubt(rows, { ...it, layers }, asked, notes, by);
  const facts = finish(layers, disconnected, by, notes);
  const count = new Set([...layers.map((x) => x.name), ...disconnected.map(owner)]).size;
  if (!layers.length && disconnected.length && rows.length) return { kind: "other", hint: "none" };
  if (count && count < FEW) asked.push(`${count === 1 ? "One layer says" : "Two layers say"} too little: a gradient fades or grows over layers, so print at least three.`);
  const shown = rows.length ? rows : own.filter((field) => field.what === "signal" || field.what === "bias");
  return { kind: "layers", layers, facts, by, notes, asks: [...new Set(asked)], doubts, unnamed: rows.length > 0 && rows.every((row) => row.entry || row.indexed), rows: shown, word: wordOf(rows), column: rows.length ? key(rows[0]) : "signal norm",
    used: new Set([...chosen, ...tables]) };
};

/** The word that stands beside all of them. */
const wordOf = (rows) => (new Set(rows.map((row) => row.word)).size === 1 ? rows[0].word : "");

const chooseColumn = (named, asked, notes) => {
  const groups = groupBy(named, place);
  const covers = (group) => new Set(group.map((field) => field.name)).size;
  const most = Math.max(0, ...[...groups.values()].map(covers));
  const fit = [...groups.entries()].filter(([, group]) => covers(group) * 2 >= most)
    .sort(([a], [b]) => RANK.indexOf(a.split("|")[0]) - RANK.indexOf(b.split("|")[0]) || Number(a.split("|")[1]) - Number(b.split("|")[1]));
  if (!fit.length) return [];
  const rivals = fit.filter(([name]) => name.split("|")[0] === fit[0][0].split("|")[0]);
  let [, chosen] = fit[0];
  if (rivals.length > 1) {
    const broken = rivals.filter(([, group]) => !group.every((field) => Number.isInteger(field.value) && /^[-+]?[\d,]+$/.test(field.raw)));
    if (broken.length === 1) {
      [, chosen] = broken[0];
      notes.push("Whole numbers beside the norms are left out, as counts.");
    } else asked.push(`Each line holds ${rivals.length} numbers, and no word says which of them is the gradient's norm: put a heading above them, or a word before it.`);
  }
  const held = new Set(chosen.map((field) => field.name));
  const missed = [...new Set(named.map((field) => field.name))].filter((name) => !held.has(name));
  if (missed.length) notes.push(`Left out, since “${chosen[0].word || "the number"}” does not stand beside them: ${missed.slice(0, 4).join(", ")}${missed.length > 4 ? ` and ${missed.length - 4} more` : ""}.`);
  return chosen;
};

/** Where names come again, the text holds several steps: the last whole one is taken. */
const splitSteps = (fields, asked, notes) => {
  const split = (byStep) => {
    const groups = [];
    let seen = new Set();
    let last = null;
    fields.forEach((field) => {
      const later = byStep && last && ["epoch", "step"].some((unit) => typeof field[unit] === "number" && typeof last[unit] === "number" && field[unit] !== last[unit]);
      if (!groups.length || seen.has(field.name) || later) {
        groups.push([]);
        seen = new Set();
      }
      last = field;
      seen.add(field.name);
      groups.at(-1).push(field);
    });
    return groups;
  };
  let groups = split(true);
  const names = new Set(fields.map((field) => field.name)).size;
  if (groups.length > 1 && groups.every((group) => group.length < names)) groups = split(false);
  if (groups.length < 2) return groups[0] ?? [];
  const size = Math.max(...groups.map((group) => group.length));
  const time = (group) => group[0].step ?? group[0].epoch;
  const full = groups.filter((group) => group.length === size);
  const latest = full.every((group) => typeof time(group) === "number") && new Set(full.map((group) => group[0].epoch)).size < 2 ? Math.max(...full.map(time)) : null;
  const whole = groups.findLastIndex((group) => group.length === size && (latest === null || time(group) === latest));
  const cut = groups.at(-1).length < size;
  if (size < names || groups.slice(1, -1).some((group) => group.length * 2 < size)) asked.push("Names come again, and not in the same order: paste one step.");
  const at = groups[whole][0];
  const stamp = typeof time(groups[whole]) === "number" ? ` (${typeof at.step === "number" ? "step" : "epoch"} ${time(groups[whole])})` : "";
  notes.push(`The text holds ${groups.length} steps; the last ${cut ? "whole one " : ""}is shown${stamp}.`);
  return groups[whole];
};

const splitOwn = (tables) => {
  const seen = new Map();
  tables.forEach((field) => seen.set(`${field.name} ${field.what}`, field));
  return [...seen.values()];
};

/** Numbers in names say the order. Falling ones turn it over, sorted words are sorted by number, and anything else is asked. */
const putInOrder = (rows, order, asked, notes) => {
  if (order) return { rows: order === "loss" ? [...rows].reverse() : rows, reversed: order === "loss" };
  const parts = (name) => (name.match(/\d+/g) ?? []).map(Number);
  const shape = (name) => name.replace(/\d+/g, "#");
  const compare = (a, b) => {
    const [x, y] = [parts(a), parts(b)];
    for (let i = 0; i < x.length; i += 1) if (x[i] !== y[i]) return x[i] - y[i];
    return 0;
  };
  const last = new Map();
  let [rises, falls] = [0, 0];
  const names = rows.map((row) => row.name);
  for (const name of names) {
    const before = last.get(shape(name));
    if (before !== undefined) {
      const way = compare(before, name);
      rises += way < 0;
      falls += way > 0;
    }
    last.set(shape(name), name);
  }
  const turn = (why) => {
    notes.push(why);
    return { rows: [...rows].reverse(), reversed: true };
  };
  const entries = rows.every((row) => row.entry);
  const [first, end] = [names[0] ?? "", names.at(-1) ?? ""];
  const backward = AT_LOSS.test(first) || AT_INPUT.test(end);
  const forward = AT_INPUT.test(first) || AT_LOSS.test(end);
  if (entries) return { rows, reversed: false };
  if (falls && !rises) {
    if ((falls > 1 || backward || names.length < FEW) && (!forward || backward)) return turn("The numbers in the names fall from line to line, so the last line is taken as the one nearest to the input.");
    asked.push("The numbers in the names fall, and not all names say so: say above at which end the input is.");
  } else if (falls && rises) {
    const byWord = names.every((name, i) => !i || names[i - 1] < name);
    if (byWord) {
      notes.push("The names are sorted as words, so that 10 comes before 2: they are put in the order of their numbers.");
      return { rows: [...rows].sort((a, b) => (shape(a.name) === shape(b.name) ? compare(a.name, b.name) : 0)), reversed: false };
    }
    asked.push("The numbers in the names rise and fall: print the layers in the order in which they are called, or say above at which end the input is.");
  } else if (backward && !forward) {
    if (!rises) return turn(`The names say that the loss is at the first line (${first}), so the order is turned over.`);
    asked.push(`The first line is ${first} and the last ${end}: say above at which end the input is.`);
  }
  return { rows, reversed: false };
};

const mergeModules = (rows, own, reversed) => {
  const byModule = new Map();
  const disconnected = [];
  const layerOf = (name) => {
    const module = owner(name);
    if (!byModule.has(module)) byModule.set(module, { name: module, kind: "read", signal: null, bias: null, weight_grad: null, update: null });
    return byModule.get(module);
  };
  for (const field of rows) {
    const layer = layerOf(field.name);
    if (field.value === null) disconnected.push(field.name);
    else layer[/(^|[./])bias(:\d+)?(\.grad)?$/i.test(field.name) ? "bias" : "weight_grad"] = Math.abs(field.value);
  }
  for (const field of reversed ? [...own].reverse() : own) {
    const layer = layerOf(field.name);
    if (field.value === null) disconnected.push(field.name);
    else if (field.value !== undefined) layer[field.what] = Math.abs(field.value);
  }
  return { layers: [...byModule.values()].filter((x) => x.signal !== null || x.bias !== null || x.weight_grad !== null), disconnected };
};

const standIn = (layers, notes) => {
  if (layers.some((x) => x.signal !== null)) return "signal";
  if (layers.length && layers.every((x) => x.bias !== null)) {
    notes.push("Bias gradients stand in for the signal ∂L/∂h: before a normalization they don't.");
    return "bias";
  }
  if (layers.length) notes.push("Weight gradients stand in for the signal ∂L/∂h. They can stay level while the signal dies: log bias gradients, or examine.");
  return "weight";
};

const finish = (layers, disconnected, by, notes) => {
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
  if (live.some((x) => x.signal === 0)) notes.push("A norm printed as zero may be one that float32 rounded to zero: print g.double().norm() before you believe it.");
  const told = [];
  const without = [...new Set(disconnected)];
  if (without.length) {
    told.push(finding("disconnected_layers", without.map(moduleOf),
      `no gradient reaches ${listNames(without)}: the graph is cut, or they are not used in this pass, or frozen.`));
  }
  if (bad.length) {
    told.unshift(finding("nonfinite_layer", [bad.at(-1).name], `going backward, ${bad.at(-1).name} is the first whose gradient is not finite.`));
  }
  return { told, finite: !bad.length };
};

/** What keeps these numbers from a verdict (asked), and what keeps them from being called healthy (returned). */
const doubt = (rows, it, asked, notes, by) => {
  const doubts = [];
  if (!rows.length) return doubts;
  const [{ what, measure }] = rows;
  const word = wordOf(rows);
  const said = word || measure || "the number";
  const gradient = it.fields.some((field) => field.what === "grad" || (field.what === "bare" && /grad/i.test(field.name ?? "")));
  const live = rows.map((row) => row.value).filter((value) => value !== null && Number.isFinite(value));
  const firsts = new Set(rows.map((row) => row.name.split(/[./]/)[0].toLowerCase()));
  const nets = NETS.find(([a, b]) => firsts.has(a) && firsts.has(b));
  if (nets) asked.push(`These are two nets, ${nets[0]} and ${nets[1]}: paste one of them at a time.`);
  const unnamed = rows.every((row) => row.entry || row.indexed);
  if (unnamed && /hist|time|step|epoch|train|iter/i.test(said)) asked.push(`Is “${said}” one number a layer, or one a step? Print names beside the numbers.`);
  if (measure === "log" || /\blog/i.test(measure)) asked.push(`“${said}” is a logarithm: print the norm itself.`);
  else if (what === "stat" && measure !== "norm") asked.push(`“${said}” is said of no one knows what: of the weights, or of their gradients? Write the word grad beside it, and better print the norm.`);
  else if (!SURE.has(key(rows[0]))) {
    notes.push(`“${said}” is a ${measure === "max" || measure === "min" ? `${measure}imum` : measure}, not a norm${/^(?:mean|min|median)$/.test(measure) ? ", and signs cancel in it" : ""}: it is judged as it stands, and a norm would say more.`);
    doubts.push(`From a ${measure} one can't tell that all is well: print the norms.`);
  }
  if (measure === "norm" && live.some((value) => value < 0)) asked.push("Some of these norms are negative, and a norm never is: what are they?");
  else if (SURE.has(key(rows[0])) && measure !== "norm" && live.some((value) => value < 0)) {
    asked.push("Some of these numbers are negative, so they are no norms: means, or logarithms? Print the norms.");
  }
  if (what === "bare" && !gradient && by !== "signal") {
    if (unnamed) doubts.push("No names and no word say what these numbers are. If they are gradient norms, one a layer, put names before them.");
    else if (rows.every((row) => !row.strong)) asked.push("No word says that these are layers and gradient norms: write the word grad before the numbers, or the parameters' own names.");
    else if (rows.filter((row) => isLayerish(row.name)).length * 2 < rows.length) asked.push("The names don't look like those of layers, and no word says that these are gradient norms: write the word grad before the numbers.");
    else notes.push("No word says that these numbers are gradient norms; they are taken as such.");
  } else if (what === "stat" && measure === "norm" && !gradient) {
    notes.push("No word says that these are norms of gradients, and not of weights; they are taken as such.");
    doubts.push("Norms of weights are of one size, too: write the word grad beside these if they are norms of gradients.");
  }
  if (live.length >= FEW && live[0] !== 0 && new Set(live).size === 1) asked.push(`Every layer has the same number, ${live[0]}: is it the gradient's norm?`);
  if (what !== "grad" && live.length >= FEW && rows.every((row) => row.value === null || !Number.isFinite(row.value) || /^\d+$/.test(row.raw ?? ""))) {
    asked.push("All of these are whole numbers, as counts are and norms are not: print the norms.");
  }
  const missed = it.unread.filter(({ found }) => /(?:^|[\s:=|(,])[-+]?\d+\.?\d*(?:e[-+]?\d+)?(?=$|[\s,|)%])/i.test(found)).length;
  if (missed * 3 > rows.length) asked.push(`${missed} ${missed === 1 ? "line" : "lines"} with numbers could not be read, against ${rows.length} that could: that is too little to judge by.`);
  const faint = it.layers.filter((x) => x.bias && x.weight_grad && x.bias < FAINT * x.weight_grad);
  if (by === "weight" && faint.length) doubts.push(`Some biases have next to no gradient (${faint[0].name}), and not every layer shows its own: print both of every layer.`);
  if (unnamed && !doubts.length) doubts.push("No names say that these are layers, and not steps. If they are layers, print their names before the numbers.");
  return doubts;
};

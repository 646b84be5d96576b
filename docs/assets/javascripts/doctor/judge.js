/* The doctor's rules, as in snippets/recipes/gradient_doctor.py: `judge(layers, facts)` reads the same fields, names the same causes
   and layers, and says them in the same words. One table of cases tests both. */

import { GUIDE, LIMITS, REMEDY } from "./rules.js";

const known = (value) => value !== null && value !== undefined;

/** Like Python's format: two digits of a mantissa and an exponent of at least two. */
export const short = (value) => {
  if (!known(value)) return "-";
  if (value === 0) return "0";
  return power(value, 1);
};

const power = (value, digits) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
};

/** Like Python's `:.{digits}g`. */
const general = (value, digits) => {
  if (!Number.isFinite(value)) return power(value, 1);
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa, tail] = power(value, digits - 1).split("e");
    return `${mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa}e${tail}`;
  }
  const fixed = value.toFixed(Math.max(0, digits - 1 - exponent));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
};

/** Like Python's `:.0%`, which rounds halves to even. */
const percent = (share) => {
  const whole = Math.floor(share * 100);
  const rest = share * 100 - whole;
  return `${rest > 0.5 || (rest === 0.5 && whole % 2) ? whole + 1 : whole}%`;
};

const names = (list, most = 4) => {
  const shown = list.slice(0, most).join(", ");
  return list.length > most ? `${shown} and ${list.length - most} more` : shown;
};

export const moduleOf = (parameter) => {
  const owner = parameter.split(".parametrizations.")[0];
  if (owner !== parameter) return owner;
  return parameter.split(".").slice(0, -1).join(".") || parameter;
};

const finding = (code, layers, evidence, remedy = "") => (
  { code, layers: [...new Set(layers)], evidence, remedy: remedy || REMEDY[code], guide: GUIDE[code] });

const atLoss = ({ loss }, before, after = "") => (known(loss) ? `${before}${short(loss)}${after}` : "");

const nonfinite = (facts) => {
  if (facts.bad_inputs.length) {
    return finding("nonfinite_input", facts.bad_inputs, `${names(facts.bad_inputs)} hold NaN or inf before the net sees them.`);
  }
  const where = facts.first_bad || "the loss or a gradient is not finite; it could not be traced to one operation";
  return finding("nonfinite_layer", facts.bad_layers.length ? facts.bad_layers : ["loss"], `${where}.${atLoss(facts, " The loss is ", ".")}`);
};

const disconnected = ({ disconnected: list }) => list.length && finding("disconnected_layers", list.map(moduleOf),
  `no gradient reaches ${names(list)}, although requires_grad is on: the loss does not depend on them through the graph.`);

const alike = ({ alike: list }) => list.length && finding("symmetric_init", list,
  `in ${names(list)} all units compute the same on this batch and get the same gradient, so they stay copies of one unit.`);

const underflow = ({ lost }) => lost.length && finding("underflow", lost,
  `in ${names(lost)} half of the weight gradient or nearly all of its entries round to zero; in higher precision, or with the loss `
  + "scaled up, the same pass is sound.");

const dead = (layers) => {
  const guilty = layers.filter((x) => known(x.dead) && x.dead > LIMITS.dead);
  return guilty.length && finding("dead_units", guilty.map((x) => x.name), `${percent(guilty[0].dead)} of the units of ${guilty[0].name} `
    + `are inactive on the whole batch (${guilty[0].activation || "zeros"}); nothing reaches their weights.`);
};

const saturated = (layers) => {
  const guilty = layers.filter((x) => known(x.saturated) && x.saturated > LIMITS.saturated);
  return guilty.length && finding("saturated_units", guilty.map((x) => x.name), `${percent(guilty[0].saturated)} of the units of `
    + `${guilty[0].name} are pinned at an end of ${guilty[0].activation} on nearly every sample, where it is almost flat.`);
};

/** From the input to the loss, the largest signal at each depth; a fused module's time is depth. */
export const points = (layers, facts) => {
  const best = new Map();
  for (const layer of layers) {
    const waits = layer.signal === 0 && (facts.zero_starts.length || layer.weight_grad);
    if (!layer.depth || !known(layer.signal) || waits) continue;
    let places = [[layer.depth, layer.signal, layer.name]];
    if (layer.times?.length) {
      const steps = layer.times.length;
      places = layer.times.map((signal, i) => [layer.depth - i, signal, `${layer.name}, step ${i + 1} of ${steps}`]);
    }
    for (const [depth, signal, place] of places) {
      if (!best.has(depth) || signal > best.get(depth).signal) best.set(depth, { depth, signal, name: layer.name, place });
    }
  }
  return [...best.values()].sort((a, b) => b.depth - a.depth);
};

const flow = (layers, facts) => {
  const seen = points(layers, facts);
  if (!seen.some((p) => p.signal)) return nothingSeen(seen, facts);
  const [first, last] = [seen[0], seen.at(-1)];
  if (last.signal === 0) {
    return finding("inconclusive", [last.name], "the last layer's signal is exactly zero and others are not.",
      "Examine another batch, and each term of the loss alone.");
  }
  if (first.signal === 0) {
    const zeros = seen.filter((p) => p.signal === 0).map((p) => p.name);
    return finding("vanishing", zeros, `the signal is exactly zero in ${names(zeros)} and ${power(last.signal, 1)} at ${last.name}.`);
  }
  const ratio = first.signal / last.signal;
  let said = `the signal at the first layer (${first.place}) is ${power(ratio, 1)} of the last (${last.place})`;
  const sound = (share) => LIMITS.sound_low <= share && share <= LIMITS.sound_high;
  if (sound(ratio)) return finding("healthy", [], `${said}: within a hundredth to a hundred times.`);
  const code = ratio < 1 ? "vanishing" : "exploding";
  const { fit, cliff, at } = steadiness(seen);
  const steady = fit >= LIMITS.steady && cliff <= LIMITS.cliff;
  const guilty = seen.filter((p) => !sound(p.signal / last.signal)).map((p) => p.name);
  said += `, a factor of ${general(ratio ** (1 / Math.max(1, first.depth - last.depth)), 2)} per layer or time step`;
  const beyond = !(LIMITS.vanishing <= ratio && ratio <= LIMITS.exploding);
  if (steady && beyond) return finding(code, guilty, `${said}, steadily (r² ${fit.toFixed(2)}).`);
  if (beyond) {
    return finding("inconclusive", [at], `${said}, but not steadily: the step at ${at} takes ${percent(cliff)} of it (r² ${fit.toFixed(2)}).`,
      `Look at what ${at} does to the gradient: a factor, a mask or a detached part. Examine the parts before and after it alone.`);
  }
  const moved = fed(layers);
  if (moved === null) return finding("inconclusive", guilty, `${said}, and no relative updates to compare.`, "Examine with the optimizer.");
  const updates = `${said}; the first layers' relative updates are ${power(moved, 1)} of the last layers'`;
  const starves = ratio < 1 ? moved < LIMITS.starved : moved > 1 / LIMITS.starved;
  if (starves && steady) return finding(code, guilty, `${updates}.`);
  if ((LIMITS.fed <= moved && moved <= 1 / LIMITS.fed) || (!steady && !starves)) return finding("healthy", [], `${updates}: they are fed.`);
  return finding("inconclusive", guilty, `${updates}.`, "Train a hundred steps and compare how far the first and the last layer moved, "
    + "relative to their size; below a thousandth it is vanishing.");
};

const nothingSeen = (seen, facts) => {
  if (seen.length) {
    return finding("inconclusive", [seen.at(-1).name], `every gradient is exactly zero${atLoss(facts, " at a loss of ")}: the net `
      + "has nothing left to learn from this batch, or the loss does not react to it.",
    "Examine a batch that the net gets wrong, and multiply the loss's terms by a thousand one at a time: one that changes nothing is dead.");
  }
  if (facts.stiffness) return finding("healthy", [], "nothing is wrong with the weights' gradients; no layer's signal could be seen.");
  return finding("inconclusive", ["model"], "no layer's signal could be seen.",
    "Examine the model before it is compiled, scripted or wrapped, and with the optimizer.");
};

const sum = (list) => list.reduce((a, b) => a + b, 0);

const steadiness = (seen) => {
  if (seen.length < 3) return { fit: 0, cliff: 1, at: seen[0].name };
  const ys = seen.map((p) => Math.log(Math.max(p.signal, 1e-320)));
  const centered = (values) => values.map((v) => v - sum(values) / values.length);
  const [dx, dy] = [centered(seen.map((p) => p.depth)), centered(ys)];
  const [sxy, sxx, syy] = [[dx, dy], [dx, dx], [dy, dy]].map(([a, b]) => sum(a.map((v, i) => v * b[i])));
  const steps = ys.slice(1).map((y, i) => ({ size: Math.abs(y - ys[i]), at: seen[i].name }));
  const largest = steps.reduce((a, b) => (b.size > a.size || (b.size === a.size && b.at > a.at) ? b : a));
  return { fit: syy ? (sxy * sxy) / (sxx * syy) : 0, cliff: largest.size / Math.abs(ys.at(-1) - ys[0]), at: largest.at };
};

const median = (values) => {
  const ordered = [...values].sort((a, b) => a - b);
  return (ordered[Math.floor((ordered.length - 1) / 2)] + ordered[Math.floor(ordered.length / 2)]) / 2;
};

/** Relative update, else relative gradient, of the first third of the layers over that of the last third. */
const fed = (layers) => {
  const moved = [];
  for (const layer of layers.filter((x) => x.depth).sort((a, b) => b.depth - a.depth)) {
    const relative = known(layer.update) ? layer.update : layer.weight_grad && layer.weight ? layer.weight_grad / layer.weight : null;
    if (relative && Number.isFinite(relative)) moved.push(relative);
  }
  if (moved.length < 2) return null;
  const third = Math.max(1, Math.floor(moved.length / 3));
  return median(moved.slice(0, third)) / median(moved.slice(-third));
};

const rate = (facts) => {
  const updates = Object.entries(facts.updates);
  if (!updates.length || !known(facts.loss) || !known(facts.loss_after)) return null;
  const change = facts.loss_after - facts.loss;
  const [name, largest] = updates.reduce((a, b) => (b[1] > a[1] ? b : a));
  const still = Math.abs(change) <= LIMITS.still * Math.abs(facts.loss);
  const atRest = known(facts.stiffness) && facts.stiffness <= LIMITS.at_rest;
  const learned = known(facts.learned) && facts.learned <= LIMITS.learned;
  if (largest < LIMITS.rate_too_small && still && !atRest && !learned) {
    return finding("learning_rate_too_small", [moduleOf(name)], `the weights that move most, ${name}, move by ${short(largest)} of their `
      + `size, and the loss by ${short(change)} of ${general(facts.loss, 3)}.`);
  }
  const big = updates.filter(([, u]) => u > LIMITS.rate_too_large || !Number.isFinite(u)).map(([n]) => n);
  if (big.length > LIMITS.most * updates.length && !(change <= 0)) {
    return finding("learning_rate_too_large", big.map(moduleOf), `one step moves ${big.length} of ${updates.length} weight matrices by more `
      + `than their own size (most: ${name}, ${short(largest)} times), and the loss goes from ${general(facts.loss, 3)} to `
      + `${general(facts.loss_after, 3)}.`);
  }
  return null;
};

const frozen = ({ frozen: list }) => list.length && finding("frozen_layers", list.map(moduleOf),
  `${names(list)} can't change: requires_grad is off, or the optimizer does not hold it.`);

/** What a report without a field means by leaving it out. */
export const FACTS = {
  loss: null, loss_after: null, finite: true, bad_inputs: [], first_bad: "", bad_layers: [], disconnected: [], frozen: [], alike: [],
  lost: [], zero_starts: [], updates: {}, learned: null, stiffness: null,
};

/** Every cause that holds, the primary one first; one finding, healthy or inconclusive, when none does. */
export const judge = (layers, given) => {
  const facts = { ...FACTS, ...given };
  if (!facts.finite) return [nonfinite(facts)];
  const flowing = flow(layers, facts);
  const found = [disconnected(facts), alike(facts), underflow(facts), dead(layers), saturated(layers)].filter(Boolean);
  const explained = found.length > 0;
  if (["vanishing", "exploding"].includes(flowing.code) && !explained) found.push(flowing);
  found.push(...[rate(facts), frozen(facts)].filter(Boolean));
  if (flowing.code === "inconclusive" && !explained) found.push(flowing);
  return found.length ? found : [flowing];
};

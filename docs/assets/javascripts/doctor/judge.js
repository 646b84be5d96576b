/* The doctor's rules, as in snippets/recipes/gradient_doctor.py: `judge(layers, facts)` reads the same fields, names the same causes
   and layers, and says them in the same words. One table of cases tests both. */

import { CAUSES, LIMITS } from "./rules.js";

const ORDER = Object.keys(CAUSES);
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

export const names = (list, most = 4) => {
  const shown = list.slice(0, most).join(", ");
  return list.length > most ? `${shown} and ${list.length - most} more` : shown;
};

export const moduleOf = (parameter) => {
  const owner = parameter.split(".parametrizations.")[0];
  if (owner !== parameter) return owner;
  return parameter.split(".").slice(0, -1).join(".") || parameter;
};

export const finding = (code, layers, evidence, remedy = "", note = false) => {
  const usual = CAUSES[code];
  const meant = note && usual && !usual.startsWith("If it wasn't meant") ? `If it wasn't meant: ${usual[0].toLowerCase()}${usual.slice(1)}` : usual;
  return { code, layers: [...new Set(layers)], evidence, remedy: remedy || meant, guide: `doctor=${code}`, note };
};

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
  if (sound(ratio)) return healthy(facts, `${said}: within a hundredth to a hundred times`);
  const code = ratio < 1 ? "vanishing" : "exploding";
  const { steady, fit, cliff, at } = steadiness(seen);
  const guilty = seen.filter((p) => !sound(p.signal / last.signal)).map((p) => p.name);
  said += `, a factor of ${general(ratio ** (1 / Math.max(1, first.depth - last.depth)), 2)} per layer or time step`;
  const beyond = !(LIMITS.vanishing <= ratio && ratio <= LIMITS.exploding);
  if (beyond && code === "vanishing" && known(facts.healed) && facts.healed >= LIMITS.healed) {
    return healthy(facts, `${said}; ten steps of the optimizer bring it to ${power(facts.healed, 1)}`);
  }
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
  if ((LIMITS.fed <= moved && moved <= 1 / LIMITS.fed) || (!steady && !starves)) return healthy(facts, `${updates}: they are fed`);
  return finding("inconclusive", guilty, `${updates}.`, "Train a hundred steps and compare how far the first and the last layer moved, "
    + "relative to their size; below a thousandth it is vanishing.");
};

const nothingSeen = (seen, facts) => {
  if (seen.length) {
    return finding("inconclusive", [seen.at(-1).name], `every gradient is exactly zero${known(facts.loss) ? ` at a loss of ${short(facts.loss)}` : ""}: the net `
      + "has nothing left to learn from this batch, or the loss does not react to it.",
    "Examine a batch that the net gets wrong, and multiply the loss's terms by a thousand one at a time: one that changes nothing is dead.");
  }
  if (facts.stiffness && !facts.applications) {
    return finding("healthy", [], "nothing is wrong with the weights' gradients; no layer applies a matrix.");
  }
  return finding("inconclusive", ["model"],
    `signal seen in ${facts.seen} of ${facts.applications} applications of weights: nothing can be said of the flow.`, UNSEEN);
};

const UNSEEN = "Examine the model before it is compiled, scripted or wrapped, and with the optimizer.";

/** Healthy, of as much as was seen. */
const healthy = (facts, evidence) => {
  let said = evidence;
  if (facts.guess && known(facts.loss) && facts.loss > LIMITS.above_guess * facts.guess) {
    said += `; but the loss is ${general(facts.loss / facts.guess, 3)} times that of a constant guess`;
  }
  if (facts.seen < facts.applications) {
    said += `; signal seen in ${facts.seen} of ${facts.applications} applications of weights`;
    if (facts.seen < 2 && facts.seen < LIMITS.most * facts.applications) return finding("inconclusive", ["model"], `${said}.`, UNSEEN);
  }
  return finding("healthy", [], `${said}.`);
};

const sum = (list) => list.reduce((a, b) => a + b, 0);

const steadiness = (seen) => {
  if (seen.length < 3) return { steady: false, fit: 0, cliff: 1, at: seen[0].name };
  const ys = seen.map((p) => Math.log(Math.max(p.signal, 1e-320)));
  const centered = (values) => values.map((v) => v - sum(values) / values.length);
  const [dx, dy] = [centered(seen.map((p) => p.depth)), centered(ys)];
  const [sxy, sxx, syy] = [[dx, dy], [dx, dx], [dy, dy]].map(([a, b]) => sum(a.map((v, i) => v * b[i])));
  const steps = ys.slice(1).map((y, i) => ({ size: Math.abs(y - ys[i]), at: seen[i].name }));
  const largest = steps.reduce((a, b) => (b.size > a.size || (b.size === a.size && b.at > a.at) ? b : a));
  const level = new Set(ys).size === 1;
  const fit = level ? 0 : (sxy * sxy) / (sxx * syy);
  const cliff = level ? 1 : largest.size / (Math.abs(ys.at(-1) - ys[0]) || 1e-320);
  return { steady: fit >= LIMITS.steady && cliff <= LIMITS.cliff, fit, cliff, at: largest.at };
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

/** The loss beside that of a constant guess: a note, or exploding where the outputs are large. */
const growth = (layers, facts) => {
  if (!facts.guess || !known(facts.loss) || facts.loss <= LIMITS.above_guess * facts.guess) return null;
  const sizes = new Map();
  for (const x of layers.filter((it) => it.depth && known(it.spread))) {
    const size = Math.hypot(x.mean ?? 0, x.spread), other = sizes.get(x.depth) ?? { signal: 0, name: "" };
    if (size > other.signal || (size === other.signal && x.name > other.name)) sizes.set(x.depth, { signal: size, name: x.name });
  }
  if (known(facts.output) && facts.output > (sizes.get(1)?.signal ?? 0)) sizes.set(0, { signal: facts.output, name: "the output" });
  const seen = [];
  for (const depth of [...sizes.keys()].sort((a, b) => b - a)) {
    const { signal, name } = sizes.get(depth), largest = Math.max(seen.at(-1)?.signal ?? 0, signal);
    if (largest) seen.push({ depth, signal: largest, name });
  }
  if (!seen.length) return null;
  const [first, last] = [seen[0], seen.at(-1)];
  let said = `the loss is ${general(facts.loss, 3)}, and a constant guess would have ${general(facts.guess, 3)}; outputs have size `
    + `${short(first.signal)} at ${first.name} and ${short(last.signal)} at ${last.name}`;
  const { steady, fit } = steadiness(seen);
  if (steady && last.signal > LIMITS.sound_high * first.signal) said += `, growing steadily (r² ${fit.toFixed(2)})`;
  const scaled = last.signal <= LIMITS.sound_high * first.signal && facts.told.some((it) => it.code === "unscaled_data");
  if ((facts.output ?? 0) < LIMITS.large_output || scaled) return finding("large_outputs", [last.name], `${said}.`, "", true);
  const guilty = seen.filter((p) => p.signal > LIMITS.sound_high * first.signal).map((p) => p.name);
  return finding("exploding", guilty.length ? guilty : [last.name], `${said}.`);
};

/** From some layer to the last hidden one nothing differs between rows any more. */
const collapsed = (layers, facts) => {
  const seen = layers.filter((x) => x.depth && known(x.differs)).sort((a, b) => b.depth - a.depth);
  const hidden = seen.some((x) => x.depth > 1) ? seen.filter((x) => x.depth > 1) : seen;
  const guilty = hidden.filter((x) => x.differs < LIMITS.alike);
  if (!guilty.length) return null;
  const last = Math.min(...hidden.map((x) => x.depth));
  if (hidden.some((x) => x.depth === last && !guilty.includes(x))) return null;
  const [first] = guilty, earlier = hidden.filter((x) => x.depth > first.depth).map((x) => x.differs);
  if ((earlier.length ? Math.max(...earlier) : facts.given ?? 0) < LIMITS.differing) return null;
  return finding("collapsed_activations", guilty.map((x) => x.name), `${short(first.differs)} of the output of ${first.name}`
    + `${first.activation ? ` (after ${first.activation})` : ""} differs between rows: whatever comes in, nearly the same goes on.`);
};

const rate = (facts) => {
  const updates = Object.entries(facts.updates);
  if (!updates.length) return null;
  const change = known(facts.loss) && known(facts.loss_after) ? facts.loss_after - facts.loss : null;
  const [name, largest] = updates.reduce((a, b) => (b[1] > a[1] ? b : a));
  const still = change === null || Math.abs(change) <= LIMITS.still * Math.abs(facts.loss);
  const atRest = known(facts.stiffness) && facts.stiffness <= LIMITS.at_rest;
  const learned = known(facts.learned) && facts.learned <= LIMITS.learned;
  if (largest < LIMITS.rate_too_small && still && !atRest && !learned) {
    const then = change === null ? "" : `, and the loss by ${short(change)} of ${general(facts.loss, 3)}`;
    return finding("learning_rate_too_small", [moduleOf(name)], `the weights that move most, ${name}, move by ${short(largest)} of their `
      + `size${then}${largest ? "" : ": the rate is zero or lost in rounding, or its schedule has not begun"}.`);
  }
  const big = updates.filter(([, u]) => !(u <= LIMITS.rate_too_large)).map(([n]) => n);
  if (change !== null && big.length > LIMITS.most * updates.length && !(change <= 0)) {
    return finding("learning_rate_too_large", big.map(moduleOf), `one step moves ${big.length} of ${updates.length} weight matrices by more `
      + `than their own size (most: ${name}, ${short(largest)} times), and the loss goes from ${general(facts.loss, 3)} to `
      + `${general(facts.loss_after, 3)}.`);
  }
  return null;
};

/** What a report without a field means by leaving it out. */
export const FACTS = {
  loss: null, loss_after: null, guess: null, output: null, finite: true, told: [], zero_starts: [], updates: {}, given: null, healed: null,
  learned: null, stiffness: null, seen: 0, applications: 0,
};

/** Every cause that holds, the primary one first, then notes; healthy or inconclusive leads where no cause does. */
export const judge = (layers, given) => {
  const facts = { ...FACTS, ...given };
  const found = facts.told.filter((it) => !it.note), notes = facts.told.filter((it) => it.note);
  if (facts.finite) {
    found.push(...[dead(layers), saturated(layers)].filter(Boolean));
    const behind = ["symmetric_init", "underflow", "dead_units", "saturated_units"];
    const explained = found.some((it) => behind.includes(it.code)), cut = found.some((it) => it.code === "disconnected_layers");
    const flowing = flow(layers, facts), grown = growth(layers, facts), same = collapsed(layers, facts), moved = rate(facts);
    const named = found.some((it) => it.code === "zero_gradient") && layers.some((x) => x.signal === 0);
    if (["vanishing", "exploding"].includes(flowing.code) && !explained && !(named && flowing.code === "vanishing")) found.push(flowing);
    if (grown && flowing.code !== "exploding") (grown.note ? notes : found).push(grown);
    if (same && !explained && flowing.code !== "vanishing") found.push(same);
    if (moved) found.push(moved);
    if (!found.length || (flowing.code === "inconclusive" && !explained && !cut)) found.push(flowing);
  }
  found.sort((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
  return [...found, ...notes];
};

/* A sketched curve: what the signal is at each layer, drawn by hand, and how far it is from the measured one. Knows no document.
   A curve is a list of powers of ten, one for each layer, null where nothing is drawn; at the last layer the signal is one by
   definition. */

import { inWords } from "../drawing.js";
import { choice } from "./settings.js";

export const LAYERS = 30;
export const LOW = -30, HIGH = 5; // powers of ten that the pad holds
export const HANDLES = [1, 6, 12, 18, 24]; // layers with a slider
export const NETS = { sigmoid: "sigmoid", relu: "ReLU" };
export const SETTINGS = { curve: choice("curve to draw", "sigmoid", NETS) };

const LIKE = 1.5; // powers of ten at the median layer within which a sketch is like a line
const BENT = 3; // powers of ten that a sketch leaves the straight line between its ends

export const blank = () => [...Array(LAYERS - 1).fill(null), 0];

const kept = (power) => Math.min(HIGH, Math.max(LOW, power));

const between = (from, to, layer) => from.power + (to.power - from.power) * (layer - from.layer) / (to.layer - from.layer);

/** The curve after the pen went from one point to the next, { layer, power } each, not whole; `from` is null where it was set down. */
export const stroked = (curve, from, to) => {
  const next = [...curve], set = (layer, power) => { if (layer >= 1 && layer < LAYERS) next[layer - 1] = kept(power); };
  set(Math.round(to.layer), to.power);
  if (from && from.layer !== to.layer) {
    const [first, last] = from.layer < to.layer ? [from, to] : [to, from];
    for (let layer = Math.ceil(first.layer); layer <= last.layer; layer++) set(layer, between(first, last, layer));
  }
  return next;
};

/** The curve with straight lines where the pen skipped layers; layers left of all that is drawn stay null. */
export const filled = (curve) => {
  const next = [...curve];
  let right = LAYERS;
  for (let layer = LAYERS - 1; layer >= 1; layer--) {
    if (next[layer - 1] === null) continue;
    const [from, to] = [layer, right].map((at) => ({ layer: at, power: next[at - 1] }));
    for (let l = layer + 1; l < right; l++) next[l - 1] = between(from, to, l);
    right = layer;
  }
  return next;
};

/** The curve after the slider of one of HANDLES was moved: straight to its drawn neighbors among them and to the loss. */
export const handled = (curve, layer, power) => {
  const next = filled(curve);
  next[layer - 1] = kept(power);
  const stops = [...HANDLES, LAYERS], at = stops.indexOf(layer);
  [stops.slice(0, at).findLast((l) => next[l - 1] !== null), stops.slice(at + 1).find((l) => next[l - 1] !== null)].forEach((other) => {
    if (other === undefined) return;
    const ends = [layer, other].map((l) => ({ layer: l, power: next[l - 1] })).sort((a, b) => a.layer - b.layer);
    for (let l = ends[0].layer + 1; l < ends[1].layer; l++) next[l - 1] = between(ends[0], ends[1], l);
  });
  return next;
};

/** The first layer that is drawn; null for an empty curve. */
export const start = (curve) => {
  const at = curve.findIndex((power) => power !== null);
  return at < LAYERS - 1 ? at + 1 : null;
};

// ---------- the measured curves ----------

/** { sigmoid: { value, low, high }, relu: … }, powers of ten by layer, from the figure's published data. Throws where they are not in it. */
export const measured = (csv) => {
  const rows = csv.trim().split(/\r?\n/).map((row) => row.split(","));
  return Object.fromEntries(Object.entries(NETS).map(([net, name]) => {
    const own = rows.filter(([line]) => line === name);
    const column = (at) => own.map((row) => Math.log10(Number(row[at])));
    const [value, low, high] = [2, 3, 4].map(column);
    if (own.length !== LAYERS || ![...value, ...low, ...high].every(Number.isFinite)) {
      throw new Error(`no curve of ${LAYERS} layers for ${name}`);
    }
    return [net, { value, low, high }];
  }));
};

// ---------- how close ----------

const median = (all) => {
  const sorted = [...all].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** What people draw, as a factor per layer, and what lies behind it. */
const STORIES = {
  sigmoid: [
    { key: "level", factor: 1, said: "It is nearly level, as if a sigmoid layer handed all of it back." },
    { key: "half", factor: 0.5, said: "It halves with every layer: a bit less each time, which is still far too much." },
    { key: "quarter", factor: 0.25,
      said: "It is the quarter per layer of the story: the most that sigmoid's slope allows, without the weights, which shrink it too." },
  ],
  relu: [
    { key: "level", factor: 1,
      said: "It is level at one, as if ReLU handed everything back: half of the units are silent, and the default weights are small." },
    { key: "silent", factor: Math.SQRT1_2,
      said: "It is what weights of variance 1/n would give: the silent half of the units is in it, but the default weights are smaller." },
    { key: "half", factor: 0.5, said: "It halves with every layer. The silent units and the small default weights together take more." },
    { key: "quarter", factor: 0.25, said: "It falls as the sigmoid's story does. ReLU loses less per layer than that." },
  ],
};

/** What is drawn above the bottom of the pad, from the layer on after which the curve no longer touches it. */
const aboveBottom = (powers) => powers.slice(powers.findLastIndex((power) => power <= LOW) + 1);

/** Whether a list of powers leaves the straight line between its ends. */
const bent = (powers) => {
  if (powers.length < 3) return true; // at the bottom at once
  const last = powers.length - 1;
  return powers.some((power, i) => Math.abs(power - powers[0] - (powers[last] - powers[0]) * i / last) > BENT);
};

/**
 * How a sketch compares with the measured curve over the layers that are drawn, the last apart: { from, distance: median distance in powers
 * of ten, above: whether it lies above, within: layers inside the band, of: layers compared, factor: per layer, story: what it is like }.
 * null where nothing is drawn.
 */
export const scored = (net, curve, ours) => {
  const drawn = filled(curve), from = start(drawn);
  if (from === null) return null;
  const layers = Array.from({ length: LAYERS - from }, (_, i) => from - 1 + i);
  const off = (line) => median(layers.map((i) => Math.abs(drawn[i] - line[i])));
  const lines = STORIES[net].map(({ key, factor }) => ({ key, distance: off(drawn.map((_, i) => (LAYERS - 1 - i) * Math.log10(factor))) }));
  const distance = off(ours.value);
  const nearest = [{ key: "ours", distance }, ...lines].reduce((a, b) => (b.distance < a.distance ? b : a));
  const signed = median(layers.map((i) => drawn[i] - ours.value[i]));
  const sloping = aboveBottom(drawn.slice(from - 1)), factor = 10 ** (sloping[0] / Math.max(1, sloping.length - 1));
  let story = nearest.key;
  if (nearest.distance > LIKE) story = bent(sloping) ? "bent" : median(layers.map((i) => drawn[i])) > 0 ? "grows" : "other";
  return {
    from, distance, above: signed > 0, of: layers.length, story, factor,
    within: layers.filter((i) => drawn[i] >= ours.low[i] && drawn[i] <= ours.high[i]).length,
  };
};

// ---------- in words ----------

const ON = 0.05; // powers of ten that no one sees
const CLOSE = [[0.5, "You have it"], [1.5, "Close"], [4, "Off"], [Infinity, "Far off"]];
const OTHERWISE = {
  ours: "The slope is that of a real net.",
  bent: "It bends. One factor for every layer makes a straight line on this axis.",
  grows: "It grows on its way back. Without skips, default weights let nothing grow.",
};

/** What the measured curve does. */
export const found = (ours) => {
  const share = 10 ** ours.value[0], factor = 10 ** (ours.value[0] / (LAYERS - 1));
  return `Measured: ${inWords(factor)} per layer, ${inWords(share)} at layer 1.`;
};

/** The verdict on one sketch. */
export const verdict = (net, score, ours) => {
  if (!score) return `You did not draw it. ${found(ours)}`;
  const { distance, above, from, story, factor, within, of } = score;
  const [, close] = CLOSE.find(([most]) => distance <= most);
  const powers = inWords(distance);
  const away = `${powers} ${powers === "1" ? "power" : "powers"} of ten ${above ? "above" : "below"}`;
  const lie = distance < ON ? "on the measured one" : `${away} the measured one`;
  const inside = `${within || "none"} of ${of} layers ${within === 1 ? "lies" : "lie"} within the band`;
  const compared = from > 1 ? ` You drew layers ${from} to ${LAYERS}; only these were compared.` : "";
  const like = OTHERWISE[story] ?? STORIES[net].find(({ key }) => key === story)?.said ?? `Its factor is ${inWords(factor)} per layer.`;
  return `${close}: at the median layer your line lies ${lie}; ${inside}. ${like} ${found(ours)}${compared}`;
};

/** The pad for those who do not see it. */
export const alternative = (curves, shown) => {
  const parts = Object.entries(NETS).map(([net, name]) => {
    const curve = filled(curves[net]), from = start(curve);
    if (from === null) return `${name}: nothing drawn`;
    return `${name}: drawn from 10 to the ${Math.round(curve[from - 1])} at layer ${from} to one at the loss`;
  });
  return `Thirty layers across, the loss on the right; the norm of the signal upward, one at the loss. ${parts.join(". ")}.`
    + (shown ? " The measured curves are shown." : "");
};

/* The phases of a wide random net: h = φ(z), z = W h' + b, with n·Var W = σ_w² and Var b = σ_b². The variance q of the z follows
   q ← σ_w² E φ(√q x)² + σ_b² to a fixed point q*, where the signal's squared norm is multiplied by χ₁ = σ_w² E φ'(√q* x)² per layer
   (Poole et al. 2016, Schoenholz et al. 2017). Knows no document. */

import { inWords } from "../drawing.js";
import { choice, real } from "./settings.js";

export const SETTINGS = {
  activation: choice("activation", "tanh", { tanh: "tanh", relu: "ReLU", erf: "erf" }),
  weight: real("spread of the weights", 0.1, 4, 1),
  bias: real("spread of the biases", 0, 2, 0.5),
};

/** Factors at which the map's colors change, and the colors between them: the ordered phase pales, the chaotic one heats. */
export const STEPS = [0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 2];
export const COLORS = ["v6", "v5", "v4", "v3", "v2", "v1", "f1", "f2", "f3", "f4", "f5", "f6"];

export const LAYERS = 30; // over which it is said what remains

const REACH = 9; // standard deviations; beyond, a normal has nothing left in double precision
const NODES = 180; // of a trapezoid, which for functions as smooth as tanh converges faster than any power of its step
const HALVINGS = 60;
const LEAST = 1e-14; // a variance below which a net counts as silent
const ON_EDGE = 1e-9; // distance of χ₁ from one that is none
const PLACES = 500; // of the table from which level lines are read
const SMALLEST = 1e-6, LARGEST = 400; // variances in that table

const [XS, MASSES] = (() => {
  const step = REACH / NODES, xs = new Float64Array(NODES + 1), masses = new Float64Array(NODES + 1);
  for (let i = 0; i <= NODES; i++) {
    xs[i] = i * step; // both signs at once, since the squares are even
    masses[i] = (i === 0 ? 1 : 2) * step * Math.exp(-xs[i] * xs[i] / 2) / Math.sqrt(2 * Math.PI);
  }
  return [xs, masses];
})();

/** E φ(√q x)² and E φ'(√q x)², x standard normal. */
const MOMENTS = {
  tanh: (q) => {
    const size = Math.sqrt(q);
    let square = 0, slope = 0;
    for (let i = 0; i <= NODES; i++) {
      const t = Math.tanh(size * XS[i]), s = 1 - t * t;
      square += MASSES[i] * t * t;
      slope += MASSES[i] * s * s;
    }
    return { square, slope };
  },
  erf: (q) => ({ square: 2 / Math.PI * Math.asin(2 * q / (1 + 2 * q)), slope: 4 / Math.PI / Math.sqrt(1 + 4 * q) }), // Williams 1997
  relu: (q) => ({ square: q / 2, slope: 0.5 }),
};

export const moments = (activation, q) => MOMENTS[activation](q);

/**
 * q*: zero for a net that falls silent, Infinity for a ReLU net whose variance grows without end, NaN where every variance is kept.
 * For tanh and erf, 1 − (σ_w² E φ² + σ_b²)/q grows with q, so that it changes its sign once at most.
 */
export const fixedPoint = (activation, weight, bias) => {
  const w = weight * weight, b = bias * bias;
  if (activation === "relu") {
    const rest = 1 - w / 2;
    if (Math.abs(rest) < ON_EDGE) return b > 0 ? Infinity : NaN;
    if (rest < 0) return Infinity;
    return b / rest;
  }
  const over = (q) => q - w * MOMENTS[activation](q).square - b;
  let low = Math.log(LEAST), high = Math.log(w + b + 1);
  if (over(LEAST) >= 0) return 0;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (over(Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
};

/** All there is to know of one point: q*, χ₁, the factor √χ₁ of the signal's norm, the depth scale ξ, and the phase. */
export const point = ({ activation, weight, bias }) => {
  const q = fixedPoint(activation, weight, bias);
  const chi = weight * weight * MOMENTS[activation](Number.isFinite(q) ? q : 1).slope;
  const edge = Math.abs(chi - 1) < ON_EDGE;
  const phase = edge ? "edge" : chi < 1 ? "ordered" : "chaotic";
  return { q, chi, factor: Math.sqrt(chi), depth: edge ? Infinity : 1 / Math.abs(Math.log(chi)), phase };
};

const tables = new Map();

/** E φ² and E φ'² for variances from nearly none to very large, computed once. */
const table = (activation) => {
  if (!tables.has(activation)) {
    tables.set(activation, Array.from({ length: PLACES }, (_, i) => {
      const q = SMALLEST * (LARGEST / SMALLEST) ** (i / (PLACES - 1));
      return { q, ...MOMENTS[activation](q) };
    }));
  }
  return tables.get(activation);
};

/** Where the factor has this value: [[σ_w, σ_b], …] from σ_b = 0 up to `most`.
    At a given q*, σ_w² is χ₁/E φ'² and σ_b² is q* − σ_w² E φ². */
const levelLine = (activation, factor, most) => {
  if (activation === "relu") return [[factor * Math.SQRT2, 0], [factor * Math.SQRT2, most]];
  const all = table(activation).map(({ q, square, slope }) => [factor / Math.sqrt(slope), q - factor * factor / slope * square]);
  const first = all.findLastIndex(([, b]) => b <= 0);
  const found = [];
  if (first >= 0 && first + 1 < all.length) { // where σ_b² passes zero
    const [[w0, b0], [w1, b1]] = [all[first], all[first + 1]];
    found.push([w0 + (w1 - w0) * -b0 / (b1 - b0), 0]);
  } else if (first < 0) found.push([all[0][0], 0]);
  for (const [w, b] of all.slice(first + 1)) {
    found.push([w, Math.sqrt(b)]);
    if (b > most * most) break;
  }
  return found;
};

const maps = new Map();

/** The level lines of STEPS, computed once for each activation. */
export const levels = (activation) => {
  if (!maps.has(activation)) {
    maps.set(activation, STEPS.map((factor) => ({ factor, line: levelLine(activation, factor, SETTINGS.bias.high) })));
  }
  return maps.get(activation);
};

/** σ_w at which a net with these biases is on the edge of chaos: σ_w² = 1/E φ'² at the q* that gives this σ_b², as on a level line. */
export const edgeAt = (activation, bias) => {
  const edge = (q) => {
    const { square, slope } = MOMENTS[activation](q);
    return { weight: 1 / Math.sqrt(slope), left: q - square / slope - bias * bias };
  };
  if (activation === "relu" || bias === 0) return edge(0).weight;
  let low = Math.log(SMALLEST ** 2), high = Math.log(LARGEST);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (edge(Math.exp(middle)).left < 0) low = middle;
    else high = middle;
  }
  return edge(Math.exp((low + high) / 2)).weight;
};

/** The gradient lab's address, relative to the site's root, with this net in it: weights of variance σ_w²/n, biases of σ_b². */
export const labAddress = ({ activation, weight, bias }) =>
  `understand/#lab?${new URLSearchParams({ v: 1, depth: LAYERS, width: 128, activation, init: "lecun", gain: weight, bias })}`;

// ---------- in words ----------

export const PHASES = { ordered: "ordered", edge: "on the edge of chaos", chaotic: "chaotic" };

/** A factor with enough digits to see on which side of one it lies. */
export const factorInWords = (factor) => inWords(factor, Math.abs(factor - 1) < 0.01 ? 5 : 3);

export const varianceInWords = (q) => (Number.isNaN(q) ? "any is kept" : q === Infinity ? "none (∞)" : inWords(q, 3));

export const depthInWords = (depth) => (depth === Infinity ? "∞" : inWords(depth, 2));

/** What is left of the signal after LAYERS layers at this factor. */
export const remains = (factor) => factor ** LAYERS;

const FORWARD = {
  none: "Forward, the variance of the pre-activations grows with every layer, without a fixed point; ReLU's factor is the same at any.",
  any: "Forward, every variance of the pre-activations is kept as it is.",
  zero: "Forward, the pre-activations sink to zero: there is no bias to hold them.",
};

/** One point in two sentences. */
export const sentence = ({ factor, depth, phase }) => {
  if (phase === "edge") {
    return "On the edge of chaos: each layer hands back the signal ∂L/∂h at its size. The depth scale is infinite, "
      + `and after ${LAYERS} layers all of it is left.`;
  }
  const left = inWords(remains(factor));
  const [name, end] = phase === "ordered" ? ["Ordered", `${left} of it is left`] : ["Chaotic", `it is ${left} times as large`];
  return `${name}: each layer multiplies the signal ∂L/∂h by ${factorInWords(factor)}. The depth scale is `
    + `${depthInWords(depth)} layers, and after ${LAYERS} layers ${end}.`;
};

/** What the forward pass settles at. */
export const forward = ({ q }) => {
  if (Number.isNaN(q)) return FORWARD.any;
  if (q === Infinity) return FORWARD.none;
  return q === 0 ? FORWARD.zero : `Forward, the variance of the pre-activations settles at ${inWords(q, 3)}.`;
};

/** The map and its point for those who do not see it. */
export const alternative = ({ activation, weight, bias }, { phase }) => {
  const { high } = SETTINGS.bias, name = SETTINGS.activation.options[activation];
  const [low, up] = [0, high].map((b) => inWords(edgeAt(activation, b), 3));
  return `Map of ${name} nets: spread of the weights across, of the biases upward. Left of the edge of chaos the signal shrinks, `
    + `right of it it grows. The edge runs from a σ_w of ${low} without biases to ${up} at a σ_b of ${high}. `
    + `The point, at a σ_w of ${inWords(weight, 3)} and a σ_b of ${inWords(bias, 3)}, is ${PHASES[phase]}.`;
};

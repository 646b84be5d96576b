/* The mean-field prediction: what becomes of variance and signal in infinitely wide layers (Poole et al. 2016, Schoenholz et al. 2017;
   for BatchNorm Yang et al. 2019). A unit's h is described by its mean m over units, its mean square q, and its mean product c between
   two inputs of the batch; the signal by its mean square p and its mean product k between two inputs. */

import { ACTIVATIONS } from "./activations.js";

const EPSILON = 1e-5;
const NODES = 256;
const NARROW = 1e-3; // the nodes crowd around zero, where a steep activation happens
const RANGE = 9; // standard deviations
const ORDERS = 40; // Hermite polynomials

/* a midpoint rule in t, x = NARROW sinh t, for the standard normal */
const { x: POINTS, mass: MASSES } = (() => {
  const end = Math.asinh(RANGE / NARROW), step = 2 * end / NODES;
  const x = new Float64Array(NODES), mass = new Float64Array(NODES);
  for (let i = 0; i < NODES; i++) {
    const t = -end + (i + 0.5) * step;
    x[i] = NARROW * Math.sinh(t);
    mass[i] = Math.exp(-x[i] * x[i] / 2) / Math.sqrt(2 * Math.PI) * NARROW * Math.cosh(t) * step;
  }
  return { x, mass };
})();

/* orthonormal Hermite polynomials at the nodes, times the masses */
const HERMITE = (() => {
  const rows = [MASSES.map(() => 1), POINTS.slice()];
  for (let k = 1; k < ORDERS; k++) rows.push(POINTS.map((x, i) => (x * rows[k][i] - Math.sqrt(k) * rows[k - 1][i]) / Math.sqrt(k + 1)));
  return rows.map((row) => row.map((h, i) => h * MASSES[i]));
})();

const mean = (f) => { let sum = 0; for (let i = 0; i < NODES; i++) sum += MASSES[i] * f[i]; return sum; };
const meanSquare = (f) => { let sum = 0; for (let i = 0; i < NODES; i++) sum += MASSES[i] * f[i] * f[i]; return sum; };

/** E f(u) f(v) for standard normals u, v of correlation c: the Hermite series (Mehler); what it leaves out counts as of the next order. */
const product = (f, square, c) => {
  let sum = 0, rest = square, power = 1;
  for (const row of HERMITE) {
    let a = 0;
    for (let i = 0; i < NODES; i++) a += row[i] * f[i];
    sum += a * a * power;
    rest -= a * a;
    power *= c;
  }
  return sum + Math.max(0, rest) * power;
};

const places = new Float64Array(NODES), values = new Float64Array(NODES), slopes = new Float64Array(NODES);

/** Means of φ and φ' for a normal argument of mean square q and correlation r between two inputs, which only BatchNorm asks for. */
const throughActivation = (activation, q, r, paired) => {
  const size = Math.sqrt(q);
  for (let i = 0; i < NODES; i++) places[i] = size * POINTS[i];
  ACTIVATIONS[activation].apply(places, values, slopes, NODES);
  const square = meanSquare(values), slope = meanSquare(slopes), m = mean(values);
  return { m, q: square, slope, c: paired ? product(values, square, r) : m * m, slopePair: paired ? product(slopes, slope, r) : 0 };
};

/** n times the variance of a weight. */
export const weightVariance = ({ init, gain }) => gain ** 2 * { default: 1 / 3, xavier: 1, lecun: 1, he: 2, orthogonal: 1 }[init];

/** Variance of a bias. */
export const biasVariance = ({ init, bias, width }) => bias ** 2 + (init === "default" ? 1 / (3 * width) : 0);

const normalized = ({ m, q, c }, { norm, batch }) => {
  if (norm === "layer") {
    const variance = q - m * m, inverse = 1 / (variance + EPSILON);
    return [{ m: 0, q: variance * inverse, c: (c - m * m) * inverse }, (p, k) => [p * inverse, k * inverse]];
  }
  const variance = (q - c) * (batch - 1) / batch;
  const kept = variance / (variance + EPSILON);
  // the mean of 1/σ̂² over normal batches is B/(B − 3) times that of the variance; centring and ∂σ̂ leave B − 2 of B directions
  const inverse = (batch - 2) / (batch - 3) / (q - c + EPSILON);
  return [{ m: 0, q: kept, c: -kept / (batch - 1) }, (p, k) => { const left = (p - k) * inverse; return [left, -left / (batch - 1)]; }];
};

/** One layer: the state after it, and the function that sends (p, k) back through it. */
const through = (state, settings, weight, bias) => {
  const { activation, norm, place, skip, order, depth } = settings;
  const at = norm === "none" ? "" : place, paired = norm === "batch";
  const scale = skip === "scaled" ? 1 / Math.sqrt(depth) : 1;
  const backs = [];
  let a = state;
  if (at === "before") { const [n, back] = normalized(a, settings); a = n; backs.push(back); }
  if (order === "post") {
    const q = weight * a.q + bias, c = weight * a.c + bias;
    const f = throughActivation(activation, q, c / q, paired);
    backs.push((p, k) => [weight * f.slope * p, weight * f.slopePair * k]);
    a = f;
  } else {
    const f = throughActivation(activation, a.q, a.c / a.q, paired);
    backs.push((p, k) => [weight * f.slope * p, weight * f.slopePair * k]);
    a = { m: 0, q: weight * f.q + bias, c: weight * f.c + bias };
  }
  if (at === "after") { const [n, back] = normalized(a, settings); a = n; backs.push(back); }
  const branch = (p, k) => backs.reduceRight(([pp, kk], back) => back(pp, kk), [scale ** 2 * p, scale ** 2 * k]);
  if (skip === "none" && at !== "sum") return [a, branch];
  const y = skip === "none" ? a : {
    m: state.m + scale * a.m, q: state.q + 2 * scale * state.m * a.m + scale ** 2 * a.q, c: state.c + 2 * scale * state.m * a.m + scale ** 2 * a.c,
  };
  const sum = (p, k) => { const [bp, bk] = branch(p, k); return skip === "none" ? [bp, bk] : [p + bp, k + bk]; };
  if (at !== "sum") return [y, sum];
  const [h, back] = normalized(y, settings);
  return [h, (p, k) => sum(...back(p, k))];
};

/**
 * Without normalization, weights before the activation: the same, to the next order in 1/n. The second moments of g are those of an even
 * part a and of a part along h, g gᵀ ~ a I/n + ε h hᵀ. That part is of order 1/n where the loss points in a random direction, yet in a net
 * with skips it grows by a larger factor of its own, because the slopes of a layer depend on its weights: E[Wᵀ φ'(W h) f(W h)] =
 * σ_w² E[(φ' f)'] h (Stein).
 */
const coherent = (settings, weight, bias) => {
  const { activation, depth, skip, width, loss } = settings;
  const scale = skip === "scaled" ? 1 / Math.sqrt(depth) : 1, u = skip === "none" ? 0 : 1;
  const states = [{ m: 0, q: 1 }], layers = [];
  for (let l = 0; l < depth; l++) {
    const { m, q } = states[l], z = weight * q + bias;
    const f = throughActivation(activation, z, 0, false); // fills values, slopes and places
    const over = (g) => { let sum = 0; for (let i = 0; i < NODES; i++) sum += MASSES[i] * g(values[i], slopes[i], places[i]); return sum; };
    const bend = over((v, s, x) => s * x) / z, own = over((v, s, x) => v * s * x) / z; // E φ'', E (φ φ')'
    const even = scale ** 2 * weight * f.slope, steep = scale ** 2 * weight * over((v, s, x) => s * s * x * x) / z;
    const next = skip === "none" ? { m: f.m, q: f.q } : { m: m + scale * f.m, q: q + 2 * scale * m * f.m + scale ** 2 * f.q };
    const overlap = (u * q + scale * f.m * m) / q; // of h_l with h_(l−1)
    const sent = weight * (u * m * bend + scale * own); // of h_l by Wᵀ φ', along h_(l−1)
    const share = u * q * f.slope + 2 * u * scale * m * over((v, s) => v * s * s) + scale ** 2 * over((v, s) => (v * s) ** 2);
    const both = 2 * u * scale * weight * bend * m;
    layers.push({
      even: u + even + (steep - even + both) / width,
      along: (u + steep + both) / (width * q),
      ofAlong: (u * overlap + scale * sent) ** 2,
      ofAll: u * next.q + 2 * u * scale * overlap * sent * q + scale ** 2 * (weight * share + sent ** 2 * q),
    });
    states.push(next);
  }
  const profile = new Float64Array(depth).fill(1);
  let [a, part] = loss === "square" ? [0, 1 / states[depth].q] : [1, 0];
  for (let l = depth - 1; l > 0; l--) {
    const { q } = states[l], step = layers[l];
    const p = step.even * a + step.ofAll * part;
    part = (step.along * a + step.ofAlong * part - p / (width * q)) * width / (width - 1);
    a = p - part * q;
    profile[l - 1] = Math.sqrt(p);
  }
  return profile;
};

/** ‖∂L/∂h_l‖ for l = 1 … L relative to the last, as wide nets have it; NaN where a variance overflows. */
export const predicted = (settings) => {
  const weight = weightVariance(settings), bias = biasVariance(settings);
  if (settings.norm === "none" && settings.order === "post") return coherent(settings, weight, bias);
  const steps = [];
  let state = { m: 0, q: 1, c: 0 };
  for (let l = 0; l < settings.depth; l++) {
    const [next, back] = through(state, settings, weight, bias);
    steps.push(back);
    state = next;
  }
  const profile = new Float64Array(settings.depth).fill(1);
  let [p, k] = [1, settings.loss === "square" ? state.c / state.q : 0];
  for (let l = settings.depth - 1; l > 0; l--) {
    [p, k] = steps[l](p, k);
    profile[l - 1] = Math.sqrt(p);
  }
  return profile;
};

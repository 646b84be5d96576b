/* A recurrent net over time: a matrix whose spectral radius and largest singular value are both chosen, and how much of each state is
   left in the last one. The recursion is exact: whole Jacobians are multiplied, each kept near one with its power of two apart. */

import { ACTIVATIONS } from "./activations.js";
import { dot, largest, norm, orthonormal, product, productBack } from "./linear.js";
import { normals, uniforms } from "./random.js";

/* streams of random numbers; an LSTM's two matrices and two biases have one each */
export const STREAMS = { above: 0, eigenvalues: 1, basis: 2, first: 3, inputs: 4, lstm: [5, 6, 7, 8] };

const LONGEST = 200; // steps for which inputs are drawn; fewer take the first of them
const NARROWED = 100; // steps of false position at most
const CLOSE = 4e-15; // two numbers that differ by less, in ratio, count as one
const ROUNDING = 2e-16;
const STEADY = 3; // steps of Lanczos in a row that must not change what they find

/** v ↦ AᵀA v for n by n A, four rows at a time; returns |A v|². */
const twice = (A, v, out, n) => {
  let square = 0, i = 0;
  out.fill(0);
  for (; i + 4 <= n; i += 4) {
    const a = i * n, b = a + n, c = b + n, d = c + n;
    let p = 0, q = 0, r = 0, s = 0;
    for (let j = 0; j < n; j++) { const x = v[j]; p += A[a + j] * x; q += A[b + j] * x; r += A[c + j] * x; s += A[d + j] * x; }
    for (let j = 0; j < n; j++) out[j] += p * A[a + j] + q * A[b + j] + r * A[c + j] + s * A[d + j];
    square += p * p + q * q + r * r + s * s;
  }
  for (; i < n; i++) {
    const p = dot(A, i * n, v, 0, n);
    for (let j = 0; j < n; j++) out[j] += p * A[i * n + j];
    square += p * p;
  }
  return square;
};

/** The largest eigenvalue of the leading part of a tridiagonal matrix, by Newton from a place above it: every step goes down toward it. */
const largestEigenvalue = (diagonal, squares, count, above) => {
  for (let value = above; ;) {
    let pivot = diagonal[0] - value, slope = -1, sum = slope / pivot;
    for (let i = 1; pivot < 0 && i < count; i++) {
      const share = squares[i - 1] / pivot;
      slope = share * slope / pivot - 1;
      pivot = diagonal[i] - value - share;
      sum += slope / pivot;
    }
    const next = value - 1 / sum;
    if (!(pivot < 0) || !(next < value) || value - next <= ROUNDING * value) return pivot < 0 && next < value ? next : value;
    value = next;
  }
};

const starts = new Map(); // for each width a vector of no special direction

const start = (n) => {
  if (!starts.has(n)) {
    const drawn = Float64Array.from(normals(0, 0, n)), size = norm(drawn, n);
    starts.set(n, drawn.map((v) => v / size));
  }
  return starts.get(n);
};

/**
 * The largest singular value of an n by n matrix: root of the largest eigenvalue of AᵀA, by Lanczos with every vector made orthogonal to
 * all before it. Unlike powers of a matrix it does not stop too early where two singular values lie close: after n steps it is exact.
 */
export const spectralNorm = (A, n) => {
  const most = largest(A, n * n);
  if (most === 0 || !Number.isFinite(most)) return most;
  const near = most < 1e-100 || most > 1e100 ? A.map((a) => a / most) : A, scale = near === A ? 1 : most;
  const diagonal = new Float64Array(n), squares = new Float64Array(n), vectors = [start(n)];
  let found = 0, beside = 0, steady = 0;
  for (let k = 0; k < n; k++) {
    const v = vectors[k], w = new Float64Array(n);
    diagonal[k] = twice(near, v, w, n);
    const above = (Math.max(found, diagonal[k]) + beside) * (1 + CLOSE);
    const value = k === 0 ? diagonal[0] : largestEigenvalue(diagonal, squares, k + 1, above);
    steady = value - found <= CLOSE * value ? steady + 1 : 0;
    found = Math.max(found, value);
    if (steady >= STEADY) break;
    for (let round = 0; round < 2; round++) {
      for (let j = k; j >= 0; j--) {
        const u = vectors[j], along = dot(u, 0, w, 0, n);
        for (let i = 0; i < n; i++) w[i] -= along * u[i];
      }
    }
    beside = norm(w, n);
    if (beside <= CLOSE * found) break;
    squares[k] = beside * beside;
    for (let i = 0; i < n; i++) w[i] /= beside;
    vectors.push(w);
  }
  return scale * Math.sqrt(found);
};

/** s · 2^power, without a step in between that no number holds. */
const shifted = (s, power) => {
  const half = Math.trunc(power / 2);
  return s * 2 ** half * 2 ** (power - half);
};

/** Bring matrices of one scale near one; returns the power of two that was taken out, or 0 where all of them are zero. */
const normalize = (...matrices) => {
  const most = Math.max(...matrices.map((A) => largest(A, A.length)));
  if (!(most > 0) || !Number.isFinite(most)) return 0;
  const power = Math.floor(Math.log2(most));
  if (power < -1000) { // a factor of 2^1000 is the largest that is surely a number
    matrices.forEach((A) => { for (let i = 0; i < A.length; i++) A[i] *= 2 ** 1000; });
    return normalize(...matrices) - 1000;
  }
  const factor = 2 ** -power;
  matrices.forEach((A) => { for (let i = 0; i < A.length; i++) A[i] *= factor; });
  return power;
};

/** The norms of a product as it grows, and their logarithms, which hold where no number does; index T is one. */
class Trace {
  constructor(steps) {
    this.values = new Float64Array(steps + 1).fill(1);
    this.powers = new Float64Array(steps + 1); // log10
  }

  set(t, s, power) {
    this.values[t] = shifted(s, power);
    this.powers[t] = Math.log10(s) + power * Math.LOG10E * Math.LN2;
  }
}

/** base^(T−t) for t = 0 … T. */
export const powersOf = (base, steps) => {
  const trace = new Trace(steps);
  for (let t = 0; t < steps; t++) {
    trace.values[t] = base ** (steps - t);
    trace.powers[t] = (steps - t) * Math.log10(base);
  }
  return trace;
};

/** T = D + a N with its largest singular value as asked, by false position (Illinois): it grows with a, and never bends down. */
export const stretched = (diagonal, above, n, asked) => {
  const made = new Float64Array(n * n);
  const at = (a) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) made[i * n + j] = j > i ? a * above[i * n + j] : i === j ? diagonal[i] : 0;
    }
    return spectralNorm(made, n) - asked;
  };
  const radius = largest(diagonal, n);
  if (asked <= radius) return { a: 0, made, largest: at(0) + asked };
  const alone = spectralNorm(above, n);
  let low = (asked - radius) / alone, high = (asked + radius) / alone, below = at(low), over = at(high), a = low, off = below, side = 0;
  for (let i = 0; i < NARROWED && Math.abs(off) > CLOSE * asked && high - low > CLOSE * high; i++) {
    a = over > below ? (low * over - high * below) / (over - below) : (low + high) / 2;
    off = at(a);
    if (off < 0) {
      if (side < 0) over /= 2;
      low = a; below = off; side = -1;
    } else {
      if (side > 0) below /= 2;
      high = a; over = off; side = 1;
    }
  }
  return { a, made, largest: off + asked };
};

/** Eigenvalues of a matrix, the largest of size `radius`: spread evenly at random between it and its negative, or all of that size. */
export const eigenvalues = (drawn, radius, kind) => {
  if (kind === "equal") return Float64Array.from(drawn, (u) => (u < 0 ? -radius : radius));
  const most = largest(drawn, drawn.length);
  return Float64Array.from(drawn, (u) => radius * (u / most));
};

/** A B and A Bᵀ of n by n matrices. */
const times = (A, B, n) => {
  const out = new Float64Array(n * n);
  productBack(A, B, out, n, n, n);
  return out;
};
const timesTransposed = (A, B, n) => {
  const out = new Float64Array(n * n);
  product(A, B, new Float64Array(n), out, n, n, n);
  return out;
};

const logistic = (z) => 1 / (1 + Math.exp(-z));

/** What is drawn is kept for a width and a seed; what is computed from it, for all settings. */
export class Recurrence {
  constructor() { this.free(); }

  free() {
    this.kept = new Map();
    this.key = "";
  }

  /** What was drawn under this name for this seed and width, made on first use. */
  get(name, make) {
    if (!this.kept.has(name)) this.kept.set(name, make());
    return this.kept.get(name);
  }

  configure(settings) {
    const key = `${settings.seed} ${settings.width}`;
    if (key !== this.key) this.kept.clear();
    Object.assign(this, { settings, key });
  }

  /** The inputs of all steps times their scale, or zeros. */
  inputs() {
    const { seed, width, steps, inputs, scale } = this.settings;
    if (inputs === "off") return new Float64Array(steps * width);
    const drawn = this.get("x", () => normals(seed, STREAMS.inputs, LONGEST * width));
    return Float64Array.from(drawn.subarray(0, steps * width), (x) => scale * x);
  }

  /** W = Q (D + a N) Qᵀ; a linear net stays in the basis where its matrix is triangular, which changes no norm and keeps zeros exact. */
  matrix() {
    const { seed, width: n, rho, sigma, eigen, phi } = this.settings;
    const wanted = `${rho} ${sigma} ${eigen} ${phi === "linear"}`;
    const last = this.kept.get("W");
    if (last?.wanted === wanted) return last;
    const above = this.get("N", () => upper(Float64Array.from(normals(seed, STREAMS.above, n * n)), n));
    const drawn = this.get("D", () => Float64Array.from(uniforms(seed, STREAMS.eigenvalues, n)));
    const { a, made, largest: found } = stretched(eigenvalues(drawn, rho, eigen), above, n, sigma);
    let W = made;
    if (phi !== "linear") {
      const Q = this.get("Q", () => orthonormal(normals(seed, STREAMS.basis, n * n), n));
      W = timesTransposed(times(Q, made, n), Q, n);
    }
    const kept = { wanted, a, W, triangular: made, largest: found };
    this.kept.set("W", kept);
    return kept;
  }

  /** All norms for these settings, index t = 0 … T: how much of the state after step t is left after step T. */
  run() { return this.settings.net === "lstm" ? this.gated() : this.plain(); }

  /** h_t = φ(W h_{t-1} + x_t): the true norm, the two powers, and how many times larger an error in a state comes out (log10). */
  plain() {
    const { seed, width: n, steps, phi, rho } = this.settings;
    const { W, a, largest: sigma } = this.matrix();
    const { apply, steepest } = ACTIVATIONS[phi];
    const x = this.inputs(), z = new Float64Array(n);
    const states = [Float64Array.from(normals(seed, STREAMS.first, n))], slopes = [];
    for (let t = 0; t < steps; t++) {
      const h = new Float64Array(n), slope = new Float64Array(n);
      product(states[t], W, x.subarray(t * n, (t + 1) * n), z, 1, n, n);
      apply(z, h, slope, n);
      states.push(h);
      slopes.push(slope);
    }
    const trace = new Trace(steps);
    let P = identity(n), next = new Float64Array(n * n), power = 0;
    for (let t = steps - 1; t >= 0; t--) {
      scaleColumns(P, slopes[t], n);
      productBack(P, W, next, n, n, n);
      [P, next] = [next, P];
      power += normalize(P);
      trace.set(t, spectralNorm(P, n), power);
    }
    const errors = states.map((h, t) => trace.powers[t] + Math.log10(norm(h, n) / norm(states[steps], n)));
    return {
      a, sigma, steepest, states,
      lines: { true: trace, bound: powersOf(steepest * sigma, steps), radius: powersOf(rho, steps) },
      errors: phi === "linear" ? 0 : Math.max(0, ...errors.filter(Number.isFinite)),
    };
  }

  /** PyTorch's LSTM cell with its default weights, the forget gate's bias set. */
  cell() {
    const { seed, width: n } = this.settings;
    return this.get("lstm", () => {
      const [input, hidden, first, second] = STREAMS.lstm.map((stream, k) => {
        const drawn = uniforms(seed, stream, 4 * n * (k < 2 ? n : 1));
        return Float64Array.from(drawn, (u) => u / Math.sqrt(n));
      });
      return { input, hidden, first, second };
    });
  }

  /** The blocks ∂h_T/∂h_t and ∂c_T/∂c_t of the Jacobian of the whole state (h, c), and the product of the mean forget gates. */
  gated() {
    const { width: n, steps, forget } = this.settings;
    const { input, hidden, first, second } = this.cell();
    const bias = first.map((b, i) => (i >= n && i < 2 * n ? forget : b + second[i]));
    const x = this.inputs(), fromInputs = new Float64Array(4 * n), z = new Float64Array(4 * n);
    const states = [new Float64Array(n)], cells = [new Float64Array(n)], gates = [], means = [];
    for (let t = 0; t < steps; t++) {
      product(x.subarray(t * n, (t + 1) * n), input, bias, fromInputs, 1, 4 * n, n);
      product(states[t], hidden, fromInputs, z, 1, 4 * n, n);
      const h = new Float64Array(n), c = new Float64Array(n), gate = new Float64Array(4 * n);
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const open = logistic(z[i]), keep = logistic(z[n + i]), g = Math.tanh(z[2 * n + i]), show = logistic(z[3 * n + i]);
        c[i] = keep * cells[t][i] + open * g;
        h[i] = show * Math.tanh(c[i]);
        gate[i] = open; gate[n + i] = keep; gate[2 * n + i] = g; gate[3 * n + i] = show;
        sum += keep;
      }
      states.push(h);
      cells.push(c);
      gates.push(gate);
      means.push(sum / n);
    }
    const lines = { hidden: new Trace(steps), cell: new Trace(steps), gates: new Trace(steps) };
    let [hh, hc, ch, cc] = [identity(n), new Float64Array(n * n), new Float64Array(n * n), identity(n)];
    let power = 0, kept = 0;
    const spare = [new Float64Array(n * n), new Float64Array(n * n)], A = new Float64Array(n * n), B = new Float64Array(n * n);
    const leak = new Float64Array(n), keep = new Float64Array(n);
    for (let t = steps - 1; t >= 0; t--) {
      this.stepJacobian(hidden, gates[t], cells[t], cells[t + 1], { A, B, leak, keep });
      [hh, hc] = this.stepBack(hh, hc, { A, B, leak, keep }, spare);
      [ch, cc] = this.stepBack(ch, cc, { A, B, leak, keep }, spare);
      power += normalize(hh, hc, ch, cc);
      kept += Math.log10(means[t]);
      lines.hidden.set(t, spectralNorm(hh, n), power);
      lines.cell.set(t, spectralNorm(cc, n), power);
      lines.gates.powers[t] = kept;
      lines.gates.values[t] = 10 ** kept;
    }
    return { lines, states, cells, forget: means.reduce((sum, mean) => sum + mean, 0) / steps, errors: 0 };
  }

  /** One step: A = ∂c'/∂h, B = ∂h'/∂h, and the diagonals keep = ∂c'/∂c, leak = ∂h'/∂c. */
  stepJacobian(hidden, gate, before, after, { A, B, leak, keep }) {
    const n = this.settings.width;
    for (let i = 0; i < n; i++) {
      const open = gate[i], f = gate[n + i], g = gate[2 * n + i], show = gate[3 * n + i], shown = Math.tanh(after[i]);
      const slope = show * (1 - shown * shown);
      keep[i] = f;
      leak[i] = slope * f;
      const byOpen = g * open * (1 - open), byKeep = before[i] * f * (1 - f), byNew = open * (1 - g * g);
      const byShow = shown * show * (1 - show);
      for (let j = 0, at = i * n; j < n; j++, at++) {
        A[at] = byOpen * hidden[at] + byKeep * hidden[n * n + at] + byNew * hidden[2 * n * n + at];
        B[at] = slope * A[at] + byShow * hidden[3 * n * n + at];
      }
    }
  }

  /** One row of blocks of the product, [by h, by c], one step further back. */
  stepBack(byH, byC, { A, B, leak, keep }, spare) {
    const n = this.settings.width;
    const [first, second] = spare;
    productBack(byH, B, first, n, n, n);
    productBack(byC, A, second, n, n, n);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < n; j++, at++) {
        first[at] += second[at];
        byC[at] = byC[at] * keep[j] + byH[at] * leak[j];
      }
    }
    spare[0] = byH;
    return [first, byC];
  }
}

const identity = (n) => { const I = new Float64Array(n * n); for (let i = 0; i < n; i++) I[i * n + i] = 1; return I; };

const scaleColumns = (P, by, n) => {
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < n; j++, at++) P[at] *= by[j];
};

/** Only what stands above the diagonal. */
const upper = (A, n) => A.map((v, i) => (i % n > Math.floor(i / n) ? v : 0));

/* The net of the lab: weights drawn for a seed, one forward and one backward pass, and the norms that the views show. */

import { ACTIVATIONS } from "./activations.js";
import { largest, norm, orthonormal, outerNorm } from "./linear.js";
import { normals, uniforms, words } from "./random.js";
import { SETTINGS } from "./settings.js";
import { Stack } from "./stack.js";

/* streams of random numbers: the inputs, the loss, and three for each layer */
export const STREAMS = { inputs: 0, loss: 1, weights: (l) => 3 * l, biases: (l) => 3 * l + 1, spread: (l) => 3 * l + 2 };

const LEAST = 1e-300; // norms below have lost digits
const ORDINARY = 1e60; // squares of sums of products of such numbers are ordinary, too
const FLAT = 0.02; // of the steepest slope; below, a unit counts as saturated

/** Factor of the raw weights and how these are drawn, for square layers of `width` units. */
const INITS = {
  default: { draw: "uniform", scale: (n) => 1 / Math.sqrt(n) },
  xavier: { draw: "normal", scale: (n) => 1 / Math.sqrt(n) },
  he: { draw: "normal", scale: (n) => Math.sqrt(2 / n) },
  lecun: { draw: "normal", scale: (n) => 1 / Math.sqrt(n) },
  orthogonal: { draw: "orthogonal", scale: () => 1 },
};

/* the settings that decide the size of the stack's arrays, and what it does with them */
const SHAPE = ["depth", "width", "batch", "activation", "norm", "place", "skip", "order"];

const scale = (raw, factor, out) => { for (let i = 0; i < out.length; i++) out[i] = factor * raw[i]; };

/** Raw weights, drawn once for each seed, kind, width and layer. */
export class Draws {
  constructor() { this.kept = new Map(); this.key = ""; }

  /** Forget what belongs to another seed, kind or width. */
  turn(settings) {
    const key = `${INITS[settings.init].draw} ${settings.seed} ${settings.width}`;
    if (key !== this.key) this.kept.clear();
    this.key = key;
  }

  get(name, make) {
    if (!this.kept.has(name)) this.kept.set(name, make());
    return this.kept.get(name);
  }

  weights(l, { seed, width, init }) {
    return this.get(`W${l}`, () => {
      const { draw } = INITS[init], stream = STREAMS.weights(l), count = width * width;
      if (draw === "uniform") return uniforms(seed, stream, count);
      return draw === "normal" ? normals(seed, stream, count) : orthonormal(normals(seed, stream, count), width);
    });
  }

  /** nn.Linear's default gives biases of its own; `bias` adds normal ones to any. */
  biases(l, { seed, width, init, bias }) {
    const made = new Float64Array(width);
    if (init === "default") this.get(`u${l}`, () => uniforms(seed, STREAMS.biases(l), width)).forEach((u, i) => { made[i] = u / Math.sqrt(width); });
    if (bias > 0) this.get(`b${l}`, () => normals(seed, STREAMS.spread(l), width)).forEach((b, i) => { made[i] += bias * b; });
    return made;
  }

  free() { this.kept.clear(); this.key = ""; }
}

/** What the raw weights are multiplied by. */
export const factorOf = ({ gain, init, width }) => gain * INITS[init].scale(width);

export class Net {
  constructor() { this.draws = new Draws(); }

  /** Take these settings; `progress(layer)` is called as the weights are drawn. What can be kept of the net before is kept. */
  configure(settings, progress = () => {}) {
    const { depth, width, batch, seed } = settings;
    this.draws.turn(settings);
    const factor = factorOf(settings);
    const shaped = this.settings && SHAPE.every((key) => this.settings[key] === settings[key]);
    const weights = shaped ? this.stack.weights : Array.from({ length: depth }, () => new Float64Array(width * width));
    const scaledTo = `${factor} ${this.draws.key}`;
    for (let l = 1; l <= depth; l++) {
      if (!shaped || this.scaledTo !== scaledTo) scale(this.draws.weights(l, settings), factor, weights[l - 1]);
      progress(l);
    }
    const biases = weights.map((_, l) => this.draws.biases(l + 1, settings));
    if (shaped) this.stack.biases = biases;
    else this.stack = new Stack({ ...settings }, weights, biases);
    Object.assign(this, { settings, factor, scaledTo });
    this.inputs = this.draws.get("inputs", () => Float64Array.from(normals(seed, STREAMS.inputs, SETTINGS.batch.high * width))).subarray(0, batch * width);
  }

  /** Loss, and the gradient by the outputs. */
  loss(outputs) {
    const { loss, seed, batch, width } = this.settings;
    const count = batch * width, top = new Float64Array(count);
    let value = 0;
    if (loss === "direction") {
      const direction = normals(seed, STREAMS.loss, count);
      for (let i = 0; i < count; i++) { top[i] = direction[i] / Math.sqrt(count); value += top[i] * outputs[i]; }
    } else if (loss === "square") {
      for (let i = 0; i < count; i++) { top[i] = 2 * outputs[i] / count; value += outputs[i] ** 2 / count; }
    } else {
      value = crossEntropy(outputs, words(seed, STREAMS.loss, batch)[0].map((word) => word % width), top, batch, width);
    }
    return [value, top];
  }

  /**
   * One forward and one backward pass. Profiles hold layer 1 to L: signal ‖∂L/∂h_l‖, weight ‖∂L/∂W_l‖, own ‖W_l‖, spread (standard
   * deviation of h_l), saturated and dead (shares; NaN for an activation that cannot).
   */
  run() {
    const { depth, width, batch, activation } = this.settings;
    const count = batch * width;
    const [loss, top] = this.loss(this.stack.forward(this.inputs));
    const profile = () => new Float64Array(depth);
    const found = { loss, signal: profile(), weight: profile(), own: profile(), spread: profile(), saturated: profile(), dead: profile() };
    this.stack.backward(top, (l, signal, errors, into) => {
      found.signal[l - 1] = norm(signal, count);
      found.weight[l - 1] = this.weightNorm(errors, into);
    });
    for (let l = 0; l < depth; l++) {
      found.own[l] = this.factor * this.draws.get(`norm${l}`, () => norm(this.draws.weights(l + 1, this.settings), width * width));
      found.spread[l] = deviation(this.stack.states[l + 1], count);
      [found.saturated[l], found.dead[l]] = flatShares(this.stack.slopes[l], ACTIVATIONS[activation], batch, width);
    }
    return found;
  }

  /** Largest relative change of a norm of ∂L/∂h when every input changes by a factor of 1 ± 2⁻⁵²: where it is large, no digit is meant. */
  sensitivity(found) {
    const inputs = this.inputs;
    this.inputs = inputs.map((x, i) => x * (1 + (i % 3 === 0 ? -1 : 1) * Number.EPSILON));
    const other = this.run().signal;
    this.inputs = inputs;
    let most = 0;
    found.signal.forEach((v, i) => { if (Number.isFinite(v) && v > LEAST) most = Math.max(most, Math.abs(other[i] - v) / v); });
    return most;
  }

  /** ‖Eᵀ X‖ for errors and inputs of any size: where they are not ordinary, they are scaled to one before they are multiplied. */
  weightNorm(errors, into) {
    const { width, batch } = this.settings;
    const count = batch * width, most = largest(errors, count), size = largest(into, count);
    if (most === 0 || size === 0) return 0;
    if (!Number.isFinite(most) || !Number.isFinite(size)) return most * size;
    if (most > ORDINARY || most < 1 / ORDINARY || size > ORDINARY || size < 1 / ORDINARY) {
      return most * size * outerNorm(errors.map((e) => e / most), into.map((x) => x / size), batch, width, width);
    }
    return outerNorm(errors, into, batch, width, width);
  }

  /** Give the large arrays back; `configure` draws them anew. */
  free() {
    this.draws.free();
    Object.assign(this, { settings: null, stack: null, inputs: null });
  }
}

/** Mean cross-entropy of logits against labels; fills `top` with its gradient. */
export const crossEntropy = (logits, labels, top, batch, classes) => {
  let value = 0;
  for (let b = 0; b < batch; b++) {
    const at = b * classes;
    let most = -Infinity, sum = 0;
    for (let i = 0; i < classes; i++) most = Math.max(most, logits[at + i]);
    for (let i = 0; i < classes; i++) sum += Math.exp(logits[at + i] - most);
    for (let i = 0; i < classes; i++) top[at + i] = (Math.exp(logits[at + i] - most) / sum - (i === labels[b])) / batch;
    value += (most + Math.log(sum) - logits[at + labels[b]]) / batch;
  }
  return value;
};

const deviation = (x, count) => {
  const most = largest(x, count);
  let mean = 0, square = 0;
  if (most === 0 || !Number.isFinite(most)) return most;
  for (let i = 0; i < count; i++) mean += x[i] / most;
  mean /= count;
  for (let i = 0; i < count; i++) square += (x[i] / most - mean) ** 2;
  return most * Math.sqrt(square / count);
};

/** [share of slopes below 2 % of the steepest, share of units whose slope is zero for every input]. */
const flatShares = (slopes, { steepest, flat }, batch, width) => {
  if (!flat) return [NaN, NaN];
  let low = 0, dead = 0;
  for (let i = 0; i < width; i++) {
    let off = 0;
    for (let b = 0; b < batch; b++) {
      const size = Math.abs(slopes[b * width + i]);
      if (size < FLAT * steepest) low += 1;
      if (size === 0) off += 1;
    }
    if (off === batch) dead += 1;
  }
  return [low / (batch * width), dead / width];
};

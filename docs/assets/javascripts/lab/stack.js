/* A stack of equally wide layers, forward and backward, in Float64Array. Knows neither where its weights come from nor who asks.

   Layer l takes h to h_l = N₃( [h +] s · N₂( F( N₁(h) ) ) ): F(a) = φ(W a + b), or W φ(a) + b where the activation comes first; at most
   one N is a normalization (without parameters of its own, ε = 10⁻⁵ as in PyTorch); s = 1, or 1/√L where the branch is scaled. */

import { ACTIVATIONS } from "./activations.js";
import { product, productBack } from "./linear.js";

const EPSILON = 1e-5;

/** Runs of entries that one mean and one variance are taken over: [groups, size, from one group to the next, from entry to entry]. */
const runs = (norm, batch, width) => (norm === "layer" ? [batch, width, width, 1] : [width, batch, 1, width]);

const normalize = (x, hat, inverse, [groups, size, apart, step]) => {
  for (let g = 0; g < groups; g++) {
    let mean = 0, variance = 0;
    for (let k = 0, i = g * apart; k < size; k++, i += step) mean += x[i];
    mean /= size;
    for (let k = 0, i = g * apart; k < size; k++, i += step) variance += (x[i] - mean) ** 2;
    const scale = 1 / Math.sqrt(variance / size + EPSILON);
    inverse[g] = scale;
    for (let k = 0, i = g * apart; k < size; k++, i += step) hat[i] = (x[i] - mean) * scale;
  }
};

const normalizeBack = (g, hat, inverse, out, [groups, size, apart, step]) => {
  for (let r = 0; r < groups; r++) {
    let mean = 0, along = 0;
    for (let k = 0, i = r * apart; k < size; k++, i += step) { mean += g[i]; along += g[i] * hat[i]; }
    mean /= size;
    along /= size;
    for (let k = 0, i = r * apart; k < size; k++, i += step) out[i] = (g[i] - mean - hat[i] * along) * inverse[r];
  }
};

export class Stack {
  /** shape: depth, width, batch, activation, norm, place, skip, order; weights and biases: one Float64Array a layer. */
  constructor(shape, weights, biases) {
    Object.assign(this, shape, { weights, biases });
    this.phi = ACTIVATIONS[shape.activation].apply;
    this.runs = runs(shape.norm, shape.batch, shape.width);
    this.scale = shape.skip === "scaled" ? 1 / Math.sqrt(shape.depth) : 1;
    const count = shape.batch * shape.width;
    const made = () => Array.from({ length: shape.depth }, () => new Float64Array(count));
    this.count = count;
    this.values = made(); // φ of its argument
    this.slopes = made();
    this.products = made(); // W a + b
    this.into = new Array(shape.depth); // what W is applied to
    this.arguments = new Array(shape.depth); // what φ is applied to
    this.hats = shape.norm === "none" ? [] : made();
    this.inverses = shape.norm === "none" ? [] : Array.from({ length: shape.depth }, () => new Float64Array(this.runs[0]));
    this.sums = shape.skip === "none" ? [] : made();
    this.states = new Array(shape.depth + 1); // h_0 … h_L
    this.signals = [new Float64Array(count), new Float64Array(count)];
    this.direct = new Float64Array(count);
    this.errors = new Float64Array(count);
  }

  normalized(l, x) {
    normalize(x, this.hats[l], this.inverses[l], this.runs);
    return this.hats[l];
  }

  /** The states h_0 … h_L for inputs of `batch` rows; the last is the output. */
  forward(inputs) {
    const { batch, width, count, place } = this;
    const at = this.norm === "none" ? "" : place;
    this.states[0] = inputs;
    for (let l = 0; l < this.depth; l++) {
      const x = this.states[l];
      const a = at === "before" ? this.normalized(l, x) : x;
      const z = this.products[l], value = this.values[l];
      if (this.order === "pre") {
        this.phi(a, value, this.slopes[l], count);
        product(value, this.weights[l], this.biases[l], z, batch, width, width);
      } else {
        product(a, this.weights[l], this.biases[l], z, batch, width, width);
        this.phi(z, value, this.slopes[l], count);
      }
      this.into[l] = this.order === "pre" ? value : a;
      this.arguments[l] = this.order === "pre" ? a : z;
      let h = this.order === "pre" ? z : value;
      if (at === "after") h = this.normalized(l, h);
      if (this.skip !== "none") h = this.added(l, x, h);
      if (at === "sum") h = this.normalized(l, h);
      this.states[l + 1] = h;
    }
    return this.states[this.depth];
  }

  added(l, x, branch) {
    const sum = this.sums[l], { scale, count } = this;
    for (let i = 0; i < count; i++) sum[i] = x[i] + scale * branch[i];
    return sum;
  }

  /**
   * Send the gradient by the output back. seen(l, signal, errors, into) is called for l = L … 1 with ∂L/∂h_l, ∂L/∂(W_l a + b_l) and a;
   * the arrays are the stack's own and hold until it returns; used(l, errors, into) when W_l is not needed any more. Returns ∂L/∂h_0.
   */
  backward(top, seen, used = () => {}) {
    const { batch, width, count, place, skip, scale, order } = this;
    const at = this.norm === "none" ? "" : place;
    let signal = top;
    for (let l = this.depth - 1; l >= 0; l--) {
      const direct = at === "sum" ? this.normalizedBack(l, signal, this.direct) : signal;
      const { errors } = this, slope = this.slopes[l], back = this.signals[l & 1];
      for (let i = 0; i < count; i++) errors[i] = scale * direct[i];
      if (at === "after") this.normalizedBack(l, errors, errors);
      if (order === "post") for (let i = 0; i < count; i++) errors[i] *= slope[i];
      seen(l + 1, signal, errors, this.into[l]);
      productBack(errors, this.weights[l], back, batch, width, width);
      used(l + 1, errors, this.into[l]);
      if (order === "pre") for (let i = 0; i < count; i++) back[i] *= slope[i];
      if (at === "before") this.normalizedBack(l, back, back);
      if (skip !== "none") for (let i = 0; i < count; i++) back[i] += direct[i];
      signal = back;
    }
    return signal;
  }

  normalizedBack(l, g, out) {
    normalizeBack(g, this.hats[l], this.inverses[l], out, this.runs);
    return out;
  }
}

/* Trains the lab's net with plain SGD: inputs → a linear map to the units → the stack → a linear map to the classes, cross-entropy.
   The stack's weights are those that the lab shows. Knows no document and no worker. */

import { norm, outer, product, productBack } from "./linear.js";
import { crossEntropy, Draws, factorOf } from "./net.js";
import { normals, words } from "./random.js";
import { admit, SETTINGS } from "./settings.js";
import { Stack } from "./stack.js";

const BATCH = 32;
const BUDGET = 2000; // steps
const LEARNED = 0.99; // of the whole set, at the end of an epoch
const STREAMS = { into: 1002, out: 1003, order: (epoch) => 2000 + epoch };

/** A linear layer with all that training needs. */
class Linear {
  constructor(weights, rows, columns) {
    Object.assign(this, { weights, rows, columns, biases: new Float64Array(rows), gradient: new Float64Array(rows * columns) });
  }

  forward(inputs, outputs, batch) { product(inputs, this.weights, this.biases, outputs, batch, this.rows, this.columns); }

  /** One step of SGD, for the gradient by the outputs; false once a weight is no longer a number. */
  learn(errors, inputs, batch, rate) { return descend(this.weights, this.biases, this.gradient, errors, inputs, batch, rate); }
}

const descend = (weights, biases, gradient, errors, inputs, batch, rate) => {
  const rows = biases.length, columns = weights.length / rows;
  let nothing = 0; // times a number; NaN otherwise
  outer(errors, inputs, gradient, batch, rows, columns);
  for (let i = 0; i < weights.length; i++) {
    weights[i] -= rate * gradient[i];
    nothing += 0 * weights[i];
  }
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let b = 0; b < batch; b++) sum += errors[b * rows + i];
    biases[i] -= rate * sum;
    nothing += 0 * biases[i];
  }
  return nothing === 0;
};

/** The net's settings among those given; throws, in words, for one that cannot be. */
export const checked = (given) => {
  const [settings, notes] = admit(Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(SETTINGS, key))));
  if (notes.length) throw new Error(notes[0].slice(0, notes[0].lastIndexOf(":")));
  return settings;
};

const scaled = (drawn, factor) => Float64Array.from(drawn, (x) => factor * x);

export class Training {
  #rate;

  /** given: the settings of the net; data: { inputs, labels, columns, classes }; rate may be changed at any time. */
  constructor(given, data, rate) {
    const settings = checked(given);
    const { seed, width, depth } = settings, draws = new Draws();
    draws.turn(settings);
    const factor = factorOf(settings), layers = Array.from({ length: depth }, (_, l) => l + 1);
    Object.assign(this, { settings, data, rate, steps: 0, recent: [], accuracy: NaN, sound: true, over: "" });
    this.count = data.labels.length;
    this.epochSteps = Math.floor(this.count / BATCH);
    this.into = new Linear(scaled(normals(seed, STREAMS.into, width * data.columns), 1 / Math.sqrt(data.columns)), width, data.columns);
    this.out = new Linear(scaled(normals(seed, STREAMS.out, data.classes * width), 1 / Math.sqrt(width)), data.classes, width);
    this.weights = layers.map((l) => scaled(draws.weights(l, settings), factor));
    this.biases = layers.map((l) => draws.biases(l, settings));
    this.began = this.weights.map((w) => w.slice());
    this.gradient = new Float64Array(width * width);
    this.stack = new Stack({ ...settings, batch: BATCH }, this.weights, this.biases);
    this.made = { inputs: new Float64Array(BATCH * data.columns), labels: new Uint8Array(BATCH), hidden: new Float64Array(BATCH * width),
      logits: new Float64Array(BATCH * data.classes), top: new Float64Array(BATCH * data.classes), back: new Float64Array(BATCH * width) };
  }

  get rate() { return this.#rate; }

  set rate(rate) {
    if (!(Number.isFinite(rate) && rate > 0)) throw new Error(`learning rate “${rate}” is not a number above zero`);
    this.#rate = rate;
  }

  /** The samples of an epoch in its own order: sorted by random words. */
  order(epoch) {
    const [keys] = words(this.settings.seed, STREAMS.order(epoch), this.count);
    return Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b] || a - b);
  }

  /** One step on the next batch; returns its loss. */
  step() {
    const { made, data, settings, rate } = this, { width } = settings;
    const place = this.steps % this.epochSteps;
    if (place === 0) this.samples = this.order(this.steps / this.epochSteps);
    this.fill(this.samples.slice(place * BATCH, (place + 1) * BATCH), made.inputs, made.labels);
    this.into.forward(made.inputs, made.hidden, BATCH);
    const outputs = this.stack.forward(made.hidden);
    this.out.forward(outputs, made.logits, BATCH);
    const loss = crossEntropy(made.logits, made.labels, made.top, BATCH, data.classes);
    productBack(made.top, this.out.weights, made.back, BATCH, data.classes, width);
    const sound = [this.out.learn(made.top, outputs, BATCH, rate)];
    const first = this.stack.backward(made.back, () => {}, (l, errors, into) =>
      sound.push(descend(this.weights[l - 1], this.biases[l - 1], this.gradient, errors, into, BATCH, rate)));
    sound.push(this.into.learn(first, made.inputs, BATCH, rate));
    this.sound = sound.every(Boolean);
    this.steps += 1;
    this.note(loss);
    return loss;
  }

  fill(samples, inputs, labels) {
    const { columns } = this.data;
    samples.forEach((s, b) => {
      inputs.set(this.data.inputs.subarray(s * columns, (s + 1) * columns), b * columns);
      labels[b] = this.data.labels[s];
    });
  }

  /** Keep the loss, and see whether this was the end. ReLU turns NaN into zero, so that the loss alone would not tell. */
  note(loss) {
    this.recent.push(loss);
    if (this.recent.length > this.epochSteps) this.recent.shift();
    if (!this.sound || !Number.isFinite(loss)) this.over = "diverged";
    else if (this.steps % this.epochSteps === 0) {
      this.accuracy = this.measured();
      if (this.accuracy >= LEARNED) this.over = "learned";
    }
    if (!this.over && this.steps >= BUDGET) this.over = "budget";
  }

  /** Share of the whole set that is classified right, in batches with their own statistics; the last one is filled up with those before. */
  measured() {
    const { made, data } = this;
    let right = 0;
    for (let seen = 0; seen < this.count; seen += BATCH) {
      const from = Math.min(seen, this.count - BATCH);
      this.fill(Array.from({ length: BATCH }, (_, b) => from + b), made.inputs, made.labels);
      this.into.forward(made.inputs, made.hidden, BATCH);
      this.out.forward(this.stack.forward(made.hidden), made.logits, BATCH);
      for (let b = seen - from; b < BATCH; b++) {
        const row = made.logits.subarray(b * data.classes, (b + 1) * data.classes);
        right += row.indexOf(Math.max(...row)) === made.labels[b];
      }
    }
    return right / this.count;
  }

  /** Why it has stopped by itself: "learned", "diverged", "budget"; empty while it has not. */
  finished() { return this.over; }

  /** What there is to show; the accuracy is that of the last epoch's end, or of now before the first. */
  report() {
    const accuracy = Number.isNaN(this.accuracy) ? this.measured() : this.accuracy;
    const moved = Float64Array.from(this.weights, (w, l) => {
      const start = this.began[l], size = norm(start, start.length);
      return norm(w.map((x, i) => x - start[i]), w.length) / size;
    });
    return { step: this.steps, epoch: Math.floor(this.steps / this.epochSteps), loss: this.recent.reduce((a, b) => a + b, 0) / this.recent.length,
      accuracy, moved, diverged: this.over === "diverged" };
  }
}

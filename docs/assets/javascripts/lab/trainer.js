/* The part of the lab that trains: its controls and charts. The steps are made in a worker. */

import { make, makeButton } from "../dom.js";
import { inWords } from "../drawing.js";
import { Chart } from "./chart.js";
import { makeControl } from "./controls.js";
import { startWorker } from "./engine.js";
import { alternative } from "./wording.js";

const KEPT = 400; // points of the loss curve

const ENDED = {
  learned: "It stopped by itself: it has learned the data.",
  diverged: "It stopped by itself: the loss or a weight is no longer a number. Lower the rate.",
  budget: "It stopped by itself after its budget of steps.",
};

const READY = "Plain SGD on batches of 32, in a worker of its own. It stops by itself.";

export class Trainer {
  /** table: what the lab's settings may be; settings(): what they are now, of which nothing is kept here; changed(changes): a control was moved. */
  constructor(table, settings, changed) {
    this.settings = settings;
    this.data = makeControl(table.data, "Data", (data) => changed({ data }));
    this.rate = makeControl(table.rate, "Learning rate", (rate) => changed({ rate }), (v) => inWords(v, 3));
    this.startButton = makeButton("Train", () => this.toggle());
    this.stepButton = makeButton("One step", () => this.stepOnce());
    this.said = make("p", { class: "lab__factor" });
    this.announced = make("p", { class: "lab__hidden", role: "status" });
    this.moved = new Chart({ title: "How far each layer has moved from its start", height: 170, series: [{ key: "moved", name: "moved", color: "c-relu" }] });
    this.losses = new Chart({ title: "Loss", height: 170, ends: ["start", "now"], series: [{ key: "loss", name: "loss", color: "flare", marked: false }] });
    this.views = make("div", { class: "lab__small lab__two", hidden: true }, this.moved.figure, this.losses.figure);
    this.element = make("details", { class: "lab__more", ontoggle: () => this.paint() }, make("summary", {}, "Train this net"),
      make("div", { class: "lab__bar" }, this.data.element, this.rate.element, this.startButton, this.stepButton,
        makeButton("Start again", () => this.stop())),
      this.said, this.announced, this.views);
    this.stop();
  }

  show({ data, rate }) {
    this.data.set(data);
    this.rate.set(rate);
  }

  /** The settings are others now: the rate changes at once; a training of another net or other data ends, and says so. */
  follow() {
    if (!this.worker) return;
    const { rate, ...trained } = this.settings();
    if (this.trained === JSON.stringify(trained)) this.send({ kind: "rate", rate });
    else this.stop("The net or its data changed, so this training has ended. ");
  }

  /** Out of sight nothing runs; what was learned is kept while the lab is on the page. */
  rest(gone) {
    const wasRunning = this.running;
    if (gone) this.stop();
    else if (wasRunning) this.pause();
    this.resting = wasRunning && !gone;
  }

  /** In sight again. */
  wake() {
    if (this.resting && this.worker) this.toggle();
    this.resting = false;
  }

  toggle() {
    if (this.running) {
      this.pause();
      return;
    }
    this.running = true;
    this.startButton.textContent = "Pause";
    if (this.worker) this.send({ kind: "resume" });
    else this.start();
  }

  pause() {
    this.running = false;
    this.startButton.textContent = "Train";
    this.send({ kind: "pause" });
  }

  stepOnce() {
    if (this.running) this.pause();
    if (this.worker) this.send({ kind: "step" });
    else this.start(true);
  }

  start(once = false) {
    const { rate, ...trained } = this.settings(), { data, ...settings } = trained;
    const worker = startWorker();
    const hear = (message) => { if (worker === this.worker) this.receive(message); };
    worker.onmessage = ({ data: message }) => hear(message);
    worker.onerror = () => hear({ kind: "failed", message: "the worker could not be started" });
    this.worker = worker;
    this.trained = JSON.stringify(trained);
    this.curve = [];
    this.announced.textContent = "";
    this.send({ kind: "train", settings, dataset: data, rate, paused: once });
    if (once) this.send({ kind: "step" });
  }

  send(message) { this.worker?.postMessage(message); }

  receive(message) {
    if (message.kind === "failed") {
      this.stop(`The training stopped: ${message.message}. `);
      return;
    }
    this.report = message;
    this.curve.push(message.loss);
    if (this.curve.length > KEPT) this.curve = this.curve.filter((_, i) => i % 2 === 0 || i === this.curve.length - 1);
    if (message.finished) {
      this.running = false;
      this.startButton.textContent = "Train";
      this.startButton.disabled = this.stepButton.disabled = true;
    }
    this.paint();
    if (message.finished) this.announced.textContent = this.said.textContent;
  }

  paint() {
    if (!this.report || !this.element.open) return;
    const { step, epoch, loss, accuracy, moved, finished } = this.report;
    const first = moved[0], last = moved[moved.length - 1];
    this.said.textContent = `Step ${step}, epoch ${epoch}: loss ${inWords(loss)}, ${Math.round(100 * accuracy)}% right. `
      + `Layer 1 has moved by ${inWords(first)} of its norm, layer ${moved.length} by ${inWords(last)}. ${finished ? ENDED[finished] : ""}`;
    this.views.hidden = false;
    [this.moved, this.losses].forEach((chart) => chart.resize(chart.figure.clientWidth));
    this.moved.update({ values: { moved }, axis: `${moved.length} layers`, said: alternative("Distance moved", moved) });
    this.losses.update({ values: { loss: this.curve }, axis: `${step} steps`, said: `Loss from ${inWords(this.curve[0])} to ${inWords(loss)}.` });
  }

  /** End the training and forget it; `why`, where the reader did not ask for it. */
  stop(why = "") {
    this.worker?.terminate();
    this.worker = this.report = null;
    this.running = this.resting = false;
    this.curve = [];
    this.startButton.textContent = "Train";
    this.startButton.disabled = this.stepButton.disabled = false;
    this.views.hidden = true;
    this.said.textContent = why + READY;
    this.announced.textContent = why;
  }
}

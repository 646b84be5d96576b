/* The part of the lab that trains: its controls and charts. The steps are made in a worker. */

import { inWords } from "../drawing.js";
import { Chart } from "./chart.js";
import { button, control, element } from "./controls.js";
import { startWorker } from "./engine.js";
import { alternative } from "./wording.js";

const KEPT = 400; // points of the loss curve

const ENDED = {
  learned: "It stopped by itself: it has learned the data.",
  diverged: "It stopped by itself: the loss or a weight is no longer a number. Lower the rate.",
  budget: "It stopped by itself after its budget of steps.",
};

export class Trainer {
  /** table: the lab's settings, data and rate among them; changed(changes): a control was moved. */
  constructor(table, changed) {
    this.data = control(table.data, "Data", (data) => { changed({ data }); this.stop(); });
    this.rate = control(table.rate, "Learning rate", (rate) => { changed({ rate }); this.send({ kind: "rate", rate }); }, (v) => inWords(v, 3));
    this.startButton = button("Train", () => this.toggle());
    this.stepButton = button("One step", () => this.once());
    this.said = element("p", { class: "lab__factor" });
    this.announced = element("p", { class: "lab__hidden", role: "status" });
    this.moved = new Chart({ title: "How far each layer has moved from its start", height: 170, series: [{ key: "moved", name: "moved", color: "c-relu" }] });
    this.losses = new Chart({ title: "Loss", height: 170, ends: ["start", "now"], series: [{ key: "loss", name: "loss", color: "flare", marked: false }] });
    this.views = element("div", { class: "lab__small lab__two", hidden: true }, this.moved.figure, this.losses.figure);
    this.element = element("details", { class: "lab__more", ontoggle: () => this.paint() }, element("summary", {}, "Train this net"),
      element("div", { class: "lab__bar" }, this.data.element, this.rate.element, this.startButton, this.stepButton,
        button("Start again", () => this.stop())),
      this.said, this.announced, this.views);
    this.stop();
  }

  show(settings) {
    this.data.set(settings.data);
    this.rate.set(settings.rate);
    this.settings = settings;
  }

  /** The lab shows this net: if it is another one than that in training, forget that. */
  follow(settings) {
    this.settings = { ...this.settings, ...settings };
    if (this.worker && this.trained !== JSON.stringify(settings)) this.stop();
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

  once() {
    if (this.running) this.pause();
    if (this.worker) this.send({ kind: "step" });
    else this.start(true);
  }

  start(once = false) {
    const { data, rate, ...settings } = this.settings;
    this.token = (this.token ?? 0) + 1;
    this.trained = JSON.stringify(settings);
    this.curve = [];
    this.worker = startWorker();
    this.worker.onmessage = ({ data: message }) => this.heard(message);
    this.worker.onerror = () => this.heard({ kind: "failed", token: this.token, message: "the worker could not be started" });
    this.send({ kind: "train", settings, dataset: data, rate, token: this.token, paused: once });
    if (once) this.send({ kind: "step" });
  }

  send(message) { this.worker?.postMessage(message); }

  heard(message) {
    if (message.token !== this.token) return;
    if (message.kind === "failed") {
      this.stop();
      this.said.textContent = `The training stopped: ${message.message}.`;
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

  /** End the training and forget it. */
  stop() {
    this.worker?.terminate();
    this.worker = this.report = null;
    this.running = this.resting = false;
    this.curve = [];
    this.startButton.textContent = "Train";
    this.startButton.disabled = this.stepButton.disabled = false;
    this.views.hidden = true;
    this.said.textContent = "Plain SGD on batches of 32, in a worker of its own. It stops by itself.";
  }
}

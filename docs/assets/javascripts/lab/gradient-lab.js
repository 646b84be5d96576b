/* <gradient-lab preset="relu">: a net to change, its gradients layer by layer, the walk back, training, and the same net as PyTorch. */

import { make, makeButton } from "../dom.js";
import { inWords } from "../drawing.js";
import { Chart } from "./chart.js";
import { Engine, WORKER_FROM } from "./engine.js";
import { asCsv } from "./export.js";
import { ANSWERS, PRESETS } from "./presets.js";
import { described, pytorch } from "./script.js";
import { choice, real, SETTINGS, weightCount } from "./settings.js";
import { predicted } from "./theory.js";
import { Trainer } from "./trainer.js";
import { WalkLab } from "./walk-lab.js";
import { alternative, portion, sentence, stepped, warning } from "./wording.js";

const LABELS = { init: "initialization", norm: "normalization", place: "place of the norm", skip: "skips", bias: "bias spread σ_b", batch: "inputs" };

class GradientLab extends WalkLab {
  static table = {
    ...SETTINGS,
    data: choice("data", "spirals", { spirals: "two spirals", digits: "handwritten digits" }),
    rate: real("learning rate", 1e-4, 10, 0.1),
  };

  netTable = SETTINGS;
  presets = PRESETS;
  panel = {
    main: ["depth", "activation", "init", "gain", "skip", "norm", "place"],
    more: ["width", "batch", "bias", "order", "loss"],
  };
  first = 1;
  words = {
    title: "The gradient lab", choice: "Net", play: "Play", walked: "Layers walked back", unit: "layer",
    hint: "Play or step the way back, layer by layer.",
  };

  get last() { return this.settings.depth; }

  get chart() { return this.charts.signal; }

  // ---------- what stands in it ----------

  build() {
    this.engine = new Engine({
      found: (found, settings) => this.receive(found, settings),
      progress: (layer) => { this.tell([`Drawing ${inWords(weightCount(this.settings), 3)} weights: layer ${layer} of ${this.settings.depth}`]); },
      failed: (message) => this.tell([`This net could not be computed: ${message}`]),
    });
    const children = super.build();
    this.root.addEventListener("fullscreenchange", () => { this.nameFullscreen(); this.redraw(); });
    return children;
  }

  buildTop() {
    const top = super.buildTop();
    if (document.fullscreenEnabled) top.firstChild.append(this.buildFullscreen());
    return top;
  }

  buildFullscreen() {
    const toggle = makeButton("Fullscreen", () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen()));
    this.nameFullscreen = () => { toggle.textContent = document.fullscreenElement === this.root ? "Leave fullscreen" : "Fullscreen"; };
    return toggle;
  }

  nameSetting(key) {
    const label = LABELS[key] ?? SETTINGS[key].name;
    return label[0].toUpperCase() + label.slice(1);
  }

  writeSetting(key, value) { return key === "gain" || key === "bias" ? inWords(value, 3) : String(value); }

  buildCharts() {
    this.charts = {
      signal: new Chart({ title: "The signal: norm of ∂L/∂h after each layer", height: 240, series: [
        { key: "predicted", name: "mean field", color: "ink2", dash: "2 3", marked: false }, { key: "signal", name: "this net", color: "s0" }] }),
      weight: new Chart({ title: "Norm of ∂L/∂W", height: 150, series: [{ key: "weight", name: "∂L/∂W", color: "f3" }] }),
      spread: new Chart({ title: "Spread of the activations", height: 150, series: [{ key: "spread", name: "spread", color: "c-bn" }] }),
      flat: new Chart({ title: "Share of units", height: 150, scale: "share", series: [
        { key: "saturated", name: "flat or off", color: "c-res" }, { key: "dead", name: "dead", color: "ink", dash: "4 3" }] }),
    };
    return [this.chart.figure];
  }

  buildRest() {
    const { weight, spread, flat } = this.charts;
    this.trainer = new Trainer(this.constructor.table, () => this.settings, (changes) => this.change(changes));
    return make("div", { class: "lab__rest" }, this.buildWalk(),
      make("div", { class: "lab__small" }, weight.figure, spread.figure, flat.figure), this.buildTake(), this.trainer.element);
  }

  buildTake() {
    const take = super.buildTake();
    this.taken.before(make("a", { href: new URL("../../../reference/the-lab/", import.meta.url), class: "lab__how" }, "What it computes"));
    return take;
  }

  describeChart() { return `${this.chart.title}. ${described(this.settings)}`; }

  writeProgram() { return pytorch(this.net(), this.address()); }

  writeCsv() { return asCsv(this.found, this.theory); }

  /** The settings of the net alone. */
  net() { return Object.fromEntries(Object.keys(SETTINGS).map((key) => [key, this.settings[key]])); }

  // ---------- what is done to it ----------

  change(changes) {
    super.change(changes);
    this.trainer.follow();
  }

  take(given) {
    super.take(given);
    this.trainer.follow();
  }

  listAnswers() { return Object.entries(ANSWERS).map(([key, { name }]) => [key, name]); }

  judge(key) {
    this.compute();
    const share = this.found.signal[0] / this.found.signal.at(-1);
    const right = Object.values(ANSWERS).find(({ holds }) => holds(share));
    const verdict = ANSWERS[key] === right ? "Right" : "No";
    return `${verdict}: ${right ? `${right.found}. Layer 1 receives ${portion(share)} at the last` : "it overflows"}.`;
  }

  show(settings) {
    super.show(settings);
    this.trainer.show(settings);
  }

  nameNet() {
    super.nameNet();
    this.controls.place.disable(this.settings.norm === "none");
  }

  // ---------- drawing ----------

  draw() {
    this.compute();
    if (this.found) this.paint();
    this.trainer.wake();
  }

  /** Find the norms of the net as it is set now, once; those of a large one are on their way until they have arrived. */
  compute() {
    const key = JSON.stringify(this.net());
    if (this.computed === key) return;
    this.computed = key;
    this.theory = predicted(this.settings);
    const found = this.engine.ask(this.net());
    this.onItsWay = !found;
    if (found) this.found = found;
    else this.tell([`${inWords(weightCount(this.settings), 3)} weights: above ${inWords(WORKER_FROM, 1)} a worker computes the net`]);
  }

  receive(found) {
    this.found = found;
    this.onItsWay = false;
    this.tell([`${inWords(weightCount(this.settings), 3)} weights, computed in a worker`]);
    this.warn(found.sensitivity ?? 0);
    this.draw();
    this.announce();
  }

  paint() {
    const { found, theory } = this, depth = found.signal.length;
    const { from, at, axis } = this.reach(depth);
    const scale = found.signal[depth - 1];
    const shown = (profile) => this.hide(profile, from);
    const prediction = theory.length === depth ? theory.map((t) => t * scale) : found.signal.map(() => NaN);
    const values = { signal: shown(found.signal), predicted: shown(prediction) };
    const { signal, weight, spread, flat } = this.charts;
    signal.resize(signal.figure.clientWidth);
    signal.update({ values, from, at, axis, said: alternative("Signal", found.signal, from) });
    [weight, spread, flat].forEach((chart) => chart.resize(chart.figure.clientWidth));
    weight.update({ values: { weight: shown(found.weight) }, from, at, axis, said: alternative("Norm of ∂L/∂W", found.weight, from) });
    spread.update({ values: { spread: shown(found.spread) }, from, at, axis, said: alternative("Spread of the activations", found.spread, from) });
    flat.update({ values: { saturated: shown(found.saturated), dead: shown(found.dead) }, from, at, axis,
      said: `${alternative("Share of units with a flat slope", found.saturated, from)} ${alternative("Dead units", found.dead, from)}`, empty: "no unit of this kind can be flat or dead" });
    this.paintStrip(found.signal, from, (signals) => `A strip of ${depth} layers. ${alternative("Signal", signals, from)}`);
    this.paintWords(depth, this.onItsWay ? "The curves still show the net before this one." : sentence(found, this.settings.rate),
      (layer) => stepped(found, layer));
  }

  settle() {
    if (!this.found || !this.inSight) return;
    if (this.engine.net.settings) this.warn(this.engine.sensitivity(this.found));
    this.announce();
  }

  warn(sensitivity) {
    const words = warning(sensitivity);
    if (words) this.tell([words.replace(/\.$/, "")]);
  }

  free() {
    super.free();
    this.engine?.free();
    this.trainer?.rest(!this.isConnected);
  }
}

customElements.define("gradient-lab", GradientLab);

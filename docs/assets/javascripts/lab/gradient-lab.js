/* <gradient-lab preset="relu">: a net to change, its gradients layer by layer, the walk back, training, and the same net as PyTorch. */

import { make, makeButton, makeSvg } from "../dom.js";
import { inWords, strip, told } from "../drawing.js";
import { Chart } from "./chart.js";
import { control, copy, download, numberField } from "./controls.js";
import { Lab } from "./element.js";
import { Engine, WORKER_FROM } from "./engine.js";
import { asCsv, asSvg } from "./export.js";
import { ANSWERS, PRESETS } from "./presets.js";
import { described, pytorch } from "./script.js";
import { choice, defaults, real, SETTINGS, weightCount } from "./settings.js";
import { predicted } from "./theory.js";
import { Trainer } from "./trainer.js";
import { alternative, portion, sentence, stepped, warning } from "./wording.js";

const PACE = 160; // milliseconds between two steps of the walk
const STRIP = 44; // height of the strip
const MAIN = ["depth", "activation", "init", "gain", "skip", "norm", "place"];
const MORE = ["width", "batch", "bias", "order", "loss"];

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class GradientLab extends Lab {
  static table = {
    ...SETTINGS,
    data: choice("data", "spirals", { spirals: "two spirals", digits: "handwritten digits" }),
    rate: real("learning rate", 1e-4, 10, 0.1),
  };

  started() {
    const preset = PRESETS[this.getAttribute("preset")];
    this.walked = null; // the layer that the walk back has reached; null: all of them
    this.asking = null; // the preset whose question is not answered yet
    return preset ? preset.settings : {};
  }

  // ---------- what stands in it ----------

  build() {
    this.engine = new Engine({
      found: (found, settings) => this.arrived(found, settings),
      progress: (layer) => { this.tell([`Drawing ${inWords(weightCount(this.settings), 3)} weights: layer ${layer} of ${this.settings.depth}`]); },
      failed: (message) => this.tell([`This net could not be computed: ${message}`]),
    });
    this.root = make("div", { class: "lab", role: "group", "aria-label": "The gradient lab" },
      this.buildTop(), this.buildMain(), this.buildPanel(), this.buildRest());
    this.root.addEventListener("fullscreenchange", () => { this.onFull(); this.redraw(); });
    return [this.root];
  }

  buildTop() {
    const id = `${this.id || "lab"}-preset`;
    this.preset = make("select", { id, onchange: () => this.choose(this.preset.value) },
      make("option", { value: "" }, "your own"),
      ...Object.entries(PRESETS).map(([value, { name }]) => make("option", { value }, name)));
    this.predictFirst = make("input", { type: "checkbox", checked: true });
    this.look = make("p", { class: "lab__look" });
    return make("div", { class: "lab__wide lab__top" },
      make("div", { class: "lab__bar" },
        make("div", { class: "field lab__field lab__preset" }, make("label", { for: id }, "Net"), this.preset),
        make("label", { class: "lab__check" }, this.predictFirst, " predict first"),
        this.fullscreenButton()),
      this.look, this.buildQuestion());
  }

  fullscreenButton() {
    if (!document.fullscreenEnabled) return "";
    const toggle = makeButton("Fullscreen", () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen()));
    this.onFull = () => { toggle.textContent = document.fullscreenElement === this.root ? "Leave fullscreen" : "Fullscreen"; };
    return toggle;
  }

  buildQuestion() {
    this.asked = make("legend");
    const answers = Object.entries(ANSWERS).map(([key, { name }]) => makeButton(name, () => this.answer(key)));
    this.question = make("fieldset", { class: "lab__question", hidden: true }, this.asked,
      make("div", { class: "lab__bar" }, ...answers, makeButton("Just show it", () => this.answer(null))));
    this.verdict = make("p", { class: "lab__verdict", role: "status" });
    return make("div", {}, this.question, this.verdict);
  }

  buildPanel() {
    const write = (key) => (key === "gain" || key === "rate" || key === "bias" ? (value) => inWords(value, 3) : String);
    const short = { init: "initialization", norm: "normalization", place: "place of the norm", skip: "skips", bias: "bias spread σ_b", batch: "inputs" };
    const labelled = (key) => {
      const label = short[key] ?? SETTINGS[key].name;
      return control(SETTINGS[key], label[0].toUpperCase() + label.slice(1), (value) => this.moved({ [key]: value }), write(key));
    };
    this.controls = Object.fromEntries([...MAIN, ...MORE].map((key) => [key, labelled(key)]));
    this.controls.seed = numberField(SETTINGS.seed, "Seed", (value) => this.moved({ seed: value }));
    const another = makeButton("Another seed", () => {
      const seed = (this.settings.seed + 1) % 2 ** 32;
      this.controls.seed.set(seed);
      this.moved({ seed });
    });
    return make("div", { class: "lab__panel" },
      ...MAIN.map((key) => this.controls[key].element),
      make("div", { class: "lab__bar" }, this.controls.seed.element, another),
      make("details", { class: "lab__more" }, make("summary", {}, "More settings"),
        make("div", { class: "lab__panel" }, ...MORE.map((key) => this.controls[key].element))));
  }

  /** What one looks at while a control moves; nothing in it takes the focus, so that it may stand before or beside the controls. */
  buildMain() {
    this.said = make("p", { class: "lab__said" });
    this.announced = make("p", { class: "lab__hidden", role: "status" });
    this.stripSvg = makeSvg("svg", { class: "fig__svg", height: STRIP });
    const signal = new Chart({ title: "The signal: norm of ∂L/∂h after each layer", height: 240, series: [
      { key: "predicted", name: "mean field", color: "ink2", dash: "2 3", marked: false }, { key: "signal", name: "this net", color: "s0" }] });
    this.charts = { signal };
    return make("div", { class: "lab__main" }, this.said, this.announced, this.stripSvg, signal.figure);
  }

  buildRest() {
    const small = {
      weight: new Chart({ title: "Norm of ∂L/∂W", height: 150, series: [{ key: "weight", name: "∂L/∂W", color: "f3" }] }),
      spread: new Chart({ title: "Spread of the activations", height: 150, series: [{ key: "spread", name: "spread", color: "c-bn" }] }),
      flat: new Chart({ title: "Share of units", height: 150, scale: "share", series: [
        { key: "saturated", name: "flat or off", color: "c-res" }, { key: "dead", name: "dead", color: "ink", dash: "4 3" }] }),
    };
    Object.assign(this.charts, small);
    return make("div", { class: "lab__rest" }, this.buildWalk(),
      make("div", { class: "lab__small" }, ...Object.values(small).map((chart) => chart.figure)),
      this.buildTake(), this.buildTraining());
  }

  buildWalk() {
    const id = `${this.id || "lab"}-walk`;
    this.playButton = makeButton("Play", () => this.play());
    this.walk = make("input", { id, type: "range", min: 1, step: 1, oninput: () => this.walkTo(this.settings.depth + 1 - Number(this.walk.value)) });
    this.walkSaid = make("p", { class: "lab__factor" });
    return make("div", { class: "lab__walk", role: "group", "aria-label": "The way back" },
      make("div", { class: "lab__bar" }, this.playButton,
        makeButton("Back", () => this.stepBy(1)), makeButton("Step", () => this.stepBy(-1)), makeButton("Reset", () => this.walkTo(null)),
        make("div", { class: "field lab__field lab__slide" }, make("label", { for: id }, "Layers walked back"), this.walk)),
      this.walkSaid);
  }

  buildTake() {
    this.taken = make("span", { role: "status" });
    const hand = async (text, what) => {
      const done = await copy(text);
      this.taken.textContent = done ? `${what} copied.` : "Your browser does not allow it; here it is to copy by hand.";
      this.byHand.hidden = done;
      this.byHand.value = text;
      if (done) return;
      this.byHand.focus({ preventScroll: true });
      this.byHand.select();
    };
    const drawn = (give) => {
      this.draw(); // if it is still due
      if (this.onItsWay) this.taken.textContent = "This net is still being computed.";
      else give();
    };
    this.byHand = make("textarea", { rows: 8, readonly: true, hidden: true, "aria-label": "Text to copy" });
    return make("div", { class: "lab__take" },
      make("div", { class: "lab__bar" },
        makeButton("Copy as PyTorch", () => hand(pytorch(this.net(), this.address()), "The program is")),
        makeButton("Copy link", () => hand(this.address(), "The link is")),
        makeButton("Save as SVG", () => drawn(() => download("gradient-lab.svg",
          asSvg(this.charts.signal.svg, `${this.charts.signal.title}. ${described(this.settings)}`), "image/svg+xml"))),
        makeButton("Save as CSV", () => drawn(() => download("gradient-lab.csv", asCsv(this.found, this.theory), "text/csv"))),
        make("a", { href: new URL("../../../reference/the-lab/", import.meta.url), class: "lab__how" }, "What it computes"), this.taken),
      this.byHand);
  }

  buildTraining() {
    this.trainer = new Trainer(this.constructor.table, () => this.settings, (changes) => this.change(changes));
    return this.trainer.element;
  }

  /** The settings of the net alone. */
  net() { return Object.fromEntries(Object.keys(SETTINGS).map((key) => [key, this.settings[key]])); }

  // ---------- what is done to it ----------

  /** A control of the net was moved. */
  moved(changes) {
    this.ask(null);
    this.walkTo(null);
    this.change(changes);
    this.named();
  }

  change(changes) {
    super.change(changes);
    this.trainer.follow();
  }

  take(given) {
    super.take(given);
    this.trainer.follow();
  }

  choose(key) {
    if (!key) return this.named();
    this.settings = { ...this.settings, ...defaults(SETTINGS), ...PRESETS[key].settings };
    this.walkTo(null);
    this.ask(this.predictFirst.checked ? key : null);
    this.show(this.settings);
    this.change({});
  }

  ask(key) {
    this.asking = key;
    this.verdict.textContent = "";
    this.question.hidden = !key;
    this.look.hidden = Boolean(key);
    if (key) this.asked.textContent = `Predict first. ${PRESETS[key].ask}`;
  }

  answer(key) {
    this.compute();
    const share = this.found.signal[0] / this.found.signal.at(-1);
    const right = Object.values(ANSWERS).find(({ holds }) => holds(share));
    this.ask(null);
    if (key) {
      const verdict = ANSWERS[key] === right ? "Right" : "No";
      this.verdict.textContent = `${verdict}: ${right ? `${right.found}. Layer 1 receives ${portion(share)} at the last` : "it overflows"}.`;
    }
    this.redraw();
    this.preset.focus({ preventScroll: true });
    this.settle();
  }

  /** Show the settings in the controls, and the name of the preset they are, if they are one. */
  show(settings) {
    Object.entries(this.controls).forEach(([key, it]) => it.set(settings[key]));
    this.controls.place.disable(settings.norm === "none");
    this.trainer.show(settings);
    this.named();
  }

  named() {
    const same = ({ settings }) => Object.entries({ ...defaults(SETTINGS), ...settings, seed: this.settings.seed })
      .every(([key, value]) => this.settings[key] === value);
    const found = Object.entries(PRESETS).find(([, preset]) => same(preset));
    this.preset.value = found?.[0] ?? "";
    this.look.textContent = found?.[1].look ?? "A net of your own: change one thing at a time.";
    this.controls.place.disable(this.settings.norm === "none");
  }

  // ---------- the walk back ----------

  play() {
    if (this.playing) return this.pause();
    if (still()) return this.walkTo(1);
    if (this.walked === null || this.walked === 1) this.walkTo(this.settings.depth);
    this.playing = setInterval(() => {
      if (!this.inSight || this.walked <= 1) this.pause();
      else this.walkTo(this.walked - 1, true);
    }, PACE);
    this.playButton.textContent = "Pause";
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.playButton.textContent = "Play";
  }

  stepBy(by) {
    const { depth } = this.settings;
    this.walkTo(this.walked === null ? (by < 0 ? depth : 1) : Math.min(depth, Math.max(1, this.walked + by)));
  }

  /** The walk has reached this layer; null shows all layers at once. */
  walkTo(layer, playing = false) {
    if (!playing && this.playing) this.pause();
    this.walked = layer;
    this.redraw();
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

  arrived(found) {
    this.found = found;
    this.onItsWay = false;
    this.tell([`${inWords(weightCount(this.settings), 3)} weights, computed in a worker`]);
    this.warn(found.sensitivity ?? 0);
    this.draw();
    this.announce();
  }

  paint() {
    const { found, theory } = this;
    const depth = found.signal.length;
    const from = this.asking ? depth - 1 : (this.walked ?? 1) - 1;
    const at = this.walked === null ? -1 : this.walked - 1;
    const scale = found.signal[depth - 1];
    const shown = (profile) => (this.asking ? profile.map((v, i) => (i < from ? NaN : v)) : profile); // not even the axis may tell
    const prediction = theory.length === depth ? theory.map((t) => t * scale) : found.signal.map(() => NaN);
    const values = { signal: shown(found.signal), predicted: shown(prediction) };
    const axis = `${depth} ${depth === 1 ? "layer" : "layers"}`;
    const { signal, weight, spread, flat } = this.charts;
    const width = signal.figure.clientWidth;
    signal.resize(width);
    signal.update({ values, from, at, axis, said: alternative("Signal", found.signal, from) });
    [weight, spread, flat].forEach((chart) => chart.resize(chart.figure.clientWidth));
    weight.update({ values: { weight: shown(found.weight) }, from, at, axis, said: alternative("Norm of ∂L/∂W", found.weight, from) });
    spread.update({ values: { spread: shown(found.spread) }, from, at, axis, said: alternative("Spread of the activations", found.spread, from) });
    flat.update({ values: { saturated: shown(found.saturated), dead: shown(found.dead) }, from, at, axis,
      said: `${alternative("Share of units with a flat slope", found.saturated, from)} ${alternative("Dead units", found.dead, from)}`, empty: "no unit of this kind can be flat or dead" });
    this.paintStrip(width, from, depth);
    this.said.textContent = this.asking ? "The curves are hidden until you answer."
      : this.onItsWay ? "The curves still show the net before this one." : sentence(found, this.settings.rate);
    this.walk.max = depth;
    this.walk.value = this.walked === null ? depth : depth + 1 - this.walked;
    this.walk.setAttribute("aria-valuetext", this.walked === null ? "all layers" : `layer ${this.walked}`);
    this.walkSaid.textContent = this.walked === null || this.asking ? "Play or step the way back, layer by layer." : stepped(found, this.walked);
  }

  paintStrip(width, from, depth) {
    const signals = [...this.found.signal].map((v, i) => (i < from ? 0 : v));
    this.stripSvg.setAttribute("viewBox", `0 0 ${width} ${STRIP}`);
    told(this.stripSvg, `A strip of ${depth} layers. ${alternative("Signal", signals, from)}`);
    const inner = width - 58;
    this.stripSvg.replaceChildren(strip(signals, (i) => 8 + inner * (i + 0.5) / depth, inner, { base: STRIP - 2, height: STRIP / 2 - 2 }));
  }

  settled() {
    if (!this.found || !this.inSight) return;
    if (this.engine.net.settings) this.warn(this.engine.sensitivity(this.found));
    this.announce();
  }

  warn(sensitivity) {
    const words = warning(sensitivity);
    if (words) this.tell([words.replace(/\.$/, "")]);
  }

  announce() { this.say(this.asking ? "" : this.said.textContent); }

  freed() {
    this.pause();
    this.engine?.free();
    this.trainer?.rest(!this.isConnected);
    this.computed = "";
  }
}

customElements.define("gradient-lab", GradientLab);

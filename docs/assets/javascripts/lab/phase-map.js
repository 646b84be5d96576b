/* <phase-map>: the phases of nets over σ_w and σ_b, for one activation; a point to pick, what it does to the signal, and the way to the
   gradient lab with that net. */

import { make, makeButton } from "../dom.js";
import { inWords, typeset } from "../drawing.js";
import { makeControl, makeOutput } from "./controls.js";
import { Lab } from "./element.js";
import { PhaseChart } from "./phase-chart.js";
import {
  alternative, COLORS, depthInWords, edgeAt, factorInWords, forward, labAddress, LAYERS, levels, PHASES, point, remains, sentence,
  SETTINGS, varianceInWords,
} from "./phases.js";

const ROOT = new URL("../../../", import.meta.url); // of the site
const STEP = 0.01; // of the sliders, and of a pick
const ROWS = {
  activation: "Activation", weight: "σ_w", bias: "σ_b", phase: "Phase", factor: "Factor per layer √χ₁", depth: "Depth scale ξ, in layers",
  left: `Signal left after ${LAYERS} layers`, q: "Fixed point of the pre-activations' variance",
};

const writeShort = (value) => value.toFixed(2);
const keepWithin = ({ low, high }, value) => Math.min(high, Math.max(low, Number(writeShort(value))));

let made = 0;

class PhaseMap extends Lab {
  static table = SETTINGS;

  // ---------- what stands in it ----------

  build() {
    const kept = [...this.children].length ? this.fold("Nets that were built and measured", ...this.childNodes) : "";
    this.forward = make("p", { class: "lab__look" });
    return [make("div", { class: "lab phase", role: "group", "aria-label": "The map of the phases" },
      this.buildMain(), this.buildPanel(), make("div", { class: "lab__rest" }, this.forward, this.buildTable(), kept))];
  }

  fold(title, ...children) { return make("details", { class: "lab__more" }, make("summary", {}, title), ...children); }

  buildMain() {
    this.said = make("p", { class: "lab__said" });
    this.announced = make("p", { class: "lab__hidden", role: "status" });
    this.chart = new PhaseChart({ ...SETTINGS, colors: COLORS });
    this.chart.resize(this.clientWidth);
    const { svg } = this.chart;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      svg.setPointerCapture(event.pointerId);
      this.pick(event);
    });
    svg.addEventListener("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) this.pick(event); });
    return make("div", { class: "lab__main" }, this.said, this.announced, svg);
  }

  buildPanel() {
    this.controls = {
      activation: makeControl(SETTINGS.activation, "Activation", (activation) => this.change({ activation })),
      weight: this.buildSlider("weight", "Weights σ_w"),
      bias: this.buildSlider("bias", "Biases σ_b"),
    };
    this.opening = make("a", { class: "btn", href: ROOT }, "Open this net in the lab");
    return make("div", { class: "lab__panel" }, ...Object.values(this.controls).map((it) => it.element),
      make("div", { class: "lab__bar" }, makeButton("To the edge of chaos", () => this.goToEdge()), this.opening));
  }

  /** A slider with equal steps, as the map's axes have them. */
  buildSlider(key, label) {
    const { low, high } = SETTINGS[key], id = `phase-${key}-${made += 1}`;
    const output = makeOutput();
    const input = make("input", { id, type: "range", min: low, max: high, step: STEP, oninput: () => {
      output.textContent = writeShort(Number(input.value));
      this.change({ [key]: Number(input.value) });
    } });
    return {
      element: make("div", { class: "field lab__field" }, make("label", { for: id }, make("span", {}, ...typeset(label)), " ", output), input),
      set: (value) => { input.value = value; output.textContent = writeShort(value); },
    };
  }

  buildTable() {
    this.cells = Object.fromEntries(Object.keys(ROWS).map((key) => [key, make("td")]));
    const rows = Object.entries(ROWS).map(([key, name]) => make("tr", {}, make("th", { scope: "row" }, ...typeset(name)), this.cells[key]));
    return this.fold("This point as a table", make("table", { class: "tab" }, make("tbody", {}, ...rows)));
  }

  // ---------- what is done to it ----------

  show(settings) { Object.entries(this.controls).forEach(([key, it]) => it.set(settings[key])); }

  adjust(changes) {
    this.change(changes);
    this.show(this.settings);
  }

  pick(event) {
    const { weight, bias } = this.chart.at(event);
    this.adjust({ weight: keepWithin(SETTINGS.weight, weight), bias: keepWithin(SETTINGS.bias, bias) });
  }

  goToEdge() { this.adjust({ weight: edgeAt(this.settings.activation, this.settings.bias) }); }

  settle() { this.say(`${this.said.textContent} ${this.forward.textContent}`); }

  // ---------- drawing ----------

  draw() {
    const { settings, chart } = this, { activation, weight, bias } = settings;
    const width = chart.svg.parentElement.clientWidth;
    if (!width) return;
    const found = point(settings);
    chart.update(activation, levels(activation), width);
    chart.mark(settings, alternative(settings, found));
    this.said.textContent = sentence(found);
    this.forward.textContent = forward(found);
    this.opening.href = new URL(labAddress(settings), ROOT);
    const shown = {
      activation: SETTINGS.activation.options[activation], weight: inWords(weight, 4), bias: inWords(bias, 4),
      phase: PHASES[found.phase], factor: factorInWords(found.factor), depth: depthInWords(found.depth),
      left: inWords(remains(found.factor)), q: varianceInWords(found.q),
    };
    Object.entries(shown).forEach(([key, words]) => { this.cells[key].textContent = words; });
  }
}

customElements.define("phase-map", PhaseMap);

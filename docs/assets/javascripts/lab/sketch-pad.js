/* <sketch-pad>: draw from memory what reaches each layer of two nets, then see the measured curves and how close you were. No sketch is
   kept or sent; the measured curves are fetched when they are asked for. */

import { make, makeButton } from "../dom.js";
import { raised } from "../drawing.js";
import { makeOutput } from "./controls.js";
import { Lab } from "./element.js";
import { SketchChart } from "./sketch-chart.js";
import {
  alternative, blank, filled, handled, HANDLES, HIGH, LAYERS, LOW, measured, NETS, scored, SETTINGS, stroked, verdict,
} from "./sketching.js";

const DATA = new URL("../../../figures/two_curves.csv", import.meta.url);
const SHOW = "Show ours", HIDE = "Hide ours";
const STEPS_BACK = 100;
const PRIVATE = "Nothing you draw is kept or sent: it is gone when you leave the page.";
const NOT_FETCHED = "The measured curves could not be fetched. Your sketch is still here: try again.";

const capitalize = (name) => name[0].toUpperCase() + name.slice(1);

let made = 0;

class SketchPad extends Lab {
  static table = SETTINGS;

  start() {
    this.curves = Object.fromEntries(Object.keys(NETS).map((net) => [net, blank()]));
    this.past = []; // curves to go back to
    this.ours = null; // the measured curves, once shown
    this.pen = null; // where the pen was last, while it is down
    return {};
  }

  // ---------- what stands in it ----------

  build() {
    this.chart = new SketchChart({ nets: NETS, layers: LAYERS, low: LOW, high: HIGH });
    this.chart.resize(this.clientWidth);
    this.watchPen(this.chart.svg);
    this.results = make("div", { class: "sketch__results", role: "status" });
    this.numbers = make("div");
    return [make("div", { class: "lab sketch", role: "group", "aria-label": "Sketch the two curves" },
      this.buildChoice(), make("div", { class: "lab__main" }, this.chart.key, this.chart.svg), this.buildBar(), this.buildSliders(),
      make("p", { class: "lab__look" }, PRIVATE), this.results, this.numbers)];
  }

  buildChoice() {
    const name = `sketch-${made += 1}`;
    this.radios = Object.fromEntries(Object.keys(NETS).map((net) => [net,
      make("input", { type: "radio", name, value: net, onchange: () => this.change({ curve: net }) })]));
    return make("fieldset", { class: "sketch__choice" }, make("legend", {}, "Draw the signal of"),
      ...Object.entries(NETS).map(([net, title]) => make("label", { class: "lab__check" }, this.radios[net], ` ${title}`)));
  }

  buildBar() {
    this.undoButton = makeButton("Undo", () => this.undo());
    this.showButton = makeButton(SHOW, () => (this.ours ? this.hide() : this.reveal()));
    return make("div", { class: "lab__bar" }, this.undoButton, makeButton("Clear this curve", () => this.clear()),
      makeButton("Start again", () => this.startAgain()), this.showButton);
  }

  buildSliders() {
    this.sliders = Object.fromEntries(Object.keys(NETS).map((net) => [net, HANDLES.map((layer) => this.buildSlider(net, layer))]));
    return make("details", { class: "lab__more" }, make("summary", {}, "Draw with sliders"),
      ...Object.entries(NETS).map(([net, name]) => make("fieldset", { class: "sketch__sliders" },
        make("legend", {}, `${capitalize(name)}: the signal after layer …`),
        make("div", { class: "lab__panel" }, ...this.sliders[net].map((slider) => slider.element)))));
  }

  buildSlider(net, layer) {
    const id = `sketch-slider-${made += 1}`;
    const output = makeOutput();
    let moving = false;
    const input = make("input", { id, type: "range", min: LOW, max: HIGH, step: 1,
      oninput: () => {
        if (!moving) this.remember();
        moving = true;
        this.curves[net] = handled(this.curves[net], layer, Number(input.value));
        this.redraw();
      },
      onchange: () => { moving = false; this.judge(); } });
    const set = (power) => {
      input.value = power ?? 0;
      output.textContent = power === null ? "not drawn" : raised(Math.round(power));
      input.setAttribute("aria-valuetext", power === null ? "not drawn" : `10 to the ${Math.round(power)}`);
    };
    const label = make("label", { for: id }, `layer ${layer}`, " ", output);
    return { layer, set, element: make("div", { class: "field lab__field" }, label, input) };
  }

  // ---------- the pen ----------

  watchPen(svg) {
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      svg.setPointerCapture(event.pointerId);
      this.remember();
      this.pen = null;
      this.drawTo(event);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!svg.hasPointerCapture(event.pointerId)) return;
      const passed = event.getCoalescedEvents?.() ?? [];
      (passed.length ? passed : [event]).forEach((it) => this.drawTo(it));
    });
    svg.addEventListener("pointerup", () => this.judge());
    svg.addEventListener("pointercancel", () => this.judge());
  }

  drawTo(event) {
    const { curve } = this.settings, to = this.chart.at(event);
    this.curves[curve] = stroked(this.curves[curve], this.pen, to);
    this.pen = to;
    this.redraw();
  }

  // ---------- what is done to it ----------

  show({ curve }) { this.radios[curve].checked = true; }

  remember() {
    this.past.push({ ...this.curves });
    if (this.past.length > STEPS_BACK) this.past.shift();
  }

  undo() {
    if (!this.past.length) return;
    this.curves = this.past.pop();
    this.judge();
  }

  clear() {
    this.remember();
    this.curves = { ...this.curves, [this.settings.curve]: blank() };
    this.judge();
  }

  startAgain() {
    this.start();
    this.judge();
  }

  hide() {
    this.ours = null;
    this.judge();
  }

  async reveal() {
    try {
      const answer = await fetch(DATA);
      if (!answer.ok) throw new Error(String(answer.status));
      this.ours = measured(await answer.text());
      this.judge();
    } catch {
      this.results.replaceChildren(make("p", { class: "lab__notes" }, NOT_FETCHED));
    }
  }

  /** Draw, and say how close it is once the measured curves are shown. */
  judge() {
    this.pen = null;
    this.redraw();
    this.showButton.textContent = this.ours ? HIDE : SHOW;
    const { ours } = this;
    const verdicts = ([net, name]) => make("p", {}, make("strong", {}, `${capitalize(name)}. `),
      verdict(net, scored(net, this.curves[net], ours[net]), ours[net]));
    this.results.replaceChildren(...(ours ? Object.entries(NETS).map(verdicts) : []));
    this.numbers.replaceChildren(...(ours ? [this.compare()] : []));
  }

  /** Both curves as numbers. */
  compare() {
    const cell = (power) => (power === null ? "—" : raised(Math.round(power)));
    const head = ["Layer", ...Object.values(NETS).flatMap((name) => [`${name}, yours`, `${name}, measured`])];
    const rows = HANDLES.map((layer) => [String(layer),
      ...Object.keys(NETS).flatMap((net) => [filled(this.curves[net])[layer - 1], this.ours[net].value[layer - 1]].map(cell))]);
    const row = ([layer, ...cells]) =>
      make("tr", {}, make("th", { scope: "row" }, layer), ...cells.map((text) => make("td", {}, text)));
    return make("table", { class: "tab" },
      make("thead", {}, make("tr", {}, ...head.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows.map(row)));
  }

  // ---------- drawing ----------

  draw() {
    const curves = Object.fromEntries(Object.entries(this.curves).map(([net, curve]) => [net, filled(curve)]));
    this.chart.resize(this.chart.svg.parentElement.clientWidth);
    this.chart.update(curves, this.ours, alternative(this.curves, Boolean(this.ours)));
    Object.entries(this.sliders).forEach(([net, sliders]) => sliders.forEach(({ layer, set }) => set(curves[net][layer - 1])));
    this.undoButton.disabled = !this.past.length;
  }
}

customElements.define("sketch-pad", SketchPad);

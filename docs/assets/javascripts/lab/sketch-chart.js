/* Empty axes over thirty layers, on which curves are drawn by hand and laid beside measured ones. Knows no net and no control. */

import { make, makeSvg } from "../dom.js";
import { describe, raised } from "../drawing.js";

const ROOM = { left: 10, right: 48, top: 10, bottom: 42 };
const SHAPES = { sigmoid: { dash: "", mark: "circle" }, relu: { dash: "8 4", mark: "square" } };
const EVERY = 5; // powers of ten between grid lines, layers between two marks
const TICKS = [1, 10, 20, 30];

const MARKS = {
  circle: (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`,
  square: (x, y) => `M${x - 3.5} ${y - 3.5}h7v7h-7z`,
};

export class SketchChart {
  /** nets: { key: name }; layers across; low and high are powers of ten; height in pixels. */
  constructor({ nets, layers, low, high, height = 330 }) {
    Object.assign(this, { nets, layers, low, high, height, width: 0 });
    this.svg = makeSvg("svg", { class: "fig__svg sketch__pad", "font-size": 13 });
    this.grid = makeSvg("g");
    this.lines = Object.fromEntries(Object.keys(nets).map((net) => [net, {
      band: makeSvg("path", { class: `f-c-${net}`, "fill-opacity": 0.18 }),
      ours: makeSvg("path", { class: `s-c-${net}`, fill: "none", "stroke-width": 2, "stroke-dasharray": SHAPES[net].dash }),
      marks: makeSvg("path", { class: `f-c-${net} s-paper` }),
      yours: makeSvg("path", { class: `s-c-${net}`, fill: "none", "stroke-width": 3.5, "stroke-dasharray": SHAPES[net].dash }),
    }]));
    const all = Object.values(this.lines);
    this.svg.append(this.grid, ...["band", "ours", "marks", "yours"].flatMap((part) => all.map((line) => line[part])));
    this.measuredKeys = Object.keys(nets).map((net) => this.makeKey(net, true));
    this.key = make("div", { class: "chart__key" }, ...Object.keys(nets).map((net) => this.makeKey(net, false)), ...this.measuredKeys);
  }

  makeKey(net, measured) {
    const { dash, mark } = SHAPES[net];
    const look = { class: `s-c-${net}`, fill: "none", "stroke-width": measured ? 2 : 3.5, "stroke-dasharray": dash };
    const line = makeSvg("path", { d: "M0 6H30", ...look });
    const sample = makeSvg("svg", { viewBox: "0 0 30 12", width: 30, height: 12, "aria-hidden": "true" }, line);
    if (measured) sample.append(makeSvg("path", { class: `f-c-${net} s-paper`, d: MARKS[mark](15, 6) }));
    return make("span", {}, sample, `${this.nets[net]}, ${measured ? "measured" : "yours"}`);
  }

  x(layer) { return ROOM.left + (layer - 0.5) / this.layers * (this.width - ROOM.left - ROOM.right); }

  y(power) { return ROOM.top + (this.high - power) / (this.high - this.low) * (this.height - ROOM.top - ROOM.bottom); }

  /** Layer and power of ten under a pointer, neither whole nor bounded. */
  at({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const right = ((clientX - box.left) / box.width * this.width - ROOM.left) / (this.width - ROOM.left - ROOM.right);
    const down = ((clientY - box.top) / box.height * this.height - ROOM.top) / (this.height - ROOM.top - ROOM.bottom);
    return { layer: right * this.layers + 0.5, power: this.high - down * (this.high - this.low) };
  }

  resize(width) {
    if (width === this.width || width <= 0) return;
    this.width = width;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    const left = ROOM.left, right = width - ROOM.right, bottom = this.height - ROOM.bottom;
    const text = (words, x, y, anchor) => makeSvg("text", { class: "f-ink2", x, y, "text-anchor": anchor }, words);
    const rows = [];
    for (let power = this.low; power <= this.high; power += EVERY) {
      rows.push(makeSvg("path", { class: power ? "s-line" : "s-edge", d: `M${left} ${this.y(power)}H${right}` }),
        text(power ? raised(power) : "1", right + 6, this.y(power) + 4, "start"));
    }
    this.grid.replaceChildren(makeSvg("rect", { x: 0, y: 0, width, height: this.height, class: "f-paper" }), ...rows,
      ...TICKS.map((layer) => text(String(layer), this.x(layer), bottom + 17, "middle")),
      text("input", left, this.height - 6, "start"), text("layer", (left + right) / 2, this.height - 6, "middle"),
      text("loss", right, this.height - 6, "end"), makeSvg("circle", { class: "f-ink", cx: this.x(this.layers), cy: this.y(0), r: 3.5 }));
  }

  trace(powers) {
    let d = "";
    powers.forEach((power, i) => { if (power !== null) d += `${d ? "L" : "M"}${this.x(i + 1).toFixed(1)} ${this.y(power).toFixed(1)}`; });
    return d;
  }

  /** curves: { net: powers or nulls }; ours: { net: { value, low, high } } or null; said: the text alternative. */
  update(curves, ours, said) {
    Object.entries(this.lines).forEach(([net, line]) => {
      const drawn = curves[net].filter((power) => power !== null).length > 1;
      line.yours.setAttribute("d", drawn ? this.trace(curves[net]) : "");
      const { value = [], low = [], high = [] } = ours?.[net] ?? {};
      const back = high.map((power, i) => `L${this.x(i + 1).toFixed(1)} ${this.y(power).toFixed(1)}`).reverse().join("");
      line.band.setAttribute("d", ours ? `${this.trace(low)}${back}Z` : "");
      line.ours.setAttribute("d", this.trace(value));
      const marked = value.map((power, i) => (i % EVERY ? "" : MARKS[SHAPES[net].mark](this.x(i + 1), this.y(power))));
      line.marks.setAttribute("d", marked.join(""));
    });
    this.measuredKeys.forEach((entry) => { entry.style.visibility = ours ? "" : "hidden"; });
    describe(this.svg, said);
  }
}

/* The plane of σ_w and σ_b as a drawing: bands between level lines, the edge of chaos, a marked point. It is drawn once for each set of
   lines and width; then only the point moves. Knows no net and no control. */

import { makeSvg } from "../dom.js";
import { describe, typeset } from "../drawing.js";

const ROOM = { left: 34, right: 36, top: 24, bottom: 44 };
const LOW = 250, HIGH = 400; // pixels of height
const APART = 30; // pixels between two labels on one side
const PHASES_AT = 1.62, EDGE_AT = 0.42; // σ_b at which the phases and the edge are named
const TICKS = { weight: [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4], bias: [0, 0.5, 1, 1.5, 2] };

let made = 0;

/** σ_w of a level line at this σ_b. */
const across = (line, bias) => {
  const i = line.findIndex(([, b]) => b >= bias);
  if (i <= 0) return line.at(i)[0];
  const [[w0, b0], [w1, b1]] = [line[i - 1], line[i]];
  return w0 + (w1 - w0) * (bias - b0) / (b1 - b0 || 1);
};

const lowerIndex = (index) => makeSvg("tspan", { dy: "0.3em", "font-size": "75%" }, index); // the rest of its line would stay as low

const text = (words, x, y, anchor, tone = "f-ink2") =>
  makeSvg("text", { class: tone, x, y, "text-anchor": anchor }, ...typeset(words, lowerIndex));

/** Those labels [words, place] that have room beside each other; the one that is named first always has. */
const spaced = (labels, first) => {
  const kept = [];
  [...labels].sort(([a], [b]) => (b === first) - (a === first)).forEach((label) => {
    if (kept.every(([, place]) => Math.abs(place - label[1]) >= APART)) kept.push(label);
  });
  return kept;
};

export class PhaseChart {
  /** weight, bias: { low, high } of the axes; colors: the tokens of the bands, one more than there are lines. */
  constructor({ weight, bias, colors }) {
    Object.assign(this, { weight, bias, colors });
    this.svg = makeSvg("svg", { class: "fig__svg phase__map", "font-size": 13 });
  }

  x(weight) {
    const { low, high } = this.weight;
    return ROOM.left + (weight - low) / (high - low) * (this.width - ROOM.left - ROOM.right);
  }

  y(bias) {
    const { low, high } = this.bias;
    return this.height - ROOM.bottom - (bias - low) / (high - low) * (this.height - ROOM.top - ROOM.bottom);
  }

  /** σ_w and σ_b under a pointer, not bounded. */
  at({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect(), { width, height, weight, bias } = this;
    const right = ((clientX - box.left) / box.width * width - ROOM.left) / (width - ROOM.left - ROOM.right);
    const up = 1 - ((clientY - box.top) / box.height * height - ROOM.top) / (height - ROOM.top - ROOM.bottom);
    return { weight: weight.low + right * (weight.high - weight.low), bias: bias.low + up * (bias.high - bias.low) };
  }

  /** Take the room of a drawing of this width. */
  resize(width) {
    this.width = width;
    this.height = Math.round(Math.min(HIGH, Math.max(LOW, width * 0.56)));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
  }

  /** Draw `lines`, [{ factor, line: [[σ_w, σ_b], …] }] from left to right, at this many pixels of width; `name` tells sets apart. */
  update(name, lines, width) {
    if (this.drawn === `${name} ${width}`) return;
    this.drawn = `${name} ${width}`;
    this.resize(width);
    const left = this.x(this.weight.low), top = this.y(this.bias.high);
    this.frame = { x: left, y: top, width: this.x(this.weight.high) - left, height: this.y(this.bias.low) - top };
    this.cross = makeSvg("path", { class: "s-ink", fill: "none", "stroke-dasharray": "2 3" });
    this.marker = makeSvg("g", {},
      makeSvg("circle", { class: "f-ink s-paper", r: 8, "stroke-width": 2 }), makeSvg("circle", { class: "f-paper", r: 3 }));
    const edge = lines.find(({ factor }) => factor === 1).line;
    this.svg.replaceChildren(...this.drawBands(lines, edge), makeSvg("rect", { ...this.frame, class: "s-edge", fill: "none" }), ...this.drawAxes(),
      ...this.drawFactors(lines), ...this.drawNames(edge), this.cross, this.marker);
  }

  /** Painted from the right to the left, each over all that is right of it. */
  drawBands(lines, edge) {
    const id = `phase-clip-${made += 1}`;
    const path = (line) => line.map(([w, b], i) => `${i ? "L" : "M"}${this.x(w).toFixed(1)} ${this.y(b).toFixed(1)}`).join("");
    const fill = (i) => `fill:var(--${this.colors.at(i)})`;
    const left = ({ line }) => `${path(line)}L-9 ${this.y(line.at(-1)[1])}V${this.y(this.bias.low)}Z`;
    return [
      makeSvg("clipPath", { id }, makeSvg("rect", this.frame)),
      makeSvg("g", { "clip-path": `url(#${id})` }, makeSvg("rect", { ...this.frame, style: fill(-1) }),
        ...lines.map((line, i) => makeSvg("path", { d: left(line), style: fill(i) })).reverse(),
        makeSvg("path", { class: "s-paper", d: path(edge), fill: "none", "stroke-width": 6 }),
        makeSvg("path", { class: "s-ink", d: path(edge), fill: "none", "stroke-width": 2.5 })),
    ];
  }

  drawAxes() {
    const { x, y, width, height } = this.frame;
    return [
      ...TICKS.weight.map((w) => text(String(w), this.x(w), y + height + 17, "middle")),
      ...TICKS.bias.map((b) => text(String(b), x - 6, this.y(b) + 4, "end")),
      text("spread of the weights, σ_w", x + width / 2, y + height + 37, "middle"),
      text("σ_b", 2, 14, "start"), text("factor", this.width - 2, 14, "end"),
    ];
  }

  /** Each level's factor where its line leaves the map: above it, or at its right side. */
  drawFactors(lines) {
    const { x, y, width } = this.frame, right = x + width;
    const above = [], beside = [];
    lines.filter(({ line }) => line[0][0] <= this.weight.high).forEach(({ factor, line }) => {
      const end = across(line, this.bias.high);
      if (end <= this.weight.high) above.push([factor, this.x(end)]);
      else beside.push([factor, this.y(line.find(([w]) => w >= this.weight.high)[1])]);
    });
    const last = right - APART; // beyond stands the word "factor"
    return [
      ...spaced(above, 1).filter(([, at]) => at < last).map(([factor, at]) => text(String(factor), at, y - 7, "middle", "f-ink")),
      ...spaced(beside, 1).filter(([, at]) => at > y + 8).map(([factor, at]) => text(String(factor), right + 6, at + 4, "start", "f-ink")),
    ];
  }

  drawNames(edge) {
    const middle = across(edge, PHASES_AT), { low, high } = this.weight;
    const name = (words, w, b, anchor, away = 0) => text(words, this.x(w) + away, this.y(b) + 4, anchor, "phase__name f-ink");
    return [name("ordered", (low + middle) / 2, PHASES_AT, "middle"), name("chaotic", (middle + high) / 2, PHASES_AT, "middle"),
      name("edge of chaos", across(edge, EDGE_AT), EDGE_AT, "start", 9)];
  }

  /** Move the marked point; `said` is the text alternative of all of it. */
  mark({ weight, bias }, said) {
    const x = this.x(weight), y = this.y(bias);
    this.marker.setAttribute("transform", `translate(${x} ${y})`);
    this.cross.setAttribute("d", `M${this.frame.x} ${y}H${x}V${this.frame.y + this.frame.height}`);
    describe(this.svg, said);
  }
}

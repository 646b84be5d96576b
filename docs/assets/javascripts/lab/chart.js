/* One chart over layers or steps: lines on a logarithmic axis or on one of shares. It is built once and its attributes change. Knows no net. */

import { make, makeSvg } from "../dom.js";
import { describe, positive, raised, typeset } from "../drawing.js";

const ROOM = { left: 8, right: 50, top: 8, bottom: 26 };
const TICKS = 7;
const MANY = 60; // points; above, a line has no marks
const DECADES = 320;

export class Chart {
  /**
   * title: what stands above; series: [{ key, name, color, dash, marked }], color a token such as "s0"; scale: "log" or "share";
   * ends: the words at the left and right end of the horizontal axis; height in pixels.
   */
  constructor({ title, series, scale = "log", ends = ["input", "loss"], height = 220 }) {
    Object.assign(this, { title, series, scale, height, width: 0, data: null });
    const caption = make("figcaption", {}, title);
    if (series.length > 1) {
      caption.append(make("span", { class: "chart__key" }, ...series.map(({ name, color, dash }) => {
        const sample = makeSvg("svg", { viewBox: "0 0 24 8", width: 24, height: 8, "aria-hidden": "true" },
          makeSvg("path", { class: `s-${color}`, d: "M0 4H24", fill: "none", "stroke-width": 2, "stroke-dasharray": dash ?? "" }));
        return make("span", {}, sample, ...typeset(name));
      })));
    }
    this.svg = makeSvg("svg", { class: "fig__svg", "font-size": 13 });
    this.ticks = Array.from({ length: TICKS }, () => {
      const line = makeSvg("path", { class: "s-line", fill: "none" }), label = makeSvg("text", { class: "f-ink2" });
      this.svg.append(line, label);
      return { line, label };
    });
    this.left = makeSvg("text", { class: "f-ink2" }, ends[0]);
    this.middle = makeSvg("text", { class: "f-ink2", "text-anchor": "middle" });
    this.right = makeSvg("text", { class: "f-ink2", "text-anchor": "end" }, ends[1]);
    this.cursor = makeSvg("path", { class: "s-ink2", fill: "none", "stroke-dasharray": "2 3" });
    this.none = makeSvg("text", { class: "f-ink2", "text-anchor": "middle" });
    this.lines = series.map(({ color, dash, marked }) => {
      const path = makeSvg("path", { class: `s-${color}`, fill: "none", "stroke-width": marked === false ? 1.4 : 1.9, "stroke-dasharray": dash ?? "" });
      const marks = makeSvg("path", { class: `s-${color} f-paper`, "stroke-width": 1.3 });
      const outside = makeSvg("path", { class: `s-${color} f-${color}`, "stroke-width": 1 });
      return { path, marks, outside };
    });
    this.svg.append(this.left, this.middle, this.right, this.cursor, ...this.lines.flatMap((l) => [l.path, l.marks, l.outside]), this.none);
    this.figure = make("figure", { class: "chart" }, caption, this.svg);
  }

  /** Draw at this many pixels of width. */
  resize(width) {
    if (width === this.width || width <= 0) return;
    this.width = width;
    const { height } = this;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const bottom = height - 7;
    [[this.left, ROOM.left], [this.middle, (width - ROOM.right + ROOM.left) / 2], [this.right, width - ROOM.right], [this.none, width / 2]].forEach(
      ([text, x]) => { text.setAttribute("x", x); text.setAttribute("y", bottom); });
    this.none.setAttribute("y", height / 2);
    if (this.data) this.draw();
  }

  /**
   * values: { key: list of numbers }, all of one length; from: only entries from this index on are shown (the rest has not been walked yet);
   * at: index of the cursor, or -1; said: the text alternative; axis: the words below.
   */
  update(data) {
    this.data = data;
    if (this.width) this.draw();
  }

  draw() {
    const { values, from = 0, at = -1, said = "", axis = "" } = this.data;
    const { width, height, scale } = this;
    const count = values[this.series[0].key].length;
    const inner = width - ROOM.left - ROOM.right, tall = height - ROOM.top - ROOM.bottom;
    const x = (i) => ROOM.left + (inner * (i + 0.5)) / count;
    const [low, high] = scale === "log" ? this.bounds(values) : [0, 1];
    const y = scale === "log" ? (v) => ROOM.top + ((high - Math.log10(v)) / (high - low)) * tall : (v) => ROOM.top + (1 - v) * tall;
    this.drawTicks(low, high, y);
    describe(this.svg, said);
    this.middle.textContent = axis;
    this.cursor.setAttribute("d", at >= 0 && at < count ? `M${x(at)} ${ROOM.top}V${height - ROOM.bottom}` : "");
    let shown = 0;
    this.series.forEach(({ key, marked }, s) => {
      const { path, marks, outside } = this.lines[s], given = values[key];
      let d = "", m = "", o = "", pen = false;
      for (let i = Math.max(0, from); i < count; i++) {
        const v = given[i];
        const inside = scale === "log" ? positive(v) : Number.isFinite(v);
        if (!inside) {
          pen = false;
          if (scale === "log" && !Number.isNaN(v)) {
            const edge = v > 0 ? ROOM.top : height - ROOM.bottom, turn = v > 0 ? 7 : -7;
            o += `M${x(i) - 4} ${edge + turn}l4 ${-turn}l4 ${turn}z`; // an arrow: beyond what a number holds
            shown += 1;
          }
          continue;
        }
        shown += 1;
        const px = x(i).toFixed(1), py = y(v).toFixed(1);
        d += `${pen ? "L" : "M"}${px} ${py}`;
        if (!pen && !(i + 1 < count)) d += "h.1";
        pen = true;
        if (marked !== false && count <= MANY) m += `M${(x(i) - 3).toFixed(1)} ${py}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`;
      }
      path.setAttribute("d", d);
      marks.setAttribute("d", m);
      outside.setAttribute("d", o);
    });
    this.none.textContent = shown ? "" : this.data.empty ?? "nothing to draw";
  }

  /** Whole powers of ten around all positive values, two at least. */
  bounds(values) {
    let least = Infinity, most = -Infinity;
    this.series.forEach(({ key }) => values[key].forEach((v) => {
      if (positive(v)) { const power = Math.log10(v); if (power < least) least = power; if (power > most) most = power; }
    }));
    if (least > most) return [-1, 1];
    let low = Math.floor(least - 0.1), high = Math.ceil(most + 0.1);
    if (high - low < 2) { if (most > (low + high) / 2) high += 1; else low -= 1; }
    return [Math.max(low, -DECADES), Math.min(high, DECADES)];
  }

  drawTicks(low, high, y) {
    const places = [];
    if (this.scale === "log") {
      const every = Math.max(1, Math.ceil((high - low) / (TICKS - 1)));
      for (let power = Math.ceil(low / every) * every; power <= high; power += every) places.push([y(10 ** power), raised(power)]);
    } else {
      [0, 0.5, 1].forEach((share) => places.push([y(share), `${100 * share}%`]));
    }
    this.ticks.forEach(({ line, label }, i) => {
      const place = places[i];
      line.setAttribute("d", place && Number.isFinite(place[0]) ? `M${ROOM.left} ${place[0]}H${this.width - ROOM.right}` : "");
      label.textContent = place && Number.isFinite(place[0]) ? place[1] : "";
      if (!place || !Number.isFinite(place[0])) return;
      label.setAttribute("x", this.width - ROOM.right + 6);
      label.setAttribute("y", place[0] + 4);
    });
  }
}

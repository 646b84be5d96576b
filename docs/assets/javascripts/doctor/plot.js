/* Draws what was read: a strip and two lines over the layers, on a logarithmic axis. Knows no rules and no controls. */

import { make, makeSvg } from "../dom.js";
import { positive, raised, strip } from "../drawing.js";

const HEIGHT = 260;
const ROOM = { left: 10, right: 52, top: 42, bottom: 34 };
const MANY = 60; // layers; above it lines have no marks, and the strip shows every n-th of twice as many

/** An SVG of the layers, `width` pixels wide; `alternative` says what it shows, `ends` what stands at its ends. */
export const plot = (layers, width, alternative, ends = ["input", "loss"]) => {
  const svg = makeSvg("svg", { class: "fig__svg reader__plot", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": alternative,
    "font-size": 13 });
  const values = layers.flatMap((x) => [x.signal, x.weight_grad]).filter(positive);
  if (!values.length) {
    svg.append(makeSvg("text", { class: "f-ink2", x: ROOM.left, y: HEIGHT / 2 }, "No positive finite norm to draw."));
    return svg;
  }
  const { x, y, inner, draw } = makeScale(values, layers.length, width);
  svg.append(...draw);
  svg.append(strip(layers.map((layer) => layer.signal), x, inner, { base: 34, most: 2 * MANY }));
  svg.append(line(layers, "weight_grad", x, y, "s-f3", "4 3"), line(layers, "signal", x, y, "s-s0", ""));
  const bottom = HEIGHT - 10;
  svg.append(makeSvg("text", { class: "f-ink2", x: ROOM.left, y: bottom }, ends[0]),
    makeSvg("text", { class: "f-ink2", x: width - ROOM.right, y: bottom, "text-anchor": "end" }, ends[1]),
    makeSvg("text", { class: "f-ink2", x: ROOM.left + inner / 2, y: bottom, "text-anchor": "middle" }, `${layers.length} layers`));
  return svg;
};

const line = (layers, field, x, y, color, dash) => {
  const group = makeSvg("g");
  const steps = layers.map((layer, i) => (positive(layer[field]) ? [x(i), y(layer[field])] : null));
  let d = "";
  steps.forEach((p, i) => { if (p) d += `${steps[i - 1] ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}`; });
  if (!d) return group;
  group.append(makeSvg("path", { class: color, d, fill: "none", "stroke-width": 1.8, "stroke-dasharray": dash }));
  if (layers.length <= MANY) {
    const shape = field === "signal" ? (px, py) => `M${px - 3.5} ${py}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0` : (px, py) => `M${px - 3} ${py - 3}l6 6m0-6l-6 6`;
    group.append(makeSvg("path", { class: `${color}${field === "signal" ? " f-paper" : ""}`, fill: "none", "stroke-width": 1.4,
      d: steps.filter(Boolean).map(([px, py]) => shape(px, py)).join("") }));
  }
  return group;
};

/** An SVG of one norm over time: `points` are { at, value }; a cross stands where a value is not finite. */
export const plotSeries = (points, by, width, alternative) => {
  const svg = makeSvg("svg", { class: "fig__svg reader__plot", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": alternative, "font-size": 13 });
  const { x, y, inner, draw } = makeScale(points.map((p) => p.value).filter(positive), points.length, width);
  svg.append(...draw);
  let d = "";
  points.forEach((p, i) => { if (positive(p.value)) d += `${positive(points[i - 1]?.value) ? "L" : "M"}${x(i).toFixed(1)} ${y(p.value).toFixed(1)}`; });
  const bad = points.map((p, i) => (Number.isNaN(p.value) || Math.abs(p.value) === Infinity ? `M${(x(i) - 4).toFixed(1)} ${ROOM.top - 4}l8 8m0-8l-8 8` : "")).join("");
  svg.append(makeSvg("path", { class: "s-s0", d: d || "M0 0", fill: "none", "stroke-width": 1.8 }), makeSvg("path", { class: "s-flare", d: bad || "M0 0", fill: "none", "stroke-width": 1.6 }));
  const bottom = HEIGHT - 10;
  svg.append(makeSvg("text", { class: "f-ink2", x: ROOM.left, y: bottom }, `${by} ${points[0].at}`),
    makeSvg("text", { class: "f-ink2", x: ROOM.left + inner, y: bottom, "text-anchor": "end" }, `${by} ${points.at(-1).at}`));
  return svg;
};

/** The logarithmic axis of both drawings: places, and the lines with their powers of ten. */
const makeScale = (values, count, width) => {
  const [least, most] = values.length ? [Math.min(...values), Math.max(...values)] : [1, 1];
  const low = Math.floor(Math.log10(least) - 0.2);
  const high = Math.max(low + 1, Math.ceil(Math.log10(most) + 0.2));
  const inner = width - ROOM.left - ROOM.right;
  const x = (i) => ROOM.left + (inner * (i + 0.5)) / count;
  const y = (value) => ROOM.top + ((high - Math.log10(value)) / (high - low)) * (HEIGHT - ROOM.top - ROOM.bottom);
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const draw = [];
  for (let power = low; power <= high; power += every) {
    draw.push(makeSvg("path", { class: "s-line", d: `M${ROOM.left} ${y(10 ** power)}H${width - ROOM.right}`, fill: "none" }),
      makeSvg("text", { class: "f-ink2", x: width - ROOM.right + 6, y: y(10 ** power) + 4 }, raised(power)));
  }
  return { x, y, inner, draw };
};

/** The numbers behind the drawing, as a table with at most `most` rows. */
export const numbers = (layers, write, most = 1000) => {
  const table = make("table", { class: "tab" });
  const head = table.createTHead().insertRow();
  head.append(...["Layer", "∂L/∂h", "∂L/∂W", "of last"].map((name) => make("th", { scope: "col" }, name)));
  const body = table.createTBody();
  layers.slice(0, most).forEach((layer) => {
    const row = body.insertRow();
    [layer.name, write(layer.signal), write(layer.weight_grad), write(layer.signal_ratio)].forEach((text) => {
      row.insertCell().textContent = text;
    });
  });
  return table;
};

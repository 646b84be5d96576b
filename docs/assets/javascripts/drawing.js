/* What every drawing of this site's scripts is made of: words, powers of ten, the strip of layers. Knows no net and no page. */

import { make, makeSvg } from "./dom.js";

const FADE = ["s0", "v1", "v2", "v3", "v4", "v5", "v6"]; // two powers of ten apart, toward the paper
const GROW = ["s0", "f1", "f2", "f3", "f4", "f5", "f6"]; // one power of ten apart
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const INDEX = /(?<=(?<!\p{L})\p{L})_(\w+)/u; // of a symbol of one letter
const LEAST = 2.2250738585072014e-308; // the smallest number a double holds in full

/** A drawing is an image once there are words for what it shows. */
export const describe = (svg, said) => {
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", said);
};

const lowerIndex = (index) => make("sub", {}, index);

/** Words as nodes, their indices lowered: "∂h_T" is ∂h<sub>T</sub>. `lower` makes what stands for an index. */
export const typeset = (words, lower = lowerIndex) => words.split(INDEX).map((part, i) => (i % 2 ? lower(part) : part));

/** Put words into an element, their indices lowered. */
export const write = (element, words) => element.replaceChildren(...typeset(words));

/** "10⁻⁸" for -8. */
export const raised = (power) => `10${[...String(power)].map((c) => RAISED[c]).join("")}`;

/** Whether a value has a place on a logarithmic axis. */
export const positive = (value) => typeof value === "number" && value > 0 && Number.isFinite(value);

/** A number as readers see it, in one piece: two or three digits, a power of ten where it is long, and what a double cannot hold by name. */
export const inWords = (value, digits = 2) => {
  if (Number.isNaN(value)) return "not a number (overflowed)";
  if (!Number.isFinite(value)) return value > 0 ? "∞ (above 10³⁰⁸)" : "−∞ (below −10³⁰⁸)";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < LEAST) return "below 10⁻³⁰⁸";
  if (size >= 9.995e-4 && size < 9.995e3) return value.toLocaleString("en-US", { maximumSignificantDigits: digits }).replace("-", "−");
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")}\u00a0×\u00a0${raised(Number(power))}`;
};

/**
 * A strip: one column for each of `signals`, first to last, that pales and thins as its signal fades against the last, and heats and grows
 * as it explodes. `x(i)` is a column's middle, `base` the line it stands on; at most `most` columns are drawn.
 */
export const strip = (signals, x, inner, { base, height: full = 16, most = 120 }) => {
  const group = makeSvg("g");
  const last = signals.filter(positive).at(-1);
  const step = Math.max(1, Math.ceil(signals.length / most));
  const cell = (inner / signals.length) * step;
  for (let i = signals.length - 1; i >= 0 && last; i -= step) {
    if (!(signals[i] > 0)) continue;
    const decades = Math.log10(signals[i]) - Math.log10(last);
    const faded = Math.max(-12, Math.min(0, decades));
    const height = decades > 0 ? full * (1 + Math.min(decades, 5) / 5) : full;
    const wide = cell * 0.72 * (0.16 + 0.84 * (1 + faded / 12));
    const token = decades < 0 ? FADE[Math.round(-faded / 2)] : GROW[Math.round(Math.min(6, decades))];
    group.append(makeSvg("rect", { x: x(i) - wide / 2, y: base - height, width: wide, height, style: `fill:var(--${token})` }));
  }
  group.append(makeSvg("path", { class: "s-edge", d: `M${x(0) - cell / step / 2} ${base}h${inner}`, fill: "none" }));
  return group;
};

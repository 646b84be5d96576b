/* The recurrent lab's sentences. Numbers come from the net; nothing is drawn here. */

import { inWords, raised } from "../drawing.js";

export const SLOW = 6e6; // products of two numbers; more take longer than a frame
const CHAOTIC = 9; // powers of ten by which an error of the sixteenth digit grows before it can be seen
const PLACE = 2e-16;

/** The norm at step t of one of the lines; what no number holds by its name. */
export const at = ({ values, powers }, t, digits = 2) => {
  if (values[t] === 0 && powers[t] > -Infinity) return "below 10⁻³⁰⁸";
  return inWords(values[t], digits);
};

/** Geometric mean factor per step over all steps. */
const perStep = ({ powers }) => inWords(10 ** (powers[0] / (powers.length - 1)), 3);

const each = ({ powers }) => (powers.length > 2 ? `, a factor of ${perStep({ powers })} per step` : "");

/** What of the first state is left in the last. */
export const sentence = (found, settings) => (settings.net === "lstm" ? ofGates(found, settings) : ofPowers(found, settings));

const ofPowers = ({ lines }, { steps, phi }) => {
  const { true: left, bound, radius } = lines;
  const most = Math.max(...left.powers), when = left.powers.indexOf(most);
  const climbed = most > 0.3 && most - left.powers[0] > 0.3
    ? ` On the way it rises to ${at(left, when)}, ${steps - when} ${steps - when === 1 ? "step" : "steps"} back.` : "";
  const power = raised(steps).slice(2), rho = at(radius, 0);
  const quoted = phi === "linear" ? `ρ${power}, which a linear net can't fall below, is ${rho}`
    : `ρ${power}, a bound of no kind once φ has slopes, is ${rho}`;
  return `‖∂h_T/∂h_0‖ is ${at(left, 0)} over ${steps} ${steps === 1 ? "step" : "steps"}${
    left.values[0] > 0 ? each(left) : ""}.${climbed} The bound (γ σ_max)${power} is ${at(bound, 0)}; ${quoted}.`;
};

const ofGates = ({ lines, forget }, { steps }) => `‖∂c_T/∂c_0‖ is ${at(lines.cell, 0)} over ${steps} ${steps === 1 ? "step" : "steps"}${
  lines.cell.values[0] > 0 ? each(lines.cell) : ""}, and ‖∂h_T/∂h_0‖ is ${at(lines.hidden, 0)}. The forget gates stand at ${
  inWords(forget, 3)} on average; the product of their means is ${at(lines.gates, 0)}.`;

/** The factor of the walk's last step. */
export const stepped = (line, t, name) => {
  const last = line.values.length - 1;
  if (t === last) return `At step ${t}: the last state itself, 1.`;
  const left = line.powers[t + 1] > -Infinity;
  const factor = left ? `× ${inWords(10 ** (line.powers[t] - line.powers[t + 1]), 3)}` : "nothing was left to multiply";
  return `From step ${t + 1} to ${t}: ${factor}. So far ${name} is ${at(line, t)}.`;
};

/** What a reader must know of a net beyond its curve. */
export const warnings = (found, { net, width, steps }) => {
  const products = width ** 3 * steps * (net === "lstm" ? 4 : 1);
  return [
    products > SLOW ? `${inWords(products / 1e6)} million products for a curve don't fit into one frame: it follows your hand in steps` : "",
    found.errors > CHAOTIC ? `Rounding decides here: a change of a state in the sixteenth digit grows to ${
      inWords(Math.min(1, PLACE * 10 ** found.errors), 1)} of the last one. Another computer may draw another curve; no digit is meant` : "",
  ].filter(Boolean);
};

/** A line in words, for those who do not see it. */
export const alternative = (name, line, from) => {
  const last = line.values.length - 1, powers = line.powers.subarray(from);
  const least = from + powers.indexOf(Math.min(...powers)), most = from + powers.indexOf(Math.max(...powers));
  return `${name}: ${at(line, from)} at step ${from}, 1 at step ${last}, between ${at(line, least)} and ${at(line, most)}.`;
};

/** One row a step. */
export const asCsv = ({ lines }, names) => {
  const keys = Object.keys(names), last = lines[keys[0]].values.length - 1;
  const rows = Array.from({ length: last + 1 }, (_, t) => [t, last - t, ...keys.map((key) => lines[key].values[t])]);
  return `${[["step", "steps back", ...Object.values(names)], ...rows].map((row) => row.join(",")).join("\n")}\n`;
};

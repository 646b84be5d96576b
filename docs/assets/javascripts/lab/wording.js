/* The lab's sentences. Numbers come from the net; nothing is drawn here. */

import { inWords } from "../drawing.js";

const FLOAT32 = 2 ** -24; // relative size of the smallest change that a float32 weight notices

/** "0.4 of the signal", "840 times the signal". */
export const portion = (share) => `${inWords(share)} ${share > 1 ? "times" : "of"} the signal`;

/** What layer 1 receives, and what a step of SGD at this rate would do to its weights. */
export const sentence = (found, rate) => {
  const depth = found.signal.length, first = found.signal[0], last = found.signal[depth - 1];
  if (!Number.isFinite(first) || !Number.isFinite(last)) {
    const where = found.signal.findLastIndex((v) => !Number.isFinite(v)) + 1;
    return `The signal overflows at layer ${where}: it is beyond 10³⁰⁸, where a double stops.`;
  }
  if (last === 0) return "The loss sends nothing back: its gradient by the outputs is zero.";
  const share = first / last;
  const received = first === 0 ? "Layer 1 receives exactly nothing: on the way back some layer had no active unit."
    : depth === 1 ? `The only layer receives the signal of the loss itself, ${inWords(first)}.`
      : `Layer 1 receives ${portion(share)} at layer ${depth}.`;
  const step = rate * found.weight[0] / found.own[0];
  if (first === 0) return `${received} No step can change its weights.`;
  const effect = !Number.isFinite(step) || step > 1 ? ": more than they are."
    : step < FLOAT32 ? `: float32 would not notice anything below ${inWords(FLOAT32, 1)}.` : ".";
  return `${received} One step of SGD at a rate of ${inWords(rate)} would move its weights by ${inWords(step)} of their norm${effect}`;
};

/** The factor of the walk's last step. */
export const stepped = (found, layer) => {
  const { signal } = found;
  if (layer === signal.length) return `At layer ${layer}: the signal as the loss sends it, ${inWords(signal[layer - 1])}.`;
  return `From layer ${layer + 1} to ${layer}: × ${inWords(signal[layer - 1] / signal[layer], 3)}. So far × ${
    inWords(signal[layer - 1] / signal.at(-1))}.`;
};

/** A warning where the last digit of the inputs decides; empty elsewhere. */
export const warning = (sensitivity) => (sensitivity > 1e-11
  ? `This net is chaotic: a change of its inputs in the sixteenth digit changes these norms by ${
    inWords(sensitivity)} of themselves. Another computer may draw another curve; no digit is meant.` : "");

/** The charts in words, for those who do not see them; only layers from this index on are drawn. */
export const alternative = (name, values, from = 0) => {
  const drawn = [...values].slice(from), finite = drawn.filter((v) => !Number.isNaN(v));
  if (!finite.length) return `${name}: nothing to draw.`;
  const last = `${inWords(drawn.at(-1))} at layer ${values.length}`;
  if (drawn.length === 1) return `${name}: ${last}.`;
  return `${name}: ${inWords(drawn[0])} at layer ${from + 1}, ${last}, between ${
    inWords(Math.min(...finite))} and ${inWords(Math.max(...finite))}.`;
};

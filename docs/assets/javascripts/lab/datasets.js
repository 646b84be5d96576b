/* What the lab trains on: two spirals, drawn here, and 500 of scikit-learn's handwritten digits. Knows no document. */

import { normals, uniforms } from "./random.js";

const SPIRALS = { points: 200, turns: 1.25, noise: 0.04, places: 1000, blur: 1001 }; // points of each; the streams they are drawn from

/** Columns brought to mean zero and deviation one, together or each by itself. */
const standardized = (values, columns, together) => {
  const groups = together ? 1 : columns;
  for (let c = 0; c < groups; c++) {
    const at = (i) => i * groups + c, count = values.length / groups;
    let mean = 0, square = 0;
    for (let i = 0; i < count; i++) mean += values[at(i)] / count;
    for (let i = 0; i < count; i++) square += (values[at(i)] - mean) ** 2 / count;
    for (let i = 0; i < count; i++) values[at(i)] = (values[at(i)] - mean) / Math.sqrt(square);
  }
  return values;
};

/** Two interleaved spirals: { inputs, labels, columns, classes }, inputs row after row. */
export const spirals = (seed) => {
  const { points, turns, noise, places, blur } = SPIRALS;
  const place = uniforms(seed, places, 2 * points), shift = normals(seed, blur, 4 * points);
  const inputs = new Float64Array(4 * points), labels = new Uint8Array(2 * points);
  for (let i = 0; i < 2 * points; i++) {
    const label = i % 2, way = (place[i] + 1) / 2;
    const radius = 0.1 + 0.9 * way, angle = 2 * Math.PI * turns * way + Math.PI * label;
    inputs[2 * i] = radius * Math.cos(angle) + noise * shift[2 * i];
    inputs[2 * i + 1] = radius * Math.sin(angle) + noise * shift[2 * i + 1];
    labels[i] = label;
  }
  return { inputs: standardized(inputs, 2, false), labels, columns: 2, classes: 2 };
};

/** The digits, fetched when they are asked for: a promise of the same. */
export const digits = async () => {
  const { PIXELS, LABELS } = await import("./digits.js");
  const inputs = Float64Array.from(PIXELS, (c) => parseInt(c, 36)); // 0 to 16, one character each
  return { inputs: standardized(inputs, 64, true), labels: Uint8Array.from(LABELS, Number), columns: 64, classes: 10 };
};

const DATASETS = { spirals, digits };

/** A data set by its name; throws for a name that is none. */
export const dataset = async (name, seed) => {
  if (!Object.hasOwn(DATASETS, name)) throw new Error(`there is no data set “${name}”; there are ${Object.keys(DATASETS).join(" and ")}`);
  return DATASETS[name](seed);
};

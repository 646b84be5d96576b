/* What can be set, within which bounds, and how it is written into an address. Knows no document. */

export const choice = (name, start, options) => ({ kind: "choice", name, start, options });
export const whole = (name, low, high, start) => ({ kind: "whole", name, low, high, start });
export const real = (name, low, high, start) => ({ kind: "real", name, low, high, start });

export const SETTINGS = {
  depth: whole("depth", 1, 100, 30),
  width: whole("width", 2, 256, 64),
  batch: whole("inputs in the batch", 4, 64, 8),
  activation: choice("activation", "relu", {
    linear: "linear", sigmoid: "sigmoid", tanh: "tanh", erf: "erf", relu: "ReLU", leaky: "leaky ReLU", elu: "ELU", gelu: "GELU", silu: "SiLU",
  }),
  init: choice("initialization", "default", {
    default: "nn.Linear's default", xavier: "Xavier", he: "He", lecun: "LeCun", orthogonal: "orthogonal",
  }),
  gain: real("gain", 0.01, 100, 1),
  bias: real("spread of the biases", 0, 2, 0),
  norm: choice("normalization", "none", { none: "none", layer: "LayerNorm", batch: "BatchNorm" }),
  place: choice("its place", "before", { before: "before the branch", after: "after the branch", sum: "after the sum" }),
  skip: choice("skip connections", "none", { none: "none", plain: "plain", scaled: "branch scaled by 1/√L" }),
  order: choice("order", "post", { post: "weights, then activation", pre: "activation, then weights" }),
  loss: choice("loss", "direction", {
    direction: "a random direction", square: "mean square of the outputs", entropy: "cross-entropy, random labels",
  }),
  seed: whole("seed", 0, 2 ** 32 - 1, 0),
};

export const VERSION = "1";

/** Every setting at its start. */
export const defaults = (table = SETTINGS) => Object.fromEntries(Object.entries(table).map(([key, it]) => [key, it.start]));

/** Weights of a net with these settings. */
export const weightCount = ({ depth, width }) => depth * width * width;

/** One value brought within its bounds: [value, note], the note empty where nothing had to change. */
const admitted = (it, given) => {
  if (it.kind === "choice") {
    return Object.hasOwn(it.options, given) ? [given, ""] : [it.start, `${it.name} “${short(given)}” is not known: ${it.options[it.start]} instead`];
  }
  const text = String(given).trim();
  const value = text === "" ? NaN : Number(text);
  if (Number.isNaN(value)) return [it.start, `${it.name} “${short(given)}” is not a number: ${it.start} instead`];
  const within = Math.min(it.high, Math.max(it.low, it.kind === "whole" ? Math.round(value) : value));
  return [within, within === value ? "" : `${it.name} ${short(given)} is out of range or not whole: ${within} instead`];
};

const short = (given) => { const text = String(given); return text.length > 24 ? `${text.slice(0, 24)}…` : text; };

/** Whatever is given as an object or URLSearchParams, as [valid settings, notes]. */
export const admit = (given, table = SETTINGS) => {
  const settings = defaults(table), notes = [];
  const pairs = given instanceof URLSearchParams ? given : Object.entries(given);
  for (const [key, value] of pairs) {
    if (key === "v") {
      if (String(value) !== VERSION) notes.push(`this link was made by another version (${short(value)}): what is known of it is used`);
    } else if (!Object.hasOwn(table, key)) {
      notes.push(`“${short(key)}” is not a setting and was left out`);
    } else {
      const [kept, note] = admitted(table[key], value);
      settings[key] = kept;
      if (note) notes.push(note);
    }
  }
  return [settings, notes];
};

/** Settings as the query of an address: what differs from the start, and the version. */
export const written = (settings, table = SETTINGS) => {
  const query = new URLSearchParams({ v: VERSION });
  Object.entries(table).forEach(([key, it]) => { if (settings[key] !== it.start) query.set(key, String(settings[key])); });
  return query.toString();
};

/** An address's fragment `#id?key=value&…` as [id, URLSearchParams or null]. */
export const readFragment = (fragment) => {
  const text = fragment.replace(/^#/, "");
  const at = text.indexOf("?");
  return at < 0 ? [text, null] : [text.slice(0, at), new URLSearchParams(text.slice(at + 1))];
};

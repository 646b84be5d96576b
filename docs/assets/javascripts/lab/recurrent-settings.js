/* What can be set in the lab of recurrent nets, and what its presets show. Knows no document. */

/** In the form that settings.js reads. The sliders' ends are chosen so that whole values can be reached. */
export const SETTINGS = {
  net: { kind: "choice", name: "net", start: "rnn", options: { rnn: "plain: h = φ(W h + x)", lstm: "LSTM" } },
  phi: {
    kind: "choice", name: "nonlinearity φ", start: "tanh", options: { linear: "linear", tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" },
  },
  width: { kind: "whole", name: "width", low: 2, high: 64, start: 32 },
  steps: { kind: "whole", name: "steps T", low: 1, high: 200, start: 50 },
  rho: { kind: "real", name: "spectral radius ρ", low: 0, high: 4, start: 1.5 },
  sigma: { kind: "real", name: "largest singular value σ_max", low: 0, high: 8, start: 2.74 },
  eigen: { kind: "choice", name: "eigenvalues", start: "spread", options: { spread: "between −ρ and ρ", equal: "all of size ρ" } },
  inputs: { kind: "choice", name: "inputs", start: "on", options: { on: "random", off: "none" } },
  scale: { kind: "real", name: "size of the inputs", low: 0, high: 4, start: 1 },
  forget: { kind: "real", name: "forget gate's bias", low: -4, high: 6, start: 0 },
  seed: { kind: "whole", name: "seed", low: 0, high: 2 ** 32 - 1, start: 0 },
};

/** The settings with σ_max at least ρ, and a note where it had to be moved: no matrix has the one below the other. */
export const reachable = (settings) => {
  const { rho, sigma } = settings;
  if (settings.net === "lstm" || sigma >= rho) return [settings, ""];
  const note = `No matrix has a largest singular value below its spectral radius: σ_max is ${rho} instead of ${sigma}`;
  return [{ ...settings, sigma: rho }, note];
};

const END = ["far above one", "near one", "far below one"];
const end = (line) => ({ lines }) => { const at = lines[line].values[0]; return at > 2 ? 0 : at < 0.5 ? 2 : 1; };
const peak = ({ lines }) => { const most = Math.max(...lines.true.values); return most > 2 ? 0 : 1; };

/** name; settings that differ from the start; look: what to look for; ask, answers and truth: a question, and which answer a run gives. */
export const PRESETS = {
  above: {
    name: "Radius above one, yet it vanishes", settings: {},
    look: "Both powers rise. The true line falls, because the inputs push the units to where tanh is flat.",
    ask: "ρ is above one, and so is σ_max. Where is ‖∂h_T/∂h_0‖?", answers: END, truth: end("true"),
  },
  quiet: {
    name: "The same net without inputs", settings: { inputs: "off" },
    look: "The matrix is the same, only the inputs are gone: states stay smaller, slopes steeper, and with most seeds the line ends higher.",
    ask: "No inputs this time. Where is ‖∂h_T/∂h_0‖?", answers: END, truth: end("true"),
  },
  hump: {
    name: "All eigenvalues zero, yet it grows at first", settings: { phi: "linear", rho: 0, sigma: 6.76 },
    look: "A linear net whose matrix, to the power of the width, is zero. Until then the norm climbs. Walk back and read the factors.",
    ask: "Every eigenvalue is zero. Does the norm climb on its way back?", answers: ["it climbs first", "it only falls"], truth: peak,
  },
  nilpotent: {
    name: "All eigenvalues zero, and tanh: it explodes", settings: { rho: 0, sigma: 6.76 },
    look: "The same matrix between tanh units. Their slopes differ, so that the product's eigenvalues are no longer zero.",
    ask: "Every eigenvalue is still zero. Where is ‖∂h_T/∂h_0‖ now?", answers: END, truth: end("true"),
  },
  below: {
    name: "Radius below one, yet it grows", settings: { phi: "linear", rho: 0.9, sigma: 4.5 },
    look: "A linear net far from normal. ρ holds in the long run, and the long run has not begun.",
    ask: "Linear, and ρ is below one. Where is ‖∂h_T/∂h_0‖?", answers: END, truth: end("true"),
  },
  orthogonal: {
    name: "Orthogonal and linear", settings: { phi: "linear", eigen: "equal", rho: 1, sigma: 1 },
    look: "Radius, largest singular value and truth are one line: the only place where they must be.",
    ask: "W is orthogonal and nothing is flat. Where is ‖∂h_T/∂h_0‖?", answers: END, truth: end("true"),
  },
  flattened: {
    name: "Orthogonal, under tanh", settings: { eigen: "equal", rho: 1, sigma: 1 },
    look: "The same kind of matrix with slopes. Turn the inputs down, and the line rises toward one.",
    ask: "W is orthogonal, φ is tanh. Where is ‖∂h_T/∂h_0‖?", answers: END, truth: end("true"),
  },
  forgets: {
    name: "LSTM, forget bias zero", settings: { net: "lstm" },
    look: "The gates stand near a half, and the cell's line falls with their product, though not as fast.",
    ask: "An LSTM as it starts. Where is ‖∂c_T/∂c_0‖?", answers: END, truth: end("cell"),
  },
  holds: {
    name: "LSTM, forget bias three", settings: { net: "lstm", forget: 3 },
    look: "One number, and the cell's line stays up, above the product of its gates: paths through h add to it.",
    ask: "Forget bias 3. Does the cell's line stand above the product of its mean forget gates at the start?",
    answers: ["above", "below"], truth: ({ lines }) => (lines.cell.powers[0] > lines.gates.powers[0] ? 0 : 1),
  },
};

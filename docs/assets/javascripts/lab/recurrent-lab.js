/* <recurrent-lab>: a recurrent net to change, what is left of each of its states against what is quoted for it, the walk back in time, and
   the same net as PyTorch. */

import { inWords } from "../drawing.js";
import { Chart } from "./chart.js";
import { Recurrence } from "./recurrence.js";
import { described, pytorch } from "./recurrent-script.js";
import { PRESETS, reachable, SETTINGS } from "./recurrent-settings.js";
import { alternative, asCsv, sentence, stepped, warnings } from "./recurrent-wording.js";
import { WalkLab } from "./walk-lab.js";

const WALK = 8000; // milliseconds for all of the walk, at most
const LABELS = {
  net: "Net", phi: "Nonlinearity φ", rho: "Spectral radius ρ", sigma: "Singular value σ_max", forget: "Forget gate's bias",
  steps: "Steps T", inputs: "Inputs", scale: "Size of the inputs", width: "Width", eigen: "Eigenvalues",
};
const TITLE = "What of each state is left in the last one";

const CHARTS = {
  rnn: {
    shown: "true", name: "‖∂h_T/∂h_t‖", columns: { true: "norm of dh_T/dh_t", bound: "(gamma sigma_max)^k", radius: "rho^k" },
    series: [{ key: "bound", name: "bound: powers of γ σ_max", color: "f4", dash: "2 3", marked: false },
      { key: "radius", name: "powers of ρ, often quoted", color: "ink2", dash: "7 4", marked: false },
      { key: "true", name: "true norm of ∂h_T/∂h_t", color: "s0" }],
  },
  lstm: {
    shown: "cell", name: "‖∂c_T/∂c_t‖",
    columns: { cell: "norm of dc_T/dc_t", hidden: "norm of dh_T/dh_t", gates: "product of mean forget gates" },
    series: [{ key: "gates", name: "product of mean forget gates", color: "ink2", dash: "7 4", marked: false },
      { key: "hidden", name: "norm of ∂h_T/∂h_t", color: "c-bn", dash: "5 2", marked: false },
      { key: "cell", name: "norm of ∂c_T/∂c_t", color: "s0" }],
  },
};

class RecurrentLab extends WalkLab {
  static table = SETTINGS;

  netTable = SETTINGS;
  presets = PRESETS;
  panel = { main: ["net", "phi", "rho", "sigma", "inputs", "scale", "forget", "steps"], more: ["width", "eigen"] };
  first = 0;
  words = {
    title: "The lab of recurrent nets", choice: "Show", play: "Play the way back", walked: "Steps walked back", unit: "step",
    hint: "Press Play, or Step, to walk back in time, factor by factor.",
  };

  recurrence = new Recurrence();
  given = []; // notes about what was asked for; the net has its own
  own = [];

  get last() { return this.settings.steps; }

  get pace() { return Math.min(super.pace, WALK / this.last); }

  get chart() { return this.charts[this.settings.net]; }

  // ---------- what stands in it ----------

  nameSetting(key) { return LABELS[key]; }

  writeSetting(key, value) { return String(value).replace("-", "−"); }

  buildCharts() {
    this.charts = Object.fromEntries(Object.entries(CHARTS).map(([net, { series }]) => [net,
      new Chart({ title: TITLE, series, ends: ["first state", "last"], height: 300 })]));
    return Object.values(this.charts).map(({ figure }) => figure);
  }

  describeChart() { return `${TITLE}: ${described(this.settings)}`; }

  writeProgram() { return pytorch(this.settings, this.compute().a, this.address()); }

  writeCsv() { return asCsv(this.found, CHARTS[this.settings.net].columns); }

  // ---------- what is done to it ----------

  adjust(changes) {
    const [settings, note] = reachable({ ...this.settings, ...changes });
    super.adjust(settings);
    if (note) this.tell([note]);
    this.controls.sigma.set(settings.sigma);
  }

  take(given) {
    super.take(given);
    const [settings, note] = reachable(this.settings);
    if (!note) return;
    this.settings = settings;
    this.tell([...this.given, note]);
    this.show(settings);
  }

  tell(notes) {
    this.given = notes;
    super.tell([...this.given, ...this.own]);
  }

  listAnswers({ answers }) { return [...answers.entries()]; }

  judge(given) {
    const { answers, truth } = PRESETS[this.asking], right = truth(this.compute());
    return `${given === right ? "Right" : "No"}: ${answers[right]}.`;
  }

  show(settings) {
    super.show(settings);
    if (!this.found) this.draw(); // at once, so that nothing moves when it comes into sight
  }

  nameNet() {
    super.nameNet();
    const { controls, settings } = this, gated = settings.net === "lstm";
    ["phi", "rho", "sigma", "eigen"].forEach((key) => controls[key].disable(gated));
    controls.forget.disable(!gated);
    controls.scale.disable(settings.inputs === "off");
  }

  // ---------- drawing ----------

  draw() {
    this.compute();
    this.paint();
  }

  /** What is found for the settings as they are; computed once. */
  compute() {
    const key = JSON.stringify(this.settings);
    if (this.computed === key) return this.found;
    this.computed = key;
    this.recurrence.configure(this.settings);
    this.found = this.recurrence.run();
    this.own = warnings(this.found, this.settings);
    this.tell(this.given);
    return this.found;
  }

  paint() {
    const { chart, found: { lines }, settings: { net, steps } } = this;
    const { shown, name, columns } = CHARTS[net], { from, at, axis } = this.reach(steps);
    Object.values(this.charts).forEach((it) => { it.figure.hidden = it !== chart; });
    chart.resize(chart.figure.clientWidth);
    chart.update({
      values: Object.fromEntries(Object.keys(columns).map((key) => [key, this.hide(lines[key].values, from)])), from, at, axis,
      said: Object.entries(columns).map(([key, it]) => alternative(it, lines[key], from)).join(" "),
    });
    this.paintStrip(lines[shown].values, from, (signals) =>
      `A strip of ${signals.length} states, paler the less of them is left: ${inWords(signals[from])} at step ${from}`);
    this.paintWords(steps, sentence(this.found, this.settings), (step) => stepped(lines[shown], step, name));
  }

  settle() { this.announce(); }

  free() {
    super.free();
    this.recurrence.free();
  }
}

customElements.define("recurrent-lab", RecurrentLab);

/* <recurrent-lab>: a recurrent net to change, what is left of each of its states against what is quoted for it, the walk back in time, and
   the same net as PyTorch. */

import { make, makeButton, makeSvg } from "../dom.js";
import { inWords, strip, told, write } from "../drawing.js";
import { Chart } from "./chart.js";
import { control, copy, download, numberField } from "./controls.js";
import { Lab } from "./element.js";
import { asSvg } from "./export.js";
import { Recurrence } from "./recurrence.js";
import { described, pytorch } from "./recurrent-script.js";
import { PRESETS, reachable, SETTINGS } from "./recurrent-settings.js";
import { alternative, asCsv, sentence, stepped, warnings } from "./recurrent-wording.js";
import { defaults } from "./settings.js";

const PACE = 160; // milliseconds between two steps of the walk, at most
const WALK = 8000; // milliseconds for all of it, at most
const STRIP = 44; // height of the strip
const LABELS = {
  net: "Net", phi: "Nonlinearity φ", rho: "Spectral radius ρ", sigma: "Singular value σ_max", forget: "Forget gate's bias",
  steps: "Steps T", inputs: "Inputs", scale: "Size of the inputs", width: "Width", eigen: "Eigenvalues",
};
const MAIN = ["net", "phi", "rho", "sigma", "inputs", "scale", "forget", "steps"];
const MORE = ["width", "eigen"];
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

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class RecurrentLab extends Lab {
  static table = SETTINGS;

  started() {
    this.walked = null; // the step that the walk back has reached; null: all of them
    this.asking = null; // the preset whose question is not answered yet
    this.given = []; // notes about what was asked for; the net has its own
    this.own = [];
    return PRESETS[this.getAttribute("preset")]?.settings ?? {};
  }

  // ---------- what stands in it ----------

  build() {
    this.recurrence = new Recurrence();
    return [make("div", { class: "lab", role: "group", "aria-label": "The lab of recurrent nets" },
      this.buildTop(), this.buildMain(), this.buildPanel(), this.buildRest())];
  }

  buildTop() {
    const id = `${this.id || "recurrent"}-preset`;
    this.preset = make("select", { id, onchange: () => this.choose(this.preset.value) },
      make("option", { value: "" }, "your own"),
      ...Object.entries(PRESETS).map(([value, { name }]) => make("option", { value }, name)));
    this.predictFirst = make("input", { type: "checkbox", checked: true });
    this.look = make("p", { class: "lab__look" });
    return make("div", { class: "lab__wide lab__top" },
      make("div", { class: "lab__bar" },
        make("div", { class: "field lab__field lab__preset" }, make("label", { for: id }, "Show"), this.preset),
        make("label", { class: "lab__check" }, this.predictFirst, " predict first")),
      this.look, this.buildQuestion());
  }

  buildQuestion() {
    this.asked = make("legend");
    this.answers = make("div", { class: "lab__bar" });
    this.question = make("fieldset", { class: "lab__question", hidden: true }, this.asked, this.answers);
    this.verdict = make("p", { class: "lab__verdict", role: "status" });
    return make("div", {}, this.question, this.verdict);
  }

  buildPanel() {
    const shown = (key) => (SETTINGS[key].kind === "real" ? (value) => String(value).replace("-", "−") : String);
    this.controls = Object.fromEntries([...MAIN, ...MORE].map((key) => [key,
      control(SETTINGS[key], LABELS[key], (value) => this.moved({ [key]: value }), shown(key))]));
    this.controls.seed = numberField(SETTINGS.seed, "Seed", (value) => this.moved({ seed: value }));
    const another = makeButton("Another seed", () => {
      const seed = (this.settings.seed + 1) % 2 ** 32;
      this.controls.seed.set(seed);
      this.moved({ seed });
    });
    return make("div", { class: "lab__panel" },
      ...MAIN.map((key) => this.controls[key].element),
      make("div", { class: "lab__bar" }, this.controls.seed.element, another),
      make("details", { class: "lab__more" }, make("summary", {}, "More settings"),
        make("div", { class: "lab__panel" }, ...MORE.map((key) => this.controls[key].element))));
  }

  buildMain() {
    this.said = make("p", { class: "lab__said" });
    this.announced = make("p", { class: "lab__hidden", role: "status" });
    this.stripSvg = makeSvg("svg", { class: "fig__svg", height: STRIP });
    this.charts = Object.fromEntries(Object.entries(CHARTS).map(([net, { series }]) => [net,
      new Chart({ title: TITLE, series, ends: ["first state", "last"], height: 300 })]));
    const figures = Object.values(this.charts).map(({ figure }) => figure);
    return make("div", { class: "lab__main" }, this.said, this.announced, this.stripSvg, ...figures);
  }

  buildRest() { return make("div", { class: "lab__rest" }, this.buildWalk(), this.buildTake()); }

  buildWalk() {
    const id = `${this.id || "recurrent"}-walk`;
    this.playButton = makeButton("Play the way back", () => this.play());
    const slid = () => this.walkTo(this.settings.steps - Number(this.walk.value));
    this.walk = make("input", { id, type: "range", min: 0, step: 1, oninput: slid });
    this.walkSaid = make("p", { class: "lab__factor" });
    return make("div", { class: "lab__walk", role: "group", "aria-label": "The way back" },
      make("div", { class: "lab__bar" }, this.playButton,
        makeButton("Back", () => this.stepBy(1)), makeButton("Step", () => this.stepBy(-1)), makeButton("Reset", () => this.walkTo(null)),
        make("div", { class: "field lab__field lab__slide" }, make("label", { for: id }, "Steps walked back"), this.walk)),
      this.walkSaid);
  }

  buildTake() {
    this.taken = make("span", { role: "status" });
    const hand = async (text, what) => {
      const done = await copy(text);
      this.taken.textContent = done ? `${what} copied.` : "Your browser does not allow it; here it is to copy by hand.";
      this.byHand.hidden = done;
      this.byHand.value = text;
      if (done) return;
      this.byHand.focus({ preventScroll: true });
      this.byHand.select();
    };
    const chart = () => {
      this.draw(); // if it is still due
      return this.charts[this.settings.net];
    };
    this.byHand = make("textarea", { rows: 8, readonly: true, hidden: true, "aria-label": "Text to copy" });
    return make("div", { class: "lab__take" },
      make("div", { class: "lab__bar" },
        makeButton("Copy as PyTorch", () => hand(pytorch(this.settings, this.compute().a, this.address()), "The program is")),
        makeButton("Copy link", () => hand(this.address(), "The link is")),
        makeButton("Save as SVG",
          () => download("recurrent-lab.svg", asSvg(chart().svg, `${TITLE}: ${described(this.settings)}`), "image/svg+xml")),
        makeButton("Save as CSV", () => download("recurrent-lab.csv", asCsv(this.compute(), CHARTS[this.settings.net].columns), "text/csv")),
        this.taken),
      this.byHand);
  }

  // ---------- what is done to it ----------

  /** A control was moved. */
  moved(changes) {
    this.ask(null);
    this.walkTo(null);
    const [settings, note] = reachable({ ...this.settings, ...changes });
    this.change(settings);
    if (note) this.tell([note]);
    this.controls.sigma.set(settings.sigma);
    this.named();
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

  choose(key) {
    if (!key) return this.named();
    this.settings = { ...defaults(SETTINGS), ...PRESETS[key].settings };
    this.walkTo(null);
    this.ask(this.predictFirst.checked ? key : null);
    this.show(this.settings);
    this.change({});
  }

  ask(key) {
    this.asking = key;
    this.verdict.textContent = "";
    this.question.hidden = !key;
    this.look.hidden = Boolean(key);
    if (!key) return;
    write(this.asked, `Predict first. ${PRESETS[key].ask}`);
    this.answers.replaceChildren(...PRESETS[key].answers.map((answer, i) => makeButton(answer, () => this.answer(i))),
      makeButton("Just show it", () => this.answer(null)));
  }

  answer(given) {
    const { answers, truth } = PRESETS[this.asking], right = truth(this.compute());
    this.ask(null);
    if (given !== null) write(this.verdict, given === right ? `Right: ${answers[right]}.` : `No: ${answers[right]}.`);
    this.redraw();
    this.preset.focus({ preventScroll: true });
    this.settle();
  }

  /** Show the settings in the controls, and the name of the preset they are, if they are one. */
  show(settings) {
    Object.entries(this.controls).forEach(([key, it]) => it.set(settings[key]));
    this.named();
    if (!this.found) this.draw(); // at once, so that nothing moves when it comes into sight
  }

  named() {
    const { settings } = this, gated = settings.net === "lstm";
    const same = (preset) => Object.entries({ ...defaults(SETTINGS), ...preset.settings, seed: settings.seed })
      .every(([key, value]) => settings[key] === value);
    const found = Object.entries(PRESETS).find(([, preset]) => same(preset));
    this.preset.value = found?.[0] ?? "";
    write(this.look, found?.[1].look ?? "A net of your own: change one thing at a time.");
    ["phi", "rho", "sigma", "eigen"].forEach((key) => this.controls[key].disable(gated));
    this.controls.forget.disable(!gated);
    this.controls.scale.disable(settings.inputs === "off");
  }

  // ---------- the walk back ----------

  play() {
    if (this.playing) return this.pause();
    if (still()) return this.walkTo(0);
    const { steps } = this.settings;
    if (this.walked === null || this.walked === 0) this.walkTo(steps);
    this.playing = setInterval(() => {
      if (!this.inSight || this.walked <= 0) this.pause();
      else this.walkTo(this.walked - 1, true);
    }, Math.min(PACE, WALK / steps));
    this.playButton.textContent = "Pause";
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.playButton.textContent = "Play the way back";
  }

  stepBy(by) {
    const { steps } = this.settings;
    if (this.walked === null) this.walkTo(by < 0 ? steps : 0);
    else this.walkTo(Math.min(steps, Math.max(0, this.walked + by)));
  }

  /** The walk has reached this step; null shows all at once. */
  walkTo(step, playing = false) {
    if (!playing && this.playing) this.pause();
    this.walked = step;
    this.redraw();
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
    const { found: { lines }, settings: { net, steps } } = this;
    const { shown, name, columns } = CHARTS[net];
    const from = this.asking ? steps : this.walked ?? 0;
    Object.entries(this.charts).forEach(([kind, { figure }]) => { figure.hidden = kind !== net; });
    const chart = this.charts[net], width = chart.figure.clientWidth;
    const hidden = ({ values }) => (this.asking ? values.map((v, t) => (t < from ? NaN : v)) : values); // not even the axis may tell
    chart.resize(width);
    chart.update({
      values: Object.fromEntries(Object.keys(columns).map((key) => [key, hidden(lines[key])])), from, at: this.walked ?? -1,
      axis: `${steps} ${steps === 1 ? "step" : "steps"}`,
      said: Object.entries(columns).map(([key, it]) => alternative(it, lines[key], from)).join(" "),
    });
    this.paintStrip(lines[shown], width, from);
    write(this.said, this.asking ? "The curves are hidden until you answer." : sentence(this.found, this.settings));
    this.walk.max = steps;
    this.walk.value = steps - (this.walked ?? 0);
    this.walk.setAttribute("aria-valuetext", this.walked === null ? "all steps" : `step ${this.walked}`);
    write(this.walkSaid, this.walked === null || this.asking ? "Press Play, or Step, to walk back in time, factor by factor."
      : stepped(lines[shown], this.walked, name));
  }

  paintStrip(line, width, from) {
    const count = line.values.length, inner = width - 58;
    const signals = [...line.values].map((v, t) => (t < from ? 0 : v));
    this.stripSvg.setAttribute("viewBox", `0 0 ${width} ${STRIP}`);
    const said = `A strip of ${count} states, paler the less of them is left: ${inWords(signals[from])} at step ${from}`;
    told(this.stripSvg, said);
    const drawn = { base: STRIP - 2, height: STRIP / 2 - 2, most: 220 };
    this.stripSvg.replaceChildren(strip(signals, (t) => 8 + inner * (t + 0.5) / count, inner, drawn));
  }

  settled() { this.say(this.asking ? "" : this.said.textContent); }

  freed() {
    this.pause();
    this.recurrence?.free();
    this.computed = "";
  }
}

customElements.define("recurrent-lab", RecurrentLab);

/* What the labs share in which one walks back through a net: the choice with its question, the panel, the strip, the walk, and what one
   takes away. Knows no net. */

import { make, makeButton, makeSvg } from "../dom.js";
import { describe, strip, write } from "../drawing.js";
import { copy, download, makeControl, makeNumberField } from "./controls.js";
import { Lab } from "./element.js";
import { asSvg } from "./export.js";
import { defaults } from "./settings.js";

const PACE = 160; // milliseconds between two steps of the walk, at most
const STRIP = 44; // height of the strip
const COLUMNS = 220; // of the strip at most

const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Subclasses give what every lab gives but `build()`, and the fields netTable (the settings that are a net's), presets, panel ({ main,
 * more }: keys of settings, the latter folded away), first (where the walk ends; `last`, a getter: where it begins) and words ({ title,
 * choice, play, walked, unit, hint }). Of a setting they give `nameSetting(key)` and `writeSetting(key, value)` as a reader sees them; of a
 * question `listAnswers(preset)`, [[given, words], …], and `judge(given)`; `buildCharts()` (sets `charts`, returns the figures above the
 * controls) and `chart`, the main one; and to take away `describeChart()`, `writeProgram()` and `writeCsv()`.
 */
export class WalkLab extends Lab {
  start() {
    this.walked = null; // where the walk back has come to; null: all is shown
    this.asking = null; // the preset whose question is not answered yet
    this.onItsWay = false; // what is drawn is not yet the net as it is set
    return this.presets[this.getAttribute("preset")]?.settings ?? {};
  }

  // ---------- what stands in it ----------

  build() {
    this.root = make("div", { class: "lab", role: "group", "aria-label": this.words.title },
      this.buildTop(), this.buildMain(), this.buildPanel(), this.buildRest());
    return [this.root];
  }

  buildTop() {
    const id = `${this.id || this.localName}-preset`;
    this.preset = make("select", { id, onchange: () => this.choose(this.preset.value) },
      make("option", { value: "" }, "your own"),
      ...Object.entries(this.presets).map(([value, { name }]) => make("option", { value }, name)));
    this.predictFirst = make("input", { type: "checkbox", checked: true });
    this.look = make("p", { class: "lab__look" });
    return make("div", { class: "lab__wide lab__top" },
      make("div", { class: "lab__bar" },
        make("div", { class: "field lab__field lab__preset" }, make("label", { for: id }, this.words.choice), this.preset),
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
    const { panel: { main, more }, netTable } = this;
    this.controls = Object.fromEntries([...main, ...more].map((key) => [key,
      makeControl(netTable[key], this.nameSetting(key), (value) => this.adjust({ [key]: value }), (value) => this.writeSetting(key, value))]));
    this.controls.seed = makeNumberField(netTable.seed, "Seed", (value) => this.adjust({ seed: value }));
    const another = makeButton("Another seed", () => {
      const seed = (this.settings.seed + 1) % 2 ** 32;
      this.controls.seed.set(seed);
      this.adjust({ seed });
    });
    return make("div", { class: "lab__panel" },
      ...main.map((key) => this.controls[key].element),
      make("div", { class: "lab__bar" }, this.controls.seed.element, another),
      make("details", { class: "lab__more" }, make("summary", {}, "More settings"),
        make("div", { class: "lab__panel" }, ...more.map((key) => this.controls[key].element))));
  }

  /** What one looks at while a control moves; nothing in it takes the focus, so that it may stand before or beside the controls. */
  buildMain() {
    this.said = make("p", { class: "lab__said" });
    this.announced = make("p", { class: "lab__hidden", role: "status" });
    this.stripSvg = makeSvg("svg", { class: "fig__svg", height: STRIP });
    return make("div", { class: "lab__main" }, this.said, this.announced, this.stripSvg, ...this.buildCharts());
  }

  buildRest() { return make("div", { class: "lab__rest" }, this.buildWalk(), this.buildTake()); }

  buildWalk() {
    const id = `${this.id || this.localName}-walk`;
    this.playButton = makeButton(this.words.play, () => this.play());
    const slide = () => this.walkTo(this.first + this.last - Number(this.walk.value));
    this.walk = make("input", { id, type: "range", min: this.first, step: 1, oninput: slide });
    this.walkSaid = make("p", { class: "lab__factor" });
    return make("div", { class: "lab__walk", role: "group", "aria-label": "The way back" },
      make("div", { class: "lab__bar" }, this.playButton,
        makeButton("Back", () => this.stepBy(1)), makeButton("Step", () => this.stepBy(-1)), makeButton("Reset", () => this.walkTo(null)),
        make("div", { class: "field lab__field lab__slide" }, make("label", { for: id }, this.words.walked), this.walk)),
      this.walkSaid);
  }

  buildTake() {
    this.taken = make("span", { role: "status" });
    this.byHand = make("textarea", { rows: 8, readonly: true, hidden: true, "aria-label": "Text to copy" });
    return make("div", { class: "lab__take" },
      make("div", { class: "lab__bar" },
        makeButton("Copy as PyTorch", () => this.hand(this.writeProgram(), "The program is")),
        makeButton("Copy link", () => this.hand(this.address(), "The link is")),
        makeButton("Save as SVG", () => this.save("svg", "image/svg+xml", () => asSvg(this.chart.svg, this.describeChart()))),
        makeButton("Save as CSV", () => this.save("csv", "text/csv", () => this.writeCsv())), this.taken),
      this.byHand);
  }

  async hand(text, what) {
    const done = await copy(text);
    this.taken.textContent = done ? `${what} copied.` : "Your browser does not allow it; here it is to copy by hand.";
    this.byHand.hidden = done;
    this.byHand.value = text;
    if (done) return;
    this.byHand.focus({ preventScroll: true });
    this.byHand.select();
  }

  save(kind, type, give) {
    this.draw(); // if it is still due
    if (this.onItsWay) this.taken.textContent = "This net is still being computed.";
    else download(`${this.localName}.${kind}`, give(), type);
  }

  // ---------- what is done to it ----------

  /** A control of the net was moved. */
  adjust(changes) {
    this.ask(null);
    this.walkTo(null);
    this.change(changes);
    this.nameNet();
  }

  choose(key) {
    if (!key) return this.nameNet();
    this.settings = { ...this.settings, ...defaults(this.netTable), ...this.presets[key].settings };
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
    const preset = this.presets[key];
    write(this.asked, `Predict first. ${preset.ask}`);
    this.answers.replaceChildren(...this.listAnswers(preset).map(([given, words]) => makeButton(words, () => this.answer(given))),
      makeButton("Just show it", () => this.answer(null)));
  }

  answer(given) {
    const verdict = given === null ? "" : this.judge(given);
    this.ask(null);
    write(this.verdict, verdict);
    this.redraw();
    this.preset.focus({ preventScroll: true });
    this.wait();
  }

  /** Show the settings in the controls, and the name of the preset they are, if they are one. */
  show(settings) {
    Object.entries(this.controls).forEach(([key, it]) => it.set(settings[key]));
    this.nameNet();
  }

  nameNet() {
    const same = (preset) => Object.entries({ ...defaults(this.netTable), ...preset.settings, seed: this.settings.seed })
      .every(([key, value]) => this.settings[key] === value);
    const found = Object.entries(this.presets).find(([, preset]) => same(preset));
    this.preset.value = found?.[0] ?? "";
    write(this.look, found?.[1].look ?? "A net of your own: change one thing at a time.");
  }

  announce() { this.say(this.asking ? "" : this.said.textContent); }

  // ---------- the walk back ----------

  get pace() { return PACE; }

  play() {
    if (this.playing) return this.pause();
    if (prefersStill()) return this.walkTo(this.first);
    if (this.walked === null || this.walked === this.first) this.walkTo(this.last);
    this.playing = setInterval(() => {
      if (!this.inSight || this.walked <= this.first) this.pause();
      else this.walkTo(this.walked - 1, true);
    }, this.pace);
    this.playButton.textContent = "Pause";
  }

  pause() {
    if (!this.playing) return;
    clearInterval(this.playing);
    this.playing = null;
    this.playButton.textContent = this.words.play;
  }

  stepBy(by) {
    const { first, last } = this;
    if (this.walked === null) this.walkTo(by < 0 ? last : first);
    else this.walkTo(Math.min(last, Math.max(first, this.walked + by)));
  }

  /** The walk has come here; null shows all at once. */
  walkTo(place, playing = false) {
    if (!playing) this.pause();
    this.walked = place;
    this.redraw();
  }

  // ---------- drawing ----------

  /** Of values up to the place `last`: the index from which on they are drawn, that of the cursor or -1, and the words below the axis. */
  reach(last) {
    const { first, words: { unit } } = this, place = this.asking ? last : this.walked ?? first;
    return { from: place - first, at: (this.walked ?? first - 1) - first, axis: `${last} ${last === 1 ? unit : `${unit}s`}` };
  }

  /** Values without those that are asked for: not even the axis may tell. */
  hide(values, from) { return this.asking ? values.map((v, i) => (i < from ? NaN : v)) : values; }

  /** The strip of these values; `alternative` says in words what it is given. */
  paintStrip(values, from, alternative) {
    const { width } = this.chart, inner = width - 58, signals = [...values].map((v, i) => (i < from ? 0 : v));
    this.stripSvg.setAttribute("viewBox", `0 0 ${width} ${STRIP}`);
    describe(this.stripSvg, alternative(signals));
    const x = (i) => 8 + inner * (i + 0.5) / signals.length;
    this.stripSvg.replaceChildren(strip(signals, x, inner, { base: STRIP - 2, height: STRIP / 2 - 2, most: COLUMNS }));
  }

  /** What is found, in a sentence, and where the walk is; `stepped` says what its last step did. */
  paintWords(last, sentence, stepped) {
    const { first, walked, words: { hint, unit } } = this;
    write(this.said, this.asking ? "The curves are hidden until you answer." : sentence);
    this.walk.max = last;
    this.walk.value = first + last - (walked ?? first);
    this.walk.setAttribute("aria-valuetext", walked === null ? `all ${unit}s` : `${unit} ${walked}`);
    write(this.walkSaid, walked === null || this.asking ? hint : stepped(walked));
  }

  free() {
    this.pause();
    this.computed = "";
  }
}

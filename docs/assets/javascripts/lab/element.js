/* What all labs share: they mount in place of the drawn figure, keep their state in the address, draw at most once a frame and only in
   sight, and give everything back when they leave the page. */

import { make } from "../dom.js";
import { write } from "../drawing.js";
import { admit, defaults, readFragment, written } from "./settings.js";

const AHEAD = "200px"; // a lab this far outside the window counts as in sight
const REST = 1000; // milliseconds out of sight before its arrays are freed
const SPOKEN = 4000; // milliseconds until what was announced is taken away: it stands in the page as well
const SETTLED = 400; // milliseconds without a change before the address is written and the sentence announced

/** The labs' style sheet, fetched once. */
const styled = new Promise((done) => {
  const href = new URL("../../stylesheets/lab.css", import.meta.url);
  document.head.append(make("link", { rel: "stylesheet", href, onload: done, onerror: done })); // without style it still works
});

/** What a reader has opened in the drawn figure's table stays until the focus leaves it. */
const left = (element) => new Promise((done) => {
  const ask = () => {
    if (element.contains(document.activeElement)) element.addEventListener("focusout", () => setTimeout(ask), { once: true });
    else done();
  };
  ask();
});

/**
 * Subclasses give `table` (settings as in settings.js, static), `build()` (returns the children, once), `draw()` (settings or size changed),
 * `show(settings)` (write the settings into the controls), and may give `free()` (out of sight or gone: drop arrays and workers),
 * `start()` (the settings the element starts with, from its attributes) and `settle()` (no change for a moment: announce).
 */
export class Lab extends HTMLElement {
  static table = {};

  connectedCallback() {
    styled.then(() => this.settings || left(this)).then(() => {
      if (!this.isConnected || this.leaving) return;
      if (!this.settings) {
        this.settings = { ...defaults(this.constructor.table), ...this.start() };
        this.notes = make("p", { class: "lab__notes", role: "status" });
        this.replaceChildren(...this.build(), this.notes);
        this.dataset.ready = "";
      }
      this.watch();
      this.readAddress();
      this.show(this.settings);
      this.redraw();
    });
  }

  disconnectedCallback() {
    this.leaving?.abort();
    this.leaving = null;
    clearTimeout(this.resting);
    clearTimeout(this.settling);
    clearTimeout(this.spoken);
    this.free();
  }

  start() { return {}; }

  free() {}

  settle() {}

  watch() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    addEventListener("hashchange", () => this.readAddress(), { signal });
    const sized = new ResizeObserver(() => this.redraw());
    const seen = new IntersectionObserver((entries) => {
      clearTimeout(this.resting);
      this.inSight = entries.at(-1).isIntersecting;
      if (this.inSight) this.redraw();
      else this.resting = setTimeout(() => this.free(), REST);
    }, { rootMargin: AHEAD });
    sized.observe(this);
    seen.observe(this);
    signal.addEventListener("abort", () => { sized.disconnect(); seen.disconnect(); this.inSight = false; });
  }

  /** Draw before the next frame, once, if in sight. */
  redraw() {
    if (this.due || !this.inSight) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      if (this.isConnected && this.inSight) this.draw();
    });
  }

  /** A control was moved: take the change, draw, and after a moment write the address. */
  change(changes) {
    Object.assign(this.settings, changes);
    this.tell([]);
    this.redraw();
    this.wait();
  }

  wait() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (this.place) history.replaceState(history.state, "", this.fragment());
      this.settle();
    }, SETTLED);
  }

  /** All settings, valid whatever was given; notes say what was not. */
  take(given) {
    const [settings, notes] = admit(given, this.constructor.table);
    this.settings = settings;
    this.tell(notes);
    this.show(settings);
    this.redraw();
  }

  /** Say it once to those who listen; `announced` is an empty status. */
  say(text) {
    write(this.announced, text);
    clearTimeout(this.spoken);
    this.spoken = setTimeout(() => { this.announced.textContent = ""; }, SPOKEN);
  }

  /** What it is called in the address. Alone in a frame it has no id: the browser would scroll the page around to it. */
  get place() { return this.id || this.dataset.place; }

  fragment() { return `#${this.place}?${written(this.settings, this.constructor.table)}`; }

  /** The address of this page with all settings in it. */
  address() { return location.href.split("#")[0] + this.fragment(); }

  readAddress() {
    const [id, given] = readFragment(location.hash);
    if (!given || !this.place || id !== this.place) return;
    this.take(given);
    const { top } = this.getBoundingClientRect();
    scrollBy(0, top - parseFloat(getComputedStyle(this).scrollMarginTop)); // into view would scroll the page around a frame as well
  }

  tell(notes) { write(this.notes, notes.map((note) => `${note}.`).join(" ")); }
}

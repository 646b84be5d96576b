/* The reader in the page: text in; what was read, plot and verdict out. Nothing leaves the browser; what was pasted is only ever set as text. */

import { make, makeButton } from "../dom.js";

const LINK = 24_000; // characters of a shared address at most
const SHOWN = 12; // lines listed; the rest are counted
const ENDS = [6, 3]; // rows shown of what was read, from the first and from the last
const EXAMPLES = {
  "norms by layer": Array.from({ length: 8 }, (_, i) => `layers.${i}.weight grad norm: ${(3e-9 * 8 ** i).toExponential(2)}`).join("\n"),
  "one norm over time": [1.92, 1.71, 1.83, 1.64, 1.77, 48.3, 2.05, 1.69].map((norm, i) =>
    `{'loss': ${(2.4 - 0.05 * i).toFixed(2)}, 'grad_norm': ${norm}, 'learning_rate': 5e-05, 'epoch': ${(0.1 * (i + 1)).toFixed(1)}}`).join("\n"),
  "something else": "RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.",
};

const DRAWN = { bias: "bias gradient, standing in for ∂L/∂h", weight: "∂L/∂W, standing in for ∂L/∂h" };
const COLUMNS = { "grad norm": "gradient norms", "stat norm": "norms", "signal norm": "the signal ∂L/∂h", "grad ": "gradients", "bare ": "numbers without a word, taken as gradient norms" };
const TOTAL = "This is one norm over all layers. It can't tell where a gradient fades: the largest layers make up nearly all of it.";

let tools = null; // the parser, the rules and the drawings, once something is pasted

const fetchTools = async () => {
  tools ??= await import("./tools.js");
  return tools;
};

// ---------- the text in an address ----------

const pipe = async (bytes, stream, most) => {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) throw new Error("too long");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};

export const pack = async (text) => {
  const bytes = await pipe(new TextEncoder().encode(text), new CompressionStream("deflate-raw"), (await fetchTools()).MOST.bytes);
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

export const unpack = async (code) => {
  const bytes = Uint8Array.from(atob(code.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await pipe(bytes, new DecompressionStream("deflate-raw"), (await fetchTools()).MOST.bytes));
};

// ---------- the element ----------

const count = (list, noun) => `${list.length} ${noun}${list.length === 1 ? "" : "s"}`;
const capital = (text) => text[0].toUpperCase() + text.slice(1);

class GradientReader extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.build();
    this.hear = () => this.open();
    addEventListener("hashchange", this.hear);
    this.open();
  }

  disconnectedCallback() {
    removeEventListener("hashchange", this.hear);
    this.resized?.disconnect();
    clearTimeout(this.later);
    this.ready = false;
  }

  build() {
    const id = "reader-text";
    const readSoon = () => {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.read(), 150);
    };
    this.text = make("textarea", { id, rows: 8, spellcheck: "false", autocomplete: "off", oninput: readSoon, onfocus: () => void fetchTools().catch(() => {}),
      placeholder: "layer1.weight: 1.2e-09\nlayer2.weight: 3.4e-06\n…" });
    this.file = make("input", { type: "file", hidden: true, accept: ".json,.csv,.txt,.log,.tsv,text/*",
      onchange: () => this.take(this.file.files[0]) });
    this.order = make("select", { onchange: () => this.read() }, make("option", { value: "" }, "as the names say"),
      make("option", { value: "0" }, "the input"), make("option", { value: "1" }, "the loss"));
    const bar = make("div", { class: "reader__bar" }, makeButton("Choose a file", () => this.file.click()), this.file,
      ...Object.entries(EXAMPLES).map(([name, text]) => makeButton(`Example: ${name}`, () => this.set(text))),
      makeButton("Clear", () => this.set("")), make("label", { class: "field" }, "The first line is nearest to ", this.order));
    this.taken = make("div", { class: "reader__taken" });
    this.said = make("div", { class: "reader__said", role: "status" });
    this.out = make("div", { class: "reader__out" });
    this.replaceChildren(make("label", { for: id, class: "reader__label" }, "What your program printed"), this.text, bar,
      this.taken, this.said, this.out);
    this.addEventListener("dragover", (event) => { event.preventDefault(); this.classList.add("reader--over"); });
    this.addEventListener("dragleave", () => this.classList.remove("reader--over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.classList.remove("reader--over");
      if (event.dataTransfer.files[0]) this.take(event.dataTransfer.files[0]);
      else this.set(event.dataTransfer.getData("text/plain"));
    });
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this);
  }

  set(text) {
    this.text.value = text;
    return this.read();
  }

  async take(file) {
    this.file.value = "";
    if (!file) return;
    const { MOST } = await fetchTools();
    if (file.size > MOST.bytes) {
      this.say(`${file.name} has ${file.size.toLocaleString("en")} bytes; the reader takes ${MOST.bytes.toLocaleString("en")} at most. Cut it to one step.`);
      return;
    }
    await this.set(await file.text());
  }

  async open() {
    const code = /^#numbers=([\w-]*)$/.exec(location.hash)?.[1];
    if (code === undefined) return;
    try {
      await this.set(await unpack(code));
    } catch {
      await this.set("");
      this.say("The address holds no numbers that can be read: it may have been cut off. Ask for it again, or paste the numbers.");
    }
  }

  say(...words) {
    this.said.replaceChildren(...words);
  }

  /** Reads at once, or as soon as the tools are there. */
  read() {
    clearTimeout(this.later);
    if (tools) return this.readNow();
    return fetchTools().then(() => this.readNow(), () => this.say("The reader's own program could not be fetched: load the page again."));
  }

  readNow() {
    const { decide, parse, numbers, short } = tools;
    const paste = parse(this.text.value, { order: { 0: "input", 1: "loss" }[this.order.value] ?? "" });
    Object.assign(this, { paste, layers: paste.layers, findings: decide(paste) });
    this.taken.replaceChildren(...this.showRead());
    this.out.replaceChildren();
    if (!paste.kind) return this.say();
    const { series, hint, errors } = paste;
    this.say(...this.findings.map((finding, i) => this.makeVerdict(finding, i)), ...(paste.asks.length ? [this.makeQuestions()] : []),
      ...(series ? [this.makeSeries(series)] : []), ...(hint && !(errors.length && errors[0].expected.startsWith("at most")) ? [this.makeHint(hint)] : []),
      ...(hint ? [] : this.listFaults(errors)));
    if (!this.layers.length && !series) return undefined;
    this.figure = make("div", { class: "reader__figure" });
    const bar = make("div", { class: "reader__bar" }, makeButton("Copy link", () => this.shareLink()),
      makeButton("Plot as SVG", () => this.save("gradients.svg", this.writeSvg(), "image/svg+xml")),
      makeButton("Numbers as CSV", () => this.save("gradients.csv", this.writeCsv(), "text/csv")));
    this.out.append(...paste.notes.map((note) => make("p", { class: "reader__note" }, note)));
    if (this.layers.length) {
      const table = make("details", { class: "question",
        ontoggle: () => { if (table.open && !table.querySelector("table")) table.append(numbers(this.layers, short)); } },
      make("summary", {}, "The numbers as a table"));
      this.out.append(make("p", { class: "reader__key" }, make("span", {}, DRAWN[paste.by] ?? "∂L/∂h"),
        ...(paste.by === "weight" ? [] : [make("span", { class: "reader__weight" }, "∂L/∂W")])), this.figure, table);
    } else if (series.points.length > 1) this.out.append(this.figure);
    this.out.append(bar);
    this.draw();
    return undefined;
  }

  /** What was read, before anything is made of it. */
  showRead() {
    const { kind, read, left, errors, series, word, column } = this.paste;
    const { short } = tools;
    if (!read.length) return left.length ? [this.listLeft(left)] : [];
    const what = kind === "series" ? `One norm over time: ${count(read, "number")}` : `Norms by layer: ${count(read, "line")}, ${COLUMNS[column] ?? column}`;
    const from = (series?.word || word) ? `, from “${(series?.word || word).slice(0, 60)}”` : "";
    const [top, bottom] = ENDS;
    const long = read.length > top + bottom + 1;
    const table = make("table", { class: "tab" });
    table.createTHead().insertRow().append(...[kind === "series" ? "When" : "Name", "Value", "Line"].map((title) => make("th", { scope: "col" }, title)));
    const body = table.createTBody();
    const show = (item) => {
      const row = body.insertRow();
      [item.name, item.value === null ? "None" : short(item.value), item.line ?? ""].forEach((text) => { row.insertCell().textContent = text; });
    };
    (long ? read.slice(0, top) : read).forEach(show);
    if (long) {
      const cell = body.insertRow().insertCell();
      cell.colSpan = 3;
      cell.textContent = `… ${read.length - top - bottom} more`;
      read.slice(-bottom).forEach(show);
    }
    const missed = errors.length ? [make("p", { class: "reader__note" }, `${count(errors, "line")} not understood: ${errors.slice(0, SHOWN).map((e) => e.line).join(", ")}${errors.length > SHOWN ? " …" : ""}.`)] : [];
    return [make("p", { class: "reader__label" }, `What was read: ${what}${from}`), table, ...(left.length ? [this.listLeft(left)] : []), ...missed];
  }

  listLeft(left) {
    return make("p", { class: "reader__note" }, "Left out: ", left.map(({ words, why, more }) =>
      `${words.map((word) => word.slice(0, 40)).join(", ")}${more ? ` and ${more} more` : ""} (${why})`).join("; "), ".");
  }

  linkGuide(anchor, words = "What it may be, and how to tell") {
    return make("p", {}, make("a", { href: `${this.getAttribute("guide") ?? ""}${anchor ? `#${anchor}` : ""}` }, words));
  }

  makeVerdict(finding, i) {
    const name = finding.code.replaceAll("_", " ");
    const head = i ? make("p", { class: "reader__title" }, `${finding.note ? "Note" : "Also"}: ${name}`) : make("p", { class: "reader__code" }, name);
    const next = i ? finding.note && finding.remedy ? [make("p", {}, finding.remedy)] : [] : [make("p", {}, make("strong", {}, "Next: "), finding.remedy)];
    return make("div", { class: "reader__verdict" }, head, make("p", {}, capital(finding.evidence)), ...next, this.linkGuide(finding.guide));
  }

  makeQuestions() {
    return make("div", { class: "reader__verdict reader__ask" }, make("p", { class: "reader__title" }, "No verdict yet"),
      make("ul", {}, ...this.paste.asks.map((ask) => make("li", {}, ask))));
  }

  makeSeries(series) {
    const about = series.name ? `This is one layer over time, ${series.name}. It can't tell where a gradient fades: for that, all layers of one step.`
      : series.said || !series.points.length ? TOTAL : `Nothing says what “${series.word}” is. If it is a gradient's norm: ${TOTAL[0].toLowerCase()}${TOTAL.slice(1)}`;
    return make("div", { class: "reader__verdict" }, make("p", { class: "reader__title" }, series.title), make("p", {}, series.evidence),
      ...(series.next ? [make("p", {}, make("strong", {}, "Next: "), series.next)] : []), make("p", {}, about), ...this.showPrint(),
      ...(series.others.length ? [make("p", {}, `Also over time, not judged: ${series.others.slice(0, 4).join(", ")}.`)] : []), this.linkGuide(series.guide));
  }

  makeHint(hint) {
    return make("div", { class: "reader__verdict reader__ask" }, make("p", { class: "reader__title" }, hint.title), make("p", {}, hint.text),
      ...(hint.print ? this.showPrint() : []), this.linkGuide(hint.guide));
  }

  showPrint() {
    return [make("p", {}, "After backward() and before the optimizer's step, print this and paste it here:"), make("pre", { tabindex: "0" }, make("code", {}, tools.PRINT))];
  }

  listFaults(errors) {
    if (!errors.length || this.paste.kind === "series") return [];
    const head = this.layers.length ? `${errors.length} ${errors.length === 1 ? "line was" : "lines were"} not understood; the rest is shown.`
      : "Nothing here could be read.";
    const list = make("ul", {}, ...errors.slice(0, SHOWN).map(({ line, found, expected }) =>
      make("li", {}, `Line ${line}: found “${found}”, expected ${expected}.`)));
    if (errors.length > SHOWN) list.append(make("li", {}, `… and ${errors.length - SHOWN} more.`));
    return [make("div", { class: "reader__faults" }, make("p", {}, head), list)];
  }

  draw() {
    if (!this.figure?.isConnected) return;
    const width = Math.round(this.figure.clientWidth);
    if (!width || this.figure.dataset.width === String(width)) return;
    this.figure.dataset.width = String(width);
    const { series } = this.paste;
    const { plot, plotSeries } = tools;
    this.figure.replaceChildren(series ? plotSeries(series.points, series.by, width, `One norm over time. ${series.title}. ${series.evidence}`)
      : this.findings.length ? plot(this.layers, width, `Gradient norms of ${this.layers.length} layers, input left, loss right. ${this.findings[0].evidence}`)
        : plot(this.layers, width, `${this.layers.length} numbers, in the order in which they were read. No verdict yet.`, ["first", "last"]));
  }

  writeSvg() {
    const svg = this.figure.querySelector("svg").cloneNode(true);
    const live = this.figure.querySelectorAll("svg *");
    svg.querySelectorAll("*").forEach((element, i) => {
      const { fill, stroke } = getComputedStyle(live[i]);
      element.setAttribute("style", `fill:${fill};stroke:${stroke};font-family:sans-serif`);
    });
    return new XMLSerializer().serializeToString(svg);
  }

  writeCsv() {
    const cell = (value) => (value === null || value === undefined ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const { series } = this.paste;
    const [head, rows] = series ? [`${series.by},norm`, series.points.map((p) => [p.at, p.value])]
      : ["layer,signal,weight_grad", this.layers.map((x) => [x.name, x.signal, x.weight_grad])];
    return [head, ...rows.map((row) => row.map(cell).join(","))].join("\n");
  }

  save(name, content, type) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  async shareLink() {
    const code = await pack(this.text.value);
    const tell = (words) => {
      this.querySelector(".reader__linked")?.remove();
      this.out.append(make("p", { class: "reader__note reader__linked" }, words));
    };
    if (code.length > LINK) {
      tell(`That is too much for an address (${code.length} characters, ${LINK} at most). Send the file, or cut it to one step.`);
      return;
    }
    history.replaceState(history.state, "", `#numbers=${code}`);
    tell("The address bar now holds the link, numbers included; copy it from there. Nothing was sent.");
    navigator.clipboard?.writeText(location.href).then(
      () => tell("The address is in your clipboard, and in the address bar. It holds the numbers themselves; nothing was sent."), () => {});
  }
}

customElements.define("gradient-reader", GradientReader);

/** Put a reader into every `.reader` of the page, in place of the words for those without JavaScript. */
export const start = () => {
  document.querySelectorAll(".reader:not(:has(gradient-reader))").forEach((place) => {
    place.replaceChildren(make("gradient-reader", { guide: place.dataset.guide ?? "" }));
  });
};

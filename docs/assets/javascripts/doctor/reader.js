/* The reader in the page: text in, plot and verdict out. Nothing leaves the browser; what was pasted is only ever set as text. */

import { make, makeButton } from "../dom.js";
import { judge, short } from "./judge.js";
import { MOST, parse } from "./parse.js";
import { numbers, plot } from "./plot.js";

const LINK = 24_000; // characters of a shared address at most
const SHOWN = 12; // faults listed; the rest are counted
const EXAMPLES = {
  "Log lines": Array.from({ length: 8 }, (_, i) => `layers.${i}.weight grad norm: ${(3e-9 * 8 ** i).toExponential(2)}`).join("\n"),
  "A Python dict": "{'fc1.bias': tensor(0.0031), 'fc1.weight': tensor(0.021),\n 'fc2.bias': tensor(0.0052), 'fc2.weight': tensor(0.034),\n"
    + " 'fc3.bias': None, 'fc3.weight': None,\n 'head.bias': tensor(0.11), 'head.weight': tensor(0.24)}",
  CSV: `layer,signal,weight_grad\n${Array.from({ length: 10 }, (_, i) => `block${i + 1},${(4e7 / 7 ** i).toPrecision(3)},${(2e7 / 6 ** i).toPrecision(3)}`).join("\n")}`,
};

const DRAWN = { bias: "bias gradient, standing in for ∂L/∂h", weight: "∂L/∂W, standing in for ∂L/∂h" };

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
  const bytes = await pipe(new TextEncoder().encode(text), new CompressionStream("deflate-raw"), MOST.bytes);
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

export const unpack = async (code) => {
  const bytes = Uint8Array.from(atob(code.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await pipe(bytes, new DecompressionStream("deflate-raw"), MOST.bytes));
};

// ---------- the element ----------

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
    this.text = make("textarea", { id, rows: 8, spellcheck: "false", autocomplete: "off", oninput: readSoon,
      placeholder: "layer1.weight: 1.2e-09\nlayer2.weight: 3.4e-06\n…" });
    this.file = make("input", { type: "file", hidden: true, accept: ".json,.csv,.txt,.log,.tsv,text/*",
      onchange: () => this.take(this.file.files[0]) });
    this.order = make("select", { onchange: () => this.read() },
      make("option", { value: "" }, "the input"), make("option", { value: "1" }, "the loss"));
    const bar = make("div", { class: "reader__bar" }, makeButton("Choose a file", () => this.file.click()), this.file,
      ...Object.entries(EXAMPLES).map(([name, text]) => makeButton(`Example: ${name}`, () => this.set(text))),
      makeButton("Clear", () => this.set("")), make("label", { class: "field" }, "The first line is nearest to ", this.order));
    this.said = make("div", { class: "reader__said", role: "status" });
    this.out = make("div", { class: "reader__out" });
    this.replaceChildren(make("label", { for: id, class: "reader__label" }, "What your program printed"), this.text, bar,
      this.said, this.out);
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
    this.read();
  }

  async take(file) {
    this.file.value = "";
    if (!file) return;
    if (file.size > MOST.bytes) {
      this.say(`${file.name} has ${file.size.toLocaleString("en")} bytes; the reader takes ${MOST.bytes.toLocaleString("en")} at most. Cut it to one step.`);
      return;
    }
    this.set(await file.text());
  }

  async open() {
    const code = /^#numbers=([\w-]*)$/.exec(location.hash)?.[1];
    if (code === undefined) return;
    try {
      this.set(await unpack(code));
    } catch {
      this.set("");
      this.say("The address holds no numbers that can be read: it may have been cut off. Ask for it again, or paste the numbers.");
    }
  }

  say(...words) {
    this.said.replaceChildren(...words);
  }

  read() {
    clearTimeout(this.later);
    const { layers, facts, by, notes, errors } = parse(this.text.value, { reversed: this.order.value === "1" });
    this.layers = layers;
    const something = layers.length || facts.disconnected?.length;
    this.findings = something ? judge(layers, facts) : [];
    this.out.replaceChildren();
    if (!something && !errors.length) return this.say();
    this.say(...this.findings.map((finding, i) => this.makeVerdict(finding, i)), ...this.listFaults(errors, something));
    if (!something) return undefined;
    this.figure = make("div", { class: "reader__figure" });
    const key = make("p", { class: "reader__key" }, make("span", {}, DRAWN[by] ?? "∂L/∂h"),
      ...(by === "weight" ? [] : [make("span", { class: "reader__weight" }, "∂L/∂W")]));
    const table = make("details", { class: "question",
      ontoggle: () => { if (table.open && !table.querySelector("table")) table.append(numbers(layers, short)); } },
    make("summary", {}, "The numbers as a table"));
    this.out.append(...notes.map((note) => make("p", { class: "reader__note" }, note)));
    if (layers.length) this.out.append(key, this.figure, table);
    this.out.append(make("div", { class: "reader__bar" }, makeButton("Copy link", () => this.shareLink()),
      ...(layers.length ? [makeButton("Plot as SVG", () => this.save("gradients.svg", this.writeSvg(), "image/svg+xml")),
        makeButton("Numbers as CSV", () => this.save("gradients.csv", this.writeCsv(), "text/csv"))] : [])));
    this.draw();
    return undefined;
  }

  makeVerdict(finding, i) {
    const guide = make("a", { href: `${this.getAttribute("guide") ?? ""}#${finding.guide}` }, "In the guide");
    const name = finding.code.replaceAll("_", " ");
    return make("div", { class: "reader__verdict" }, make("p", { class: "reader__code" }, i ? `Also: ${name}` : name),
      make("p", {}, finding.evidence[0].toUpperCase() + finding.evidence.slice(1)),
      ...(i ? [] : [make("p", {}, make("strong", {}, "Next: "), finding.remedy)]), make("p", {}, guide));
  }

  listFaults(errors, something) {
    if (!errors.length) return [];
    const head = something ? `${errors.length} ${errors.length === 1 ? "line was" : "lines were"} not understood; the rest is shown.`
      : "Nothing here could be read.";
    const list = make("ul", {}, ...errors.slice(0, SHOWN).map(({ line, found, expected }) =>
      make("li", {}, `Line ${line}: found “${found}”, expected ${expected}.`)));
    if (errors.length > SHOWN) list.append(make("li", {}, `… and ${errors.length - SHOWN} more.`));
    return [make("div", { class: "reader__faults" }, make("p", {}, head), list)];
  }

  draw() {
    if (!this.figure?.isConnected || !this.layers.length) return;
    const width = Math.round(this.figure.clientWidth);
    if (!width || this.figure.dataset.width === String(width)) return;
    this.figure.dataset.width = String(width);
    const first = this.findings[0];
    this.figure.replaceChildren(plot(this.layers, width, `Gradient norms of ${this.layers.length} layers, input left, loss right. ${first.evidence}`));
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
    return ["layer,signal,weight_grad", ...this.layers.map((x) => [x.name, x.signal, x.weight_grad].map(cell).join(","))].join("\n");
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

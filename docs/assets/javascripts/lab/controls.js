/* Native, labelled controls made from a table of settings (see settings.js). Knows no net and no chart. */

import { make } from "../dom.js";
import { typeset } from "../drawing.js";

let made = 0;

/** A slider's value, for the eye alone: the slider itself says it, and an <output> would say it a second time. */
export const makeOutput = () => make("span", { class: "lab__value", "aria-hidden": "true" });

const STEPS = 400; // of a logarithmic slider

/** Between the position of a slider and the value: whole numbers step by one, reals by equal ratios, or equally where they may be zero. */
const scaleSlider = ({ kind, low, high }) => {
  if (kind === "whole") return { min: low, max: high, step: 1, to: Number, from: (value) => value };
  if (low > 0) {
    const ratio = Math.log(high / low);
    const to = (place) => Number((low * Math.exp(ratio * place / STEPS)).toPrecision(3));
    return { min: 0, max: STEPS, step: 1, to, from: (value) => Math.round(STEPS * Math.log(value / low) / ratio) };
  }
  const step = (high - low) / STEPS;
  return { min: low, max: high, step, to: (place) => Number(Number(place).toPrecision(3)), from: (value) => value };
};

/** A labelled control for one setting: { element, set(value), disable(yes) }; `changed(value)` is called as it moves. */
export const makeControl = (it, label, changed, write = String) => {
  const id = `lab-control-${made += 1}`;
  if (it.kind === "choice") {
    const select = make("select", { id, onchange: () => changed(select.value) },
      ...Object.entries(it.options).map(([value, name]) => make("option", { value }, name)));
    return {
      element: make("div", { class: "field lab__field" }, make("label", { for: id }, label), select),
      set: (value) => { select.value = value; },
      disable: (yes) => { select.disabled = yes; },
    };
  }
  const slide = scaleSlider(it);
  const output = makeOutput();
  const tell = (value) => { output.textContent = write(value); input.setAttribute("aria-valuetext", write(value)); };
  const input = make("input", { id, type: "range", min: slide.min, max: slide.max, step: slide.step,
    oninput: () => { const value = slide.to(input.value); tell(value); changed(value); } });
  return {
    element: make("div", { class: "field lab__field" }, make("label", { for: id }, make("span", {}, ...typeset(label)), " ", output), input),
    set: (value) => { input.value = slide.from(value); tell(value); },
    disable: (yes) => { input.disabled = yes; },
  };
};

/** A number typed in, for a seed. */
export const makeNumberField = (it, label, changed) => {
  const id = `lab-control-${made += 1}`;
  const input = make("input", { id, type: "number", min: it.low, max: it.high, step: 1, inputmode: "numeric", onchange: () => {
    const value = Number(input.value);
    const kept = Math.min(it.high, Math.max(it.low, Number.isFinite(value) ? Math.round(value) : it.start));
    input.value = kept;
    changed(kept);
  } });
  return {
    element: make("div", { class: "field lab__field" }, make("label", { for: id }, label), input),
    set: (value) => { input.value = value; },
    disable: (yes) => { input.disabled = yes; },
  };
};

/** Text to the clipboard; false where the browser does not allow it. */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};

/** Offer `text` as a file. */
export const download = (name, text, type) => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
};

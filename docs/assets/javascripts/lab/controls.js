/* Native, labelled controls made from a table of settings (see settings.js). Knows no net and no chart. */

import { typeset } from "../drawing.js";

let made = 0;

/** An HTML element; `attributes` may hold listeners as onclick, oninput, onchange. Indices in its words are lowered. */
export const element = (name, attributes = {}, ...children) => {
  const it = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => {
    if (key.startsWith("on")) it.addEventListener(key.slice(2), value);
    else if (value === true) it.setAttribute(key, "");
    else if (value !== false && value != null) it.setAttribute(key, value);
  });
  it.append(...children.flatMap((child) => (typeof child === "string" ? typeset(child) : child)));
  return it;
};

export const button = (label, onclick, attributes = {}) => element("button", { type: "button", class: "btn", onclick, ...attributes }, label);

/** A slider's value, for the eye alone: the slider itself says it, and an <output> would say it a second time. */
export const shown = () => element("span", { class: "lab__value", "aria-hidden": "true" });

const STEPS = 400; // of a logarithmic slider

/** Between the position of a slider and the value: whole numbers step by one, reals by equal ratios, or equally where they may be zero. */
const sliding = ({ kind, low, high }) => {
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
export const control = (it, label, changed, write = String) => {
  const id = `lab-control-${made += 1}`;
  if (it.kind === "choice") {
    const select = element("select", { id, onchange: () => changed(select.value) },
      ...Object.entries(it.options).map(([value, name]) => element("option", { value }, name)));
    return {
      element: element("div", { class: "field lab__field" }, element("label", { for: id }, label), select),
      set: (value) => { select.value = value; },
      disable: (yes) => { select.disabled = yes; },
    };
  }
  const slide = sliding(it);
  const output = shown();
  const tell = (value) => { output.textContent = write(value); input.setAttribute("aria-valuetext", write(value)); };
  const input = element("input", { id, type: "range", min: slide.min, max: slide.max, step: slide.step,
    oninput: () => { const value = slide.to(input.value); tell(value); changed(value); } });
  return {
    element: element("div", { class: "field lab__field" }, element("label", { for: id }, element("span", {}, label), " ", output), input),
    set: (value) => { input.value = slide.from(value); tell(value); },
    disable: (yes) => { input.disabled = yes; },
  };
};

/** A number typed in, for a seed. */
export const numberField = (it, label, changed) => {
  const id = `lab-control-${made += 1}`;
  const input = element("input", { id, type: "number", min: it.low, max: it.high, step: 1, inputmode: "numeric", onchange: () => {
    const value = Number(input.value);
    const kept = Math.min(it.high, Math.max(it.low, Number.isFinite(value) ? Math.round(value) : it.start));
    input.value = kept;
    changed(kept);
  } });
  return {
    element: element("div", { class: "field lab__field" }, element("label", { for: id }, label), input),
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
  const link = element("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
};

/* Elements of a page and of its drawings. What comes from outside becomes text and attributes, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** A listener is given as onclick, onchange, …; what is true stands without a value, what is false or missing not at all. */
const complete = (element, attributes, children) => {
  Object.entries(attributes).forEach(([name, value]) => {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  });
  element.append(...children);
  return element;
};

/** An HTML element with attributes, listeners and children. */
export const make = (name, attributes = {}, ...children) => complete(document.createElement(name), attributes, children);

/** An SVG element. */
export const makeSvg = (name, attributes = {}, ...children) => complete(document.createElementNS(SVG, name), attributes, children);

/** A button as it looks here; `press` is what it does. */
export const makeButton = (label, press, attributes = {}) =>
  make("button", { type: "button", class: "btn", onclick: press, ...attributes }, label);

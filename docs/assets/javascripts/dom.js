/* Finds and makes elements, of text and attributes, never of markup. */

const complete = (element, attributes, children) => {
  Object.entries(attributes).forEach(([name, value]) => {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  });
  element.append(...children);
  return element;
};

/** An attribute that is false or missing is left out; onclick and its like are listeners. */
export const make = (name, attributes = {}, ...children) => complete(document.createElement(name), attributes, children);

export const makeSvg = (name, attributes = {}, ...children) =>
  complete(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

export const makeButton = (label, onclick, attributes = {}) => make("button", { type: "button", class: "btn", onclick, ...attributes }, label);

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

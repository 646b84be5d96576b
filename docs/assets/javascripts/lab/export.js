/* A chart as an SVG file and a net's numbers as CSV. */

import { makeSvg } from "../dom.js";

const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "text-anchor"];

/** The chart with its colors written out, so that it looks the same without this site's style sheet. */
export const asSvg = (svg, title) => {
  const copy = svg.cloneNode(true);
  const from = [svg, ...svg.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((source, i) => {
    const style = getComputedStyle(source);
    DRAWN.forEach((name) => { if (style[name] && style[name] !== "normal") to[i].setAttribute(name, style[name]); });
    to[i].removeAttribute("class");
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("font-family", "sans-serif");
  const [, , width, height] = copy.getAttribute("viewBox").split(" ");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.prepend(makeSvg("title", {}, title));
  return new XMLSerializer().serializeToString(copy);
};

/** One row a layer. */
export const asCsv = (found, theory) => {
  const last = found.signal.at(-1);
  const rows = [...found.signal].map((signal, i) => [i + 1, signal, theory[i] * last, found.weight[i], found.own[i], found.spread[i],
    found.saturated[i], found.dead[i]]);
  const head = ["layer", "norm of dL/dh", "mean field", "norm of dL/dW", "norm of W", "spread of h", "share flat or off", "share dead"];
  return `${[head, ...rows].map((row) => row.join(",")).join("\n")}\n`;
};

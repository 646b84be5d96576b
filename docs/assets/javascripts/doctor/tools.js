/* What the reader needs once something is pasted; the page fetches it then. */

export { PRINT } from "./hints.js";
export { short } from "./judge.js";
export { MOST, decide, parse } from "./parse.js";
export { numbers, plot, plotSeries } from "./plot.js";

/* What common losses are when a net only guesses, for the reader's own number of classes, batch, margin and shares. */

import { make } from "../dom.js";

const ln = Math.log;
const short = (value) => (Number.isFinite(value) ? Number(value.toPrecision(4)).toString() : "–");

/** The losses of a guess: what each is, its formula, and its value from `{ classes, batch, margin, gamma, share }`. */
export const listGuesses = ({ classes: n, batch, margin, gamma, share }) => [
  ["Cross-entropy, any label smoothing", "ln n", ln(n)],
  ["Binary cross-entropy, averaged", "ln 2", ln(2)],
  ["Focal loss over classes", "(1 − 1/n)^γ · ln n", (1 - 1 / n) ** gamma * ln(n)],
  ["Focal loss of one output, without α", "½^γ · ln 2", 0.5 ** gamma * ln(2)],
  ["Triplet, contrastive or hinge loss, all outputs alike", "margin", margin],
  ["Multi-class margin, all outputs alike", "margin · (n − 1)/n", margin * (n - 1) / n],
  ["Contrastive loss over a batch of pairs (InfoNCE, CLIP)", "ln B", ln(batch)],
  ["The same with two views (SimCLR)", "ln(2B − 1)", ln(2 * batch - 1)],
  ["Squared error against one-hot, guess 1/n", "(1/n)(1 − 1/n)", (1 / n) * (1 - 1 / n)],
  ["Discriminator of a GAN, both halves summed", "2 ln 2", 2 * ln(2)],
  ["Accuracy of always saying the largest class", "its share p", share],
  ["Binary cross-entropy of guessing that share", "−p ln p − (1 − p) ln(1 − p)", -share * ln(share) - (1 - share) * ln(1 - share)],
];

/** The guesses that a number is within a hundredth of. */
export const findGuess = (value, settings) => listGuesses(settings).filter(([, , guess]) => guess > 0 && Math.abs(value - guess) <= 0.01 * guess);

const FIELDS = {
  classes: ["classes, n", 10, 2, 1], batch: ["batch, B", 256, 2, 1], margin: ["margin", 1, 0, "any"], gamma: ["γ", 2, 0, "any"], share: ["share of the largest class, p", 0.9, 0, "any"],
};

const startTable = (room) => {
  const settings = Object.fromEntries(Object.entries(FIELDS).map(([name, [, value]]) => [name, value]));
  const body = make("tbody");
  const said = make("p", { role: "status" });
  const loss = make("input", { type: "text", inputmode: "decimal", id: "guess-loss", oninput: () => draw() });
  const fields = Object.entries(FIELDS).map(([name, [label, value, min, step]]) =>
    make("label", {}, label, " ", make("input", { type: "number", value, min, max: name === "share" ? 1 : null, step, oninput: (event) => {
      const wanted = event.target.valueAsNumber;
      const sound = event.target.checkValidity() && Number.isFinite(wanted);
      event.target.toggleAttribute("aria-invalid", !sound);
      if (sound) { settings[name] = wanted; draw(); }
    } })));
  const draw = () => {
    body.replaceChildren(...listGuesses(settings).map(([what, formula, value]) =>
      make("tr", {}, make("td", {}, what), make("td", {}, formula), make("td", {}, short(value)))));
    const value = Number(loss.value.trim().replace(",", "."));
    const found = loss.value.trim() && Number.isFinite(value) ? findGuess(value, settings) : [];
    if (!loss.value.trim()) said.textContent = "";
    else if (!Number.isFinite(value)) said.textContent = "That is not a number; expected one such as 2.303.";
    else if (found.length) said.textContent = `${loss.value.trim()} is a guess: ${found.map(([what, formula]) => `${what} (${formula})`).join("; or ")}.`;
    else said.textContent = `${loss.value.trim()} is none of these guesses.`;
  };
  room.replaceChildren(make("p", { class: "guesses__fields" }, make("label", {}, "my loss ", loss), ...fields), said,
    make("div", { class: "stack" }, make("table", {}, make("thead", {}, make("tr", {}, ...["A net that guesses has", "Formula", "Value"].map((head) => make("th", { scope: "col" }, head)))), body)));
  room.dataset.ready = "";
  draw();
};

export const start = () => {
  const room = document.querySelector(".guesses:not([data-ready])");
  if (room) startTable(room);
};

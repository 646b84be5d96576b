/* The self-check's cards: which ones you knew, one at a time if you like. The page holds every question as a fold; this file only hides,
   counts and remembers, on this device alone. */

import { all, make, makeButton } from "./dom.js";

const KEPT = "self-check:1";

const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    return Object.fromEntries(Object.entries(kept).filter(([name, knew]) => name.startsWith("card-") && typeof knew === "boolean"));
  } catch {
    return {};
  }
};

const startCards = (root) => {
  const questions = all("details.question", root);
  const sections = all(".questions__topic", root);
  let known = read(), at = 0, stored = true;

  const topic = make("select", { onchange: () => { at = 0; show(); } }, make("option", { value: "" }, "every topic"),
    ...sections.map((section) => make("option", { value: section.dataset.topic }, section.dataset.topic)));
  const open = make("input", { type: "checkbox", onchange: () => { at = 0; show(); } });
  const single = make("input", { type: "checkbox", onchange: () => { at = 0; show(); } });
  const back = makeButton("Previous", () => go(-1));
  const next = makeButton("Next", () => go(1));
  const erase = makeButton("Erase my progress", () => {
    known = {};
    try { localStorage.removeItem(KEPT); } catch { /* nothing was kept */ }
    show();
  });
  const said = make("p", { class: "questions__said", role: "status" });
  const makeLabel = (input, text) => make("label", { class: "questions__check" }, input, ` ${text}`);
  root.querySelector(".questions__bar").append(
    make("label", { class: "field" }, "Topic", topic), makeLabel(open, "only what I don't know yet"), makeLabel(single, "one at a time"),
    make("span", { class: "questions__step" }, back, next), erase, said);

  const mark = (question, knew) => {
    known[question.id] = knew;
    try { localStorage.setItem(KEPT, JSON.stringify(known)); } catch { stored = false; }
    if (single.checked && knew) go(open.checked ? 0 : 1);
    else show();
  };
  questions.forEach((question) => {
    question.append(make("p", { class: "questions__mark" }, makeButton("I knew it", () => mark(question, true)), makeButton("Not yet", () => mark(question, false))));
  });

  const listChosen = () => questions.filter((question) => (!topic.value || question.closest(".questions__topic").dataset.topic === topic.value)
    && !(open.checked && known[question.id]));

  const go = (by) => {
    const many = listChosen().length;
    at = many ? Math.min(many - 1, Math.max(0, at + by)) : 0;
    show();
    const question = listChosen()[at];
    if (!question) return;
    question.open = false;
    question.querySelector("summary").focus();
  };

  const show = () => {
    const left = listChosen();
    at = Math.min(at, Math.max(0, left.length - 1));
    const shown = new Set(single.checked ? left.slice(at, at + 1) : left);
    questions.forEach((question) => {
      question.hidden = !shown.has(question);
      question.dataset.known = known[question.id] === undefined ? "" : String(known[question.id]);
      question.querySelectorAll(".questions__mark button").forEach((it, i) => it.setAttribute("aria-pressed", String(known[question.id] === (i === 0))));
    });
    sections.forEach((section) => { section.hidden = !all("details.question", section).some((question) => !question.hidden); });
    back.parentElement.hidden = !single.checked;
    back.disabled = at === 0;
    next.disabled = at >= left.length - 1;
    const knew = questions.filter((question) => known[question.id]).length;
    const place = single.checked && left.length ? `Card ${at + 1} of ${left.length}. ` : left.length ? "" : "Nothing is left here. ";
    said.textContent = `${place}You knew ${knew} of ${questions.length}.${stored ? "" : " This browser keeps nothing: it is forgotten when you leave."}`;
  };

  root.addEventListener("keydown", (event) => {
    if (!single.checked || event.target.matches("select, input")) return;
    if (event.key === "ArrowRight" && !next.disabled) go(1);
    if (event.key === "ArrowLeft" && !back.disabled) go(-1);
  });
  root.dataset.ready = "";
  show();
};

/** Lead through the cards of this page. */
export const start = () => all(".questions:not([data-ready])").forEach(startCards);

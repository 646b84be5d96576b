/* The guided questions, one at a time. The page holds every question and every end as a section, and answers link to sections: this
   file only hides all but the one that the address names, keeps the way of answers, and moves the focus to what is new. */

import { all, make, makeButton } from "./dom.js";

const startGuide = (guide) => {
  const steps = all(".guide__step", guide);
  const first = steps[0];
  const kept = `guide:${location.pathname}`;
  const read = () => { try { return JSON.parse(sessionStorage.getItem(kept)) ?? []; } catch { return []; } };
  let way = read().filter((step) => typeof step?.from === "string" && typeof step?.said === "string");
  const said = make("p", { class: "guide__way" });
  const back = makeButton("One answer back", () => { const last = way.pop(); if (last) go(document.getElementById(last.from)); });
  const again = makeButton("Start again", () => go(first));
  guide.append(said, make("div", { class: "guide__bar" }, back, again));

  const findNamed = () => steps.find((step) => `#${step.id}` === location.hash);
  const go = (step) => { location.hash = step.id; };

  /** What the address names stands below the header, wherever the window was. */
  const land = (step) => { if (step.getBoundingClientRect().top < parseFloat(getComputedStyle(step).scrollMarginTop)) step.scrollIntoView(); };

  const show = () => {
    const step = findNamed() ?? first;
    const at = way.findIndex((one) => one.from === step.id);
    if (at >= 0) way = way.slice(0, at);
    if (step === first) way = [];
    try { sessionStorage.setItem(kept, JSON.stringify(way)); } catch { /* without storage the way lasts as long as the page */ }
    steps.forEach((other) => { other.hidden = other !== step; });
    said.textContent = way.length ? `${way.length} of at most five answers: ${way.map((one) => one.said).join(" · ")}` : "At most five answers.";
    back.hidden = !way.length;
    again.hidden = step === first;
    if (findNamed()) land(step);
    return step;
  };

  const focusStep = () => {
    const ask = show().querySelector(".guide__ask");
    ask.tabIndex = -1;
    ask.focus({ preventScroll: true });
  };

  guide.addEventListener("click", (event) => {
    const answer = event.target.closest(".guide__step li a");
    if (!answer) return;
    way.push({ from: answer.closest(".guide__step").id, said: answer.textContent });
    if (answer.hash !== location.hash) return;
    event.preventDefault(); // pressed before this file was here, it was followed by the browser
    focusStep();
  });
  guide.dataset.ready = "";
  show();
  return () => { if (!location.hash || findNamed()) focusStep(); };
};

let follow;
addEventListener("hashchange", () => { if (document.querySelector(".guide[data-ready]")) follow?.(); });

/** Lead through the questions of this page. */
export const start = () => {
  const guide = document.querySelector(".guide:not([data-ready])");
  if (guide) follow = startGuide(guide);
};

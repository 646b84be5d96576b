/* The guided questions, one at a time. The page holds every question and every end as a section, and answers link to sections: this
   file only hides all but the one that the address names, keeps the way of answers, and moves the focus to what is new. */

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

let answered = false; // the theme may fetch the page again at the first fragment: then the focus must be set again

const led = (guide) => {
  const steps = [...guide.querySelectorAll(".guide__step")];
  const first = steps[0];
  const kept = `guide:${location.pathname}`;
  const read = () => { try { return JSON.parse(sessionStorage.getItem(kept)) ?? []; } catch { return []; } };
  let way = read().filter((step) => typeof step?.from === "string" && typeof step?.said === "string");
  const said = make("p", { className: "guide__way" });
  const back = make("button", { className: "btn", type: "button", textContent: "One answer back" });
  const again = make("button", { className: "btn", type: "button", textContent: "Start again" });
  guide.append(said, make("div", { className: "guide__bar" }, back, again));

  const named = () => steps.find((step) => `#${step.id}` === location.hash);
  const go = (step) => { location.hash = step.id; };

  const show = (focus) => {
    const step = named() ?? first;
    const at = way.findIndex((one) => one.from === step.id);
    if (at >= 0) way = way.slice(0, at);
    if (step === first) way = [];
    try { sessionStorage.setItem(kept, JSON.stringify(way)); } catch { /* without storage the way lasts as long as the page */ }
    steps.forEach((other) => { other.hidden = other !== step; });
    said.textContent = way.length ? `${way.length} of at most five answers: ${way.map((one) => one.said).join(" · ")}` : "At most five answers.";
    back.hidden = !way.length;
    again.hidden = step === first;
    if (!focus) return;
    const ask = step.querySelector(".guide__ask");
    ask.tabIndex = -1;
    ask.focus({ preventScroll: true });
    if (guide.getBoundingClientRect().top < 0) guide.scrollIntoView();
  };

  guide.addEventListener("click", (event) => {
    const answer = event.target.closest(".guide__step li a");
    if (!answer) return;
    answered = true;
    way.push({ from: answer.closest(".guide__step").id, said: answer.textContent });
  });
  back.addEventListener("click", () => { const last = way.pop(); if (last) go(document.getElementById(last.from)); });
  again.addEventListener("click", () => go(first));
  guide.dataset.ready = "";
  show(answered);
  return () => { if (!location.hash || named()) show(true); };
};

let follow;
addEventListener("hashchange", () => { if (document.querySelector(".guide[data-ready]")) follow?.(); });

/** Lead through the questions of this page. */
export const start = () => {
  const guide = document.querySelector(".guide:not([data-ready])");
  if (guide) follow = led(guide);
};

/* The page that ranks causes: questions with findings to tick, the causes that they leave, and the question to ask next. What is known
   stands in the address, so that a link, the Back button and a reload keep it. */

import { all, make, makeButton } from "../dom.js";
import { DATA } from "./causes.js";
import { start as startGuesses } from "./guesses.js";
import { SHOWN, findNext, nameShare, rank } from "./rank.js";

const FINDINGS = Object.assign({}, ...DATA.questions.map((question) => question.findings));
const OUTCOMES = { if: "speaks for it", else: "speaks against it", tried: "its cure was tried in vain" };

/** Words of the data, where `this` stands for code. */
const say = (text) => text.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part));

// ---------- what is known, and its address ----------

const nothing = () => ({ yes: new Set(), no: new Set(), skipped: new Set(), tests: {}, doctor: new Set() });
const SETS = { saw: "yes", not: "no", unsure: "skipped", doctor: "doctor" };

const wordsOf = (text) => new Set(text.toLowerCase().match(/[\p{L}\d.]+/gu));

/** The symptom that an address names behind its #, or that somebody searched for. */
const findSymptom = ({ hash, search }) => {
  if (hash) return DATA.symptoms.find(({ id }) => `#${id}` === hash);
  const sought = [...wordsOf(new URLSearchParams(search).get("h") ?? "")];
  return sought.length ? DATA.symptoms.find(({ id, ask }) => sought.every((word) => wordsOf(`${id} ${ask}`).has(word))) : undefined;
};

/** What an address names; names that are unknown are left out. */
export const readAddress = (address) => {
  const seen = nothing();
  findSymptom(address)?.findings.forEach((name) => seen.yes.add(name));
  const text = address.hash.slice(1);
  if (!text.includes("=")) return seen;
  const codes = new Set(["healthy", ...Object.values(DATA.causes).flatMap((cause) => cause.doctor ?? [])]);
  for (const [key, value] of new URLSearchParams(text)) {
    const names = value.split(" ");
    if (key === "tests") {
      for (const [cause, outcome] of names.map((it) => it.split("-"))) if (Object.hasOwn(DATA.causes, cause) && Object.hasOwn(OUTCOMES, outcome)) seen.tests[cause] = outcome;
    } else if (Object.hasOwn(SETS, key)) names.filter((it) => (key === "doctor" ? codes.has(it) : Object.hasOwn(FINDINGS, it))).forEach((it) => seen[SETS[key]].add(it));
  }
  seen.yes.forEach((name) => { seen.no.delete(name); seen.skipped.delete(name); });
  return seen;
};

/** The part of an address that names what is known; empty when nothing is. */
export const writeAddress = (seen) => {
  const parts = Object.entries(SETS).filter(([, set]) => seen[set].size).map(([key, set]) => `${key}=${[...seen[set]].join("+")}`);
  const tests = Object.entries(seen.tests).map(([cause, outcome]) => `${cause}-${outcome}`);
  return [...parts, ...(tests.length ? [`tests=${tests.join("+")}`] : [])].join("&");
};

// ---------- the page ----------

const startPage = (room) => {
  let seen = readAddress(location);
  const look = room.querySelector("a[href$='#first-look']").href; // from the page, where every builder has made its links right
  const sections = Object.fromEntries(Object.keys(DATA.causes).map((cause) => [cause, document.querySelector(`#cause-${cause.replaceAll("_", "-")}`).href]));
  const boxes = {};
  const folds = DATA.questions.map((question, i) => makeQuestion(question, i === 0));
  const next = make("div", { class: "differential__next" });
  const told = make("p", { class: "differential__told", role: "status" });
  const list = make("ol", { class: "differential__causes" });
  const out = make("div", { class: "differential__out" });
  const bar = make("div", { class: "differential__bar" }, makeButton("Copy link", copyLink), makeButton("Start again", () => { seen = nothing(); keep(); draw(); folds[0].open = true; folds[0].querySelector("input").focus(); }));
  const jump = makeButton("", () => { told.tabIndex = -1; told.focus(); told.scrollIntoView({ block: "start" }); }, { class: "btn differential__jump" });

  room.replaceChildren(
    make("h2", { id: "tick" }, "Tick what you see"),
    make("p", {}, "Several at once, or only one. What you don't know you leave alone: it counts for nothing."),
    ...folds, jump, make("h2", { id: "causes" }, "What it may be"), told, next, list, out, bar,
  );

  async function copyLink({ currentTarget: button }) {
    try { await navigator.clipboard.writeText(location.href); button.textContent = "Copied"; } catch { button.textContent = "Copy it from the address bar"; }
    setTimeout(() => { button.textContent = "Copy link"; }, 3000);
  }

  function makeQuestion({ ask, findings, one }, open) {
    const rows = Object.entries(findings).map(([name, finding]) => {
      const box = make("input", { type: "checkbox", onchange: () => { answer(name, box.checked ? "yes" : null, one && findings); } });
      const not = make("button", { type: "button", class: "differential__no", "aria-pressed": "false", "aria-label": `No: ${finding.say.replaceAll("`", "")}`, onclick: () => answer(name, seen.no.has(name) ? null : "no") }, "no");
      boxes[name] = { box, not };
      return make("li", {}, make("label", {}, box, make("span", {}, ...say(finding.say))), not);
    });
    const count = make("span", { class: "differential__count" });
    const fold = make("details", { class: "differential__question", open }, make("summary", {}, `${ask} `, count), make("ul", {}, ...rows));
    fold.tell = () => {
      const known = Object.keys(findings).filter((name) => seen.yes.has(name) || seen.no.has(name)).length;
      count.textContent = known ? `${known} answered` : "";
    };
    return fold;
  }

  function answer(name, value, others) {
    for (const set of [seen.yes, seen.no, seen.skipped]) set.delete(name);
    if (value) seen[{ yes: "yes", no: "no", unsure: "skipped" }[value]].add(name);
    if (value === "yes" && others) Object.keys(others).filter((it) => it !== name).forEach((it) => seen.yes.delete(it));
    keep();
    draw();
  }

  function keep() {
    const address = writeAddress(seen);
    history.replaceState(history.state, "", address ? `#${address}` : location.pathname + location.search);
  }

  function settle(cause, outcome) {
    if (outcome) seen.tests[cause] = outcome; else delete seen.tests[cause];
    keep();
    draw();
    told.tabIndex = -1;
    told.focus({ preventScroll: true });
    told.scrollIntoView({ block: "nearest" });
  }

  const nameItem = (item) => {
    const [first, second] = item.split(":");
    if (first === "doctor") return [`the doctor says `, make("code", {}, second)];
    if (second) return [`the test of “${DATA.causes[first].name}” ${OUTCOMES[second]}`];
    return [seen.no.has(item) ? "not: " : "", ...say(FINDINGS[item].say[0].toLowerCase() + FINDINGS[item].say.slice(1))];
  };

  const sayItems = (head, items) => (items.length ? [make("p", { class: "differential__why" }, make("b", {}, head), " ", ...items.slice(0, 5).flatMap((item, i) => [i ? "; " : "", ...nameItem(item)]), ".")] : []);

  function makeCause({ cause: name, share, speaks, objects }, first) {
    const cause = DATA.causes[name];
    const spoken = seen.tests[name] === "if";
    const buttons = spoken
      ? [make("span", {}, "Its test speaks for it. "), makeButton("Take that back", () => settle(name))]
      : [makeButton("It is so", () => settle(name, "if"), { "aria-label": `It is so: ${cause.name}` }),
        makeButton("It is otherwise", () => settle(name, "else"), { "aria-label": `It is otherwise: not ${cause.name}` }),
        makeButton("I tried the cure, in vain", () => settle(name, "tried"), { "aria-label": `I tried the cure of ${cause.name}, in vain` })];
    return make("li", {}, make("details", { class: "differential__cause", open: first, "data-cause": name },
      make("summary", {}, make("b", {}, cause.name), " ", make("span", { class: "differential__share" }, nameShare(share))),
      make("p", {}, ...say(cause.why)),
      ...sayItems("For it:", speaks), ...sayItems("Against it:", objects),
      make("p", {}, make("b", {}, "The test. "), ...say(cause.test), ...(cause.torch ? [" In PyTorch: ", make("code", {}, cause.torch), "."] : [])),
      make("ul", {}, make("li", {}, "If ", ...say(cause.if), ": ", make("b", {}, "it is this.")), make("li", {}, "If ", ...say(cause.else), ": it isn't. Go on.")),
      make("div", { class: "differential__bar" }, ...buttons),
      make("p", {}, make("b", {}, "The cure. "), ...say(cause.cure), " It worked if ", ...say(cause.worked), "."),
      make("p", {}, make("b", {}, "The wrong cure. "), ...say(cause.wrong)),
      make("p", {}, make("a", { href: sections[name] }, "Measured, with a program that shows both sides"))));
  }

  function drawNext(name) {
    next.hidden = !name;
    if (!name) return;
    const held = next.contains(document.activeElement);
    const reply = (value) => () => answer(name, value, DATA.questions.find((it) => it.one && name in it.findings)?.findings);
    next.replaceChildren(
      make("p", { class: "differential__ask", id: "ask" }, make("b", {}, "To tell them apart: "), ...say(FINDINGS[name].say), "?"),
      make("div", { class: "differential__bar", role: "group", "aria-labelledby": "ask" }, makeButton("Yes", reply("yes")), makeButton("No", reply("no")), makeButton("Not sure", reply("unsure"))));
    if (held) next.querySelector("button").focus();
  }

  function draw() {
    for (const [name, { box, not }] of Object.entries(boxes)) {
      box.checked = seen.yes.has(name);
      not.setAttribute("aria-pressed", String(seen.no.has(name)));
    }
    folds.forEach((fold) => fold.tell());
    const any = seen.yes.size + seen.no.size + seen.doctor.size + Object.keys(seen.tests).length;
    const settled = (name) => ["else", "tried"].includes(seen.tests[name]);
    const ranked = rank(DATA, seen);
    const left = ranked.filter(({ cause }) => !settled(cause)).slice(0, SHOWN);
    const known = `${any} ${any === 1 ? "answer" : "answers"}`;
    jump.textContent = any ? `${known}: see what it may be` : "See what it may be";
    const lookFirst = make("a", { href: look }, "take the first look");
    if (!any) told.textContent = "Nothing is ticked yet. These are only the most frequent causes.";
    else if (!left.length) told.replaceChildren("Every cause of this list is ruled out or was tried. Take one back below, or ", lookFirst, " and come back.");
    else if (nameShare(left[0].share) === "likely") told.textContent = `After ${known}: “${DATA.causes[left[0].cause].name}” is likely. Make its test before you believe it.`;
    else told.replaceChildren(`After ${known} nothing is likely yet. Make the first test below, answer the question, or `, lookFirst, " and come back.");
    if (seen.doctor.size) told.append(` The doctor's finding counts: ${[...seen.doctor].join(", ").replaceAll("_", " ")}.`);
    drawNext(findNext(DATA, seen, seen.skipped));
    const open = new Set(all("details[open]", list).map((fold) => fold.dataset.cause));
    const before = list.firstChild?.querySelector("details").dataset.cause;
    list.replaceChildren(...left.map((it, i) => makeCause(it, i === 0 || (open.has(it.cause) && it.cause !== before))));
    const gone = Object.keys(seen.tests).filter(settled);
    out.replaceChildren(...(gone.length ? [make("h3", {}, "Ruled out, or tried"), make("ul", {}, ...gone.map((name) =>
      make("li", {}, `${DATA.causes[name].name}: ${OUTCOMES[seen.tests[name]]}. `, makeButton("Take that back", () => settle(name), { "aria-label": `Take that back: ${DATA.causes[name].name}` }))))] : []));
  }

  const arrive = () => {
    seen = readAddress(location);
    DATA.questions.forEach(({ findings }, i) => { if (Object.keys(findings).some((name) => seen.yes.has(name))) folds[i].open = true; });
    draw();
    if (findSymptom(location) || location.hash.includes("=")) jump.click();
    else document.getElementById(location.hash.slice(1))?.scrollIntoView(); // the page has grown above it
  };
  arrive();
  room.dataset.ready = "";
  return arrive;
};

let arrive;
/* A link to a part of this page leaves the answers alone; only an address that holds answers brings them. */
addEventListener("hashchange", () => { if (location.hash.includes("=") && document.querySelector(".differential[data-ready]")) arrive?.(); });

/** Make the page of the differential answer. */
export const start = () => {
  startGuesses();
  const room = document.querySelector(".differential:not([data-ready])");
  if (room) arrive = startPage(room);
};

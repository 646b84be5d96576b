/* Numbers open. Press one and a card says what was measured, how often, and by which script; or which words of which source it comes from.

   Markup: <data class="num" data-key="…">, and once a page <template class="numbers"> with the JSON of all entries, by their keys. (The theme
   would run a script element again.) */

import { all, make } from "./dom.js";

const ROOT = new URL("../../", import.meta.url); // of the site

let entries = {};
let open = null; // {number, card, back}: back is where the focus goes when the card closes

const makeLink = (address, ...text) => {
  const target = new URL(address, ROOT);
  return make("a", /^(https?|file):$/.test(target.protocol) ? { href: target.href } : {}, ...text);
};

const linkScript = (path) => {
  const repository = document.querySelector("meta[name=repository]")?.content;
  const inside = path.replace(/^code\//, "");
  return makeLink(repository ? `${repository.replace(/\/$/, "")}/${inside}` : path, inside);
};

const listMeasured = (entry) => [
  ["what", entry.what],
  ["5–95 %", entry.band],
  ["seeds", entry.seeds ? `${entry.n ? `${entry.n}: ` : ""}${entry.seeds}` : entry.n && String(entry.n)],
  ["script", entry.script && linkScript(entry.script)],
  ["checked", entry.checked && `with ${entry.checked}`],
];

const listCited = (entry) => [
  ["source", entry.what && (entry.link ? makeLink(entry.link, entry.what) : entry.what)],
  ["by", entry.short],
  ["place", entry.where],
  ["entry", entry.reference && makeLink(entry.reference, "in the references")],
];

const makeCard = (entry, label) => {
  const cited = entry.kind === "cited";
  const rows = (cited ? listCited(entry) : listMeasured(entry)).filter(([, content]) => content);
  const name = cited ? `Where ${label} comes from` : `How ${label} was measured`;
  return make("div", { id: "numcard", class: "numcard", role: "dialog", "aria-label": name, tabindex: "-1" },
    make("div", { id: "numcard-body" },
      make("p", { class: "numcard__value" }, [entry.value, entry.unit].filter(Boolean).join(" ")),
      cited && entry.quote ? make("blockquote", {}, `“${entry.quote}”`) : "",
      make("dl", {}, ...rows.flatMap(([term, content]) => [make("dt", {}, term), make("dd", {}, content)]))),
    make("button", { type: "button", class: "numcard__close", "aria-label": "Close", onclick: () => shut(true) }, "×"));
};

const place = () => {
  if (!open) return;
  const { number, card } = open;
  const margin = 12, gap = 8, width = document.documentElement.clientWidth;
  const box = number.getClientRects()[0] ?? number.getBoundingClientRect();
  const frame = (card.offsetParent ?? document.body).getBoundingClientRect();
  const below = innerHeight - box.bottom - gap - margin;
  const top = document.querySelector(".md-header")?.getBoundingClientRect().bottom ?? 0;
  const above = box.top - gap - Math.max(top, 0) - margin;
  const up = card.offsetHeight > below && above > below;
  const x = Math.max(margin, Math.min(box.left, width - card.offsetWidth - margin));
  const y = up ? box.top - gap - card.offsetHeight : box.bottom + gap;
  card.style.left = `${x - frame.left}px`;
  card.style.top = `${y - frame.top}px`;
};

const shut = (giveFocusBack = false) => {
  if (!open) return;
  const { number, card, back } = open;
  open = null;
  number.removeAttribute("aria-expanded");
  number.removeAttribute("aria-describedby");
  card.remove();
  if (giveFocusBack) back.focus();
};

/** Open a number's card. In prose the focus goes into the card; in a table it stays with the number, for the arrow keys. */
const show = (number, back = number) => {
  shut();
  const card = makeCard(entries[number.dataset.key], number.textContent);
  document.querySelector(".md-content__inner").append(card);
  open = { number, card, back };
  number.setAttribute("aria-expanded", "true");
  place();
  if (number.closest("table")) {
    number.setAttribute("aria-describedby", "numcard-body");
    number.focus();
    place();
  } else {
    card.focus({ preventScroll: true });
  }
  card.scrollIntoView({ block: "nearest" });
};

const toggle = (number) => {
  if (open?.number === number) shut(true);
  else show(number, number.closest("table") ? controls.get(number.closest("table")) ?? number : number);
};

// ---------- keys ----------

const controls = new WeakMap(); // table -> the one control under it

/** The number that an arrow key leads to from this one, inside its table. */
const findNeighbor = (number, key) => {
  const numbers = all("data.num[role=button]", number.closest("table"));
  const here = numbers.indexOf(number);
  if (key === "Home") return numbers[0];
  if (key === "End") return numbers.at(-1);
  if (key === "ArrowLeft") return numbers[here - 1];
  if (key === "ArrowRight") return numbers[here + 1];
  const at = (other) => [other.closest("tr").rowIndex, other.closest("td, th").cellIndex];
  const [row, column] = at(number);
  const same = numbers.filter((other) => at(other)[1] === column);
  return key === "ArrowDown" ? same.find((other) => at(other)[0] > row) : same.findLast((other) => at(other)[0] < row);
};

/** Tab goes from a number into its card, and from the card back to where the number stands on the page. */
const tab = (event) => {
  const { number, card, back } = open;
  const stops = all("a[href], button", card);
  const from = document.activeElement;
  if (from === number && !event.shiftKey) {
    event.preventDefault();
    stops[0].focus();
  } else if (card.contains(from) && !event.shiftKey && from === stops.at(-1)) {
    back.focus(); // and the browser goes on from there
    shut();
  } else if (card.contains(from) && event.shiftKey && (from === card || from === stops[0])) {
    event.preventDefault();
    number.focus();
  }
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (open && event.key === "Escape") {
    event.stopPropagation();
    return shut(true);
  }
  if (open && event.key === "Tab") return tab(event);
  const number = event.target.closest?.("data.num[role=button]");
  if (!number) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    toggle(number);
  } else if (number.closest("table") && /^(Arrow|Home|End)/.test(event.key)) {
    event.preventDefault();
    event.stopPropagation();
    const next = findNeighbor(number, event.key);
    if (next && next !== number) show(next, controls.get(number.closest("table")));
  }
}, true);

document.addEventListener("click", (event) => {
  const number = event.target.closest?.("data.num[role=button]");
  if (number) toggle(number);
  else if (open && !open.card.contains(event.target) && !event.target.closest?.(".how")) shut();
});

document.addEventListener("focusin", (event) => {
  if (open && event.target !== open.number && !open.card.contains(event.target)) shut();
});

addEventListener("resize", place);

// ---------- a page's numbers ----------

const addControl = (table) => {
  const numbers = all("data.num[role=button]", table);
  const button = make("button", { type: "button", class: "btn-quiet", "aria-haspopup": "dialog", onclick: () => show(numbers[0], button) },
    numbers.some((number) => entries[number.dataset.key].kind !== "cited") ? "How these were measured" : "Where these come from");
  controls.set(table, button);
  (table.closest(".md-typeset__scrollwrap") ?? table).after(make("div", { class: "how" }, button));
};

/** Open the numbers of this page. */
export const start = () => {
  shut();
  entries = Object.assign({}, ...all(".numbers").map((holder) => JSON.parse((holder.content ?? holder).textContent)));
  all("data.num:not([role])").filter((number) => Object.hasOwn(entries, number.dataset.key)).forEach((number) => {
    number.setAttribute("role", "button");
    number.setAttribute("tabindex", number.closest("table") ? "-1" : "0");
    number.setAttribute("aria-haspopup", "dialog");
  });
  all(".md-content table").filter((table) => !controls.has(table) && table.querySelector("data.num[role=button]")).forEach(addControl);
};

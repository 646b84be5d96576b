/* Sorting of `.stack` tables: by the heads of their columns, and on phones, where a row is a card, by a menu below the table.
   A cell counts by its first quoted number, else by its words. Every table reads without this file. */

import { make } from "./dom.js";

const FEWEST = 4;
const phone = matchMedia("(max-width: 44.99em)");

/** Where the heads are not seen, they are not tab stops. */
const reach = () => document.querySelectorAll(".stack th button").forEach((button) => { button.tabIndex = phone.matches ? -1 : 0; });
phone.addEventListener("change", reach);

const readKey = (cell) => {
  const number = cell?.querySelector("data[value]")?.value;
  return number === undefined ? cell?.textContent.trim() ?? "" : Number(number);
};

const compare = (a, b) => {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a.localeCompare(b, "en", { numeric: true });
};

/** Sort the rows of a table by a column, rising or falling; without a column, back to the order they came in. */
const sort = (table, first, column, falling) => {
  const rows = column === null ? first
    : [...first].sort((a, b) => (falling ? -1 : 1) * compare(readKey(a.cells[column]), readKey(b.cells[column])));
  table.tBodies[0].append(...rows);
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    if (i === column) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
};

const makeMenu = (names, choose) => {
  const select = make("select", { onchange: () => choose(select.value === "" ? null : Number(select.value)) },
    make("option", { value: "" }, "the order of the page"), ...names.map((name, i) => make("option", { value: i }, name)));
  return make("label", { class: "tab__sort" }, "Sort by ", select);
};

const makeSortable = (table) => {
  if (table.dataset.sortable !== undefined || (table.tBodies[0]?.rows.length ?? 0) < FEWEST) return;
  table.dataset.sortable = "";
  const first = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  const names = heads.map((head) => head.textContent.trim());
  heads.forEach((head, i) => {
    const press = () => sort(table, first, i, head.getAttribute("aria-sort") === "ascending");
    head.append(make("button", { type: "button", onclick: press }, ...head.childNodes));
  });
  const below = table.closest(".stack").nextElementSibling;
  if (below?.matches(".tab__get")) below.append(makeMenu(names, (column) => sort(table, first, column, false)));
};

/** Make the tables of this page sortable. */
export const start = () => {
  document.querySelectorAll(".stack table").forEach(makeSortable);
  reach();
};

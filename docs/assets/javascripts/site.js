/* What the frame of a page needs beyond Material. Every page reads without it. */

import { all, make } from "./dom.js";
import { start as openNumbers } from "./numbers.js";

// the theme may come after this file, and too late to hear that the text is whole
if (document.readyState === "loading") await new Promise((done) => { addEventListener("DOMContentLoaded", done); });
const theme = document.querySelector("script[src*='/bundle.']");
if (theme && !window.document$ && document.readyState !== "complete") await new Promise((done) => {
  theme.onload = window.onload = done;
});
document.dispatchEvent(new Event("DOMContentLoaded"));

/** Material gives the buttons of every code block a navigation landmark without a name of its own. */
const nameCodeButtons = () => {
  all(".md-code__nav").forEach((nav, i) => {
    const label = `Code block ${i + 1}`;
    if (nav.getAttribute("aria-label") !== label) nav.setAttribute("aria-label", label);
  });
};

/** The drawer's sections borrow the name of a label that is empty on a phone: each gets that of its title. */
const nameSections = () => {
  all(".md-nav .md-nav[aria-labelledby]").forEach((nav) => {
    const title = nav.querySelector(":scope > .md-nav__title")?.textContent.trim();
    if (!title) return;
    nav.removeAttribute("aria-labelledby");
    nav.setAttribute("aria-label", `Pages: ${title}`);
  });
};

/** In place of a label that only a pointer reaches, a button. */
const replaceLabel = (label, name) => {
  const toggle = document.getElementById(label.htmlFor);
  const button = make("button", { type: "button", class: label.className, id: label.id || null, "data-for": label.htmlFor,
    "aria-label": name, onclick: () => toggle.click() }, ...label.childNodes);
  label.replaceWith(button);
  return button;
};

const DRAWER = ".md-sidebar--primary";
const findInDrawer = () => all(`${DRAWER} :is(a[href], button)`).find((it) => it.checkVisibility({ visibilityProperty: true }));

/** Keys reach what opens the drawer and leads in it, and the focus goes in. */
const nameDrawer = () => {
  all(`${DRAWER} .md-nav label.md-nav__title:is([for^=__nav], [for=__toc])`).forEach((title) => replaceLabel(title, `Back from ${title.textContent.trim()}`));
  all(`${DRAWER} label.md-nav__link[tabindex="0"][for]`).forEach((part) => {
    replaceLabel(part, `Pages of ${(part.textContent.trim() || part.previousElementSibling?.textContent.trim())}`);
  });
  const label = document.querySelector("label.md-header__button[for=__drawer]");
  if (!label) return;
  const toggle = document.getElementById("__drawer");
  const button = replaceLabel(label, "Pages");
  const tell = () => {
    button.setAttribute("aria-expanded", String(toggle.checked));
    if (toggle.checked && button.matches(":focus-visible")) requestAnimationFrame(() => findInDrawer()?.focus());
  };
  toggle.addEventListener("change", tell);
  tell();
};

document.addEventListener("keydown", (event) => {
  const toggle = document.getElementById("__drawer");
  if (event.key !== "Escape" || !toggle?.checked) return;
  toggle.click();
  document.querySelector(".md-header__button[data-for=__drawer]").focus();
});

/** Where the focus goes on into the page, the drawer closes behind it. */
document.addEventListener("focusin", ({ target }) => {
  const toggle = document.getElementById("__drawer");
  if (toggle?.checked && !target.closest(`${DRAWER}, .md-header`)) toggle.click();
});

const SCROLLERS = ".md-typeset__scrollwrap, .md-typeset .eq, .md-typeset div.arithmatex, .md-typeset pre > code";

/** A region that scrolls sideways can be reached and scrolled with the keyboard. */
const reach = (region) => {
  const scrolls = region.scrollWidth > region.clientWidth + 1;
  if (scrolls === region.hasAttribute("tabindex")) return;
  if (scrolls) region.tabIndex = 0;
  else region.removeAttribute("tabindex");
};
const resized = new ResizeObserver((entries) => entries.forEach((entry) => reach(entry.target)));

/** Code far from the window tells no size without layout: it is measured a few blocks at a time, when there is time. */
const runIdle = (run) => (window.requestIdleCallback ? requestIdleCallback(run, { timeout: 500 }) : setTimeout(run, 50));
let measuring = 0;
const measure = () => {
  const turn = ++measuring; // a later call takes over
  const blocks = all(".md-typeset .highlight pre > code");
  const measureSome = () => {
    if (turn !== measuring) return;
    blocks.splice(0, 3).forEach(reach);
    if (blocks.length) runIdle(measureSome);
  };
  runIdle(measureSome);
};
addEventListener("resize", measure);

/** A table is called what stands above it. */
const nameTables = () => {
  all(".md-content table").forEach((table) => {
    const title = (table.closest(".stack") ?? table.closest(".md-typeset__scrollwrap") ?? table).previousElementSibling;
    if (title?.matches(".tab__title") && !table.caption) table.setAttribute("aria-label", title.textContent.trim());
  });
};

const changed = new MutationObserver(() => {
  nameCodeButtons();
  all(SCROLLERS).forEach((region) => resized.observe(region));
  measure();
});

/** Parts that few pages have are fetched where they stand. */
const PARTS = { ".stack table": "./tables.js", ".claims-bar": "./claims.js", ".reader": "./doctor/reader.js", ".differential": "./differential/page.js", ".questions": "./questions.js" };

/** The labs, custom elements, and the poster of a video are fetched when one of them comes near the window or the address names it. */
const LABS = "gradient-lab, recurrent-lab, phase-map, sketch-pad";
const load = (lab) => import(`./lab/${lab.localName}.js`);
const approached = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    approached.unobserve(target);
    if (target.dataset.poster) target.poster = new URL(`../../${target.dataset.poster}`, import.meta.url); // from the site's root
    else load(target);
  });
}, { rootMargin: "200px" });

const arrive = () => {
  openNumbers();
  const parts = Object.entries(PARTS).filter(([part]) => document.querySelector(part));
  Promise.allSettled(parts.map(([, script]) => import(script).then((it) => it.start()))).then(() => dispatchEvent(new Event("ready")));
  approached.disconnect();
  all("video[data-poster]").forEach((video) => approached.observe(video));
  all(LABS).forEach((lab) => {
    if (lab.id && location.hash.startsWith(`#${lab.id}?`)) load(lab);
    else approached.observe(lab);
  });
  nameTables();
  nameSections();
  nameDrawer();
  nameCodeButtons();
  changed.disconnect();
  resized.disconnect();
  const content = document.querySelector(".md-content");
  if (content) changed.observe(content, { childList: true, subtree: true, attributes: true, attributeFilter: ["tabindex"] }); // the theme sets it, too
  all(SCROLLERS).forEach((region) => resized.observe(region));
  measure();
};

// on the first page and after each instant navigation, when the theme is done
if (window.document$) window.document$.subscribe(() => setTimeout(arrive));
else arrive();

/* search.js may fetch the index */
const searching = new BroadcastChannel("search");
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-md-component=search-query]")) searching.postMessage("soon");
});

const cut = (address) => address.split("#")[0];

/* A step within a page is the browser's: the theme would fetch the page again, without what a reader has opened, chosen and written.
   It leaves a link with a target alone, and hears of other steps by location$. The skip link takes the focus along. */
addEventListener("click", ({ target }) => {
  const link = target.closest?.("a[href*='#']");
  if (!link || cut(link.href) !== cut(location.href)) return;
  link.target = "_self";
  if (link.matches(".md-skip")) document.getElementById(link.hash.slice(1)).tabIndex = -1;
}, { capture: true });

const locations = window.location$;
if (locations) {
  const pass = locations.next.bind(locations);
  let here = cut(location.href);
  locations.next = (url) => {
    const inside = cut(url.href) === here;
    here = cut(url.href);
    if (!inside) pass(url);
    else if (history.scrollRestoration === "auto") return;
    else if (history.state) scrollTo(0, history.state.y); // as the theme does
    else document.getElementById(decodeURIComponent(url.hash.slice(1)))?.scrollIntoView();
  };
}

/* folded answers are printed open; a link to elsewhere prints where it leads */
let opened = [];
addEventListener("beforeprint", () => {
  opened = all("details:not([open])");
  opened.forEach((fold) => { fold.open = true; });
  all("article a[href^=http]").filter((link) => link.origin !== location.origin && !link.href.endsWith(link.textContent.trim().replace(/^\w+:/, "")))
    .forEach((link) => { link.dataset.leads = link.href; });
});
addEventListener("afterprint", () => opened.forEach((fold) => { fold.open = false; }));

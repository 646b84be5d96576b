"""What the tests in a browser share: every address of the site, a visit to one, what axe finds there, and labs that are mounted."""

import json
import re
import time
from urllib.parse import urljoin

from axe_playwright_python.sync_playwright import Axe, AxeResults

from snippets.measurement import ROOT
from snippets.notebook import labs

PAGES = sorted(p.relative_to(ROOT / "docs").as_posix() for p in [*(ROOT / "docs").rglob("*.md"), *labs(ROOT)])
SCHEMES = {"light": "default", "dark": "slate"}
VIEWS = [(390, "light"), (390, "dark"), (1280, "dark"), (1280, "light")]
LONGEST = 20  # seconds until a page must be there
AXE = Axe().axe_script


def path_of(page: str) -> str:
    """Where a page is served."""
    return re.sub(r"(^|/)index$", r"\1", page.removesuffix(".md").removesuffix(".ipynb")) + ("" if page.endswith("index.md") else "/")


SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300);
})"""

SETTLED = """async ([width, scheme]) => {
  const until = async (done) => { while (!done()) await new Promise(requestAnimationFrame); };
  await until(() => innerWidth === width && (!scheme || document.body.dataset.mdColorScheme === scheme));
  await until(() => document.getAnimations().every(a => a.playState !== 'running'));
}"""

THERE = """() => document.readyState === 'complete' && !document.documentElement.classList.contains('page-on-its-way')
  && [...document.querySelectorAll('.guide, .cards')].every(part => 'ready' in part.dataset)
  && [...document.querySelectorAll('.reader')].every(part => part.querySelector('gradient-reader textarea'))"""

_contexts: dict = {}  # by browser and options: pages of one context share what was fetched


def _context(browser, more: dict):
    key = (browser, json.dumps(more, sort_keys=True))
    if key not in _contexts:
        _contexts[key] = browser.new_context(**more)
    return _contexts[key]


class Visit:
    """A page opened once, with everything that went wrong while it loaded. It ends as soon as the page is there and fetches nothing."""

    def __init__(self, browser, address: str, path: str, width: int = 1280, scheme: str = "light", **more):
        media = {key: more.pop(key) for key in ("reduced_motion", "forced_colors", "contrast") if key in more}
        self.page = _context(browser, more).new_page()
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme, **media)
        self.scripted = more.get("java_script_enabled", True)
        self.wrong: list[str] = []
        self.fetching: set = set()
        self._forget(address)
        self.page.on("console", lambda m: self.wrong.append(f"console: {m.text}") if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.wrong.append(f"error: {e}"))
        self.page.on("requestfailed", lambda r: self.wrong.append(f"failed: {r.url}"))
        self.page.on("response", lambda r: self.wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        self.page.on("request", lambda r: self._own(r.url, address))
        self.page.on("request", lambda r: self.fetching.add(r))
        self.page.on("requestfinished", lambda r: self.fetching.discard(r))
        self.page.on("requestfailed", lambda r: self.fetching.discard(r))
        self.go(urljoin(address + "/", path))

    def go(self, url: str) -> None:
        """Open another page in the same window."""
        self.page.goto(url)
        self.loaded()

    def again(self) -> None:
        """Load the page again."""
        self.page.reload()
        self.loaded()

    def loaded(self) -> None:
        """Wait until the page and its parts are there and nothing is on its way."""
        if self.scripted:
            self.page.wait_for_function(THERE)
        until = time.monotonic() + LONGEST
        while self.fetching and time.monotonic() < until:
            self.page.wait_for_timeout(5)

    def _forget(self, address: str) -> None:
        """What another visit kept on this device is gone."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "local_storage"})
        session.detach()

    def _own(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.wrong.append(f"third party: {url}")

    def view(self, width: int, scheme: str) -> None:
        """Another width and scheme, once all has come to rest."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate(SETTLED, [width, SCHEMES[scheme] if self.page.locator("[data-md-color-media]").count() else None])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.close()


KINDS = """() => {
  const seen = new Set(), grounds = new Map([[null, '']]);
  const ground = (e) => {
    if (!grounds.has(e)) {
      const c = getComputedStyle(e);
      grounds.set(e, [c.backgroundColor, c.backgroundImage, c.opacity, c.filter, c.position, ground(e.parentElement)].join());
    }
    return grounds.get(e);
  };
  document.querySelectorAll('[data-kind]').forEach(e => e.removeAttribute('data-kind'));
  document.querySelectorAll('body *').forEach(e => {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.matches('input, select, textarea')) return;
    if (!e.checkVisibility()) return;
    const c = getComputedStyle(e);
    const kind = [e.localName, e.getAttribute('class'), c.color, c.fontSize, c.fontWeight, c.textShadow, ground(e)].join();
    if (!seen.has(kind)) e.dataset.kind = '';
    seen.add(kind);
  });
}"""
READY = "axe.configure({rules: [{id: 'color-contrast', selector: '[data-kind]'}, {id: 'target-size', enabled: true}]})"


def barriers(page, where: str | None = None) -> AxeResults:
    """What axe finds wrong on a page, or within `where`, as it stands.

    Contrast takes nine tenths of its time, so it is judged once for each kind of text: one element of those that share name, class, color,
    size, weight and all that lies behind. Targets below 24 px are looked for as well, which axe leaves out unless asked.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        page.evaluate(READY)
    page.evaluate(KINDS)
    return AxeResults(page.evaluate("where => axe.run(where ?? document, {resultTypes: ['violations']})", where))

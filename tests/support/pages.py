"""What the tests in a browser share: every address of the site, a visit to one, what axe finds there, and labs that are mounted."""

import json
import re
import time
from urllib.parse import urljoin

from axe_playwright_python.sync_playwright import Axe, AxeResults

from snippets.ipynb import list_notebooks
from snippets.measurement import ROOT
from snippets.weave.pages.labs import LABS
from snippets.weave.site.frames import path_of as embedded

PAGES = sorted(
    p.relative_to(ROOT / "docs").as_posix()
    for p in [*(ROOT / "docs").rglob("*.md"), *list_notebooks(ROOT)]
)
SCHEMES = {"light": "default", "dark": "slate"}
VIEWS = [(390, "light"), (1280, "dark")]  # each width and each scheme once
CORNERS = [*VIEWS, (1280, "light"), (390, "dark")]
LONGEST = 20  # seconds until a page must be there
AXE = Axe().axe_script
LOST = "no/such/page/"


def path_of(page: str) -> str:
    """Where a page is served."""
    return re.sub(r"(^|/)index$", r"\1", page.removesuffix(".md").removesuffix(".ipynb")) + (
        "" if page.endswith("index.md") else "/"
    )


EMBEDS = [embedded(tag) for tag in LABS]
EVERYWHERE = [*map(path_of, PAGES), *EMBEDS, LOST]

SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300);
})"""

# the pictures that are not there, once those that wait until they come near were asked for
BROKEN = """() => Promise.all([...document.images].map(async (image) => {
  image.loading = 'eager';
  return image.decode().then(() => [], () => [image.src]);
})).then((found) => found.flat())"""

# how many parts wait with their style and layout, and the heights, set aside and real, where these differ
ROOM = """() => {
  const all = [...document.querySelectorAll("article .highlight[style], article .fig > p > .svg")].filter(e => e.getClientRects().length);
  const waits = all.filter(e => e.firstElementChild && !e.firstElementChild.checkVisibility({contentVisibilityAuto: true})).length;
  const before = all.map(e => e.offsetHeight);
  all.forEach(e => { e.style.contentVisibility = "visible"; });
  const wrong = all.map((e, i) => [before[i], e.offsetHeight]).filter(([a, b]) => Math.abs(a - b) > 1.5);
  all.forEach(e => { e.style.contentVisibility = ""; });
  return [waits, wrong];
}"""

SETTLED = """async ([width, scheme]) => {
  const late = performance.now() + 60_000;
  const until = async (done) => {
    while (!done()) {
      if (performance.now() > late) throw new Error(`after a minute still not: ${done}`);
      await new Promise(go => { requestAnimationFrame(go); setTimeout(go, 200); }); // a window that is not painted has no frames
    }
  };
  await until(() => innerWidth === width && (!scheme || document.body.dataset.mdColorScheme === scheme));
  await until(() => document.getAnimations().every(a => a.playState !== 'running'));
}"""

THERE = """() => document.readyState === 'complete' && !document.documentElement.classList.contains('page-on-its-way')
  && (!document.querySelector('.md-header') || document.querySelector('.md-header__button[data-for=__drawer]'))
  && [...document.querySelectorAll('.differential, .questions')].every(part => 'ready' in part.dataset)
  && [...document.querySelectorAll('.reader')].every(part => part.querySelector('gradient-reader textarea'))"""


class Held:
    """Requests of a page that wait until they are let go."""

    def __init__(self, page, pattern):
        self.free, self.waiting = False, []
        page.route(pattern, self._met)

    def _met(self, route) -> None:
        if self.free:
            route.continue_()
        else:
            self.waiting.append(route)

    def let_go(self) -> None:
        """Let them go, those that come as well."""
        self.free = True
        for route in self.waiting:
            route.continue_()


def there(page) -> None:
    """Wait until a page and its parts are there; only then does the theme hear the keys."""
    page.wait_for_function(THERE)


_contexts: dict = {}  # by browser and options: pages of one context share what was fetched
_tabs: dict = {}  # by context: one that is free; to open a tab costs as much as to load a page into it


def _context(browser, more: dict):
    key = (browser, json.dumps(more, sort_keys=True))
    if key not in _contexts:
        _contexts[key] = browser.new_context(**more)
    return _contexts[key]


class Visit:
    """A page opened once, with everything that went wrong while it loaded. It ends as soon as the page is there and fetches nothing.

    It takes a tab that an earlier visit has left; `own`: one that is closed afterwards, for what can't be taken back, such as a script that
    runs before those of every page.
    """

    def __init__(
        self,
        browser,
        address: str,
        path: str,
        width: int = 1280,
        scheme: str = "light",
        own: bool = False,
        **more,
    ):
        context = _context(
            browser, {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, **more}
        )
        self.page = (None if own else _tabs.pop(context, None)) or context.new_page()
        self.page.set_default_timeout(120_000)  # a page may wait long on a busy machine
        self.page.bring_to_front()  # behind another tab it would not be painted
        self.page.set_viewport_size({"width": width, "height": 900})
        self.motion = more.get("reduced_motion", "no-preference")
        self.page.emulate_media(media="null", color_scheme=scheme, reduced_motion=self.motion)
        self.own, self.scripted = own, more.get("java_script_enabled", True)
        self.wrong: list[str] = []
        self.fetching: set = set()
        self._forget(address)
        self.heard = [
            (
                "console",
                lambda m: (
                    self.wrong.append(f"console: {m.text}")
                    if m.type in ("error", "warning")
                    else None
                ),
            ),
            ("pageerror", lambda e: self.wrong.append(f"error: {e}")),
            (
                "response",
                lambda r: self.wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None,
            ),
            ("request", lambda r: self._asked(r, address)),
            ("requestfinished", lambda r: self.fetching.discard(r)),
            ("requestfailed", self._failed),
        ]
        for event, act in self.heard:
            self.page.on(event, act)
        self.go(urljoin(address + "/", path))

    def leave(self) -> None:
        """Leave the tab as it was found."""
        if self.own or not self.scripted or self.page.is_closed() or self.page.context in _tabs:
            self.page.close()
            return
        for event, act in self.heard:
            self.page.remove_listener(event, act)
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.evaluate("sessionStorage.clear()")
        self.page.goto("about:blank")
        _tabs[self.page.context] = self.page

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
            there(self.page)
        until = time.monotonic() + LONGEST
        while self.fetching and time.monotonic() < until:
            self.page.wait_for_timeout(5)

    def _forget(self, address: str) -> None:
        """What another visit kept on this device is gone."""
        session = self.page.context.new_cdp_session(self.page)
        session.send(
            "Storage.clearDataForOrigin", {"origin": address, "storageTypes": "local_storage"}
        )
        session.detach()

    def _asked(self, request, address: str) -> None:
        self.fetching.add(request)
        if not request.url.startswith((address, "data:", "blob:")):
            self.wrong.append(f"third party: {request.url}")

    def _failed(self, request) -> None:
        self.fetching.discard(request)
        self.wrong.append(f"failed: {request.url}")

    def view(self, width: int, scheme: str) -> None:
        """Another width and scheme, once all has come to rest; without motion, since each frame of a fade is drawn."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate(
            SETTLED, [width, SCHEMES[scheme] if self.page.locator(".palette").count() else None]
        )
        if self.motion != "reduce":
            self.page.emulate_media(reduced_motion=self.motion)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()


MEASURED = """() => [...document.querySelectorAll('.highlight pre > code')]
  .every((code) => code.tabIndex === 0 || code.scrollWidth <= code.clientWidth + 1)"""
KINDS = """([known, where]) => {
  const short = (text) => {
    let sum = 2166136261;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 16777619) >>> 0;
    return sum;
  };
  document.querySelectorAll('[data-kind]').forEach(e => e.removeAttribute('data-kind'));
  const seen = new Set(known), grounds = new Map([[null, '']]), news = [];
  const ground = (e) => {
    if (!grounds.has(e)) {
      const c = getComputedStyle(e);
      grounds.set(e, [c.backgroundColor, c.backgroundImage, c.opacity, c.filter, c.position, ground(e.parentElement)].join());
    }
    return grounds.get(e);
  };
  document.querySelectorAll(where ? `:is(${where}), :is(${where}) *` : 'body *').forEach(e => {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.matches('input, select, textarea')) return;
    if (!e.checkVisibility()) return;
    const c = getComputedStyle(e), around = getComputedStyle(e.parentElement);
    const own = [e.localName, e.getAttribute('class'), c.color, c.fontSize, c.fontWeight, c.textShadow, c.textDecorationLine];
    const kind = short([...own, around.color, ground(e)].join());
    if (seen.has(kind)) return;
    seen.add(kind);
    e.dataset.kind = '';
    news.push(kind);
  });
  return news;
}"""
# At most 500 times a page Chromium says that something was measured in the drawer, which waits unseen on a phone, and each time is heard
# by three processes; so the drawer is there while axe looks, and goes without a fade.
DRAWER = ".md-sidebar__scrollwrap { transition: none !important; content-visibility: visible !important; }"
LOOKED = """async ([where, colors, drawer]) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(drawer);
  document.adoptedStyleSheets.push(sheet);
  const plain = [...document.querySelectorAll('.highlight code')].map(code => {
    const nodes = [...code.childNodes], shown = code.cloneNode(true);
    for (const word of [...shown.querySelectorAll('span:not([data-kind])')]) {
      if (!word.querySelector('[data-kind], a, button')) word.replaceWith(...word.childNodes);
    }
    shown.normalize();
    code.replaceChildren(...shown.childNodes);
    return [code, nodes];
  });
  for (const svg of document.querySelectorAll('.fig .svg svg')) {
    if (svg.querySelector('[data-kind]')) continue;
    plain.push([svg, [...svg.childNodes]]);
    svg.replaceChildren();
  }
  try {
    return await axe.run(where ?? document, { resultTypes: ['violations'], ...(colors ? { runOnly: colors } : {}) });
  } finally {
    plain.forEach(([part, nodes]) => part.replaceChildren(...nodes));
    sheet.cssRules[0].style.removeProperty('content-visibility');
    document.querySelector('.md-sidebar__scrollwrap')?.checkVisibility();
    document.adoptedStyleSheets.pop();
  }
}"""
COLORS = ["color-contrast", "link-in-text-block"]
READY = """axe.configure({rules: [{id: 'target-size', enabled: true}, {id: 'color-contrast', selector: '[data-kind]'},
  {id: 'link-in-text-block', selector: 'a[href][data-kind]'}]})"""
CLEAR: set[int] = set()  # the kinds of text that were found clear, on any page


def barriers(page, where: str | None = None, colors: bool = False) -> AxeResults:
    """What axe finds wrong on a page, or within `where`, as it stands; `colors`: asked about contrast alone.

    Contrast takes nine tenths of its time, so it is judged once for each kind of text, on the first page that shows it: elements that
    share name, class, color, size, weight, underline, the color around them and all that lies behind. Most elements of a page are the
    colored words of its programs and the lines of its figures: those of a kind that was judged are plain text while axe looks, and a
    figure without a word to judge is empty. Targets below 24 px are looked for as well, which axe leaves out unless asked.
    """
    page.wait_for_function(MEASURED)
    kinds = page.evaluate(KINDS, [[*CLEAR], where])
    if colors and not kinds:
        return AxeResults({"violations": []})
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        page.evaluate(READY)
    found = AxeResults(page.evaluate(LOOKED, [where, COLORS if colors else None, DRAWER]))
    if found.violations_count == 0:
        CLEAR.update(kinds)
    return found


# ---------- labs ----------

FRAMES = "new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(() => done())); setTimeout(done, 1000); })"
ANEW = """async tag => {
  window.bare ??= new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), 'text/html').querySelector(tag);
  history.replaceState(history.state, '', location.pathname);
  const [used, ...copies] = document.querySelectorAll(tag);
  copies.forEach(it => it.remove());
  used.replaceWith(document.importNode(bare, true));
}"""
DRAWN = "tag => document.querySelector(tag).querySelector('.lab [role=img]')"


class Mounted(Visit):
    """A page with an element of a lab mounted and in sight."""

    def __init__(self, browser, address, path, tag, width=1280, scheme="light", **more):
        super().__init__(browser, address, path, width, scheme, **more)
        self.tag, self.path = tag, path
        self.mounted()

    def mounted(self) -> None:
        """Bring the element into sight and wait until it is drawn."""
        self.element().scroll_into_view_if_needed()
        self.page.locator(f"{self.tag}[data-ready]").first.wait_for()
        self.page.wait_for_function(DRAWN, arg=self.tag)
        self.settle()

    def anew(self) -> None:
        """An element as the page brings it takes the place of the one that was used, at the page's bare address; a load costs more."""
        self.wrong.clear()
        self.page.bring_to_front()  # behind the tab of another visit it would not be painted
        self.page.evaluate(ANEW, self.tag)
        self.mounted()

    def settle(self, milliseconds: int = 0) -> None:
        """Let the frames that are due be drawn."""
        if milliseconds:
            self.page.wait_for_timeout(milliseconds)
        self.page.evaluate(FRAMES)

    def rests(self, expression: str) -> None:
        """Wait until a value has not changed for half a second: what still was on its way is there."""
        before = None
        while before != (now := self.page.evaluate(expression)):
            before = now
            self.page.wait_for_timeout(500)

    def element(self):
        return self.page.locator(self.tag).first

    def state(self) -> dict:
        return self.element().evaluate("it => it.settings")

    def notes(self) -> str:
        return self.element().locator(":scope > .lab__notes").inner_text()

    def press(self, name: str) -> None:
        self.element().get_by_role("button", name=name).first.click()
        self.settle()

    def follow(self, fragment: str, milliseconds: int = 300) -> None:
        """Go to a fragment; with the first of them the theme fetches the page's text again."""
        self.page.evaluate("text => { location.hash = text; }", fragment)
        self.settle(milliseconds)
        self.page.wait_for_function(
            "tag => document.querySelector(tag)?.settings && document.querySelector(`${tag} .lab [role=img]`)",
            arg=self.tag,
        )

    def instantly(self, *paths: str) -> None:
        """Load again with a map of the site, which the theme needs to change pages without loading them anew."""
        base = self.page.url.split("#")[0].removesuffix(self.path)
        urls = "".join(f"<url><loc>{base}{path}</loc></url>" for path in (self.path, *paths))
        self.page.route(
            "**/sitemap.xml",
            lambda route: route.fulfill(
                body=f"<urlset>{urls}</urlset>", content_type="application/xml"
            ),
        )
        self.again()
        self.mounted()


def stops_when_left(visit: Mounted, change: str) -> None:
    """Left by instant navigation an element rests for good, and another one stands there on return; `change` is a fragment for it."""
    visit.instantly("about/")
    page = visit.page
    page.evaluate(
        "tag => { window.old = document.querySelector(tag); window.before = JSON.stringify(old.settings); }",
        visit.tag,
    )
    page.locator(".md-tabs a[href$='about/']").click()
    page.wait_for_function("!old.isConnected")
    page.evaluate("fragment => { location.hash = fragment; }", change)
    visit.settle(600)
    assert page.evaluate("[old.leaving, old.inSight, JSON.stringify(old.settings) === before]") == [
        None,
        False,
        True,
    ]
    page.go_back()
    page.go_back()
    visit.mounted()
    assert page.evaluate(
        "tag => document.querySelector(tag) !== old && document.querySelectorAll(`${tag} .lab`).length === 1",
        visit.tag,
    )
    assert [
        w for w in visit.wrong if not w.startswith("failed")
    ] == []  # to load again cancels what was still on its way


def is_collected_when_removed(visit: Mounted, use: str) -> None:
    """Five elements, used by the JavaScript `use` of one called `it` and taken away, leave memory; the last may still be on its way."""
    visit.page.evaluate(
        """async (tag) => {
        const use = (it) => { USE };
        const frames = async () => { for (let i = 0; i < 5; i++) await new Promise(requestAnimationFrame); };
        window.gone = [];
        for (let i = 0; i < 5; i++) {
            const it = document.createElement(tag);
            it.id = `copy-${i}`;
            document.querySelector(tag).before(it);
            while (!('ready' in it.dataset)) await frames();
            await frames();
            use(it);
            await frames();
            it.remove();
            gone.push(new WeakRef(it));
        }
    }""".replace("USE", use),
        visit.tag,
    )
    visit.settle(1500)
    session = visit.page.context.new_cdp_session(visit.page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        visit.settle()
    assert visit.page.evaluate("gone.filter(it => it.deref()).length") <= 1

"""The Content-Security-Policy: right on every page, kept in every state, and nothing that is pasted or linked becomes markup."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from snippets.measurement import ROOT, Bad
from snippets.weave.pages.weaving import list_pages
from snippets.weave.site.policy import apply, check_scripts
from tests import conftest
from tests.support.pages import PAGES, Visit

SCRIPTS = sorted((ROOT / "docs/assets/javascripts").rglob("*.js"))
INLINE = {  # how each inline script of the site starts; a further one is better a module under docs/assets/javascripts/
    "the theme's storage, one for each depth of a page": "__md_scope=",
    "the choice of colors, in overrides/partials/javascripts/palette.html": "{ const button =",
    "the theme's tabs": "var target=",
    "waits for the fonts, in overrides/main.html": "{ const root = document.documentElement",
    "starts the scripts, in overrides/main.html": "{ const scripts =",
}
SINKS = re.compile(
    r"""\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|parseFromString|srcdoc|setHTMLUnsafe)\b
    |\b(?:document\.write(?:ln)?|eval|Function|(?:setTimeout|setInterval)(?=\(\s*["'`]))\(
    |setAttribute\(\s*["'`]on""",
    re.VERBOSE,
)


class Reader(HTMLParser):
    """What a page says of its policy and of what it runs, read as a browser reads it."""

    def __init__(self, page: str):
        super().__init__()
        self.policies, self.scripts, self.handlers, self.before, self.inside = [], [], [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.inside = (
            tag == "script"
            and "src" not in found
            and found.get("type") in (None, "module", "text/javascript")
        )
        if found.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(found["content"])
        elif not self.policies:
            self.before.append(tag)
        self.handlers += [f"{name}={value}" for name, value in attributes if name.startswith("on")]
        self.handlers += [
            f"{name}={value}"
            for name, value in attributes
            if re.match(r"\s*javascript:", value or "", re.IGNORECASE)
        ]

    def handle_data(self, data):
        if self.inside:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self.inside = False


@pytest.fixture(scope="session")
def read(site) -> dict[str, Reader]:
    """Every page of the site by its path."""
    return {
        p.relative_to(site).as_posix(): Reader(p.read_text(encoding="utf-8"))
        for p in sorted(site.rglob("*.html"))
    }


def directives(text: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in text.split(";"))}


def faults_of(pages: dict[str, Reader]) -> list[str]:
    """Pages without the one policy, or with one that is not made of exactly the scripts of the site."""
    scripts = {script for page in pages.values() for script in page.scripts}
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'"
        for s in scripts
    }
    return [
        path
        for path, page in pages.items()
        if len(page.policies) != 1
        or set(directives(page.policies[0])["script-src"]) != {"'self'", *hashes}
    ]


def test_every_page_has_the_policy_early_and_its_hashes_are_right(read):
    assert len(read) > len(PAGES) and faults_of(read) == []
    assert len({page.policies[0] for page in read.values()}) == 1, (
        "pages exchanged in place keep the policy of the first"
    )
    assert {tuple(page.before) for page in read.values()} == {("html", "head", "meta")}


def test_another_inline_script_would_be_found(read, site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert (
        faults_of(
            read | {"index.html": Reader(text.replace("<body", "<script>alert(1)</script><body"))}
        )
        != []
    )
    assert faults_of(read | {"index.html": Reader(text.replace("sha256-", "sha256-x", 1))}) == [
        "index.html"
    ]


def test_the_policy_runs_only_our_own_scripts(read):
    rules = directives(read["index.html"].policies[0])
    assert (
        rules["default-src"]
        == rules["object-src"]
        == rules["base-uri"]
        == rules["form-action"]
        == ["'none'"]
    )
    assert (
        rules["connect-src"]
        == rules["worker-src"]
        == rules["style-src"]
        == rules["font-src"]
        == rules["media-src"]
        == ["'self'"]
    )
    lax = {"'unsafe-inline'", "'unsafe-eval'", "blob:", "*"}
    assert [name for name, values in rules.items() if lax & set(values)] == ["style-src-attr"]


def test_the_inline_scripts_are_the_known_ones(read):
    scripts = {" ".join(script.split()) for page in read.values() for script in page.scripts}
    assert [
        script[:80] for script in scripts if not script.startswith(tuple(INLINE.values()))
    ] == []


def test_no_page_has_an_event_handler_or_a_script_link(read):
    assert {path: page.handlers for path, page in read.items() if page.handlers} == {}
    assert Reader('<a href=" JavaScript:x()" onclick="y()">').handlers == [
        "onclick=y()",
        "href= JavaScript:x()",
    ]


def test_a_script_typed_on_a_page_is_a_fault():
    for path in [*list_pages(ROOT), ROOT / "overrides/404.html"]:
        assert check_scripts(path, path.read_text(encoding="utf-8")) == []
    page = '`<script>` in code\n\n```html\n<script>shown</script>\n```\n\n<p onclick="x()">\n[a](javascript:x)\n<script>x</script>\n'
    found = check_scripts(Path("page.md"), page)
    assert [fault.line for fault in found] == [
        7,
        8,
        9,
    ] and "is not run; put the script into docs/assets/javascripts/" in str(found[0])


def test_a_page_that_cannot_take_the_policy_is_refused(tmp_path):
    (tmp_path / "bare.html").write_text("<!doctype html><title>bare</title>")
    with pytest.raises(Bad, match="bare.html:1: the page has no <meta charset"):
        apply(tmp_path)


# ---------- sources ----------


def test_no_module_of_ours_makes_markup_or_code_from_text(site):
    ours = [
        p
        for p in (site / "assets/javascripts").rglob("*.js")
        if not re.search(r"/(bundle\.|workers/|lunr/)", p.as_posix())
    ]
    assert len(ours) > len(SCRIPTS) > 30, "those that the build makes are among them"
    assert [
        (p.name, found) for p in ours for found in SINKS.findall(p.read_text(encoding="utf-8"))
    ] == []
    wrong = (
        "box.innerHTML = text",
        "eval(text)",
        "new Function(text)",
        "setTimeout('x()', 1)",
        "document.write(text)",
        "box.setAttribute('onclick', text)",
    )
    assert [line for line in wrong if not SINKS.search(line)] == [] and not SINKS.search(
        "setTimeout(() => x(), 1)"
    )


# ---------- in the browser ----------

REFUSED = """() => new Promise(done => {
  const said = [];
  addEventListener("securitypolicyviolation", (event) => {
    if (said.push(event.effectiveDirective) === 6) done([said.sort(), window.hit]);
  });
  const add = (tag, properties) => document.body.append(Object.assign(document.createElement(tag), properties));
  add("script", {textContent: "hit = 1"});
  add("style", {textContent: "body { display: none }"});
  add("script", {src: "data:text/javascript,hit=1"});
  add("iframe", {src: "/index.html"});
  add("img", {src: "http://127.0.0.2:9/x.png"});
  fetch("http://127.0.0.2:9/").catch(() => {});
})"""


def test_what_is_not_ours_is_refused(browser, address):
    with Visit(browser, address, "") as visit:
        for path in ("", "embed/gradient-lab.html", "no/such/page"):
            visit.go(f"{address}/{path}")
            said, hit = visit.page.evaluate(REFUSED)
            assert hit is None, path
            assert said == [
                "connect-src",
                "frame-src",
                "img-src",
                "script-src-elem",
                "script-src-elem",
                "style-src-elem",
            ], path
    assert conftest.refused != [], "the guard of all browser tests hears of it, too"
    conftest.refused.clear()


EVIL = '"><img src=x onerror=alert(1)><svg onload=alert(2)>'
PLACES = {
    "understand/": [
        "gradient-lab?v=1&preset={}",
        "gradient-lab?v=1&act={}&depth={}",
        "lab?v=1&preset={}",
        "{}",
    ],
    "understand/recurrent/": ["recurrent-lab?v=1&phi={}", "recurrent-lab?{}=1"],
    "understand/signal-propagation/": ["phase-map?v=1&phi={}"],
    "practice/sketch/": ["sketch-pad?v=1&curve={}", "sketch-pad?v=1&relu={}"],
    "diagnose/what-is-wrong/": ["saw={}", "{}", "tests={}-if&doctor={}"],
    "diagnose/read-my-gradients/": ["numbers={}"],
    "reference/checked-claims/": ["{}"],
    "practice/self-check/": ["{}"],
    "embed/gradient-lab.html": ["lab?v=1&preset={}"],
}
CODED = (
    lambda text: text,
    quote,
    lambda text: quote(quote(text)),
    lambda text: f"%E0%A4%A{quote(text)}%",
)
INJECTED = "document.querySelectorAll('[onerror], [onload], img[src=x]').length"


class Attacked(Visit):
    """A page on which a dialog, or markup from text, is a failure."""

    def __init__(self, browser, address, path):
        super().__init__(browser, address, path, own=True)
        self.dialogs = []
        self.page.on(
            "dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss())
        )

    def unharmed(self) -> bool:
        self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        return (
            self.page.evaluate(INJECTED) == 0
            and self.dialogs == []
            and not [w for w in self.wrong if w.startswith("error")]
        )


def test_a_hostile_fragment_stays_text(browser, address):
    """Each page is opened with the first of its fragments; the others come while it is there."""
    with Attacked(browser, address, "about/") as visit:
        for path, fragments in PLACES.items():
            visit.go(f"{address}/{path}#{fragments[0].replace('{}', quote(EVIL))}")
            assert visit.unharmed(), (path, visit.dialogs, visit.wrong)
            for fragment in fragments:
                for form in CODED if fragment == fragments[0] else CODED[:2]:
                    visit.page.evaluate(
                        "fragment => { location.hash = fragment }",
                        fragment.replace("{}", form(EVIL)),
                    )
                    assert visit.unharmed(), (path, fragment, visit.dialogs, visit.wrong)


def test_an_attack_that_works_would_be_seen(browser, address):
    with Attacked(browser, address, "") as visit:
        visit.page.evaluate("html => { document.querySelector('main').innerHTML = html }", EVIL)
        assert not visit.unharmed()
    conftest.refused.clear()


PASTED = {
    "a log": f"layer1{EVIL}.weight: 1e-3\nlayer2.weight: 2e-3\nlayer3.weight: 1e-2\n",
    "JSON": '{"<img src=x onerror=alert(1)>": 1e-3, "<svg onload=alert(2)>": 2e-3, "c": 1e-2}',
    "CSV": "layer,<img src=x onerror=alert(1)>\n<svg onload=alert(1)>,0.1\nb,0.2\nc,0.3\n",
    "nonsense": f"{EVIL}\n<script>alert(3)</script>",
}


def test_hostile_text_that_is_pasted_stays_text(browser, address):
    with Attacked(browser, address, "diagnose/read-my-gradients/") as visit:
        visit.page.locator(".reader textarea").fill(
            "-"
        )  # the reader's program comes with the first text
        visit.page.locator(".reader__title").wait_for()
        drawn = 0
        for text in PASTED.values():
            visit.page.locator(".reader textarea").fill(text)
            visit.page.evaluate(
                "new Promise(done => setTimeout(done, 200))"
            )  # the reader waits whether another key follows
            assert visit.unharmed(), (text, visit.dialogs, visit.wrong)
            drawn += visit.page.locator(".reader__out svg").count()
        assert drawn >= 3


def test_hostile_memory_stays_text(browser, address):
    """What a browser kept, and someone changed."""
    with Attacked(browser, address, "practice/self-check/") as visit:
        visit.page.evaluate(
            """evil => {
            localStorage["self-check:1"] = JSON.stringify({[`card-${evil}`]: true, [evil]: evil});
        }""",
            EVIL,
        )
        for path in ("practice/self-check/",):
            visit.go(f"{address}/{path}")
            assert visit.unharmed(), (path, visit.dialogs, visit.wrong)

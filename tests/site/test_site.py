"""The built site in a real browser: numbers open, links lead somewhere, what axe should find is found."""

import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import pytest

from snippets.measurement import ROOT
from snippets.weave.numbers.book import load
from tests.conftest import run_in
from tests.support.pages import Visit, barriers


def test_an_unlabelled_button_would_be_found(browser, address):
    with Visit(browser, address, "") as visit:
        visit.page.evaluate(
            "document.querySelector('main').append(document.createElement('button'))"
        )
        assert barriers(visit.page).violations_count == 1


def test_one_pale_paragraph_among_many_would_be_found(browser, address):
    """Contrast is judged once for each kind of text, and this is a kind of its own, in either scheme."""
    with Visit(browser, address, "about/") as visit:
        visit.page.evaluate("document.querySelectorAll('article p')[5].style.opacity = .4")
        for scheme in ("light", "dark"):
            visit.view(1280, scheme)
            assert [it["id"] for it in barriers(visit.page).response["violations"]] == [
                "color-contrast"
            ]


def test_one_pale_word_of_a_program_would_be_found_and_no_program_is_changed(browser, address):
    with Visit(browser, address, "fix/clipping/") as visit:
        before = visit.page.evaluate("document.querySelector('article').innerHTML")
        assert barriers(visit.page).violations_count == 0
        visit.page.evaluate(
            "document.querySelectorAll('[data-kind]').forEach(e => e.removeAttribute('data-kind'))"
        )
        assert visit.page.evaluate("document.querySelector('article').innerHTML") == before
        visit.page.evaluate("""() => {
            const words = [...document.querySelectorAll('.highlight code span')].filter(e => /^\\w{4,}$/.test(e.textContent));
            words.at(-1).style.color = '#ddd';
        }""")
        assert [it["id"] for it in barriers(visit.page).response["violations"]] == [
            "color-contrast"
        ]


def test_a_small_target_would_be_found(browser, address):
    with Visit(browser, address, "about/") as visit:
        visit.page.evaluate("""() => {
            const small = '<button style="width: 12px; height: 12px; padding: 0; overflow: hidden">a</button>';
            document.querySelector('main').insertAdjacentHTML('beforeend', small + small);
        }""")
        assert "target-size" in [it["id"] for it in barriers(visit.page).response["violations"]]


def html_files(site: Path) -> list[Path]:
    return sorted(p for p in site.rglob("*.html"))


def test_internal_links_and_anchors_resolve(site):
    identities = {
        p: set(re.findall(r'\sid="([^"]+)"', p.read_text(encoding="utf-8")))
        for p in html_files(site)
    }
    wrong = []
    for path in identities:
        if path.name == "404.html":
            continue
        base = "/" + path.relative_to(site).as_posix().removesuffix("index.html")
        text = re.sub(r"<script.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r'(?:href|src)="([^"]+)"', text):
            url = urlparse(urljoin(f"http://x{base}", target.replace("&amp;", "&")))
            if url.netloc != "x" or url.scheme == "data":
                continue
            file = site / unquote(url.path).lstrip("/")
            file = file / "index.html" if file.is_dir() or url.path.endswith("/") else file
            if not file.exists():
                wrong.append(f"{base}: {target}")
            elif (
                url.fragment
                and file in identities
                and unquote(url.fragment) not in identities[file]
            ):
                wrong.append(f"{base}: {target} (no such anchor)")
    assert wrong == []


def test_what_cards_link_to_exists(site):
    import json

    seen = 0
    for path in html_files(site):
        for listed in re.findall(
            r'<template class="numbers"[^>]*>(.*?)</template>', path.read_text(encoding="utf-8")
        ):
            for key, card in json.loads(listed).items():
                seen += 1
                for kind in ("script", "reference"):
                    target, _, anchor = card.get(kind, "").partition("#")
                    file = site / target
                    file = file / "index.html" if target.endswith("/") else file
                    assert not target or file.is_file(), f"{path}: {key} names {target}"
                    assert not anchor or f'id="{anchor}"' in file.read_text(encoding="utf-8")
    assert seen > 20


def test_no_number_is_left_without_its_card(site):
    for path in html_files(site):
        text = path.read_text(encoding="utf-8")
        marked = set(re.findall(r'<data class="num" value="[^"]*" data-key="([^"]+)"', text))
        listed = "".join(re.findall(r'<template class="numbers"[^>]*>(.*?)</template>', text))
        assert all(f'"{key}":' in listed for key in marked), path


# ---------- the reader's side of a number ----------

EXPLAINER = "understand/"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_number_opens_by_press_and_closes_by_escape(browser, address, width):
    with Visit(browser, address, EXPLAINER, width) as visit:
        number = visit.page.locator('p data.num[data-key="deep_stack.sigmoid.default.first"]').first
        number.click()
        card = visit.page.locator(".numcard[role=dialog]")
        text = card.inner_text().replace("\u00a0", " ")
        said = load(ROOT).number("deep_stack.sigmoid.default.first").card
        assert (
            all(str(said[part]) in text for part in ("value", "band", "n", "what"))
            and "deep_stack.py" in text
        )
        box = card.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        visit.page.keyboard.press("Escape")
        assert card.count() == 0
        assert number.evaluate("e => e === document.activeElement")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_number_opens_by_keyboard_and_its_script_is_next(browser, address, key):
    with Visit(browser, address, EXPLAINER) as visit:
        visit.page.locator('p data.num[data-key="deep_stack.sigmoid.default.first"]').first.focus()
        visit.page.keyboard.press(key)
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.href").endswith("deep_stack.py")


def test_a_cited_number_shows_the_quoted_words(browser, address):
    with Visit(browser, address, EXPLAINER) as visit:
        visit.page.locator('data.num[data-key="he2015.depth"]').first.click()
        text = visit.page.locator(".numcard").inner_text()
        assert (
            "residual nets with a depth of up to 152 layers" in text
            and "abstract" in text
            and "He et al. 2015" in text
        )


def test_a_table_is_one_tab_stop(browser, address):
    with Visit(browser, address, EXPLAINER) as visit:
        assert visit.page.evaluate(
            "[...document.querySelectorAll('td data.num')].every(e => e.tabIndex === -1)"
        )
        control = visit.page.get_by_role("button", name=re.compile("measured", re.IGNORECASE)).first
        control.focus()
        visit.page.keyboard.press("Enter")
        first = visit.page.evaluate("document.activeElement.dataset.key")
        visit.page.keyboard.press("ArrowRight")
        assert first and visit.page.evaluate("document.activeElement.dataset.key") != first
        visit.page.keyboard.press("Escape")
        assert control.evaluate("e => e === document.activeElement")


def test_a_table_sorts_by_its_heads_and_by_its_menu(browser, address):
    first = "document.querySelector('.stack table').tBodies[0].rows[0].cells[1].querySelector('data').value"
    with Visit(browser, address, "reference/tables/") as visit:
        before = visit.page.evaluate(first)
        head = visit.page.locator(".stack table th button").nth(1)
        head.focus()
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Enter")
        assert head.evaluate("e => e.parentElement.getAttribute('aria-sort')") == "descending"
        assert float(visit.page.evaluate(first)) > float(before)
        visit.page.set_viewport_size({"width": 390, "height": 900})
        assert head.evaluate("e => e.tabIndex") == -1
        visit.page.locator(".tab__sort select").first.select_option(label="the order of the page")
        assert visit.page.evaluate(first) == before
        assert barriers(visit.page).violations_count == 0


def test_readable_without_javascript(browser, address):
    with Visit(browser, address, EXPLAINER, java_script_enabled=False) as visit:
        text = visit.page.locator("main").inner_text()
        assert load(ROOT).number("deep_stack.sigmoid.default.first").text in text.replace(
            "\u00a0", " "
        )
        assert (
            visit.page.locator("math").count() > 3 and visit.page.locator("figure svg").count() >= 1
        )


def test_numbers_survive_instant_navigation(browser, address):
    with Visit(browser, address, "") as visit:
        visit.page.locator('a[href*="understand/"]').first.click()
        visit.page.wait_for_url(re.compile("understand/"))
        visit.page.locator(
            'p data.num[role=button][data-key="deep_stack.sigmoid.default.first"]'
        ).first.click()
        assert visit.page.locator(".numcard").count() == 1


def test_a_formula_is_text_that_a_browser_lays_out(browser, address):
    with Visit(browser, address, EXPLAINER) as visit:
        assert (
            visit.page.evaluate("document.querySelector('.eq math').getBoundingClientRect().height")
            > 30
        )
        assert visit.page.evaluate("document.fonts.check('16px \"WG Math\"')")


def test_a_lost_address_shows_the_way(browser, address):
    with Visit(browser, address, "no/such/page/") as visit:
        assert any("404" in w for w in visit.wrong)
        assert visit.page.locator("main a").count() >= 3


def test_search_finds(browser, address):
    with Visit(browser, address, "") as visit:
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("clipping")
        visit.page.locator(".md-search-result__item").first.wait_for()
        assert visit.wrong == []


def test_print_hides_the_controls(browser, address):
    with Visit(browser, address, EXPLAINER, 1280, "dark") as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        assert not visit.page.locator(".md-clipboard").first.is_visible()


# ---------- the build ----------


def test_a_stale_page_is_refused(small):
    build = ("mkdocs", "build", "--strict", "--site-dir", str(small / "site"))
    assert (done := run_in(small, *build)).returncode == 0, done.stderr
    page = small / "docs/understand/index.md"
    text = page.read_text(encoding="utf-8")
    assert 'value="deep_stack.deep">100<' in text
    page.write_text(
        text.replace('value="deep_stack.deep">100<', 'value="deep_stack.deep">101<'),
        encoding="utf-8",
    )
    done = run_in(small, *build)
    assert (
        done.returncode == 1
        and "understand/index.md on disk is older than its sources: run `make weave`" in done.stderr
    )


def test_a_bad_formula_stops_the_build(small):
    page = small / "docs/understand/index.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n$\\sgima$\n", encoding="utf-8")
    done = run_in(small, "mkdocs", "build", "--site-dir", str(small / "site"))
    assert done.returncode == 1 and re.search(
        r"docs/understand/index\.md:\d+: the formula `\\sgima` does not convert", done.stderr
    )


def test_the_colors_of_the_system_are_there_before_the_theme(browser, address):
    with browser.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.route("**/bundle.*.js", lambda route: route.abort())
        page.goto(f"{address}/about/")
        assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"

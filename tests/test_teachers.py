"""What teachers take away: the labs alone in a frame, every figure at its address, sheets that print."""

import re

import pytest

from snippets.measurement import ROOT
from snippets.weave import embed
from tests.pages import Mounted, Visit

PAGE = ROOT / "docs" / "practice" / "teachers.md"


def test_every_figure_is_listed_with_files_that_exist(site):
    text = PAGE.read_text(encoding="utf-8")
    figures = sorted(p.stem for p in (ROOT / "snippets" / "figures").glob("[!_]*.py"))
    assert re.findall(r"\[SVG\]\(\.\./figures/(\w+)\.svg\)", text) == figures
    assert all((site / "figures" / f"{name}.{kind}").is_file() for name in figures for kind in ("svg", "png", "csv"))
    assert all("| [" in row for row in text.splitlines() if "[SVG]" in row), "a figure has no page"


@pytest.mark.parametrize("tag", embed.LABS)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1000, "light")])
def test_a_lab_stands_alone(browser, address, tag, width, scheme):
    with Mounted(browser, address, f"embed/{tag}.html", tag, width, scheme) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        dark = visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
        assert dark == (scheme == "dark") and visit.wrong == []


def test_a_frame_takes_its_settings_from_the_address(browser, address):
    with Visit(browser, address, "embed/gradient-lab.html#lab?v=1&init=he&depth=50") as visit:
        visit.page.locator("gradient-lab[data-ready]").wait_for()
        assert visit.page.evaluate("(lab => [lab.settings.init, lab.settings.depth])(document.querySelector('gradient-lab'))") == ["he", 50]


def test_without_a_script_a_frame_says_where_to_go(browser, address):
    with Visit(browser, address, "embed/phase-map.html", java_script_enabled=False) as visit:
        assert "needs JavaScript" in visit.page.locator("phase-map").inner_text()
        visit.page.locator("phase-map a").click()
        assert visit.page.url.endswith("understand/signal-propagation/")


def test_shown_embed_code_names_this_site_where_it_is_known(published):
    text = published.read("practice/teachers/index.html")
    assert f"{published.url}embed/gradient-lab.html" in text and embed.PLACE not in text

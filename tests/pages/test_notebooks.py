"""Labs: each runs again as it is kept, and its page is one of ours."""

import gzip
import json
import re

import pytest

from snippets import ipynb
from snippets.measurement import ROOT, Bad
from tests.support.pages import Visit, barriers

LABS = ipynb.list_notebooks(ROOT)
MOST = 150_000  # bytes that a page may take over the wire, compressed, apart from the search and the fonts, which all pages share


@pytest.mark.parametrize("path", LABS, ids=lambda p: p.stem)
def test_runs_again_as_it_is_kept(path):
    assert ipynb.differences(ipynb.read(path), ipynb.run(path)) == []


def test_a_difference_is_named_by_cell():
    def lab(text):
        output = {"output_type": "stream", "name": "stdout", "text": [text]}
        return {
            "cells": [
                {"id": "a1", "cell_type": "code", "source": [], "metadata": {}, "outputs": [output]}
            ]
        }

    assert ipynb.differences(lab("loss 0.31\n"), lab("loss 0.31\n")) == []
    assert ipynb.differences(lab("loss 0.31\n"), lab("loss 0.32\n")) == [
        "a1: `loss 0.31` is now `loss 0.32`"
    ]
    assert ipynb.differences(lab("vanishing\n"), lab("healthy\n")) == [
        "a1: `vanishing` is now `healthy`"
    ]
    assert ipynb.differences(lab("one\n"), lab("one\ntwo\n")) == ["a1: `` is now `two`"]


def edit(checkout, path, change) -> None:
    """Change a lab's cells."""
    path = checkout / "docs" / "notebooks" / path.name
    lab = json.loads(path.read_text(encoding="utf-8"))
    change(lab["cells"])
    path.write_text(
        json.dumps(lab, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )


def code(cells):
    return next(
        c for c in cells if c["cell_type"] == "code" and any("text" in o for o in c["outputs"])
    )


def picture(cells):
    return next(
        c for c in cells if any("image/png" in o.get("data", {}) for o in c.get("outputs", []))
    )


FAULTS = [  # what is wrong, which lab gets it, and how: those of a lab don't hide each other
    (
        "the code or an output changed since it ran",
        0,
        lambda cells: code(cells)["outputs"][0].update(text=["another\n"]),
    ),
    (
        "the code or an output changed since it ran",
        1,
        lambda cells: code(cells)["source"].append("\nx = 1"),
    ),
    ("the cells ran in the order", 2, lambda cells: code(cells).update(execution_count=7)),
    ("draws a picture; say what it shows", 0, lambda cells: picture(cells)["metadata"].pop("alt")),
    (
        "keeps collapsed in its metadata",
        1,
        lambda cells: picture(cells)["metadata"].update(collapsed=True),
    ),
    (
        "the link `../nowhere.md` leads nowhere",
        0,
        lambda cells: cells[-1]["source"].append("\n\n[away](../nowhere.md)"),
    ),
    (
        "`../fix/index.md#no-such` has no such heading",
        1,
        lambda cells: cells[-1]["source"].append("\n\n[away](../fix/index.md#no-such)"),
    ),
    (
        "the numeral 0.123: 1 on the page",
        2,
        lambda cells: cells[-1]["source"].append("\n\nIt was 0.123."),
    ),
    (
        "shows Python that is not run",
        0,
        lambda cells: cells[-1]["source"].append("\n\n```python\nprint()\n```"),
    ),
    ("does not convert", 1, lambda cells: cells[-1]["source"].append("\n\n$\\frac{1$")),
]


def test_each_fault_is_named_with_its_cell(checkout, faults):
    for _, lab, change in FAULTS:
        edit(checkout, LABS[lab], change)
    found = faults()
    expected = [
        rf"^docs/notebooks/{LABS[lab].name}:\d+: .*{re.escape(said)}" for said, lab, _ in FAULTS
    ]
    missed = [line for line in expected if not re.search(line, found, re.MULTILINE)]
    assert missed == [], found


def test_a_lab_in_no_nav_is_named(checkout, faults):
    config = checkout / "mkdocs.yml"
    config.write_text(
        "\n".join(
            r for r in config.read_text(encoding="utf-8").splitlines() if LABS[0].name not in r
        ),
        encoding="utf-8",
    )
    assert f"docs/notebooks/{LABS[0].name}:1: the page is in no nav" in faults()


def test_what_is_no_notebook_is_named(tmp_path):
    (tmp_path / "x.ipynb").write_text("{\n oops")
    with pytest.raises(Bad, match=r"x\.ipynb:2: not a notebook"):
        ipynb.read(tmp_path / "x.ipynb")


@pytest.mark.parametrize("path", LABS, ids=lambda p: p.stem)
def test_its_page(browser, address, path):
    with Visit(browser, address, f"notebooks/{path.stem}/") as visit:
        page = visit.page
        assert page.locator("article math").count() and page.locator("article h2[id]").count() >= 5
        for block in page.locator("article .highlight").all():
            block.scroll_into_view_if_needed()
        page.wait_for_function(
            "document.querySelectorAll('article .highlight :is(.md-clipboard, .md-code__button)').length >= 10"
        )
        assert all(page.locator("article img").evaluate_all("images => images.map(i => i.alt)"))
        shown = {text.strip() for text in page.locator("article pre code").all_text_contents()}
        assert {
            ipynb.joined(c["source"]).strip()
            for c in ipynb.read(path)["cells"]
            if c["cell_type"] == "code"
        } <= shown
        assert "mystnb" not in page.content() and page.locator("article style").count() == 0
        for kind in ("ipynb", "py"):
            with page.expect_download() as saved:
                page.click(f"article a[download$='.{kind}']")
            text = saved.value.path().read_text(encoding="utf-8")
            assert (
                text == path.read_text(encoding="utf-8")
                if kind == "ipynb"
                else "# %% [markdown]" in text
            )
        assert barriers(page).violations_count == 0
        assert visit.wrong == []


@pytest.mark.parametrize("path", LABS, ids=lambda p: p.stem)
def test_its_page_is_light(browser, address, path):
    sizes = {}
    context = browser.new_context()  # nothing is in its cache
    page = context.new_page()
    page.on("response", lambda r: sizes.update({r.url: len(gzip.compress(r.body()))}))
    page.goto(f"{address}/notebooks/{path.stem}/")
    page.wait_for_load_state("networkidle")
    context.close()
    own = {url: size for url, size in sizes.items() if "search" not in url and "/fonts/" not in url}
    assert sum(own.values()) <= MOST and len(own) > 5, own

"""What Zensical makes otherwise of the same pages: the page for contributors lists it, and the tests allow nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """What differs, and what to do about it on the day of the move."""

    name: str
    what: str
    plan: str


DIFFERENCES = (
    Difference(
        "theme",
        "The theme's scripts, styles and inline scripts are other files, in part in other folders. Its styles are whole.",
        "Look at a page of each kind in both schemes and at both widths; trim the styles in a step after the build.",
    ),
    Difference("generator", "The head names another generator.", "Nothing."),
    Difference(
        "search",
        "A script makes the search dialog. Its index is another file, fetched with every page; it holds code and outputs.",
        "Let the extension mark code, outputs and formulas, not the hook: Zensical heeds the same mark. "
        "See whether the index can wait for a question. The dialog writes a style of its own, which the policy refuses: "
        "allow its hash in `policy.py`. Move the tests of the search to the new dialog.",
    ),
    Difference(
        "search-marks",
        "What isn't to be searched has lost its mark. It still isn't searched.",
        "Nothing.",
    ),
    Difference(
        "skip",
        "“Skip to content” leads to a target of the theme, which stands before the title.",
        "Nothing.",
    ),
    Difference(
        "contents",
        "The list of a page's headings is called “On this page”, and its entries are set like text.",
        "Set them in the face of the navigation: one rule in `site.css`.",
    ),
    Difference(
        "sitemap",
        "The sitemap gives no dates and has no compressed copy.",
        "Nothing; neither is required.",
    ),
    Difference(
        "notebooks",
        "“Edit this page” under a notebook names the Markdown it was staged as, which isn't in the repository.",
        "Take the link from these pages, or let it name the notebook.",
    ),
)


def write_table() -> list[str]:
    """All of them as Markdown."""
    rows = [f"| {difference.what} | {difference.plan} |" for difference in DIFFERENCES]
    return [
        '<div class="stack" markdown="block">',
        "",
        "| By Zensical | On the day |",
        "| --- | --- |",
        *rows,
        "",
        "</div>",
    ]

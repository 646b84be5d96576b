"""Every address that the site ever had: docs/addresses.txt, which only grows, and docs/redirects.yml for what stands elsewhere now.

An address counts from the site's root: `fix/optimizers/`, `fix/optimizers/#warm-up`, `figures/warm_up.svg`; the home page is `./`.
"""

from __future__ import annotations

import functools
import html
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from markdown.extensions.toc import slugify

from snippets.measurement import Bad, shown, write_atomically
from snippets.weave.numbers.book import name_nearest, strip_marks
from snippets.weave.numbers.marks import HEADING, SPAN, read_prose
from snippets.weave.pages import redirects
from snippets.weave.pages.weaving import Fault
from snippets.weave.publish import feed

LIST = "addresses.txt"
SCRIPT = "assets/javascripts/redirect.js"
LASTING = (
    "figures/",
    "tables/",
    "embed/",
    "reference/",
    "code/recipes/",
    "code/notebooks/",
    feed.PATH,
)  # files that others link to
IDENTITY = re.compile(r'\sid="([\w-]+)"|\{[^}]*#([\w-]+)[^}]*\}')

PAGE = """<!doctype html>
<html lang="en" dir="ltr" style="font-size: 125%">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <noscript><meta http-equiv="refresh" content="0; url={to}"></noscript>
  <title>Moved · Where the Gradient Goes</title>
  <link rel="stylesheet" href="{root}assets/stylesheets/site.css">
</head>
<body class="embed" data-md-color-scheme="default">
  <main class="md-typeset">
    <h1 class="embed__title">This page has moved</h1>
    <p><a href="{to}" data-moved="">Here it is now</a>.</p>
{parts}  </main>
  <script src="{root}{script}"></script>
</body>
</html>
"""
PART = '    <p><a href="{to}" data-part="{part}">Its part “{part}”</a></p>\n'


# ---------- what stands now ----------


@functools.lru_cache(maxsize=256)
def find_anchors(text: str) -> frozenset[str]:
    """Every anchor of a page: headings as the table of contents names them, and explicit ids."""
    found: set[str] = set()
    taken: Counter = Counter()
    for _, line in read_prose(text):
        heading = HEADING.match(line)
        if heading:
            slug = heading["id"] or slugify(strip_marks(heading["title"]), "-")
            found.add(f"{slug}_{taken[slug]}" if taken[slug] else slug)
            taken[slug] += 1
        found |= {a or b for a, b in IDENTITY.findall(" " + SPAN.sub(" ", line))}
    return frozenset(found)


def find_addresses(docs: Path, texts: dict[Path, str], made: Iterable[str]) -> set[str]:
    """All addresses that someone could link to, from the woven pages and from the files that the build makes."""
    found = {path for path in made if path.startswith(LASTING)}
    for path, text in texts.items():
        if path.is_relative_to(docs):
            page = redirects.find_address(path.relative_to(docs).as_posix())
            found |= {page} | {f"{page}#{anchor}" for anchor in find_anchors(text)}
    return found


# ---------- what was published ----------


def read_list(docs: Path) -> list[str]:
    """The lines of the list."""
    path = docs / LIST
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def extend(docs: Path, texts: dict[Path, str], made: Iterable[str]) -> None:
    """Add to the list what stands and is not on it yet; nothing is ever taken off."""
    before = read_list(docs)
    after = sorted({*before, *find_addresses(docs, texts, made)} - {""})
    if after != before:
        write_atomically(docs / LIST, "\n".join(after) + "\n")
        print(f"{shown(docs / LIST)}: {len(set(after) - set(before))} addresses added")


def resolves(address: str, stands: set[str], table: dict[str, str]) -> bool:
    """Whether an address leads to what it named: it stands, or its page was moved to one that has the same part."""
    page, hash_, anchor = address.partition("#")
    if address in stands or table.get(address) in stands:
        return True
    return page in table and f"{table[page].partition('#')[0]}{hash_}{anchor}" in stands


def check(docs: Path, texts: dict[Path, str], made: Iterable[str]) -> list[Fault | Bad]:
    """Addresses that are not listed, that lead nowhere any more, or that the table of moves gets wrong."""
    path, lines, stands = docs / LIST, read_list(docs), find_addresses(docs, texts, made)
    try:
        table = redirects.read_redirects(docs)
    except Bad as bad:
        return [bad]
    faults = [
        Fault(path, 1, f"`{new}` is not listed yet; run `make weave`")
        for new in sorted(stands - set(lines))
    ]
    if lines != sorted(set(lines)):
        faults.append(
            Fault(path, 1, "the list is not sorted, or holds a line twice; run `make weave`")
        )
    faults += [
        Fault(path, number, _lost(old, stands))
        for number, old in enumerate(lines, 1)
        if not resolves(old, stands, table)
    ]
    return faults + [
        fault
        for old, new in table.items()
        for fault in _wrong_move(docs / redirects.FILE, old, new, stands, set(lines))
    ]


def _lost(address: str, stands: set[str]) -> str:
    page, _, anchor = address.partition("#")
    said = f"`{address}` was published and leads nowhere now"
    if anchor and page in stands:
        span = f'<span id="{anchor}"></span>'
        return (
            f"{said}: give its heading the id back, "
            + "{#"
            + anchor
            + "}"
            + f", or put {span} where that part stands now"
        )
    more = f"; a line for `{address}`, too, if that part has another name there" if anchor else ""
    return f"{said}: add `{page}: <where it stands now>` to docs/{redirects.FILE}{more}"


def _wrong_move(
    path: Path, old: str, new: str, stands: set[str], lines: set[str]
) -> Iterator[Fault]:
    rows = path.read_text(encoding="utf-8").splitlines()
    line = next((i for i, row in enumerate(rows, 1) if row.lstrip("\"'").startswith(old)), 1)
    if old.partition("#")[0] in stands:
        yield Fault(
            path,
            line,
            f"`{old}` did not move, its page stands; for a part of it put an id where the part stands now",
        )
    elif old not in lines:
        yield Fault(path, line, f"`{old}` was never published; {name_nearest(old, lines)}")
    if new not in stands:
        yield Fault(
            path,
            line,
            f"`{old}` leads to `{new}`, which does not stand; {name_nearest(new, stands)}",
        )


# ---------- what the build makes of it ----------


def lead_on(docs: Path, made: dict[str, Callable[[], bytes]]) -> dict[str, Callable[[], bytes]]:
    """What makes, for each old address, a page that leads on, or a copy of the file that took its place; by path under the site."""
    table = redirects.read_redirects(docs)
    pages = {
        old + "index.html" * old.endswith("/"): partial(_page, old, table)
        for old in table
        if old.endswith(("/", ".html"))
    }
    return pages | {
        old: made[new]
        for old, new in table.items()
        if "#" not in old and not old.endswith(("/", ".html")) and new in made
    }


def _page(old: str, table: dict[str, str]) -> bytes:
    folder = old if old.endswith("/") else posixpath.dirname(old) + "/"
    root = "../" * folder.count("/")
    to = {part: html.escape(root + new.removeprefix("./")) for part, new in table.items()}
    parts = [
        PART.format(to=to[name], part=name.partition("#")[2])
        for name in table
        if name.startswith(f"{old}#")
    ]
    return PAGE.format(to=to[old], root=root, script=SCRIPT, parts="".join(parts)).encode()

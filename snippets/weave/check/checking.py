"""make check: from sources, seals and hashes alone, every fault as `file:line: what is wrong`."""

from __future__ import annotations

import functools
import os
import re
from dataclasses import replace
from pathlib import Path

from snippets import ipynb
from snippets.measurement import Bad
from snippets.weave.check.notebooks import Lines
from snippets.weave.check.notebooks import check as check_notebook
from snippets.weave.check.numerals import check_formulas, check_numerals
from snippets.weave.figures.loading import load_figure
from snippets.weave.numbers import book as books
from snippets.weave.numbers.book import Book, name_nearest
from snippets.weave.numbers.marks import (
    FENCE,
    FENCED,
    SHOWING,
    SPAN,
    Fences,
    read_front_matter,
    read_prose,
)
from snippets.weave.pages import mutations, notebooks, video
from snippets.weave.pages.regions import VERDICTS
from snippets.weave.pages.weaving import Fault, Woven, list_pages, read_page, weave
from snippets.weave.publish import outline, readme
from snippets.weave.site import addresses, emitted
from snippets.weave.site.addresses import find_anchors
from snippets.weave.site.policy import check_scripts

LINK = re.compile(
    r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^)\s]*)\)|(?:href|src)=\"(?P<raw>[^\"]*)\""
)
RUN_FENCES = {
    "python",
    "javascript",
    "text",
    "console",
    "yaml",
    "markdown",
    "html",
    "json",
    "latex",
    "toml",
}
CHECKED = ("source", "copy", "unchecked")
LENGTHS = {"title": (1, 60), "description": (110, 160)}  # characters, as a search shows them


def check(root: Path) -> list:
    """All faults of a checkout; empty when it is in order."""
    try:
        book = books.load(root)
    except Bad as bad:
        return [bad]
    faults: list = []
    woven: dict[Path, Woven] = {}
    for path in list_pages(root):
        page, found = check_page(path, book)
        faults += found
        if page:
            woven[path] = page
    lines, found = _notebooks(root, book, woven)
    faults += found
    try:
        made = set(emitted.declare(book))
    except Bad as bad:
        return [*faults, *([] if str(bad) in map(str, faults) else [bad])]
    faults += [lines[f.path].moved(f) if f.path in lines else f for f in _links(root, woven, made)]
    faults += addresses.check(
        root / "docs", {path: page.text for path, page in woven.items()}, made
    )
    faults += [
        Fault(book.docs / video.FOLDER / "manifest.json", 1, message)
        for message in video.find_outdated(book)
    ]
    faults += _picture(root, book, woven)
    faults += _orphans(book, woven)
    faults += _navigation(root)
    faults += _sources(book)
    faults += _claims(book)
    faults += _mutations(root)
    return sorted(
        faults,
        key=lambda f: (str(f.path), f.line, f.message) if isinstance(f, Fault) else (str(f), 0, ""),
    )


def _picture(root: Path, book: Book, woven: dict[Path, Woven]) -> list[Fault]:
    """Whether the picture that the README names is there and as the results have it."""
    page = woven.get(root / "README.md")
    named = page is not None and readme.PATH.as_posix() in page.text
    if not named or readme.is_current(root, readme.draw(book)):
        return []
    said = "the picture of the README is missing or out of date; run `make weave`"
    return [Fault(root / readme.PATH, 1, said)]


def _mutations(root: Path) -> list:
    try:
        return [
            Fault(root / mutations.ARGUED, 1, message) for message in mutations.find_unsettled(root)
        ]
    except Bad as bad:
        return [bad]


def check_page(path: Path, book: Book) -> tuple[Woven | None, list]:
    """One page, woven, and the faults that it has by itself; None when it can't be read."""
    try:
        text = read_page(path)
    except Bad as bad:
        return None, [bad]
    woven = weave(path, text, book)
    faults: list = list(woven.faults)
    if woven.text != text and not faults:
        line = _first_difference(text, woven.text)
        faults.append(
            Fault(
                path,
                line,
                "this generated part is out of date or was edited by hand; run `make weave`",
            )
        )
    faults += (
        check_numerals(path, text, woven)
        + check_formulas(path, text)
        + _fences(path, text)
        + check_scripts(path, text)
    )
    return woven, faults


def _notebooks(root: Path, book: Book, woven: dict[Path, Woven]) -> tuple[dict[Path, Lines], list]:
    """The faults of the notebooks; as pages they join the others, so that links are checked alike."""
    lines: dict[Path, Lines] = {}
    faults: list = []
    for path in ipynb.list_notebooks(root):
        try:
            notebook = ipynb.read(path)
        except Bad as bad:
            faults.append(bad)
            continue
        text = notebooks.as_markdown(notebook, path.stem)
        woven[path] = replace(
            weave(path, text, book), typed=[]
        )  # what a notebook's fences hold is under its seal
        lines[path] = Lines(path, notebook)
        found = (
            woven[path].faults
            + check_numerals(path, text, woven[path])
            + check_formulas(path, text)
        )
        found += _fences(path, text) + check_scripts(path, text)
        if woven[path].text != text and not woven[path].faults:
            number = _first_difference(text, woven[path].text)
            found.append(
                Fault(
                    path, number, f"expected `{woven[path].text.splitlines()[number - 1].strip()}`"
                )
            )
        if book.sources().get(f"notebooks/{path.stem}") != ipynb.fingerprint(notebook):
            again = f"run `make measure ONLY=notebooks/{path.stem}`"
            faults.append(
                Fault(
                    path,
                    1,
                    f"the numbers that the notebook rounds were noted for another run; {again}",
                )
            )
        faults += check_notebook(path, notebook) + [lines[path].moved(fault) for fault in found]
    return lines, faults


def _first_difference(old: str, new: str) -> int:
    for number, (a, b) in enumerate(zip(old.splitlines(), new.splitlines(), strict=False), 1):
        if a != b:
            return number
    return min(old.count("\n"), new.count("\n")) + 1


def _fences(path: Path, text: str) -> list[Fault]:
    """A fence in a language that nobody runs, or spelled so that nobody runs it."""
    faults, fences = [], Fences()
    for number, line in enumerate(text.splitlines(), 1):
        place = fences.place(line)
        if (
            place == "fence"
            and fences.open
            and (FENCE.match(line)["info"] not in RUN_FENCES or fences.open[0] == "~")
        ):
            expected = ", ".join(sorted(RUN_FENCES))
            faults.append(
                Fault(
                    path,
                    number,
                    f"nobody runs a fence opened as `{line.strip()}`; expected ``` and one of {expected}",
                )
            )
        elif place == "prose" and re.match(
            r"\s*<!--[-\s]*(pytest\.mark|pytest-codeblocks:\s*(?!expected-output-->))", line
        ):
            faults.append(
                Fault(
                    path,
                    number,
                    f"`{line.strip()}` would keep a block from being run or compared; remove it",
                )
            )
    return faults


# ---------- links ----------


def _links(root: Path, woven: dict[Path, Woven], made: set[str]) -> list[Fault]:
    docs = root / "docs"
    published = {
        str(path) for path in ({docs / name for name in made} | outline.list_published(root))
    }
    anchors = {str(path): find_anchors(page.text) for path, page in woven.items()}
    faults = []
    for path, page in woven.items():
        known = published if path.is_relative_to(docs) else None
        for number, target in _targets(page.text):
            faults += _link_fault(path, number, target, known, anchors)
    return faults


@functools.lru_cache(maxsize=256)
def _targets(text: str) -> list[tuple[int, str]]:
    return [
        (number, m["target"] if m["target"] is not None else m["raw"])
        for number, line in read_prose(text)
        for m in LINK.finditer(SPAN.sub(" ", line))
    ]


def _link_fault(
    path: Path, number: int, target: str, published: set[str] | None, anchors: dict[str, set[str]]
) -> list[Fault]:
    """What is wrong with a link: on a page it must lead to what is published, elsewhere to a file of the repository."""
    if re.match(r"[a-z]+:", target):
        return []
    file, _, anchor = target.partition("#")
    other = os.path.normpath(os.path.join(path.parent, file)) if file else str(path)
    if not (os.path.exists(other) if published is None else other in published):
        why = f"{file} is not published" if os.path.exists(other) else f"there is no {file}"
        return [Fault(path, number, f"the link `{target}` leads nowhere: {why}")]
    if anchor and other in anchors and anchor not in anchors[other]:
        return [
            Fault(
                path,
                number,
                f"the link `{target}` has no such heading; {name_nearest(anchor, anchors[other])}",
            )
        ]
    return []


# ---------- nothing left over ----------


def _orphans(book: Book, woven: dict[Path, Woven]) -> list[Fault]:
    used = {(kind, name) for page in woven.values() for kind, name, _ in page.uses}
    texts = "\n".join(
        FENCED.sub("", page.text) for page in woven.values()
    )  # an example in a fence quotes nothing
    linking = "\n".join(
        page.text
        for page in woven.values()
        if not any(kind == "recipes" for kind, _, _ in page.uses)
    )
    faults = []
    blocks = book.snippets / "blocks"
    for path in sorted(p for p in blocks.rglob("*") if p.suffix in (".py", ".js")):
        name = path.relative_to(blocks).with_suffix("").as_posix()
        if used.isdisjoint((kind, name) for kind in SHOWING):
            faults.append(Fault(path, 1, "no page shows this block; show it or remove it"))
    for path in sorted((book.snippets / "results" / "blocks").rglob("*.json")):
        name = path.relative_to(book.snippets / "results" / "blocks").with_suffix("").as_posix()
        if not any((blocks / f"{name}{suffix}").exists() for suffix in (".py", ".js")):
            faults.append(Fault(path, 1, "the block that printed this is gone; remove the file"))
    for path in sorted((book.snippets / "results" / "notebooks").glob("*.json")):
        if not (book.root / ipynb.FOLDER / f"{path.stem}.ipynb").exists():
            faults.append(
                Fault(path, 1, "the notebook that rounded these numbers is gone; remove the file")
            )
    for kind in ("figure", "table"):
        for path in sorted((book.snippets / f"{kind}s").glob("[!_]*.py")):
            if (kind, path.stem) not in used:
                faults.append(Fault(path, 1, f"no page shows this {kind}; show it or remove it"))
    for path in sorted((book.snippets / "recipes").glob("*.py")):
        if f"/recipes/{path.name}" not in linking:
            faults.append(Fault(path, 1, "no page mentions this recipe; show it or remove it"))
    return faults + _unused_results(book, texts)


def _unused_results(book: Book, texts: str) -> list[Fault]:
    figures = [load_figure(p.stem, book) for p in (book.snippets / "figures").glob("[!_]*.py")]
    drawn = {result for figure in figures for result in figure.RESULTS}
    faults = []
    for name in book.results:
        path = book.snippets / "results" / f"{name}.json"
        if not (book.snippets / "experiments" / f"{name}.py").exists():
            faults.append(
                Fault(path, 1, "the experiment that measured this is gone; remove the file")
            )
        elif name not in drawn and f'"{name}.' not in texts and f"strips/{name}." not in texts:
            faults.append(
                Fault(
                    path,
                    1,
                    "no page quotes and no figure draws these results; use them or remove the experiment",
                )
            )
    for path in sorted((book.snippets / "experiments").glob("[!_]*.py")):
        if path.stem not in book.results:
            faults.append(Fault(path, 1, f"never measured; run `make measure ONLY={path.stem}`"))
    return faults


def _navigation(root: Path) -> list[Fault]:
    config = root / "mkdocs.yml"
    if not config.exists():
        return []
    text = config.read_text(encoding="utf-8")
    listed = set(re.findall(r"[\w/-]+\.(?:md|ipynb)\b", text.partition("\nnav:")[2]))
    every = sorted((root / "docs").rglob("*.md")) + ipynb.list_notebooks(root)
    faults = [
        Fault(p, 1, "the page is in no nav; add a line to mkdocs.yml")
        for p in every
        if p.relative_to(root / "docs").as_posix() not in listed
    ]
    for name in sorted(listed):
        if not (root / "docs" / name).exists():
            line = next(i for i, row in enumerate(text.splitlines(), 1) if name in row)
            faults.append(Fault(config, line, f"nav names {name}, which does not exist"))
    for path in every:
        front = (
            read_front_matter(path.read_text(encoding="utf-8", errors="replace"))
            if path.suffix == ".md"
            else _metadata(path)
        )
        faults += [
            Fault(path, 1, f"the front matter has no `{k}`") for k in LENGTHS if not front.get(k)
        ]
        faults += [
            Fault(
                path,
                1,
                f"the {k} has {len(str(front[k]))} characters; expected {least} to {most}, as a search shows them",
            )
            for k, (least, most) in LENGTHS.items()
            if front.get(k) and not least <= len(str(front[k])) <= most
        ]
    return faults


def _metadata(path: Path) -> dict:
    try:
        return ipynb.read(path)["metadata"]
    except Bad:
        return {k: "?" * least for k, (least, _) in LENGTHS.items()}  # told already


# ---------- references and claims ----------


def _sources(book: Book) -> list[Fault]:
    path = book.docs / "references.yml"
    lines, faults = _lines(path), []
    for key, ref in book.references.items():
        line = _line_with(lines, f"{key}:")
        missing = [k for k in ("authors", "short", "title", "year") if not ref.get(k)]
        if missing:
            faults.append(Fault(path, line, f"`{key}` lacks {', '.join(missing)}"))
        if not any(ref.get(k) for k in ("doi", "arxiv", "url")):
            faults.append(Fault(path, line, f"`{key}` has no doi, arxiv or url"))
        if (said := re.search(r"\b(1[89]|20)\d\d", ref.get("short", ""))) and said[0] != str(
            ref.get("year")
        ):
            faults.append(
                Fault(
                    path,
                    line,
                    f"`{key}`: the short form {ref['short']!r} names another year than {ref.get('year')}",
                )
            )
        for name, figure in (ref.get("figures") or {}).items():
            at = _line_with(lines, f"{name}:", line)
            if not re.search(
                rf"(?<![\d.,]){re.escape(str(figure.get('value')))}(?!\d|[.,]\d)",
                str(figure.get("quote", "")),
            ):
                faults.append(
                    Fault(
                        path,
                        at,
                        f"`{key}.{name}`: {figure.get('value')} does not stand in the quoted words",
                    )
                )
            if figure.get("checked") not in CHECKED:
                expected = ", ".join(CHECKED)
                faults.append(
                    Fault(
                        path,
                        at,
                        f"`{key}.{name}`: checked is {figure.get('checked')!r}, expected one of {expected}",
                    )
                )
            if not figure.get("where"):
                faults.append(
                    Fault(
                        path, at, f"`{key}.{name}` does not say where in the source the words stand"
                    )
                )
    return faults


def _lines(path: Path) -> list[str]:
    return (
        [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        if path.exists()
        else []
    )


def _line_with(lines: list[str], start: str, after: int = 0) -> int:
    return next(
        (
            number
            for number in range(max(after, 1), len(lines) + 1)
            if lines[number - 1].startswith(start)
        ),
        1,
    )


def _claims(book: Book) -> list[Fault]:
    path = book.docs / "claims.yml"
    lines = _lines(path)
    begins = {line: number for number, line in reversed(list(enumerate(lines, 1)))}
    faults, seen = [], set()
    for claim in book.claims:
        name = claim.get("id", "?")
        line = begins.get(f"- id: {name}", 1)
        faults += [
            Fault(path, line, f"`{name}` lacks `{k}`")
            for k in ("said", "verdict", "topic", "found")
            if not claim.get(k)
        ]
        if name in seen:
            faults.append(Fault(path, line, f"`{name}` stands twice"))
        seen.add(name)
        if claim.get("verdict") not in VERDICTS:
            faults.append(
                Fault(
                    path,
                    line,
                    f"`{name}` has the verdict {claim.get('verdict')!r}, expected one of {', '.join(VERDICTS)}",
                )
            )
        if not claim.get("test") and not claim.get("sources"):
            faults.append(
                Fault(
                    path,
                    line,
                    f"`{name}` stands on nothing: give `test` (in tests/claims/test_claims.py) or `sources`",
                )
            )
    return faults

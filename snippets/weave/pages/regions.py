"""What stands in a generated region: code with its output, figures, tables, strips and the generated lists."""

from __future__ import annotations

import ast
import hashlib
import html
import os
import re
from dataclasses import dataclass
from pathlib import Path

from snippets.measurement import Bad, formatted
from snippets.weave.figures.loading import CITED, describe_strip, fill, load_figure, load_table
from snippets.weave.numbers.book import Book, name_nearest, strip_marks
from snippets.weave.numbers.marks import DATA, FENCED, OPEN, SHOWING, read_prose
from snippets.weave.pages import differential, exercises, mutations, questions, spreads, video
from snippets.weave.pages.claims import PATHS

VERDICTS = {"holds": "holds", "care": "needs care", "fails": "fails"}
EXPECTED = "<!--pytest-codeblocks:expected-output-->"
LANGUAGES = {".py": "python", ".js": "javascript"}


@dataclass(frozen=True)
class Rendered:
    """The Markdown of a region, and the part of it that is prose and may hold no typed numeral."""

    text: str
    prose: str = ""


def render(kind: str, name: str, page: Path, book: Book) -> Rendered:
    """Write one region; Bad says what is unknown or out of date."""
    if KINDS[kind] and not name:
        raise Bad(f"`<!-- {kind} -->` needs a name; expected `<!-- {kind}: name -->`")
    return RENDERERS[kind](name, page, book)


def link(page: Path, book: Book, target: str) -> str:
    """The relative path from a page to a path under docs/ (or one that the build puts there)."""
    return os.path.relpath(book.docs / target, page.parent).replace(os.sep, "/")


# ---------- code ----------


def _block(name: str, page: Path, book: Book) -> Rendered:
    folder = book.snippets / "blocks"
    found = [p for p in folder.glob(f"{name}.*") if p.suffix in LANGUAGES]
    if not found:
        known = [
            p.relative_to(folder).with_suffix("").as_posix()
            for p in folder.rglob("*")
            if p.suffix in LANGUAGES
        ]
        raise Bad(f"unknown block `{name}`; {name_nearest(name, known)}")
    path, output = found[0], book.outputs.get(name)
    if output is None:
        raise Bad(
            f"block `{name}` was never run; run `make measure ONLY=blocks/{name.rpartition('/')[0]}`"
        )
    current = output["source"] == hashlib.sha256(path.read_bytes()).hexdigest()
    if not current and not book.drafting:
        raise Bad(
            f"block `{name}` changed since it was run; run `make measure ONLY=blocks/{name.rpartition('/')[0]}`"
        )
    if not any(line.strip() for line in output["stdout"]):
        raise Bad(f"block `{name}` prints nothing; expected at least one line of output")
    language = LANGUAGES[path.suffix]
    expected = [EXPECTED, ""] if language == "python" else []
    where = path.relative_to(book.snippets).as_posix()
    versions = (
        f"Python {output['versions']['python']}, torch {output['versions']['torch']}"
        if language == "python"
        else "Node.js"
    )
    ran = (
        f"last ran with {versions}"
        if current
        else "changed since it ran: the output above is the old one"
    )
    return Rendered(
        "\n".join(
            [
                f"```{language}",
                path.read_text(encoding="utf-8").rstrip("\n"),
                "```",
                "",
                *expected,
                "```text",
                *output["stdout"],
                "```",
                "",
                f"[{path.name}]({link(page, book, 'code/' + where)}) {ran}.",
                "{.block__get}",
            ]
        )
    )


def _program(name: str, page: Path, book: Book) -> Rendered:
    """A block that is folded away, with what it prints."""
    return Rendered("\n".join(_fold(name, _block(name, page, book).text)))


def _printout(name: str, page: Path, book: Book) -> Rendered:
    """What a block prints, its code folded away."""
    code, mark, printed = _block(name, page, book).text.partition(EXPECTED)
    return Rendered("\n".join([*_fold(name, code.rstrip()), "", mark + printed]))


def _fold(name: str, text: str) -> list[str]:
    return [
        '<details class="program" markdown="block">',
        f"<summary>The program: {name.rpartition('/')[2].replace('_', ' ')}</summary>",
        "",
        text,
        "",
        "</details>",
    ]


# ---------- figures, tables, strips ----------


def _figure(name: str, page: Path, book: Book) -> Rendered:
    module = load_figure(name, book)
    title, sub, alt = module.TITLE, module.SUB, module.ALT
    at = {kind: link(page, book, f"figures/{name}.{kind}") for kind in ("svg", "png", "csv")}
    script = link(page, book, f"code/figures/{name}.py")
    caption = [f"**{fill(title, book)}**", "{.fig__title}", "", fill(sub, book), "{.fig__sub}"]
    return Rendered(
        "\n".join(
            [
                f'<figure class="fig" id="fig-{name.replace("_", "-")}" markdown="block">',
                "",
                '<figcaption markdown="block">',
                "",
                *caption,
                "",
                "</figcaption>",
                "",
                f"![{fill(alt, book, tagged=False)}]({at['svg']})",
                "",
                f"[SVG]({at['svg']}) [PNG]({at['png']}) [Data (CSV)]({at['csv']}) [Script: {name}.py]({script})",
                "{.fig__get}",
                "",
                "</figure>",
            ]
        ),
        "\n".join([*caption, fill(alt, book)]),
    )


def _table(name: str, page: Path, book: Book) -> Rendered:
    title, header, rows = load_table(name, book)
    target = link(page, book, "reference/references.md")
    rows = [
        [CITED.sub(lambda m: f"[{book.short(m[1])}]({target}#{m[1]})", cell) for cell in row]
        for row in rows
    ]
    body = ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows)]
    caption = [f"**{fill(title, book)}**", "{.tab__title}"]
    csv = link(page, book, f"tables/{name}.csv")
    return Rendered(
        "\n".join(
            [
                *caption,
                "",
                '<div class="stack" markdown="block">',
                "",
                *body,
                "",
                "</div>",
                "",
                f"[Data (CSV)]({csv})",
                "{.tab__get}",
            ]
        ),
        "\n".join([*caption, *body]),
    )


def _strip(name: str, page: Path, book: Book) -> Rendered:
    alternative, note = describe_strip(name, book)
    return Rendered(
        "\n".join(
            [
                '<div class="headpiece" markdown="block">',
                "",
                f"![{alternative}]({link(page, book, f'strips/{name}.svg')})",
                "",
                f'<p class="headpiece__note"><span>input</span> <span>{html.escape(note)}</span> <span>loss</span></p>',
                "",
                "</div>",
            ]
        )
    )


def _number(name: str, page: Path, book: Book) -> Rendered:
    """One number opened on the page, as its card would show it."""
    number = book.number(name)
    if not number.card or number.card["kind"] != "measured":
        raise Bad(f"`{name}` has no measured card to open")
    card = number.card
    rows = [
        ("what", card["what"]),
        ("in full", card["value"]),
        ("5th to 95th percentile", card.get("band")),
        ("seeds", card.get("seeds") or card.get("n")),
        (
            "measured by",
            f"[{card['script'].rpartition('/')[2]}]({link(page, book, card['script'])})",
        ),
        ("last checked", card["checked"]),
    ]
    listed = [line for term, said in rows if said for line in (term, f":   {said}", "")]
    return Rendered(
        "\n".join(
            [
                '<div class="numopen" markdown="block">',
                "",
                number.tag(name),
                "{.big}",
                "",
                *listed,
                "</div>",
            ]
        )
    )


# ---------- generated lists ----------


def _references(name: str, page: Path, book: Book) -> Rendered:
    made = []
    for key, ref in sorted(book.references.items(), key=lambda item: (item[1]["year"], item[0])):
        where = [f"[doi:{ref['doi']}](https://doi.org/{ref['doi']})"] if ref.get("doi") else []
        where += (
            [f"[arXiv:{ref['arxiv']}](https://arxiv.org/abs/{ref['arxiv']})"]
            if ref.get("arxiv")
            else []
        )
        where += (
            [f"[{ref['url'].split('/')[2]}]({ref['url']})"] if ref.get("url") and not where else []
        )
        quotes = [
            q for q in [*ref.get("figures", {}).values(), *ref.get("claims", [])] if q.get("quote")
        ]
        each = dict.fromkeys(
            f"\n    - “{q['quote']}” ({q['where']}{CHECKED[q.get('checked', 'unchecked')]})"
            for q in quotes
        )
        said = "".join(each)  # two figures of one sentence share its words
        venue = f" {ref['venue']}." if ref.get("venue") else ""
        unsure = "" if ref.get("verified", True) else " (entry not checked against the source)"
        made.append(
            f'- <span id="{key}"></span>**{ref["short"]}.** {", ".join(ref["authors"])} ({ref["year"]}). '
            f"*{ref['title']}*.{venue} {', '.join(where)}{unsure}{said}"
        )
    return Rendered("\n".join(made))


CHECKED = {
    "source": "",
    "copy": "; read in a copy, not in the source",
    "unchecked": "; not checked against the source",
}


def _claims(name: str, page: Path, book: Book) -> Rendered:
    for claim in book.claims:
        if (
            not {"id", "said", "topic", "found"} <= claim.keys()
            or claim.get("verdict") not in VERDICTS
        ):
            raise Bad(
                f"docs/claims.yml: the claim {claim.get('id', '?')!r} lacks a field or has an unknown verdict"
            )
    target = link(page, book, "reference/references.md")
    made, prose = ['<div class="claims" markdown="block">', "", *_claims_bar(book.claims), ""], []
    for claim in book.claims:
        found = _quoted(claim["found"], book)
        sources = (
            [f"[{claim['script']}]({link(page, book, 'code/' + claim['script'])})"]
            if claim.get("script")
            else []
        )
        sources += [f"[{book.short(r)}]({target}#{r})" for r in claim.get("sources", [])]
        if claim.get("page"):
            sources.append(f"[explained here]({link(page, book, claim['page'])})")
        before = "".join(f'<span id="{old}"></span>' for old in claim.get("was", []))
        prose += [claim["said"], found]
        made += [
            f'<article class="claim" id="{claim["id"]}" data-verdict="{claim["verdict"]}" '
            f'data-topic="{claim["topic"]}" markdown="block">',
            "",
            '<div class="claim__mark" markdown="block">',
            "",
            f'<span class="verdict verdict--{claim["verdict"]}">{VERDICTS[claim["verdict"]]}</span>',
            "",
            f"{before}[{claim['id']}](#{claim['id']})",
            "{.claim__id}",
            "",
            "</div>",
            "",
            '<div markdown="block">',
            "",
            f"“{claim['said']}”",
            "{.claim__said}",
            "",
            found,
            "{.claim__found}",
            "",
            " · ".join(sources),
            "{.claim__src}",
            "",
            "</div>",
            "",
            "</article>",
            "",
        ]
    data = {kind: link(page, book, path) for kind, path in PATHS.items()}
    made += [
        "</div>",
        "",
        f"[All claims as JSON]({data['json']}) [as CSV]({data['csv']})",
        "{.tab__get}",
    ]
    return Rendered("\n".join(made), "\n".join(prose))


def _claims_bar(claims: list[dict]) -> list[str]:
    """Buttons that filter by verdict and topic; claims.js makes them work."""
    count = {verdict: sum(c["verdict"] == verdict for c in claims) for verdict in VERDICTS}
    buttons = [
        f'<button class="btn" type="button" data-filter="all" aria-pressed="true">All {len(claims)}</button>'
    ]
    buttons += [
        f'<button class="btn" type="button" data-filter="{verdict}" aria-pressed="false">'
        f'<span class="verdict verdict--{verdict}">{word}</span> {count[verdict]}</button>'
        for verdict, word in VERDICTS.items()
    ]
    topics = "".join(
        f'<option value="{t}">{t.replace("-", " ")}</option>'
        for t in sorted({t for c in claims for t in c["topic"].split()})
    )
    return [
        '<div class="claims-bar" role="group" aria-label="Show claims">',
        *buttons,
        f'<label class="field">Topic <select data-topic><option value="">every topic</option>{topics}</select></label>',
        "</div>",
        f'<p class="claims-count" role="status">All {len(claims)} claims.</p>',
    ]


def _quoted(text: str, book: Book) -> str:
    return DATA.sub(
        lambda m: book.number(m["key"], m["show"] or "").tag(m["key"], m["show"] or ""),
        " ".join(text.split()),
    )


def _gallery(name: str, page: Path, book: Book) -> Rendered:
    used = []
    for other in sorted(book.docs.rglob("*.md")):
        heading = ""
        for _, line in read_prose(other.read_text(encoding="utf-8")):
            if line.startswith("#"):
                heading = strip_marks(re.sub(r"\{#[\w-]+\}", "", line.lstrip("# ")))
            marked = OPEN.match(line)
            if marked and marked["kind"] in SHOWING:
                used.append((marked["name"], heading, other))
    rows = []
    for block, heading, other in used:
        if block not in book.outputs:
            raise Bad(
                f"block `{block}` was never run; run `make measure ONLY=blocks/{block.rpartition('/')[0]}`"
            )
        path = next(
            p for p in (book.snippets / "blocks").glob(f"{block}.*") if p.suffix in LANGUAGES
        )
        versions = book.outputs[block]["versions"]
        checked = f"torch {versions['torch']}" if path.suffix == ".py" else "Node.js"
        target = os.path.relpath(other, page.parent).replace(os.sep, "/")
        file = link(page, book, f"code/blocks/{block}{path.suffix}")
        rows.append(
            f"| [{path.name}]({file}) | {heading} | [{_title(other)}]({target}) | {checked} |"
        )
    head = ["| File | Shows | On the page | Last ran with |", "| --- | --- | --- | --- |"]
    return Rendered(
        "\n".join(['<div class="stack" markdown="block">', "", *head, *rows, "", "</div>"])
    )


def _recipes(name: str, page: Path, book: Book) -> Rendered:
    """Every recipe, what it says of itself, the pages that link to it, and the PyTorch that last ran a block which uses it."""
    rows = []
    for path in sorted((book.snippets / "recipes").glob("*.py")):
        says = (
            (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
            .partition("\n")[0]
            .rstrip(".")
        )
        pages = [
            p
            for p in sorted(book.docs.rglob("*.md"))
            if p != page and f"/recipes/{path.name}" in p.read_text(encoding="utf-8")
        ]
        links = ", ".join(
            f"[{_title(p)}]({os.path.relpath(p, page.parent).replace(os.sep, '/')})" for p in pages
        )
        users = [
            b
            for b in (book.snippets / "blocks").rglob("*.py")
            if f"from {path.stem} import" in b.read_text(encoding="utf-8")
        ]
        ran = [
            book.outputs[b.relative_to(book.snippets / "blocks").with_suffix("").as_posix()][
                "versions"
            ]["torch"]
            for b in users
        ]
        file = link(page, book, f"code/recipes/{path.name}")
        rows.append(
            f"| [{path.name}]({file}) | {says} | {links} | {f'torch {max(ran)}' if ran else ''} |"
        )
    head = [
        "| File | What it says of itself | On the page | Last ran with |",
        "| --- | --- | --- | --- |",
    ]
    return Rendered(
        "\n".join(['<div class="stack" markdown="block">', "", *head, *rows, "", "</div>"])
    )


def _cause(name: str, page: Path, book: Book) -> Rendered:
    return _words(differential.write_cause(book.differential, name))


def _symptoms(name: str, page: Path, book: Book) -> Rendered:
    return _words(differential.write_lists(book.differential))


def _causes(name: str, page: Path, book: Book) -> Rendered:
    return _words(differential.write_causes(book.differential))


def _figures(name: str, page: Path, book: Book) -> Rendered:
    """Every figure: what it shows, the page that explains it, and its files."""
    pages = {
        path: FENCED.sub("", path.read_text(encoding="utf-8"))
        for path in sorted(book.docs.rglob("*.md"))
        if path != page
    }
    rows = []
    for figure in sorted(p.stem for p in (book.snippets / "figures").glob("[!_]*.py")):
        on = [
            f"[{_title(p)}]({os.path.relpath(p, page.parent).replace(os.sep, '/')})"
            for p, text in pages.items()
            if f"<!-- figure: {figure} -->" in text
        ]
        if not on:
            continue
        files = " ".join(
            f"[{kind.upper()}]({link(page, book, f'figures/{figure}.{kind}')})"
            for kind in ("svg", "png", "csv")
        )
        rows.append(f"| {fill(load_figure(figure, book).TITLE, book)} | {on[0]} | {files} |")
    head = ["| The figure shows | On the page | Files |", "| --- | --- | --- |"]
    return Rendered(
        "\n".join(['<div class="stack" markdown="block">', "", *head, *rows, "", "</div>"])
    )


def _video(name: str, page: Path, book: Book) -> Rendered:
    return _words(video.write_player(book, lambda target: link(page, book, target)))


def _questions(name: str, page: Path, book: Book) -> Rendered:
    return Rendered(
        "\n".join(questions.write_questions(book.docs, page, _title))
    )  # their prose is read where it stands


def _sheet(name: str, page: Path, book: Book) -> Rendered:
    return Rendered(
        "\n".join(exercises.write_tasks(book))
    )  # read as prose on the page of the exercises


def _solutions(name: str, page: Path, book: Book) -> Rendered:
    return Rendered("\n".join(exercises.write_solutions(book, link(page, book, "code/blocks"))))


def _words(lines: list[str]) -> Rendered:
    return Rendered("\n".join(lines), "\n".join(lines))


def _spots(name: str, page: Path, book: Book) -> Rendered:
    """The experiments that the tests measure only in part, and how much of them."""
    made = []
    for source, results in book.results.items():
        runs = [
            max((m.n or 0 for m in part.values()), default=0)
            for part in (results.spot, results.measurements)
        ]
        if results.spot:
            share = (
                f": {formatted(runs[0])} of {formatted(runs[1])} runs" if runs[0] < runs[1] else ""
            )
            made.append(
                f"- [{source}.py]({link(page, book, f'code/experiments/{source}.py')}){share}"
            )
    return Rendered("\n".join(made or ["None at present."]))


def _spreads(name: str, page: Path, book: Book) -> Rendered:
    """How far the numbers move under other conditions."""
    return Rendered("\n".join(spreads.write_table(book)))


def _reruns(name: str, page: Path, book: Book) -> Rendered:
    """What blocks and notebooks print under other conditions."""
    return Rendered("\n".join(spreads.write_reruns(book)))


def _mutations(name: str, page: Path, book: Book) -> Rendered:
    return Rendered("\n".join(mutations.write_score(book.root)))


def _title(page: Path) -> str:
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return strip_marks(line[2:])
    return page.stem


NAMED = ("block", "program", "printout", "cause", "figure", "table", "strip", "number")
LISTS = (
    "video",
    "references",
    "claims",
    "gallery",
    "recipes",
    "symptoms",
    "causes",
    "spots",
    "questions",
    "figures",
    "sheet",
    "solutions",
    "spreads",
    "reruns",
    "mutations",
)
KINDS = dict.fromkeys(NAMED, True) | dict.fromkeys(LISTS, False)
RENDERERS = {
    "block": _block,
    "program": _program,
    "printout": _printout,
    "cause": _cause,
    "figure": _figure,
    "table": _table,
    "strip": _strip,
    "number": _number,
    "references": _references,
    "claims": _claims,
    "gallery": _gallery,
    "recipes": _recipes,
    "symptoms": _symptoms,
    "causes": _causes,
    "spots": _spots,
    "video": _video,
    "questions": _questions,
    "figures": _figures,
    "sheet": _sheet,
    "solutions": _solutions,
    "spreads": _spreads,
    "reruns": _reruns,
    "mutations": _mutations,
}

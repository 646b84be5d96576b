"""Rewrites what is generated on a page, and nothing else: regions between markers, quoted numbers, citations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from snippets.measurement import Bad, shown
from snippets.weave.numbers.book import Book
from snippets.weave.numbers.marks import CITATION, CLOSE, DATA, OPEN, SHOWING, SPAN, Fences
from snippets.weave.pages import regions


@dataclass(frozen=True)
class Fault:
    """One thing wrong on one line of one file."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line}: {self.message}"


@dataclass
class Line:
    """A line of a page, what part of the page it is in, and which prose a lint should read for it."""

    number: int
    text: str  # without its line ending
    end: str
    part: str = "prose"  # prose, front, fence, marker, or the kind of a region
    woven: list[str] = field(default_factory=list)


@dataclass
class Woven:
    """A page after weaving: its text, its faults, what of it a person typed, and what it shows."""

    text: str
    faults: list[Fault]
    prose: list[tuple[int, str]]  # line number in the page on disk, text as the reader meets it
    typed: list[tuple[int, str]]  # the same for lines of code and commands that no region made
    uses: list[tuple[str, str, int]]  # kind, name, line of every region


def weave(path: Path, text: str, book: Book) -> Woven:
    """Bring every generated part of a page up to date."""
    page = _Page(path, book)
    lines = _split(text)
    _mark_front(lines)
    page.walk(lines)
    return Woven("".join(page.out), page.faults, page.prose, page.typed, page.uses)


def _split(text: str) -> list[Line]:
    parts = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)
    return [Line(i, p.rstrip("\r\n"), p[len(p.rstrip("\r\n")) :]) for i, p in enumerate(parts, 1)]


def _mark_front(lines: list[Line]) -> None:
    if lines and lines[0].text == "---":
        for line in lines:
            line.part = "front"
            if line.number > 1 and line.text == "---":
                return


class _Page:
    def __init__(self, path: Path, book: Book):
        self.path, self.book = path, book
        self.out: list[str] = []
        self.faults: list[Fault] = []
        self.prose: list[tuple[int, str]] = []
        self.typed: list[tuple[int, str]] = []
        self.uses: list[tuple[str, str, int]] = []

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.path, line, message))

    def walk(self, lines: list[Line]) -> None:
        fences = Fences()
        at = 0
        while at < len(lines):
            line = lines[at]
            place = "front" if line.part == "front" else fences.place(line.text)
            if place != "prose":
                self.typed += [(line.number, line.text)] * (place == "code")
                self.out.append(line.text + line.end)
            elif (found := OPEN.match(line.text)) and found["kind"] in regions.KINDS:
                at = self._region(lines, at, found["kind"], found["name"] or "")
                continue
            elif CLOSE.match(line.text) and CLOSE.match(line.text)["kind"] in regions.KINDS:
                self.fault(
                    line.number,
                    f"`{line.text}` closes nothing; expected `<!-- {CLOSE.match(line.text)['kind']}: … -->` above it",
                )
                self.out.append(line.text + line.end)
            else:
                self.out.append(self.inline(line.text, line.number) + line.end)
            at += 1
        if fences.open:
            self.fault(len(lines), "a code fence is not closed")

    def _region(self, lines: list[Line], start: int, kind: str, name: str) -> int:
        """Replace what stands between a marker pair; returns the index after the closing marker."""
        first = lines[start]
        end = self._closing(lines, start, kind)
        if end is None:
            expected = f"`<!-- /{kind} -->` before the next marker and the end of the page"
            self.fault(first.number, f"`{first.text}` is not closed; expected {expected}")
            self.out.append(first.text + first.end)
            return start + 1
        if any((kind, name) == (k, n) for k, n, _ in self.uses):
            self.fault(first.number, f"`{first.text}` stands twice on this page; expected once")
        self.uses.append((kind, name, first.number))
        try:
            made = regions.render(kind, name, self.path, self.book)
        except Bad as bad:
            self.fault(first.number, str(bad))
            self.out += [line.text + line.end for line in lines[start : end + 1]]
            return end + 1
        newline = first.end or "\n"
        self.out.append(first.text + newline)
        self.out += [row + newline for row in made.text.split("\n")]
        self.out.append(lines[end].text + lines[end].end)
        self.prose += [(first.number, row) for row in made.prose.split("\n")]
        return end + 1

    def _closing(self, lines: list[Line], start: int, kind: str) -> int | None:
        fences = Fences()
        for at in range(start + 1, len(lines)):
            text = lines[at].text
            if fences.place(text) != "prose":
                continue
            closing, opening = CLOSE.match(text), OPEN.match(text)
            if closing and closing["kind"] == kind:
                return at
            if (
                closing
                and closing["kind"] in regions.KINDS
                or opening
                and opening["kind"] in regions.KINDS
            ):
                return None
        return None

    def inline(self, text: str, number: int) -> str:
        """Refresh quoted numbers and citations in one line of prose, leaving code spans alone."""
        pieces, last = [], 0
        for span in SPAN.finditer(text):
            pieces += [self._quotes(text[last : span.start()], number), span.group()]
            last = span.end()
        made = "".join([*pieces, self._quotes(text[last:], number)])
        self.prose.append((number, made))
        return made

    def _quotes(self, text: str, number: int) -> str:
        def quoted(match: re.Match) -> str:
            try:
                self._on_this_page(match["key"], number)
                return self.book.number(match["key"], match["show"] or "").tag(
                    match["key"], match["show"] or ""
                )
            except (Bad, ValueError) as bad:
                self.fault(number, str(bad))
                return match.group()

        def cited(match: re.Match) -> str:
            try:
                return f"[{self.book.short(match['key'])}]({match['path']}#{match['key']})"
            except Bad as bad:
                self.fault(number, str(bad))
                return match.group()

        if "<data" in DATA.sub("", text) or "</data>" in DATA.sub("", text):
            self.fault(
                number,
                'a `<data>` is not closed, nested or malformed; expected `<data value="key">…</data>` on one line',
            )
        return CITATION.sub(cited, DATA.sub(quoted, text))

    def _on_this_page(self, key: str, number: int) -> None:
        if key.startswith("output:"):
            block = key.split(":")[1]
            text = self.path.read_text(encoding="utf-8")
            if not any(f"<!-- {kind}: {block} -->" in text for kind in SHOWING):
                raise Bad(
                    f"`{key}` quotes a block that is not on this page; expected `<!-- block: {block} -->` here"
                )


def list_pages(root: Path) -> list[Path]:
    """Every Markdown file with generated parts, in a stable order."""
    readme = [root / "README.md"] if (root / "README.md").exists() else []
    return readme + sorted((root / "docs").rglob("*.md"))


def read_page(path: Path) -> str:
    """A page's text with its line endings kept; Bad when it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Bad(
            f"{shown(path)}:{line}: not UTF-8 ({error.reason}); save the page as UTF-8"
        ) from error

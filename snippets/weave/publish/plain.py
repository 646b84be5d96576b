"""Each page as plain Markdown: numbers as their text, formulas as LaTeX, a widget as a line that says what is there and where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from snippets import ipynb
from snippets.weave.numbers.marks import HEADING, MATHS, SPAN, Fences, read_prose
from snippets.weave.pages.labs import LABS
from snippets.weave.pages.notebooks import as_markdown
from snippets.weave.pages.weaving import read_page
from snippets.weave.publish.outline import LICENSE, SITE, SUMMARY, Entry

Places = dict[str, str]  # from each page's file under docs/ to its HTML under the site
COMMENT = re.compile(r"<!--.*?-->")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ATTRIBUTES = re.compile(r"[ \t]*\{[:.#][^{}]*\}|(?<=\))\{[a-z]+=[^{}]*\}")
STRIP = re.compile(r"!\[([^\]]*)\]\([^)]*strips/[^)]*\)")
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
FOLDED = re.compile(r'^(?P<indent> *)(?:\?\?\?\+?|!!!) (?P<kind>\w+)(?: "(?P<title>[^"]*)")?$')
FOOT = re.compile(r'^<p class="headpiece__note">')
CONTROLS = re.compile(r"<(?P<tag>button|label|select)\b.*?</(?P=tag)>")
DROPPED = re.compile(r'class="claims-count"')
FENCE_OR_FORMULA = re.compile(r"^\s*(?P<fence>`{3,}|~{3,}|\$\$(?=$))(?P<info>.*)$")
KEPT = re.compile(f"{SPAN.pattern}|{MATHS.pattern}")  # code and formulas

LLMS = "llms.txt"
ABOUT = (
    "Each number was measured by a program in the repository or stands in a cited source. In the Markdown beside a page numbers are "
    "plain text and formulas LaTeX; the page itself has the same address without `index.md`."
)


def directory(uri: str) -> str:
    """Where a page's HTML stands with directory addresses: understand/training.md -> understand/training/index.html."""
    stem = uri.rpartition(".")[0]
    return f"{stem}.html" if posixpath.basename(stem) == "index" else f"{stem}/index.html"


def beside(place: str) -> str:
    """The Markdown beside an HTML file."""
    return f"{place.removesuffix('.html')}.md"


def source(docs: Path, uri: str) -> str:
    """A page's Markdown as it is woven, a notebook's as well."""
    path = docs / uri
    return as_markdown(ipynb.read(path), path.stem) if path.suffix == ".ipynb" else read_page(path)


def as_plain(text: str, uri: str, places: Places, foot: str = "") -> str:
    """The plain Markdown of a page from its woven text; its links lead on from where the copy stands."""
    made = _Copy(uri, places)
    made.walk(
        re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n"), count=1, flags=re.DOTALL)
    )
    body = "\n".join(made.lines).strip("\n")
    return f"{body}\n\n{foot}\n" if foot else f"{body}\n"


class _Copy:
    """Reads a page line by line; code stays as it is, whatever it looks like."""

    def __init__(self, uri: str, places: Places):
        self.uri, self.places = uri, places
        self.lines: list[str] = []
        self.folds: list[int] = []  # indents of the folded boxes that are open
        self.video = False

    def walk(self, text: str) -> None:
        fences = Fences(FENCE_OR_FORMULA)
        for line in map(self._unfolded, text.split("\n")):
            if fences.place(line) != "prose":
                self.lines.append(line)
            else:
                self.lines += [
                    made for made in self._prose(line) if made or not self.lines or self.lines[-1]
                ]

    def _unfolded(self, line: str) -> str:
        """A line without the indents of the boxes that it is in."""
        while self.folds and line.strip() and not line.startswith(" " * self.folds[-1]):
            self.folds.pop()
        depth = self.folds[-1] if self.folds else 0
        found = FOLDED.match(line)
        if not found:
            return line[depth:] if line.strip() else ""
        self.folds.append(len(found["indent"]) + 4)
        self.lines += [f"**{found['title'] or found['kind'].capitalize()}**", ""]
        return ""

    def _prose(self, line: str) -> list[str]:
        if widget := re.match(rf"<({'|'.join(LABS)}) ", line):
            title, anchor, _ = LABS[widget[1]]
            return [
                f"*Here the page has something to touch: {_lower(title)}, at [#{anchor}]({self._page()}#{anchor}). In its place:*"
            ]
        if '<div class="reader"' in line:
            return [f"*Here the page reads what you paste: [open it]({self._page()}).*"]
        if line.startswith("<video "):
            video = re.search(r'aria-label="([^"]*)".*?src="([^"]*\.mp4)"', line)
            return [f"*Here the page has a video: [{video[1]}]({self._target(video[2])}).*"]
        if FOOT.match(line) or DROPPED.search(line):
            return []
        line = CONTROLS.sub("", line)
        if "<summary" in line:
            line = f"**{TAG.sub('', line).strip()}**"
        pieces, last = [], 0
        for span in KEPT.finditer(line):
            pieces += [self._inline(line[last : span.start()]), span.group()]
            last = span.end()
        made = "".join([*pieces, self._inline(line[last:])]).rstrip()
        return [] if line.strip() and not made.strip() else [made]

    def _inline(self, text: str) -> str:
        text = STRIP.sub(r"*(\1)*", COMMENT.sub("", text))
        text = ATTRIBUTES.sub("", TAG.sub("", text))
        return LINK.sub(lambda m: f"]({self._target(m['target'])})", text)

    def _target(self, target: str) -> str:
        """The same link from where the copy stands; from page to page it leads to the other's copy."""
        file, hash_, anchor = target.partition("#")
        if not file or re.match(r"[a-z]+:", target):
            return target
        other = posixpath.normpath(posixpath.join(posixpath.dirname(self.uri), file))
        there = beside(self.places[other]) if other in self.places else other
        return (
            posixpath.relpath(there, posixpath.dirname(self.places[self.uri]) or ".")
            + hash_
            + anchor
        )

    def _page(self) -> str:
        return posixpath.basename(self.places[self.uri])


def write_copies(docs: Path, places: Places, site_url: str) -> Iterator[tuple[str, bytes]]:
    """Path under the site and content of the Markdown beside each page, which ends with where it is from."""
    for uri, place in places.items():
        address = (
            urljoin(site_url, place.removesuffix("index.html"))
            if site_url
            else posixpath.basename(place)
        )
        foot = f"---\n\nFrom [{SITE}]({address}), text and figures under [CC BY 4.0]({LICENSE})."
        yield beside(place), as_plain(source(docs, uri), uri, places, foot).encode()


def write_llms(listed: list[Entry], places: Places, site_url: str) -> bytes:
    """The list of the pages for readers that are programs, in the form of llmstxt.org."""
    lines = [
        f"# {SITE}",
        "",
        f"> {SUMMARY} Why the gradients of deep networks vanish or explode, what each remedy does, "
        "and how to tell either from what merely looks like it in PyTorch.",
        "",
        ABOUT,
    ]
    section = None
    for entry in listed:
        name = {"": "Start", "About": "Optional"}.get(entry.section, entry.section)
        if name != section:
            section = name
            lines += ["", f"## {section}", ""]
        lines.append(
            f"- [{entry.title}]({urljoin(site_url, beside(places[entry.uri]))}): {entry.description}"
        )
    return ("\n".join(lines) + "\n").encode()


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def find_headings(text: str) -> list[str]:
    """The headings of a plain copy."""
    return [heading["title"] for _, line in read_prose(text) if (heading := HEADING.match(line))]

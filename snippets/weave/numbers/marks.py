"""The few marks that the weaver knows in Markdown, and what of a page is code."""

import functools
import re
from collections.abc import Iterator

import yaml

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads the claims ten times as fast

OPEN = re.compile(r"<!-- (?P<kind>[a-z]+)(?:: (?P<name>[\w./-]+))? -->$")
SHOWING = ("block", "program", "printout")  # the kinds of region that show a block, open or folded
CLOSE = re.compile(r"<!-- /(?P<kind>[a-z]+) -->$")
FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
FENCED = re.compile(
    r"^(\s*)(`{3,}|~{3,}).*?^\s*\2`*\s*$", re.DOTALL | re.MULTILINE
)  # a whole block of code, with its fences
SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)")
DATA = re.compile(
    r'<data value="(?P<key>[^"<>]*)"(?: data-show="(?P<show>[^"<>]*)")?>(?P<text>[^<]*)</data>'
)
CITATION = re.compile(r"\[(?P<text>[^\]\[]*)\]\((?P<path>[\w./-]*references\.md)#(?P<key>[\w-]+)\)")
HEADING = re.compile(r"^(?P<level>#{1,6}) +(?P<title>.*?)(?: *\{ *#(?P<id>[\w-]+)[^}]*\})? *$")
MATHS = re.compile(
    r"(?<![\\$])\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\s](?:[^$]*?[^$\s\\])?)\$(?!\d)",
    re.DOTALL,
)


@functools.lru_cache(maxsize=256)
def read_front_matter(text: str) -> dict:
    """The front matter of a page as YAML; empty when there is none or it is not a mapping."""
    match = re.match(r"---\r?\n(.*?)\r?\n---\r?\n", text, re.DOTALL)
    try:
        found = yaml.load(match[1], Loader=FAST) if match else {}
    except yaml.YAMLError:
        found = {}
    return found if isinstance(found, dict) else {}


class Fences:
    """Tells of the lines of a page, one after the other, which are prose, which a fence, and which the code between two."""

    def __init__(self, mark: re.Pattern = FENCE):
        self.mark, self.open = mark, ""

    def place(self, line: str) -> str:
        """`prose`, `fence` or `code`; a fence is closed by one as long that says nothing more."""
        found = self.mark.match(line)
        if not self.open:
            self.open = found["fence"] if found else ""
            return "fence" if found else "prose"
        if found and found["fence"].startswith(self.open) and not found["info"].strip():
            self.open = ""
            return "fence"
        return "code"


def read_prose(text: str) -> Iterator[tuple[int, str]]:
    """The number and the text of every line outside code."""
    fences = Fences()
    return (
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if fences.place(line) == "prose"
    )

"""Draws mutations: each changes one thing in one file of the checkout."""

from __future__ import annotations

import ast
import json
import random
import re
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from snippets.measure import requirements
from snippets.measurement import ROOT, seal
from snippets.weave.numbers.marks import CLOSE, FENCE, FENCED, MATHS, OPEN

SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
HIDDEN = re.compile(
    r"<!--.*?-->|</?[a-zA-Z][^<>]*>|\]\((?!https?:)[^)\s]*\)|\{[:#.][^}]*\}|^\s*(?:>\s*)*\d+[.)]\s"
)
SITE = "docs/assets/javascripts"
NUMERICS = (
    "activations",
    "datasets",
    "linear",
    "net",
    "phases",
    "presets",
    "random",
    "recurrence",
    "recurrent-script",
    "recurrent-settings",
    "script",
    "settings",
    "sketching",
    "stack",
    "theory",
    "training",
)


@dataclass(frozen=True)
class Mutation:
    """One change: in `file`, what stands at `start` to `stop` (characters) becomes `new`."""

    kind: str
    file: str  # below the checkout's root
    start: int
    stop: int
    new: str
    old: str
    line: int = 1
    before: str = ""  # what else stands on its line, or its lines
    after: str = ""

    def apply(self, text: str) -> str:
        """The file's text after the change; a results file gets its seal anew where the kind says so."""
        assert text[self.start : self.stop] == self.old, self
        changed = text[: self.start] + self.new + text[self.stop :]
        return _sealed(changed) if self.kind.endswith("and its seal") else changed

    def __str__(self) -> str:
        """File and line as they read with the change in its place; the same wherever in the file that line stands."""
        old, new = (" ".join(part.split())[:70] for part in (self.old, self.new))
        return f"{self.file}: {self.before[-140:].lstrip()}[{old} -> {new}]{self.after[:140].rstrip()}".replace(
            "`", "'"
        )


Site = tuple[int, int, str]  # from, to, what stands there afterwards
Rng = random.Random


def _sealed(text: str) -> str:
    content = json.loads(text)
    return json.dumps(content | {"seal": seal(content)}, indent=1, ensure_ascii=False) + "\n"


# ---------- pages ----------


def _lines(text: str) -> Iterator[tuple[str, int, str]]:
    """(part, offset, line) of a page; the part is front, prose, table, code, output or mark, inside a figure's region caption, and
    woven inside any other."""
    region = fence = ""
    at, front = 0, text.startswith("---\n")
    for number, line in enumerate(text.splitlines(keepends=True)):
        bare = line.rstrip("\n")
        mark = FENCE.match(bare)
        inside = "caption" if region == "figure" else "woven" if region else "prose"
        part = "front" if front else "table" if bare.startswith("|") else inside
        if front and number and bare == "---":
            front = False
        elif mark and not fence:
            fence, part = mark["info"].strip() or "?", "mark"
        elif mark:
            fence, part = "", "mark"
        elif fence:
            part = "output" if fence == "text" else "code"
        elif (found := OPEN.match(bare)) or CLOSE.match(bare):
            region, part = (found["kind"] if found else ""), "mark"
        yield part, at, bare
        at += len(line)


def _visible(line: str) -> str:
    """The line with what no reader sees blanked out."""
    return HIDDEN.sub(lambda m: " " * len(m.group()), line)


def _other_digit(digit: str, rng: Rng) -> str:
    return rng.choice(
        [d for d in (SUPERSCRIPT if digit in SUPERSCRIPT else "0123456789") if d != digit]
    )


def _digits(parts: tuple[str, ...], pattern: str = r"[0-9]") -> Callable:
    def sites(text: str, rng: Rng) -> Iterator[Site]:
        for part, at, line in _lines(text):
            if part in parts:
                shown = line if part in ("front", "code", "output") else _visible(line)
                yield from (
                    (at + m.start(), at + m.end(), _other_digit(m.group(), rng))
                    for m in re.finditer(pattern, shown)
                )

    return sites


def _signs(text: str, rng: Rng) -> Iterator[Site]:
    for part, at, line in _lines(text):
        if part in ("prose", "woven", "table", "caption"):
            shown = _visible(line)
            yield from (
                (at + m.start(), at + m.end(), "")
                for m in re.finditer(r"[−⁻](?=[0-9⁰¹²³⁴⁵⁶⁷⁸⁹])", shown)
            )
            for formula in MATHS.finditer(shown):
                flip = {"+": "-", "-": "+"}
                yield from (
                    (
                        at + formula.start() + m.start(),
                        at + formula.start() + m.end(),
                        flip[m.group()],
                    )
                    for m in re.finditer(r"[-+]", formula.group())
                )


def _units(text: str, rng: Rng) -> Iterator[Site]:
    for part, at, line in _lines(text):
        if part in ("prose", "woven", "table", "caption"):
            for m in re.finditer(
                r"(?:(?<=\d)|(?<=\d )|(?<=</data>)|(?<=</data> ))(?:%|kB|MB|GB|ms|px)(?!\w)", line
            ):
                yield (
                    at + m.start(),
                    at + m.end(),
                    rng.choice([u for u in ("%", "‰", "kB", "ms") if u != m.group()]),
                )


def _quoted(text: str) -> list[re.Match]:
    """The names of numbers, outside of code."""
    return list(
        re.finditer(
            r'(?<=<data value=")[^"]+(?=")', FENCED.sub(lambda m: " " * len(m.group()), text)
        )
    )


def _keys(text: str, rng: Rng) -> Iterator[Site]:
    keys = sorted({m.group() for m in _quoted(text)})
    for m in _quoted(text):
        same = [
            k for k in keys if k != m.group() and k.partition(".")[0] == m.group().partition(".")[0]
        ]
        if same:
            yield m.start(), m.end(), rng.choice(same)


def _misspelt(text: str, rng: Rng) -> Iterator[Site]:
    for m in _quoted(text):
        cut = rng.randrange(len(m.group()))
        yield m.start(), m.end(), m.group()[:cut] + m.group()[cut + 1 :]


def _markers(text: str, rng: Rng) -> Iterator[Site]:
    for part, at, line in _lines(text):
        if part == "mark" and not FENCE.match(line) or line.startswith("<!--pytest-codeblocks"):
            yield at, at + len(line), ""
        elif part == "mark" and line.strip() == "```python":
            yield at, at + len(line), line.replace("python", "py")


# ---------- code ----------


def _offsets(text: str) -> list[int]:
    """Where each line begins, in characters."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _place(node: ast.AST, starts: list[int], rows: list[str]) -> tuple[int, int]:
    """The characters of a node; ast counts the bytes of a line."""

    def column(row: int, offset: int) -> int:
        return len(rows[row - 1].encode()[:offset].decode())

    return starts[node.lineno - 1] + column(node.lineno, node.col_offset), starts[
        node.end_lineno - 1
    ] + column(node.end_lineno, node.end_col_offset)


def _walk(text: str) -> Iterator[tuple[ast.AST, int, int]]:
    """Every node with its place, but for those in f-strings, which have none."""
    starts, rows, waiting = _offsets(text), text.splitlines(keepends=True), [ast.parse(text)]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "lineno"):
            yield node, *_place(node, starts, rows)
        if not isinstance(node, ast.JoinedStr):
            waiting += ast.iter_child_nodes(node)


def _constants(text: str, rng: Rng) -> Iterator[Site]:
    for node, start, stop in _walk(text):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield start, stop, _another(text[start:stop])


def _another(number: str) -> str:
    """Another number of the same kind: one more, or a tenth more."""
    plain = number.replace("_", "")
    if re.fullmatch(r"\d+", plain):
        return str(int(plain) + 1)
    try:
        value = float(plain)
    except ValueError:
        return str(int(plain, 0) + 1)
    return repr(value * 1.1 if value else 0.1)


def _javascript(text: str, rng: Rng) -> Iterator[Site]:
    code = re.sub(
        r"/\*.*?\*/|(?<![:\"'`])//[^\n]*|^import[^\n]*",
        lambda m: re.sub(r"[^\n]", " ", m.group()),
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    for m in re.finditer(r"(?<![\w.$#])(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w.])", code):
        yield m.start(), m.end(), _another(m.group())


def _steps(text: str, rng: Rng) -> Iterator[Site]:
    for node, start, stop in _walk(text):
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if called or isinstance(node, (ast.AugAssign, ast.Raise)):
            yield start, stop, "pass"


TURNED = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}


def _comparisons(text: str, rng: Rng) -> Iterator[Site]:
    """The first comparison of each assertion in a test, turned into its opposite."""
    starts, rows = _offsets(text), text.splitlines(keepends=True)
    for test in (
        n
        for n in ast.parse(text).body
        if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
    ):
        for stated in (n.test for n in ast.walk(test) if isinstance(n, ast.Assert)):
            compared = next((n for n in ast.walk(stated) if isinstance(n, ast.Compare)), None)
            if compared:
                start, stop = (
                    _place(compared.left, starts, rows)[1],
                    _place(compared.comparators[0], starts, rows)[0],
                )
                between = text[start:stop]
                sign = re.search(r"not\s+in|is\s+not|[=!<>]=|[<>]|\bin\b|\bis\b", between)
                yield start + sign.start(), start + sign.end(), TURNED[type(compared.ops[0])]


# ---------- data ----------


def _values(text: str, rng: Rng) -> Iterator[Site]:
    for m in re.finditer(r'(?<="value": )-?[0-9][0-9.e+-]*', text):
        yield m.start(), m.end(), _shifted(m.group())


def _shifted(number: str) -> str:
    return (
        str(int(number) + 1)
        if re.fullmatch(r"-?\d+", number)
        else repr(float(number) * 1.1 if float(number) else 0.1)
    )


def _listed(text: str, rng: Rng) -> Iterator[Site]:
    code = re.sub(r"^\s*#[^\n]*", lambda m: " " * len(m.group()), text, flags=re.MULTILINE)
    yield from (
        (m.start(), m.end(), _other_digit(m.group(), rng)) for m in re.finditer(r"[0-9]", code)
    )


def _cells(text: str, rng: Rng) -> Iterator[Site]:
    """Digits in the lines of text, code and output of a notebook."""
    for m in re.finditer(r'^ +"(?![\w/-]+": ).*[^=]"?,?$', text, re.MULTILINE):
        if len(m.group()) < 300:
            yield from (
                (m.start() + d.start(), m.start() + d.end(), _other_digit(d.group(), rng))
                for d in re.finditer("[0-9]", m.group())
            )


# ---------- all kinds ----------


def _glob(*patterns: str) -> Callable[[], list[Path]]:
    return lambda: sorted(
        p for pattern in patterns for p in ROOT.glob(pattern) if p.name != "__init__.py"
    )


def _usual(pattern: str) -> Callable[[], list[Path]]:
    """Without what an environment of its own measures: no test runs it again."""
    own = {name: packages for name, packages in requirements().items() if packages}
    kept = tuple(f"_{packages}_" for packages in own.values())
    return lambda: [
        p for p in _glob(pattern)() if p.stem not in own and not p.stem.startswith(kept)
    ]


def _pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _modules() -> list[Path]:
    return [
        *(ROOT / SITE / "lab" / f"{name}.js" for name in NUMERICS),
        ROOT / SITE / "doctor" / "judge.js",
    ]


KINDS: dict[
    str, tuple[int, Callable[[], list[Path]], Callable]
] = {  # how many, in which files, where and how
    "a digit in prose": (100, _pages, _digits(("prose",))),
    "a digit in a generated part": (30, _pages, _digits(("woven",))),
    "a digit in a table": (50, _pages, _digits(("table",))),
    "a digit in shown code": (25, _pages, _digits(("code",))),
    "a digit in shown output": (40, _pages, _digits(("output",))),
    "a digit in a caption": (30, _pages, _digits(("caption",))),
    "a digit in the front matter": (24, _pages, _digits(("front",))),
    "a digit in a notebook": (25, _glob("docs/notebooks/*.ipynb"), _cells),
    "an exponent": (
        30,
        _pages,
        _digits(
            ("prose", "table"), "[⁰¹²³⁴⁵⁶⁷⁸⁹]|(?<=\\^)[0-9]|(?<=\\^\\{-)[0-9]|(?<=\\^\\{)[0-9]"
        ),
    ),
    "a sign": (30, _pages, _signs),
    "a unit": (15, _pages, _units),
    "the name of a number, for another": (35, _pages, _keys),
    "the name of a number, misspelt": (15, _pages, _misspelt),
    "a marker": (30, _pages, _markers),
    "a constant of a block": (25, _glob("snippets/blocks/**/*.py"), _constants),
    "a constant of an experiment": (12, _usual("snippets/experiments/*.py"), _constants),
    "a constant of a recipe": (20, _glob("snippets/recipes/*.py"), _constants),
    "a constant of the in-page network": (12, _modules, _javascript),
    "a value in a results file": (20, _glob("snippets/results/*.json"), _values),
    "a value in a results file and its seal": (3, _usual("snippets/results/*.json"), _values),
    "a digit in references, claims or the guide": (30, _glob("docs/*.yml"), _listed),
    "a step of the weaver": (12, _glob("snippets/weave/**/*.py"), _steps),
    "a comparison in a test": (10, _glob("tests/*/test_*.py"), _comparisons),
}


def _around(text: str, start: int, stop: int) -> tuple[str, str]:
    """What else stands on the line, or on the lines, of a part."""
    return text[text.rfind("\n", 0, start) + 1 : start], text[
        stop : (text + "\n").index("\n", stop)
    ]


def draw(kind: str, seed: int = 0) -> list[Mutation]:
    """The mutations of one kind, drawn from all places where such a change can be made."""
    count, files, sites = KINDS[kind]
    rng = Rng(f"{kind} {seed}")
    found = []
    for path in files():
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        ends = [m.start() for m in re.finditer("\n", text)]
        found += [
            Mutation(
                kind,
                name,
                start,
                stop,
                new,
                text[start:stop],
                bisect(ends, start) + 1,
                *_around(text, start, stop),
            )
            for start, stop, new in sites(text, rng)
        ]
    assert len(found) >= count, f"{kind}: only {len(found)} places"
    rng.shuffle(found)
    return found[:count]

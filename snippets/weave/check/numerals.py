"""Every numeral a page shows is woven, or given in its front matter; each formula converts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml
from math_core import LatexError, LatexToMathML

from snippets.weave.numbers.marks import DATA, FENCED, MATHS, SPAN, read_front_matter
from snippets.weave.pages.weaving import Fault, Woven

DIGIT = r"0-9⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉½¼¾⅓⅔"
TOKEN = re.compile(
    rf"[^\s/|()\[\]{{}}\"“”‘’;:!?…—=≈∼≤≥<>]*[{DIGIT}][^\s/|()\[\]{{}}\"“”‘’;:!?…—=≈∼≤≥<>]*"
)
WORDLIKE = re.compile(rf"[^\W_{DIGIT}]|\w-\w")
LIST = re.compile(r"^\s*(?:>\s*)*(?:\d+[.)]|[-*+])\s+")
PERCENT = re.compile(r"(?<=</data>)%|(?<=</data> )%")
SIGN = re.compile(r"[-+%]|\\pm|\\mp")
ANY = re.compile(rf"[{DIGIT}$%]")
IN_FORMULA = re.compile(r"\d+(?:\.\d+)?|[-+]|\\pm|\\mp")
IN_CODE = re.compile(rf"[\w.+⁻−-]*[{DIGIT}][\w.+⁻−-]*")
LINK_TARGET = re.compile(
    r"\]\((?!https?:)[^)\s]*\)(?:\{[^}]*\})?"
)  # inside the site, where each is followed
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)(?:\{[^}]*\})?")
TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]*>")
ATTRIBUTES = re.compile(r"\{[:#.][^}]*\}")
TITLES = ("title", "description")
GIVEN_COMMENT = re.compile(r"^<!-- given: (?P<given>\{.*\}) -->$", re.MULTILINE)
CITED = re.compile(r"\[[^\]\[]*\]\([\w./-]*references\.md#[\w-]+\)")
EXEMPT = (CITED, DATA, IMAGE, TAG, LINK_TARGET, ATTRIBUTES)


def find_numerals(text: str) -> list[str]:
    """The numerals of one line of prose that are not woven, each as it is typed; signs of formulas and percent signs as well."""
    if not ANY.search(text):
        return []
    text = LIST.sub("", text)
    found: list[str] = []
    text = MATHS.sub(lambda m: found.extend(IN_FORMULA.findall(m.group())) or " ", text)
    found += PERCENT.findall(text)
    text = SPAN.sub(lambda m: found.extend(find_in_code(m.group())) or " ", text)
    for pattern in EXEMPT:
        text = pattern.sub(" ", text)
    tokens = (match.group().strip(".,*_'`~†§") for match in TOKEN.finditer(text))
    return found + [token for token in tokens if token]


def find_in_code(text: str) -> list[str]:
    """The tokens of code or of a command that hold a digit."""
    return [token.strip(".") for token in IN_CODE.findall(text)]


def is_name(numeral: str) -> bool:
    """Whether a letter is attached to the digits, or joined to them by a hyphen: float32, GPT-2."""
    return bool(WORDLIKE.search(numeral))


def read_given(text: str) -> Counter:
    """The numerals a page declares, with how often each stands in its prose."""
    comment = GIVEN_COMMENT.search(text)
    declared = (
        yaml.safe_load(comment["given"]) if comment else read_front_matter(text).get("given") or {}
    )
    return (
        Counter({str(k): v for k, v in declared.items()})
        if isinstance(declared, dict)
        else Counter()
    )


def check_numerals(path: Path, text: str, page: Woven) -> list[Fault]:
    """Faults for every numeral that is neither woven nor given, and for givens that are not there."""
    places: dict[str, list[int]] = {}
    for number, numeral in _numerals(text, page):
        places.setdefault(numeral, []).append(number)
    declared, stands = read_given(text), Counter({k: len(v) for k, v in places.items()})
    if declared == stands:
        return _titles(path, text)
    corrected = ", ".join(f'"{k}": {stands[k]}' for k in sorted(stands, key=_in_order)).replace(
        "\\", "\\\\"
    )
    at = next(
        (
            i
            for i, line in enumerate(text.splitlines(), 1)
            if line.startswith(("given:", "<!-- given:"))
        ),
        1,
    )
    wrong = sorted(k for k in stands.keys() | declared.keys() if stands[k] != declared[k])
    faults = [
        Fault(
            path,
            (places.get(k) or [at])[-1],
            f"the numeral {k}: {stands[k]} on the page, {declared[k]} given; quote it with <data value=…>, or give it",
        )
        for k in wrong
    ]
    return [
        *faults,
        Fault(path, at, f"if each is right as typed, the line is: given: {{{corrected}}}"),
        *_titles(path, text),
    ]


def _numerals(text: str, page: Woven) -> Iterator[tuple[int, str]]:
    """(line, numeral) of all that a person typed; the names and signs of a generated part are guarded where they come from."""
    generated = {line for _, _, line in page.uses}
    for number, line in _with_whole_formulas(page.prose):
        yield from (
            (number, n)
            for n in find_numerals(line)
            if number not in generated or not (is_name(n) or SIGN.fullmatch(n))
        )
    for number, line in page.typed:
        yield from ((number, n) for n in find_in_code(line))
    for name in TITLES:
        yield from (
            (1, n) for n in find_numerals(str(read_front_matter(text).get(name, ""))) if is_name(n)
        )


def _with_whole_formulas(prose: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The same lines, a formula displayed over several of them as one."""
    joined: list[tuple[int, str]] = []
    is_open = False
    for number, line in prose:
        if is_open:
            joined[-1] = (joined[-1][0], f"{joined[-1][1]} {line}")
        else:
            joined.append((number, line))
        is_open ^= line.count("$$") % 2 == 1
    return joined


def _in_order(numeral: str):
    digits = re.sub(r"[^0-9.]", "", numeral)
    return (float(digits) if re.fullmatch(r"\d+\.?\d*", digits) else float("inf"), numeral)


def _titles(path: Path, text: str) -> list[Fault]:
    front = read_front_matter(text)
    return [
        Fault(
            path,
            1,
            f"the {name} holds the numeral {n}: a title or description can't be woven, so say it in words",
        )
        for name in TITLES
        for n in find_numerals(str(front.get(name, "")))
        if not is_name(n)
    ]


def check_formulas(path: Path, text: str) -> list[Fault]:
    """Faults for every formula that does not convert to MathML."""
    converter, faults = LatexToMathML(), []
    for number, latex, display in find_formulas(text):
        try:
            converter.convert_with_local_state(latex, displaystyle=display)
        except LatexError as error:
            faults.append(
                Fault(
                    path,
                    number,
                    f"the formula `{latex.strip()}` does not convert: {tell_reason(error)}",
                )
            )
    return faults


def find_formulas(text: str) -> list[tuple[int, str, bool]]:
    """(line, LaTeX, whether it is displayed) of every formula outside code."""
    blank = FENCED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    blank = SPAN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), blank)
    return [
        (text.count("\n", 0, m.start()) + 1, m["block"] or m["inline"], bool(m["block"]))
        for m in MATHS.finditer(blank)
    ]


def tell_reason(error: LatexError) -> str:
    """The first line of math-core's message, without its colors."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()
    return lines[0].removeprefix("Error: ") if lines else "unknown reason"

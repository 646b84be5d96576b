"""What may be wrong with a net, ranked from what a reader sees: the numerics of *What is wrong with my net?*.

Causes have priors, findings have a likelihood under each cause, both named in docs/differential.yml by a few words; a finding that is
not answered says nothing. Findings are taken as independent given the cause, which they are not, so the sum of their evidence is
tempered; a test that was made for one cause, and what the doctor measured, count in full.
docs/assets/javascripts/differential/rank.js is the same, line by line, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log

TEMPER = 0.7  # findings repeat each other
SHOWN = 5
LIKELY, POSSIBLE = 0.6, 0.1  # from these shares on


@dataclass
class Seen:
    """What is known of one net: findings that are there and not there, tests made, codes that the doctor gave.

    `tests` maps a cause to "if" (its test spoke for it), "else" (against it) or "tried" (its cure was tried in vain).
    """

    yes: set[str] = field(default_factory=set)
    no: set[str] = field(default_factory=set)
    tests: dict[str, str] = field(default_factory=dict)
    doctor: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Ranked:
    """One cause with its share of belief (all shares sum to one) and what speaks for and against it, strongest first."""

    cause: str
    share: float
    speaks: tuple[str, ...]
    objects: tuple[str, ...]


def tabulate(data: dict) -> dict[str, dict[str, float]]:
    """How likely each finding is under each cause, by finding and cause, from the named strengths."""
    strengths, causes = data["strengths"], data["causes"]
    table = {}
    for question in data["questions"]:
        for name, finding in question["findings"].items():
            usual = strengths[finding.get("usual", "rarely")]
            table[name] = dict.fromkeys(causes, usual)
            for strength, value in strengths.items():
                for cause in finding.get(strength, ()):
                    table[name][cause] = value
    return table


def weigh(data: dict, seen: Seen) -> dict[str, dict[str, float]]:
    """The evidence of each item for each cause, as a logarithm."""
    strengths, causes, table = data["strengths"], data["causes"], tabulate(data)
    strong, weak = strengths["always"], strengths["never"]
    items: dict[str, dict[str, float]] = {}
    for name in table:
        if name in seen.yes:
            items[name] = {cause: TEMPER * log(p) for cause, p in table[name].items()}
        elif name in seen.no:
            items[name] = {cause: TEMPER * log(1 - p) for cause, p in table[name].items()}
    for tested, outcome in seen.tests.items():
        own, other = (strong, weak) if outcome == "if" else (weak, strong)
        items[f"{tested}:{outcome}"] = {
            cause: log(own if cause == tested else other) for cause in causes
        }
    for code in sorted(seen.doctor):
        items[f"doctor:{code}"] = {
            cause: log(_find_code(code, entry.get("doctor", ()), strengths))
            for cause, entry in causes.items()
        }
    return items


def _find_code(code: str, codes: list[str], strengths: dict[str, float]) -> float:
    """How likely the doctor is to give this code under a cause that it sees by `codes`."""
    if code == "healthy":
        return strengths["rarely" if codes else "often"]
    return strengths["always" if code in codes else "never"]


def rank(data: dict, seen: Seen) -> list[Ranked]:
    """Every cause, the likeliest first; equal ones in the order of the file."""
    causes, items = data["causes"], weigh(data, seen)
    sums = {
        cause: log(data["priors"][entry["prior"]]) + sum(item[cause] for item in items.values())
        for cause, entry in causes.items()
    }
    top = max(sums.values())
    whole = sum(exp(value - top) for value in sums.values())
    shares = {cause: exp(value - top) / whole for cause, value in sums.items()}
    ranked = []
    for cause in sorted(causes, key=lambda name: -shares[name]):
        leans = {name: _lean(item, cause) for name, item in items.items()}
        ranked.append(
            Ranked(
                cause,
                shares[cause],
                tuple(n for n in sorted(leans, key=lambda n: -leans[n]) if leans[n] > 0.4),
                tuple(n for n in sorted(leans, key=lambda n: leans[n]) if leans[n] < -0.4),
            )
        )
    return ranked


def _lean(item: dict[str, float], cause: str) -> float:
    """How much an item speaks for a cause, against the mean over all causes."""
    return item[cause] - sum(item.values()) / len(item)


def name_share(share: float) -> str:
    """How sure that is, in words; nothing is certain."""
    if share >= LIKELY:
        return "likely"
    return "possible" if share >= POSSIBLE else "only if nothing else"


def find_next(data: dict, seen: Seen, skipped: set[str] = frozenset()) -> str | None:
    """The unanswered finding whose answer would tell most, in expected bits, between the causes; None when none tells anything.

    Of a question with one answer nothing is asked once it is answered.
    """
    table, shares = tabulate(data), {r.cause: r.share for r in rank(data, seen)}
    best, gain = None, 0.02
    for question in data["questions"]:
        names = question["findings"]
        if question.get("one") and any(name in seen.yes for name in names):
            continue
        for name in names:
            if name in seen.yes or name in seen.no or name in skipped:
                continue
            told = _expect_gain(table[name], shares)
            if told > gain:
                best, gain = name, told
    return best


def _expect_gain(likely: dict[str, float], shares: dict[str, float]) -> float:
    """The mutual information between a finding and the cause, in bits."""
    there = sum(shares[cause] * p for cause, p in likely.items())
    told = 0.0
    for cause, p in likely.items():
        if shares[cause] > 0:
            told += shares[cause] * (p * log(p / there) + (1 - p) * log((1 - p) / (1 - there)))
    return told / log(2)

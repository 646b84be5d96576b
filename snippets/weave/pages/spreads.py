"""How far numbers moved under other conditions, and what shown programs printed there: what `snippets.spread` kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

from snippets.measurement import Bad, Measurement, formatted, read_sealed, shown
from snippets.weave.numbers.book import Book

ORDER = ("again", "threads", "avx2", "plain", "nudged", "torch", "arm")
USUAL = 1e-6  # the tolerance of a number that gives none
NAMED = {"DEFAULT": "SSE"}  # what PyTorch calls its code for processors without anything newer
SHOWN = (
    "Run with",
    "Blocks and notebooks",
    "Lines printed",
    "Lines that changed",
    "Numbers rounded",
    "Moved at all",
    "Furthest, of the way to another digit",
    "In which",
)
HEAD = (
    "Measured with",
    "Numbers",
    "Moved at all",
    "Furthest, where a millionth is allowed",
    "Furthest of all",
    "Which number",
)


@dataclass(frozen=True)
class Move:
    """One number that moved: its name, its committed record, and the entry that came closest to leaving its tolerance."""

    key: str
    number: Measurement
    pair: tuple[float, float]

    @property
    def share(self) -> float:
        """How far it moved, as a share of its tolerance."""
        return self.number.share(*self.pair)


@dataclass(frozen=True)
class Spread:
    """What one condition did: how many numbers of experiments were compared, those that moved, and what shown programs did.

    programs: of each block and notebook that has not changed since, what `snippets.spread.compared` returned.
    """

    key: str
    said: str
    machine: dict
    versions: dict
    numbers: int
    moves: list[Move]
    programs: dict[str, dict]


def read_spreads(book: Book) -> dict[str, Spread]:
    """Every condition that was tried, in a fixed order; numbers that have gone since are left out."""
    folder = book.snippets / "results" / "spread"
    found, sources = {}, book.sources()
    for path in sorted(
        folder.glob("*.json"), key=lambda p: ORDER.index(p.stem) if p.stem in ORDER else len(ORDER)
    ):
        content = read_sealed(path)
        try:
            moves = [
                Move(f"{name}.{key}", kept[key], tuple(pair))
                for name, moved in content.get("moved", {}).items()
                for kept in [_compared(book, name)]
                for key, pair in moved.items()
                if key in kept
            ]
            programs = {
                name: one
                for name, one in content.get("programs", {}).items()
                if one["source"] == sources.get(name)
            }
            found[path.stem] = Spread(
                path.stem,
                content["said"],
                content["machine"],
                content["versions"],
                sum(content.get("numbers", {}).values()),
                moves,
                programs,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Bad(
                f"{shown(path)}:1: not a file of moves ({error}); run `make spread` to write it again"
            ) from error
    return found


def _compared(book: Book, name: str) -> dict[str, Measurement]:
    results = book.results.get(name)
    return (results.spot or results.measurements) if results else {}


def write_table(book: Book) -> list[str]:
    """One row a condition."""
    rows = [" | ".join(HEAD), " | ".join(["---"] * len(HEAD))]
    for spread in filter(lambda one: one.numbers, read_spreads(book).values()):
        usual = [
            move.share
            for move in spread.moves
            if move.number.rtol <= USUAL and move.number.atol <= USUAL
        ]
        worst = max(spread.moves, key=lambda move: move.share, default=None)
        rows.append(
            " | ".join(
                [
                    _condition(spread),
                    formatted(spread.numbers),
                    formatted(len(spread.moves)),
                    _share(max(usual, default=0.0)),
                    _share(worst.share if worst else 0.0),
                    worst.key.replace(".", ".<wbr>") if worst else "none",
                ]
            )
        )  # a long name may break at its dots
    return _stacked(rows)


def write_reruns(book: Book) -> list[str]:
    """One row a condition for what blocks and notebooks printed under it."""
    rows = [" | ".join(SHOWN), " | ".join(["---"] * len(SHOWN))]
    for spread in filter(lambda one: one.programs, read_spreads(book).values()):
        every = spread.programs
        name, worst = max(every.items(), key=lambda item: item[1]["farthest"])
        total = {
            part: sum(one[part] for one in every.values()) for part in ("lines", "rounded", "moved")
        }
        rows.append(
            " | ".join(
                [
                    _condition(spread),
                    formatted(len(every)),
                    formatted(total["lines"]),
                    formatted(sum(len(one["printed"]) for one in every.values())),
                    formatted(total["rounded"]),
                    formatted(total["moved"]),
                    _share(worst["farthest"]),
                    name.replace("/", "/<wbr>") if worst["farthest"] else "none",
                ]
            )
        )
    return _stacked(rows)


def _stacked(rows: list[str]) -> list[str]:
    return [
        '<div class="stack" markdown="block">',
        "",
        *(f"| {row} |" for row in rows),
        "",
        "</div>",
    ]


def _condition(spread: Spread) -> str:
    threads, instructions = spread.machine["threads"], spread.machine["instructions"]
    how = NAMED.get(instructions, instructions)
    if spread.key == "nudged":
        how += ", errors in the last place"
    if spread.key == "arm":
        how = "an emulated ARM processor"
    return (
        f"{threads} thread{'s' if threads > 1 else ''}, {how}, "
        f"PyTorch {spread.versions['torch']}, NumPy {spread.versions['numpy']}"
    )


def _share(value: float) -> str:
    return (
        "none" if value == 0 else "beyond" if value == math.inf else f"{formatted(100 * value)} %"
    )

"""How far the numbers moved when they were measured under other conditions: what `snippets.spread` kept, against the tolerances."""

from __future__ import annotations

import math
from dataclasses import dataclass

from snippets.measurement import Bad, Measurement, formatted, read_sealed, shown
from snippets.weave.book import Book

ORDER = ("again", "threads", "avx2", "plain", "torch")
USUAL = 1e-6  # the tolerance of a number that gives none
NAMED = {"DEFAULT": "SSE"}  # what PyTorch calls its code for processors without anything newer
HEAD = ("Measured with", "Numbers", "Moved at all", "Furthest, where a millionth is allowed", "Furthest of all", "Which number")


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
    """What one condition did: how many numbers were compared, and those that moved."""

    said: str
    machine: dict
    versions: dict
    numbers: int
    moves: list[Move]


def spreads(book: Book) -> dict[str, Spread]:
    """Every condition that was tried, in a fixed order; numbers that have gone since are left out."""
    folder = book.snippets / "results" / "spread"
    found = {}
    for path in sorted(folder.glob("*.json"), key=lambda p: ORDER.index(p.stem) if p.stem in ORDER else len(ORDER)):
        content = read_sealed(path)
        try:
            moves = [Move(f"{name}.{key}", kept[key], tuple(pair)) for name, moved in content["moved"].items()
                     for kept in [_compared(book, name)] for key, pair in moved.items() if key in kept]
            found[path.stem] = Spread(content["said"], content["machine"], content["versions"], sum(content["numbers"].values()), moves)
        except (KeyError, TypeError, ValueError) as error:
            raise Bad(f"{shown(path)}:1: not a file of moves ({error}); run `make spread` to write it again") from error
    return found


def _compared(book: Book, name: str) -> dict[str, Measurement]:
    results = book.results.get(name)
    return (results.spot or results.measurements) if results else {}


def table(book: Book) -> list[str]:
    """One row a condition."""
    rows = [" | ".join(HEAD), " | ".join(["---"] * len(HEAD))]
    for spread in spreads(book).values():
        usual = [move.share for move in spread.moves if move.number.rtol <= USUAL and move.number.atol <= USUAL]
        worst = max(spread.moves, key=lambda move: move.share, default=None)
        rows.append(" | ".join([
            _condition(spread), formatted(spread.numbers), formatted(len(spread.moves)),
            _share(max(usual, default=0.0)), _share(worst.share if worst else 0.0),
            worst.key.replace(".", ".<wbr>") if worst else "none"]))  # a long name may break at its dots
    return ['<div class="stack" markdown="block">', "", *(f"| {row} |" for row in rows), "", "</div>"]


def _condition(spread: Spread) -> str:
    threads, instructions = spread.machine["threads"], spread.machine["instructions"]
    return (f"{threads} thread{'s' if threads > 1 else ''}, {NAMED.get(instructions, instructions)}, "
            f"PyTorch {spread.versions['torch']}, NumPy {spread.versions['numpy']}")


def _share(value: float) -> str:
    return "none" if value == 0 else "beyond" if value == math.inf else f"{formatted(100 * value)} %"

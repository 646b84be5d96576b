"""The result of a run: snippets/results/mutations/score.json, sealed. The page How numbers stay true shows it."""

from __future__ import annotations

from snippets.measurement import RESULTS, read_sealed, write_sealed
from tests.mutations.judges import Verdict
from tests.mutations.makers import Mutation

SCORE = RESULTS / "mutations" / "score.json"


def tallied(judged: list[tuple[Mutation, Verdict]]) -> dict:
    """How many mutations of one kind there were, who noticed how many, and those that nobody noticed."""
    by = [verdict.by for _, verdict in judged]
    return {
        "made": len(judged),
        "check": by.count("check"),
        "test": by.count("test"),
        "survived": [str(mutation) for mutation, verdict in judged if not verdict.by],
    }


def keep(kinds: dict[str, dict], order: list[str]) -> None:
    """Put the tallies of these kinds in the place of older ones."""
    known = read_sealed(SCORE)["kinds"] if SCORE.exists() else {}
    merged = known | kinds
    write_sealed(SCORE, {"kinds": {kind: merged[kind] for kind in order if kind in merged}})

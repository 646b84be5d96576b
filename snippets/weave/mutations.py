"""The score of the mutation tests as a table, and why those that nothing noticed may stay."""

from __future__ import annotations

from pathlib import Path

import yaml

from snippets.measurement import Bad, formatted, read_sealed, shown

SCORE = Path("tests/mutations/score.json")
ARGUED = Path("tests/mutations/argued.yml")


def score(root: Path) -> list[str]:
    """The lines of the region. Bad when a mutation that nothing noticed is not argued for, or an argument has no such mutation."""
    if not (root / SCORE).exists():
        raise Bad(f"there is no {SCORE}; run `make mutate`")
    kinds = read_sealed(root / SCORE)["kinds"]
    reasons = _reasons(root)
    survived = [mutation for tally in kinds.values() for mutation in tally["survived"]]
    if silent := [mutation for mutation in survived if mutation not in reasons]:
        raise Bad(f"nothing noticed the mutation `{silent[0]}`; add a check, or say in {ARGUED} why it may stay")
    if idle := sorted(reasons.keys() - set(survived)):
        raise Bad(f"{ARGUED} argues for `{idle[0]}`, which is not among the survivors of {SCORE}; remove it")
    rows = [_row(kind, tally) for kind, tally in kinds.items() if tally["made"]]
    total = {name: sum(tally[name] for tally in kinds.values()) for name in ("made", "check", "test")} | {"survived": survived}
    head = ["| one thing is changed | times | `make check` notices | `make test` notices | nothing notices |",
            "| --- | ---: | ---: | ---: | ---: |"]
    table = ['<div class="stack" markdown="block">', "", *head, *rows, _row("**together**", total), "", "</div>"]
    return table + ["", *(f"- `{mutation}`: {reasons[mutation]}" for mutation in survived)] * bool(survived)


def _row(kind: str, tally: dict) -> str:
    counts = (tally["made"], tally["check"], tally["test"], len(tally["survived"]))
    return f"| {kind} | {' | '.join(map(formatted, counts))} |"


def _reasons(root: Path) -> dict[str, str]:
    path = root / ARGUED
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    if found is not None and not isinstance(found, dict):
        raise Bad(f"{shown(path)}:1: expected lines of the form `mutation: why it may stay`")
    return found or {}

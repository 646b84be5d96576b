"""The score of the mutation tests as a table, and why those that nothing noticed may stay."""

from __future__ import annotations

from pathlib import Path

import yaml

from snippets.measurement import Bad, formatted, read_sealed, shown

SCORE = Path("snippets/results/mutations/score.json")
ARGUED = Path("snippets/results/mutations/argued.yml")


def write_score(root: Path) -> list[str]:
    """The lines of the region."""
    kinds, survived, reasons = _read(root)
    rows = [_row(kind, tally) for kind, tally in kinds.items() if tally["made"]]
    total = {
        name: sum(tally[name] for tally in kinds.values()) for name in ("made", "check", "test")
    } | {"survived": survived}
    head = [
        "| one thing is changed | times | `make check` notices | `make test` notices | nothing notices |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    table = [
        '<div class="stack" markdown="block">',
        "",
        *head,
        *rows,
        _row("**together**", total),
        "",
        "</div>",
    ]
    return table + [
        "",
        *(
            f"- `{mutation}`: {reasons.get(mutation, 'nobody has said why yet')}"
            for mutation in survived
        ),
    ] * bool(survived)


def find_unsettled(root: Path) -> list[str]:
    """What is wrong with the arguments: a mutation that nothing noticed has none, or one has no such mutation."""
    _, survived, reasons = _read(root)
    silent = [
        f"nothing noticed the mutation `{mutation}`; add a check and judge its kind again, or say here why it may stay"
        for mutation in survived
        if mutation not in reasons
    ]
    idle = [
        f"`{mutation}` is not among those that nothing noticed; remove it"
        for mutation in sorted(reasons.keys() - set(survived))
    ]
    return silent + idle


def _read(root: Path) -> tuple[dict[str, dict], list[str], dict[str, str]]:
    if not (root / SCORE).exists():
        raise Bad(f"there is no {SCORE}; run `make mutate`")
    kinds = read_sealed(root / SCORE)["kinds"]
    return (
        kinds,
        [mutation for tally in kinds.values() for mutation in tally["survived"]],
        _reasons(root),
    )


def _row(kind: str, tally: dict) -> str:
    counts = (tally["made"], tally["check"], tally["test"], len(tally["survived"]))
    return f"| {kind} | {' | '.join(map(formatted, counts))} |"


def _reasons(root: Path) -> dict[str, str]:
    path = root / ARGUED
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    if found is not None and not isinstance(found, dict):
        raise Bad(f"{shown(path)}:1: expected lines of the form `mutation: why it may stay`")
    return found or {}

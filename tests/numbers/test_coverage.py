"""Every topic, table, question, exercise and picture that the usual introductions have is covered somewhere."""

import pytest
import yaml

from snippets.measurement import ROOT
from snippets.weave.check.checking import find_anchors
from snippets.weave.numbers.marks import FAST

COVERAGE = yaml.load((ROOT / "tests" / "cases" / "coverage.yml").read_text(encoding="utf-8"), FAST)
ROWS = [(source, *row) for source, rows in COVERAGE.items() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}")
def test_covered(row):
    source, what, page, heading = row
    assert all(isinstance(part, str) and part.strip() for part in row)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert heading in find_anchors(text), (
        f"docs/{page} has no #{heading}, named for “{what}” in tests/cases/coverage.yml"
    )


def test_no_row_stands_twice():
    said = [(source, what) for source, what, _, _ in ROWS]
    assert len(set(said)) == len(said) and len(COVERAGE) == 5

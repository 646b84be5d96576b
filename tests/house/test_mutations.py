"""The mutations are drawn alike each time; a sample of them is noticed; what changes nothing is not."""

import random

import pytest

from snippets.measurement import ROOT, Bad, read_sealed
from snippets.weave.check import checking
from snippets.weave.pages import mutations
from tests.mutations import makers
from tests.mutations.judges import Copy, Verdict, steps
from tests.mutations.makers import KINDS, Mutation, draw
from tests.mutations.score import SCORE, tallied

READ = (".md", ".yml", ".ipynb", ".json")  # by `make check`, which lets none of these through
QUICK = [
    kind
    for kind, (_, files, _) in KINDS.items()
    if files()[0].suffix in READ and not kind.endswith("its seal")
]


@pytest.fixture(scope="module")
def copy():
    with Copy() as copy:
        yield copy


@pytest.fixture(scope="module")
def drawn():
    return {kind: draw(kind) for kind in KINDS}


def test_every_kind_is_drawn_alike_and_changes_its_file(drawn):
    assert drawn == {kind: draw(kind) for kind in KINDS}
    assert sum(map(len, drawn.values())) >= 500
    for mutation in (m for found in drawn.values() for m in found):
        text = (ROOT / mutation.file).read_text(encoding="utf-8")
        assert mutation.apply(text) != text and next(steps(mutation))


def test_a_mutation_keeps_its_name_when_lines_are_added_above_it(checkout, monkeypatch):
    monkeypatch.setattr(makers, "ROOT", checkout)
    before = draw("a constant of a recipe")
    for path in (checkout / "snippets" / "recipes").glob("*.py"):
        path.write_text("# a line more\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    after = draw("a constant of a recipe")
    assert [str(m) for m in after] == [str(m) for m in before] and [m.line for m in after] == [
        m.line + 1 for m in before
    ]


@pytest.mark.parametrize("kind", QUICK)
def test_a_sample_is_noticed(kind, copy, drawn):
    """One of each kind that `make check` reads; `make mutate` judges all."""
    mutation = random.Random(kind).choice(drawn[kind])
    assert copy.judge(mutation).by == "check", mutation
    assert (copy.root / mutation.file).read_bytes() == (ROOT / mutation.file).read_bytes(), (
        "the file was not put back"
    )


def test_what_changes_nothing_is_told_as_a_survivor(copy, monkeypatch):
    monkeypatch.setattr(
        "tests.mutations.judges.steps",
        lambda mutation: [("check", []), ("quick", ["tests/numbers/test_coverage.py"])],
    )
    nothing = Mutation("a digit in prose", "README.md", 2, 2, "", "")
    verdict = copy.judge(nothing)
    assert not verdict.by and tallied([(nothing, verdict)]) == {
        "made": 1,
        "check": 0,
        "test": 0,
        "survived": [str(nothing)],
    }


def test_a_test_that_fails_is_named(copy):
    failing = copy.root / "tests" / "test_failing.py"
    failing.write_text("def test_good():\n    pass\n\n\ndef test_bad():\n    assert 1 == 2\n")
    assert copy.run("quick", ["tests/test_failing.py"]) == {
        "failed": "tests/test_failing.py::test_bad",
        "ran": 2,
    }
    failing.unlink()


def test_the_score_on_the_page_covers_every_kind():
    kinds = read_sealed(SCORE)["kinds"]
    assert kinds.keys() == KINDS.keys()
    assert all(
        tally["made"] == KINDS[kind][0] == tally["check"] + tally["test"] + len(tally["survived"])
        for kind, tally in kinds.items()
    )


def test_a_copy_is_in_order_and_a_kind_is_judged_again_while_the_arguments_for_its_survivors_do_not_fit(
    copy,
):
    argued = copy.root / mutations.ARGUED
    kept = argued.read_bytes()
    try:
        argued.write_bytes(kept + b"y: no such survivor\n")
        assert any("`y` is not among" in str(fault) for fault in checking._mutations(copy.root))
        assert copy.run("check", []) == {"failed": ""}
    finally:
        argued.write_bytes(kept)


def test_what_fails_anyway_noticed_nothing(copy, monkeypatch):
    good, gone = (
        Verdict("test", f"tests/numbers/test_coverage.py::test_{name}", "quick")
        for name in ("no_row_stands_twice", "that_is_gone")
    )
    assert copy.refuse([Verdict("check", "x.md:1: out of date", "check"), good]) == ""
    monkeypatch.setattr(
        copy,
        "run",
        lambda what, names, run=copy.run: {"failed": ""} if what == "check" else run(what, names),
    )
    assert copy.refuse([good, gone])


def test_a_survivor_needs_an_argument_and_an_argument_a_survivor(tmp_path):
    from snippets.measurement import write_sealed

    (tmp_path / mutations.SCORE).parent.mkdir(parents=True)
    write_sealed(
        tmp_path / mutations.SCORE,
        {
            "kinds": {
                "a sign": {"made": 2, "check": 1, "test": 0, "survived": ["x.md:1: 'a' -> 'b'"]}
            }
        },
    )
    assert mutations.find_unsettled(tmp_path) == [
        "nothing noticed the mutation `x.md:1: 'a' -> 'b'`; add a check and judge its kind again, "
        "or say here why it may stay"
    ]
    assert "- `x.md:1: 'a' -> 'b'`: nobody has said why yet" in mutations.write_score(tmp_path)
    argued = tmp_path / mutations.ARGUED
    argued.write_text("\"x.md:1: 'a' -> 'b'\": no reader sees it\n")
    assert (
        "- `x.md:1: 'a' -> 'b'`: no reader sees it" in mutations.write_score(tmp_path)
        and mutations.find_unsettled(tmp_path) == []
    )
    argued.write_text(argued.read_text() + "y: no reason\n")
    assert mutations.find_unsettled(tmp_path) == [
        "`y` is not among those that nothing noticed; remove it"
    ]
    argued.write_text("- a list\n")
    with pytest.raises(Bad, match=r"argued\.yml:1: expected lines of the form"):
        mutations.write_score(tmp_path)

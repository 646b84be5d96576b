"""Other threads, instructions and packages: what moved is reported and kept, and every tolerance follows from it."""

import collections
import contextlib
import functools
import json
import os
import subprocess
import sys
import venv
from dataclasses import replace

import pytest
from joblib import parallel_config

from snippets import spread
from snippets.experiments._runs import each, threads
from snippets.experiments._tolerances import DRAWN, ROOM, WIDEST
from snippets.measure import experiments
from snippets.measurement import ROOT, Bad, Measurement, Results, read_sealed, write
from snippets.programs import Ran, programs
from snippets.weave.numbers.book import get_loaded
from snippets.weave.pages.spreads import USUAL, read_spreads, write_reruns, write_table

UNDER = {
    "versions": {"torch": "9", "numpy": "9"},
    "machine": {"threads": 1, "instructions": "DEFAULT"},
}
KEPT = {
    "still": Measurement(1.0, "a"),
    "moves": Measurement([1.0, 2.0], "b", rtol=1e-3),
    "depth": Measurement(9, "c", kind="setting"),
}


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A folder with the results of one experiment, and none of ours."""
    folder = tmp_path / "results"
    monkeypatch.setattr(spread, "RESULTS", folder)
    monkeypatch.setattr(spread, "SPREAD", folder / "spread")
    write(folder / "made_up.json", Results("made_up", KEPT, {"torch": "8"}))
    return folder


def found(monkeypatch, kept=KEPT, **values):
    """Let a condition find what is kept, but for these values."""

    def measured(condition, names, python):
        yield UNDER
        for name in names:
            yield (
                name,
                kept | {key: replace(kept[key], value=value) for key, value in values.items()},
            )

    monkeypatch.setattr(spread, "measured", measured)


def test_a_number_that_moves_within_its_tolerance_is_kept_and_no_fault(
    results, monkeypatch, capsys
):
    found(monkeypatch, moves=[1.0, 2.001])
    assert spread.spread("plain", ["made_up"]) == []
    kept = read_sealed(results / "spread" / "plain.json")
    assert kept["moved"] == {"made_up": {"moves": [2.0, 2.001]}} and kept["numbers"] == {
        "made_up": 2
    }
    assert "1 of 2 moved, by 0.5 of a tolerance at most" in capsys.readouterr().out


def test_a_number_that_leaves_its_tolerance_is_named(results, monkeypatch):
    found(monkeypatch, moves=[1.01, 2.0])
    (fault,) = spread.spread("plain", ["made_up"])
    assert fault.startswith(
        "LEFT one thread, no vector instructions beyond SSE: made_up.moves: value was 1, is 1.01 (allowed: "
    )


def test_a_number_for_which_nothing_is_allowed_may_not_move(results, monkeypatch):
    kept = {"count": Measurement(3, "seeds", rtol=0.0)}
    write(results / "counted.json", Results("counted", kept, {}))
    found(monkeypatch, kept, count=4)
    assert "counted.count: value was 3, is 4" in spread.spread("again", ["counted"])[0]


def test_a_number_that_is_gone_is_an_error(results, monkeypatch):
    monkeypatch.setattr(
        spread, "measured", lambda *_: iter([UNDER, ("made_up", {"still": Measurement(1.0, "a")})])
    )
    with pytest.raises(Bad, match="lacks moves; run `make measure` first"):
        spread.spread("again", ["made_up"])


def test_what_another_machine_measured_is_not_mixed_in(tmp_path):
    path = tmp_path / "again.json"
    spread.keep(path, "once", UNDER, numbers={"a": 1})
    spread.keep(path, "once", UNDER, numbers={"b": 2}, programs={"c": {}})
    assert read_sealed(path)["numbers"] == {"a": 1, "b": 2} and read_sealed(path)["programs"] == {
        "c": {}
    }
    spread.keep(path, "once", UNDER | {"machine": {"threads": 2}}, numbers={"b": 2})
    assert read_sealed(path)["numbers"] == {"b": 2} and "programs" not in read_sealed(path)


def test_the_ninth_digit_is_no_move():
    assert Measurement(1.0, "x").moved(Measurement(1 + 4e-10, "x")) is None
    assert Measurement(1.0, "x", band=[0.5, 2.0]).moved(Measurement(1.0, "x", band=[0.5, 2.1])) == (
        2.0,
        2.1,
    )


def test_a_value_that_is_no_number_leaves_every_tolerance():
    assert Measurement(1.0, "x", rtol=10).differs(Measurement(float("nan"), "x"))


@pytest.mark.parametrize("limit", [1, 2])
def test_a_run_has_as_many_threads_as_the_condition_says(limit, monkeypatch):
    import torch

    monkeypatch.setenv("MEASURE_THREADS", str(limit))
    with parallel_config(backend="sequential"):
        assert each(lambda _: torch.get_num_threads(), range(2)) == [limit, limit]


def test_a_number_of_threads_that_is_none_is_an_error(monkeypatch):
    monkeypatch.setenv("MEASURE_THREADS", "two")
    with pytest.raises(Bad, match="MEASURE_THREADS is 'two'; expected a whole number from one on"):
        threads()


def test_a_process_of_its_own_runs_under_its_condition():
    plain = spread.CONDITIONS["plain"]
    both = spread.Condition(
        "both", threads=2, instructions=plain.instructions, environment=plain.environment
    )
    running = spread.measured(both, ["factors"])
    machine = next(running)["machine"]
    assert (machine["instructions"], machine["threads"]) == ("DEFAULT", 2)
    name, again = next(running)
    assert name == "factors" and not any(
        m.differs(again[key]) for key, m in spread.committed("factors").items()
    )
    assert list(running) == []


@pytest.mark.parametrize(
    "machine, message",
    [
        ({"threads": 1, "instructions": "AVX2"}, "PyTorch runs 1 threads; expected 2"),
        (
            {"threads": 2, "instructions": "NEON"},
            "PyTorch uses NEON; .* can't be held to AVX2. Name other conditions with --under",
        ),
    ],
)
def test_a_condition_that_is_not_met_is_an_error(machine, message):
    with pytest.raises(Bad, match=message):
        spread._met(spread.Condition("x", threads=2, instructions="AVX2"), machine)


def test_a_python_that_is_not_there_is_an_error(capsys, tmp_path):
    assert spread.main(["factors", "--with", str(tmp_path / "python")]) == 2
    assert "--with: there is no file" in capsys.readouterr().err


def test_a_file_that_is_no_program_is_an_error(capsys, tmp_path):
    (tmp_path / "python").write_text("x", encoding="utf-8")
    assert spread.main(["factors", "--with", str(tmp_path / "python")]) == 2
    assert "can't be started" in capsys.readouterr().err


def test_an_environment_without_torch_is_an_error(capsys, tmp_path):
    venv.create(tmp_path, symlinks=os.name != "nt")
    python = tmp_path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    assert spread.main(["factors", "--with", str(python)]) == 2
    said = capsys.readouterr().err
    assert (
        "has no torch, numpy, sklearn, joblib" in said
        and "-m pip install torch numpy scikit-learn joblib" in said
    )


def test_an_experiment_that_does_not_exist_is_an_error(capsys):
    assert spread.main(["deep_stak"]) == 2
    assert (
        "no experiment, page of blocks or notebook called deep_stak; there are: adaptive, "
        in capsys.readouterr().err
    )


def test_a_process_that_dies_is_an_error():
    dying = functools.partial(
        subprocess.Popen, [sys.executable, "-c", f"print({json.dumps(UNDER)!r})"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spread.subprocess, "Popen", lambda *_, **more: dying(**more))
        with pytest.raises(Bad, match="ended before the first experiment"):
            list(spread.measured(spread.Condition("x"), ["factors"]))


# ---------- the committed spreads, and the rule by which a tolerance follows from them ----------


@functools.cache
def tried():
    """Every committed condition, with what moved."""
    return read_spreads(get_loaded(ROOT))


PROGRAMS_ALONE = {"nudged", "arm"}  # conditions under which no experiment is measured


def test_every_condition_was_tried_on_nine_of_ten_numbers():
    """Not on all: a new experiment needs no second PyTorch."""
    assert list(tried()) == list(spread.CONDITIONS)
    every = sum(len(spread.committed(name)) for name in experiments())
    assert {
        key: one.numbers
        for key, one in tried().items()
        if one.numbers < 0.9 * every and key not in PROGRAMS_ALONE
    } == {}


def test_every_condition_was_tried_on_nine_of_ten_programs_as_they_are():
    """Not on all: a new block needs no second PyTorch. Under emulation a training takes up to an hour: half of them do there."""
    least = {key: (0.5 if key == "arm" else 0.9) * len(programs()) for key in tried()}
    assert {
        key: len(one.programs) for key, one in tried().items() if len(one.programs) < least[key]
    } == {}


def test_no_program_printed_something_else_under_any_condition():
    assert [
        f"{key}: {name}: {line}"
        for key, one in tried().items()
        for name, ran in one.programs.items()
        for line in ran["printed"]
    ] == []


def test_no_rounded_number_came_near_to_another_digit():
    """None went more than half of the way, and none lies where the smallest move would print something else."""
    seen = [(key, name, ran) for key, one in tried().items() for name, ran in one.programs.items()]
    assert len(seen) > 500
    assert [
        f"{key}: {name}: {ran['farthest']} of the way"
        for key, name, ran in seen
        if ran["farthest"] > 0.5
    ] == []
    assert [
        f"{key}: {name}: {ran['nearest']} of a last place"
        for key, name, ran in seen
        if ran["nearest"] < 0.001
    ] == []


def test_no_number_moved_by_more_than_half_of_its_tolerance():
    far = [
        f"{said}: {move.key} moved by {move.share:.3g} of its tolerance, {move.pair}"
        for said, one in tried().items()
        for move in one.moves
        if move.share > 0.5 + 1e-6
    ]  # a count may sit on the half itself
    assert far == []


def family(name: str, number: Measurement) -> tuple:
    """Numbers that share a tolerance for one reason: of one experiment, or all that hang on drawn weights."""
    rtol, atol = (0.0 if part <= USUAL else float(part) for part in (number.rtol, number.atol))
    return ("" if (rtol, atol) == (DRAWN, 0.0) else name, rtol, atol)


def families() -> dict[tuple, float]:
    """The largest move of each family, as a share of its tolerance, over all conditions; the usual tolerance is none."""
    largest: dict[tuple, float] = collections.defaultdict(float)
    moves = collections.defaultdict(float)
    for one in tried().values():
        for move in one.moves:
            moves[move.key] = max(moves[move.key], move.share)
    for name in experiments():
        numbers = spread.committed(name)
        for key, number in numbers.items():
            kind = family(name, number)
            if kind[1:] != (0.0, 0.0):
                largest[kind] = max(largest[kind], moves[f"{name}.{key}"])
    return dict(largest)


def test_a_tolerance_is_not_far_wider_than_what_moves_unless_a_reason_is_given():
    wide = {kind for kind, share in families().items() if share < 1 / WIDEST}
    given = {(name, *pair) for name, reasons in ROOM.items() for pair in reasons}
    assert wide - given == set(), (
        "far wider than what moved; give a reason in _tolerances.ROOM, or a narrower tolerance"
    )
    assert given - wide == set(), (
        "no longer far wider than what moved; take the reason out of _tolerances.ROOM"
    )


def test_the_table_counts_the_numbers_and_names_the_one_that_moved_most():
    rows = write_table(get_loaded(ROOT))
    assert len([row for row in rows if row.startswith("| ")]) == 2 + len(spread.CONDITIONS) - len(
        PROGRAMS_ALONE
    )
    for one in (one for key, one in tried().items() if key not in PROGRAMS_ALONE):
        worst = max(one.moves, key=lambda move: move.share)
        assert any(
            f"| {one.numbers:,} | {len(one.moves)} |" in row
            and f" {worst.key} |" in row.replace("<wbr>", "")
            for row in rows
        )


def test_the_table_of_programs_counts_what_was_printed_and_names_the_one_that_moved_farthest():
    rows = write_reruns(get_loaded(ROOT))
    assert len([row for row in rows if row.startswith("| ")]) == 2 + len(spread.CONDITIONS)
    for one in tried().values():
        lines, rounded, moved = (
            f"{sum(ran[part] for ran in one.programs.values()):,}"
            for part in ("lines", "rounded", "moved")
        )
        assert any(
            f"| {len(one.programs)} | {lines} | 0 | {rounded} | {moved} |" in row for row in rows
        )


# ---------- shown programs under other conditions ----------

RAN = Ran("x 0.67\ny 12%\n", [(0.666, ".2f"), (0.125, ".0%"), (7.0, ".1f")])


def again(printed=RAN.printed, *values):
    return Ran(
        printed,
        [
            (new, spec)
            for new, (_, spec) in zip(
                values or [v for v, _ in RAN.rounded], RAN.rounded, strict=True
            )
        ],
    )


def test_a_program_that_runs_the_same_keeps_its_distance():
    assert spread.compared(RAN, [again()]) == {
        "lines": 2,
        "printed": [],
        "rounded": 2,
        "moved": 0,
        "farthest": 0.0,
        "nearest": pytest.approx(0.1),
    }


def test_a_move_is_told_as_a_share_of_the_way_to_another_digit():
    found = spread.compared(RAN, [again(), again(RAN.printed, 0.6655, 0.125, 9.0)])
    assert (found["moved"], found["farthest"], found["nearest"]) == (
        1,
        pytest.approx(0.5),
        pytest.approx(0.05),
    )


def test_a_count_that_moves_is_not_exact():
    found = spread.compared(RAN, [again(RAN.printed, 0.666, 0.126, 7.0)])
    assert (found["moved"], found["farthest"]) == (1, float("inf")) and found["nearest"] == 0


def test_each_line_that_prints_something_else_is_named():
    assert spread.compared(RAN, [again("x 0.68\n")])["printed"] == [
        ["x 0.67", "x 0.68"],
        ["y 12%", ""],
    ]


def test_a_block_that_prints_something_else_is_left_and_kept(results, monkeypatch, capsys):
    monkeypatch.setattr(spread, "measured", lambda *_: iter([UNDER]))
    monkeypatch.setattr(spread, "shown_before", lambda _: RAN)
    monkeypatch.setattr(
        spread.Runner, "run", lambda *_: again("x 0.68\ny 12%\n", 0.676, 0.125, 7.0)
    )
    (left,) = spread.spread("plain", ["blocks/whisper/line"])
    assert (
        left
        == "LEFT one thread, no vector instructions beyond SSE: blocks/whisper/line: `x 0.67` is now `x 0.68`"
    )
    assert read_sealed(results / "spread" / "plain.json")["programs"]["blocks/whisper/line"][
        "printed"
    ] == [["x 0.67", "x 0.68"]]


def test_javascript_is_not_run_by_another_environment_s_python(results, monkeypatch):
    asked = []
    monkeypatch.setattr(
        spread, "measured", lambda condition, names, python: asked.extend(names) or iter([UNDER])
    )
    monkeypatch.setattr(
        spread.Runner, "run", lambda self, path, nudge: asked.append(path.name) or again()
    )
    monkeypatch.setattr(spread, "shown_before", lambda _: RAN)
    assert spread.spread(
        "torch", ["blocks/understand/trace", "blocks/whisper/line"]
    ) == [] and asked == ["line.py"]


def test_a_folder_names_its_programs_and_a_name_that_nothing_has_is_an_error():
    assert spread._named(["blocks/whisper", "factors"]) == ["blocks/whisper/line", "factors"]
    assert set(spread._named([])) == {*experiments(), *programs()}
    with pytest.raises(
        Bad, match="no experiment, page of blocks or notebook called block; there are: "
    ):
        spread._named(["block"])


def test_errors_in_the_last_place_are_small_and_drawn_from_their_seed_and_leave_what_is_exact():
    import torch

    from snippets.nudge import Nudged

    def run(nudge):
        torch.manual_seed(0)
        with Nudged(nudge) if nudge is not None else contextlib.nullcontext():
            a = torch.randn(50, 50, dtype=torch.float64)
            return a @ a, torch.ones(8) @ torch.arange(8.0), torch.tensor([20.0]).tanh()

    plain, one, other = run(None), run(1), run(2)
    assert (
        0 < (one[0] - plain[0]).abs().max() < 1e-13
        and not torch.equal(one[0], other[0])
        and torch.equal(one[0], run(1)[0])
    )
    assert one[1:] == plain[1:]

"""Every experiment is measured again; each number stays within its own tolerance."""

import pytest
from joblib import parallel_config

from snippets import measure
from snippets.measure import experiments, remeasure, report, requirements, workers
from snippets.measurement import RESULTS, ROOT, Bad, Measurement, Results, read, write


@pytest.fixture
def here():
    """Measure in this process: the tests run side by side already."""
    with parallel_config(backend="sequential"):
        yield


@pytest.mark.parametrize("name", experiments())
def test_measured_again(name, here):
    stored = read(RESULTS / f"{name}.json")
    kept = stored.spot or stored.measurements
    again = remeasure(name)
    assert kept.keys() == again.keys() == stored.measurements.keys()
    gone = {key: m.differs(again[key]) for key, m in kept.items() if m.differs(again[key])}
    assert not gone, "\n".join(f"{name}.{key}: {how}" for key, how in gone.items())


def test_a_hand_edited_result_breaks_its_seal(tmp_path):
    path = tmp_path / "x.json"
    write(path, Results("x", {"a": Measurement(1.25, "a thing")}, {"torch": "2"}))
    assert read(path).measurements["a"].value == 1.25
    path.write_text(path.read_text().replace("1.25", "1.26"))
    with pytest.raises(Bad, match=r"x\.json:1: the seal does not match"):
        read(path)


def test_a_results_file_that_is_not_json_says_where(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{\n "a": 1,\n oops\n}')
    with pytest.raises(Bad, match=r"x\.json:3: not JSON"):
        read(path)


def test_a_result_that_is_not_finite_is_never_written(tmp_path):
    with pytest.raises(
        Bad, match=r"experiments/x\.py: `a` holds a value that is not a finite number"
    ):
        write(tmp_path / "x.json", Results("x", {"a": Measurement(float("nan"), "a thing")}, {}))
    assert not (tmp_path / "x.json").exists()


def test_a_result_that_is_not_finite_is_never_read(tmp_path):
    from snippets.measurement import write_sealed

    infinite = {"a": {"value": float("inf"), "what": "a thing"}}
    write_sealed(tmp_path / "x.json", {"experiment": "x", "versions": {}, "measurements": infinite})
    with pytest.raises(
        Bad, match=r"x\.json:\d+: `a` holds a value that is not a finite number|seal"
    ):
        read(tmp_path / "x.json")


def test_the_same_measurement_writes_the_same_bytes(tmp_path):
    found = {
        "b": Measurement(2.0, "b"),
        "a": Measurement([1 / 3, 1e-30], "a", n=3, seeds=[[1.0, 2.0]]),
    }
    for name in ("one", "two"):
        write(
            tmp_path / f"{name}.json",
            Results("x", dict(sorted(found.items(), reverse=name == "two")), {"torch": "2"}),
        )
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_the_report_says_old_new_and_by_how_much():
    lines = report(
        {"a": Measurement(2.0, "a"), "b": Measurement(1.0, "b")},
        {"a": Measurement(2.5, "a"), "c": Measurement(1.0, "c")},
    )
    assert lines == ["  a: 2.00000 -> 2.50000 (+2.5e-01)", "  b: gone", "  c: new"]


def test_a_cluster_measures_the_same():
    from distributed import LocalCluster

    from snippets.experiments import deep_stack
    from snippets.experiments._runs import each

    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        workers("dask", cluster.scheduler_address),
    ):
        far = each(deep_stack.run, range(2))
    assert far == each(deep_stack.run, range(2))


def test_a_cluster_without_an_address_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("MEASURE_SCHEDULER", raising=False)
    with pytest.raises(Bad, match="needs MEASURE_SCHEDULER"), workers("dask"):
        pass


def test_measuring_what_does_not_exist_names_what_does(capsys):
    from snippets.measure import main

    assert main(["deep_stak"]) == 2
    assert (
        "no experiment, page of blocks or notebook called 'deep_stak'; there are: "
        in capsys.readouterr().err
    )


# ---------- experiments with requirements of their own ----------


def test_what_needs_other_packages_is_left_to_an_environment_of_its_own():
    own = {name: packages for name, packages in requirements().items() if packages}
    assert own == {"doctor_field": "field"}
    assert set(experiments()) == set(requirements()) - set(own)
    assert (ROOT / "requirements" / "field.txt").exists()


@pytest.fixture
def lists(tmp_path, monkeypatch):
    """A checkout with one list of packages, in which nothing is installed; gives what was run."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "other.txt").write_text("a==1\n")
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    monkeypatch.setattr(measure, "SCRATCH", tmp_path / ".cache")
    monkeypatch.setattr(measure.venv, "create", lambda folder, **_: folder.mkdir(parents=True, exist_ok=True))  # fmt: skip
    ran = []
    monkeypatch.setattr(measure.subprocess, "run", lambda command, **_: ran.append(command) or Done(0))  # fmt: skip
    return ran


class Done:
    """A process that has ended."""

    def __init__(self, status):
        self.returncode = status


def test_an_environment_is_made_once_and_again_when_its_list_changes(lists, tmp_path):
    python = measure.environment("other")
    assert python.startswith(str(tmp_path / ".cache" / "other"))
    assert [str(part) for part in lists[0][-2:]] == ["--requirement", str(tmp_path / "requirements" / "other.txt")]  # fmt: skip
    assert measure.environment("other") == python and len(lists) == 1
    (tmp_path / "requirements" / "other.txt").write_text("a==2\n")
    assert measure.environment("other") == python and len(lists) == 2


def test_an_environment_that_cannot_be_made_is_tried_again(lists, tmp_path, monkeypatch):
    monkeypatch.setattr(measure.subprocess, "run", lambda *_, **__: Done(1))
    for _ in range(2):
        with pytest.raises(Bad, match=r"other\.txt can't be installed"):
            measure.environment("other")


def test_measuring_one_of_these_is_left_to_its_own_python(monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(measure, "environment", lambda name: f"python of {name}")
    monkeypatch.setattr(measure.subprocess, "run", lambda *given, **more: ran.append((given, more)) or Done(3))  # fmt: skip
    assert measure.main(["doctor_field"]) == 1
    (((command,), more),) = ran
    assert command == ["python of field", "-m", "snippets.measure", "doctor_field"]
    assert more["env"]["MEASURE_IN"] == "field"
    assert "doctor_field: its measurement ended with 3" in capsys.readouterr().err

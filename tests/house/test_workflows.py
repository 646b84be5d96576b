"""The workflows: what zizmor and GitHub's schemas find wrong, and what those don't ask: versions, grants, who waits for whom."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} +# v\d+\.\d+\.\d+")
OURS = "$/"  # an action or workflow of this repository, at the commit that runs

each = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def parsed(path: Path) -> dict:
    """A workflow, with its triggers under 'on' (which YAML reads as true)."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow | {"on": workflow[True]}


def jobs(path: Path) -> dict[str, dict]:
    """The jobs that run on a machine; a job that calls a workflow has that workflow's limits."""
    return {name: job for name, job in parsed(path)["jobs"].items() if "uses" not in job}


def steps(path: Path) -> list[dict]:
    """All steps of all jobs."""
    return [step for job in jobs(path).values() for step in job["steps"]]


def uses(path: Path) -> list[str]:
    """What follows every `uses:`, with its comment, except what is of this repository."""
    found = re.findall(r"^[ -]*uses: *(.+?) *$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [action for action in found if not action.startswith(OURS)]


def test_the_workflows_are_there():
    assert {path.name for path in WORKFLOWS} >= {
        "audit.yml",
        "check.yml",
        "publish.yml",
        "remeasure.yml",
    }


@each
def test_no_use_is_overlooked(path):
    listed = [step["uses"] for step in steps(path) if "uses" in step]
    assert [action.split()[0] for action in uses(path)] == listed


@each
def test_every_action_is_pinned_to_a_commit_with_its_version(path):
    assert [action for action in uses(path) if not PINNED.fullmatch(action)] == []


def test_an_action_has_one_commit_and_one_version():
    versions: dict[str, set[str]] = {}
    for action in (action for path in WORKFLOWS for action in uses(path)):
        versions.setdefault(action.partition("@")[0], set()).add(action.partition("@")[2])
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@each
def test_a_called_workflow_exists(path):
    called = [job["uses"] for job in parsed(path)["jobs"].values() if "uses" in job]
    assert [name for name in called if not (ROOT / name.removeprefix(OURS)).is_file()] == []


@each
def test_a_workflow_grants_nothing_that_a_job_does_not_ask_for(path):
    assert parsed(path).get("permissions") == {}
    assert [name for name, job in parsed(path)["jobs"].items() if "permissions" not in job] == []


def test_what_may_write_is_on_this_list():
    writing = {
        (path.name, name, scope)
        for path in WORKFLOWS
        for name, job in parsed(path)["jobs"].items()
        for scope, level in job["permissions"].items()
        if level != "read"
    }
    assert writing == {
        ("publish.yml", "deploy", "pages"),
        ("publish.yml", "deploy", "id-token"),
        ("release.yml", "attach", "contents"),
        ("remeasure.yml", "report", "issues"),
    }


@each
def test_what_may_write_checks_nothing_out(path):
    for name, job in jobs(path).items():
        if "write" in job["permissions"].values():
            assert [step for step in job["steps"] if "checkout" in step.get("uses", "")] == [], name


@each
def test_every_workflow_says_what_runs_at_the_same_time(path):
    assert set(parsed(path)["concurrency"]) == {"group", "cancel-in-progress"}


def test_no_two_workflows_wait_for_each_other():
    """A called workflow in its caller's group would; github.workflow is the caller's name in both."""
    groups = [parsed(path)["concurrency"]["group"] for path in WORKFLOWS]
    assert len(set(groups)) == len(groups)
    assert [group for group in groups if "github.workflow" in group] == []


def test_the_weekly_measurement_runs_on_every_system_and_reports_each():
    """The outputs of a matrix overwrite each other, so each system has one of its own."""
    measure, report = (
        jobs(ROOT / ".github" / "workflows" / "remeasure.yml")[name]
        for name in ("measure", "report")
    )
    matrix = measure["strategy"]["matrix"]["include"]
    assert {one["system"].partition("-")[0] for one in matrix} == {"ubuntu", "macos", "windows"}
    names = {one["name"] for one in matrix}
    assert measure["outputs"] == {
        name: f"${{{{ steps.measure.outputs.{name} }}}}" for name in names
    }
    told = set(
        re.findall(r"needs\.measure\.outputs\.(\w+)", " ".join(report["steps"][0]["env"].values()))
    )
    assert told == names == set(re.findall(r"needs\.measure\.outputs\.(\w+)", report["if"]))
    assert names == {
        word.lower()
        for word in re.search(r"for system in (.*); do", report["steps"][0]["run"])[1].split()
    }


# ---------- what zizmor and the schemas see ----------

GITHUB = ROOT / ".github"
SCHEMAS = {
    "vendor.github-workflows": "workflows/*.yml",
    "custom.github-workflows-require-timeout": "workflows/*.yml",
    "vendor.dependabot": "dependabot.yml",
    "vendor.github-issue-forms": "ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.github-issue-config": "ISSUE_TEMPLATE/config.yml",
    "vendor.citation-file-format": "../CITATION.cff",
}


def run(*command: str | Path) -> subprocess.CompletedProcess:
    """A command with what it says."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def audited(folder: Path) -> subprocess.CompletedProcess:
    """zizmor at its most exacting that speaks of faults, not of tastes; it asks nobody outside."""
    program = next(
        file for file in importlib.metadata.files("zizmor") if file.stem == "zizmor"
    ).locate()
    return run(
        program,
        "--offline",
        "--no-config",
        "--no-progress",
        "--persona=pedantic",
        "--format=plain",
        folder,
    )


def conforming(schema: str, files: list[Path]) -> subprocess.CompletedProcess:
    """Files against a schema that comes with the tool."""
    return run(
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        schema,
        "--force-filetype=yaml",
        *files,
    )


def test_zizmor_finds_nothing():
    done = audited(GITHUB)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("schema", SCHEMAS)
def test_github_can_read_what_is_meant_for_it(schema):
    files = sorted(GITHUB.glob(SCHEMAS[schema]))
    done = conforming(schema, files)
    assert files and done.returncode == 0, done.stdout


WRONG = {
    "unpinned-uses": (r"actions/checkout@.*", "actions/checkout@v7"),
    "excessive-permissions": (r"permissions: \{\}", "permissions: read-all"),
    "artipacked": (r"persist-credentials: false", "fetch-depth: 1"),
    "template-injection": (r"run: make site", "run: make site ${{ matrix.python }}"),
    "dangerous-triggers": (r"pull_request:", "issue_comment:"),
}


@pytest.mark.parametrize("audit", WRONG)
def test_zizmor_would_find_it(audit, tmp_path):
    text = (GITHUB / "workflows/check.yml").read_text(encoding="utf-8")
    wrong = re.sub(*WRONG[audit], text)
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/check.yml").write_text(wrong, encoding="utf-8")
    done = audited(tmp_path / ".github")
    assert wrong != text and done.returncode > 0 and f"[{audit}]" in done.stdout


def test_a_job_without_a_time_limit_would_be_found(tmp_path):
    text = (GITHUB / "workflows/check.yml").read_text(encoding="utf-8")
    (tmp_path / "check.yml").write_text(
        re.sub(r"\n    timeout-minutes: 90", "", text), encoding="utf-8"
    )
    assert (
        conforming("custom.github-workflows-require-timeout", [tmp_path / "check.yml"]).returncode
        == 1
    )

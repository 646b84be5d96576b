"""What the pages about the site say of it: one version everywhere, the experiments that are spot-checked, messages that exist."""

import re
import subprocess
import sys
import tomllib

import yaml

from snippets.chores.full_measurements import spot_checked
from snippets.measurement import ROOT

ABOUT = ROOT / "docs" / "about"


def test_one_version_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(
        r"^## Version ([\d.]+), ([\d-]+)",
        (ABOUT / "changelog.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert newest.groups() == (version, citation["date-released"])
    assert citation["version"] == version
    assert f"version {version}." in (ABOUT / "index.md").read_text(encoding="utf-8")


def test_the_spot_checked_experiments_are_listed():
    text = (ABOUT / "how-numbers-stay-true.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- spots -->(.*?)<!-- /spots -->", text, re.DOTALL)[1]
    assert re.findall(r"experiments/(\w+)\.py", listed) == spot_checked()


def test_the_examples_for_contributors_pass_the_checks_that_contributors_meet():
    text = "".join(
        (ABOUT / name).read_text(encoding="utf-8") for name in ("contributing.md", "maintaining.md")
    )
    files = re.findall(
        r"[Ss]ave this as `([\w./-]+)`:\n\n( *)```\w+\n(.*?)^\2```$", text, re.DOTALL | re.MULTILINE
    )
    examples = {
        path: re.sub(f"^{indent}", "", code, flags=re.MULTILINE) for path, indent, code in files
    }
    examples["tests/claims/test_claims.py"] = re.search(
        r"```text\n(def test_half_silent.*?)```", text, re.DOTALL
    )[1]
    assert len(examples) == 6
    description = yaml.safe_load(examples.pop("docs/understand/silent-units.md").split("---")[1])[
        "description"
    ]
    assert 110 <= len(description) <= 160
    for path, code in examples.items():
        for command in (["check", "--ignore=F821"], ["format", "--check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--stdin-filename", path, "-"],
                cwd=ROOT,
                input=code,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=60,
            )
            assert done.returncode == 0, path + done.stdout + done.stderr

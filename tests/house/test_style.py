"""One room, one purpose: who may import whom, what the style allows, what make offers."""

import re
import subprocess
import sys

from snippets.measurement import ROOT

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_imports_follow_the_folders():
    done = run(sys.executable, "-c", LINT)
    assert done.returncode == 0, done.stdout


def test_the_import_contract_can_fail(checkout):
    page = checkout / "snippets" / "weave" / "numbers" / "marks.py"
    page.write_text(
        "import snippets.experiments.deep_stack\nimport snippets.weave.pages.regions\n"
        + page.read_text()
    )
    done = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1 and "the weaver never measures BROKEN" in done.stdout
    assert "each knows those below it BROKEN" in done.stdout


def test_style():
    for command in (["check"], ["format", "--check"]):
        done = run(sys.executable, "-m", "ruff", *command, "--no-cache", ".")
        assert done.returncode == 0, done.stdout


def test_make_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    listed = run("make", "--silent").stdout
    assert phony == {line.split()[0] for line in listed.splitlines()[1:]}


def test_the_site_is_built_without_torch():
    assert "torch" not in (ROOT / "requirements" / "build.txt").read_text()
    doors = "snippets.weave.hook, snippets.weave.extension, snippets.weave.check.checking"
    probe = f"import sys; import {doors}; sys.exit('torch' in sys.modules)"
    assert run(sys.executable, "-c", probe).returncode == 0


def test_public_functions_say_what_they_do():
    import ast

    silent = []
    folders = (".", "experiments", "weave", "weave/publish", "archive")
    for path in [p for folder in folders for p in (ROOT / "snippets" / folder).glob("*.py")]:
        top = ast.parse(path.read_text()).body
        methods = [
            m
            for c in top
            if isinstance(c, ast.ClassDef) and not c.name.startswith("_")
            for m in c.body
        ]
        for node in (n for n in [*top, *methods] if isinstance(n, (ast.FunctionDef, ast.ClassDef))):
            if not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []


def test_the_same_bytes_on_every_system():
    """Seals and hashes are over bytes: a checkout keeps its line ends, and no file is read or written in a system's own encoding."""
    import ast

    assert (
        "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    )
    loose = []
    for path in (ROOT / "snippets").rglob("*.py"):
        calls = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call)
        ]
        for call in calls:
            named = {keyword.arg for keyword in call.keywords}
            does = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if (
                does in ("read_text", "write_text", "fdopen")
                and not named & {"encoding"}
                and not _binary(call)
            ):
                loose.append(f"{path.relative_to(ROOT)}:{call.lineno}")
            if does in ("run", "Popen") and "text" in named and "encoding" not in named:
                loose.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert loose == []


def _binary(call) -> bool:
    return any("b" in str(getattr(argument, "value", "")) for argument in call.args[1:])

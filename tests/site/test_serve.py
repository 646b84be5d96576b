"""mkdocs serve follows edits of pages, blocks, figures and results, with one build for one edit."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

PAGE = "docs/understand/index.md"


@pytest.fixture
def served(small):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = small / "serve.log"
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"],
            cwd=small,
            env=usual | {"PYTHONPATH": str(small), "NO_MKDOCS_2_WARNING": "1"},
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(lambda: "Serving on" in log.read_text(), log)
        yield small, log, f"http://127.0.0.1:{port}/understand/"
    finally:
        process.terminate()
        process.wait()


def wait_for(happened, log) -> None:
    for _ in range(600):
        if happened():
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def builds(log) -> int:
    return len(re.findall(r"Documentation built|An error happened|ERROR", log.read_text()))


def get(address: str) -> str:
    return urllib.request.urlopen(address).read().decode()


def edit(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


EDITS = {
    "page": (PAGE, "# Why early layers", "# Why the early layers", "Why the early layers", None),
    "figure": (
        "snippets/figures/deep_stack.py",
        "Sigmoid and default ReLU",
        "Default ReLU and sigmoid",
        "Default ReLU and sigmoid",
        "is older than its sources",
    ),
    "style": (
        "snippets/figures/style/gradient-light.mplstyle",
        "lines.linewidth: 1.8",
        "lines.linewidth: 3.3",
        'stroke-width="3.3"',
        None,
    ),
    "block": (
        "snippets/blocks/understand/trace.js",
        "padEnd(16)",
        "padEnd(17)",
        "changed since it ran",
        "is older than its sources",
    ),
}


def test_one_edit_is_one_build(served):
    checkout, log, address = served
    for path, old, new, shown, said in EDITS.values():
        before = builds(log)
        edit(checkout / path, old, new)
        wait_for(lambda before=before: builds(log) > before, log)
        wait_for(lambda shown=shown: shown in get(address), log)
        time.sleep(2)
        assert builds(log) == before + 1, f"{path}\n{log.read_text()}"
        assert said is None or said in log.read_text()
    assert "Default ReLU and sigmoid" not in (checkout / PAGE).read_text(encoding="utf-8"), (
        "serving wrote under docs/"
    )
    assert "Content-Security-Policy" not in get(address), (
        "it would refuse the script with which MkDocs reloads a page"
    )


def test_a_result_measured_anew_reaches_the_page(served):
    from snippets.measurement import Measurement, Results, read, write

    checkout, log, address = served
    path = checkout / "snippets/results/deep_stack.json"
    old = read(path)
    deeper = {"deep": Measurement(101, "layers of the deeper residual stack", kind="setting")}
    write(path, Results(old.experiment, old.measurements | deeper, old.versions))
    wait_for(lambda: '<data value="101" data-key="deep_stack.deep">101</data>' in get(address), log)


def test_a_fault_while_editing_is_told_and_mended(served):
    checkout, log, address = served
    edit(checkout / PAGE, "# Why early layers", "# Why\n\n$\\sgima$\n\n# Why early layers")
    wait_for(lambda: "the formula `\\sgima` does not convert" in log.read_text(), log)
    edit(checkout / PAGE, "$\\sgima$", "mended")
    wait_for(lambda: "mended" in get(address), log)

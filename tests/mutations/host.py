"""Runs `make check` or tests in a copy of the checkout, each in a process forked from one that has only imported the big packages.

Run as a script, so that nothing of this project is imported before the fork: what runs is the copy's own. With the copy's folder as
its argument it has read that copy once before, and only checks: that is faster, and right as long as no code of the weaver is changed.
"""

import contextlib
import json
import os
import sys
import traceback

OWN = ("snippets", "tests")


class Recorder:
    """A pytest plugin: leaves out, or keeps only, the tests that need a browser or the built site; remembers the first failure."""

    def __init__(self, needs_site: bool):
        self.needs_site, self.failed, self.ran = needs_site, "", 0

    def pytest_collection_modifyitems(self, items):
        """Keep the tests of one sort."""
        slow = {"site", "address", "browser"}
        items[:] = [
            item
            for item in items
            if bool(slow & set(getattr(item, "fixturenames", ()))) == self.needs_site
        ]

    def pytest_runtest_logreport(self, report):
        """Remember the first test that fails."""
        self.ran += report.when == "call"
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report):
        """A file that can't be imported fails, too."""
        if report.failed and not self.failed:
            self.failed = report.nodeid or "collection"


def check(root: str, page: str = "") -> dict:
    """A fault that `make check` finds, those of the changed page first; empty when it is content.

    Which mutations of the last run are argued for is not asked: this run may change them.
    """
    from pathlib import Path

    from snippets.weave.check import checking
    from snippets.weave.numbers import book
    from snippets.weave.pages import mutations

    def first(faults) -> str:
        return next((told for told in map(str, faults) if str(mutations.ARGUED) not in told), "")

    faults = (
        checking.check_page(Path(root, page), _BOOK.get(root) or book.load(Path(root)))[1]
        if page
        else []
    )
    return {"failed": first(faults) or first(checking.check(Path(root)))}


_BOOK: dict = {}  # what no change of a page alters, by the root of the copy


def tests(needs_site: bool, names: list[str]) -> dict:
    """The first of these tests that fails, and how many ran."""
    import pytest

    recorder = Recorder(needs_site)
    status = pytest.main(
        ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *names], plugins=[recorder]
    )
    if status not in (0, 1, 5):  # 5: none was left after sorting
        recorder.failed = recorder.failed or f"pytest ended with status {status}"
    return {"failed": recorder.failed, "ran": recorder.ran}


def _child(job: dict, writer: int) -> None:
    os.setpgrp()
    os.chdir(job["root"])
    sys.path.insert(0, job["root"])
    os.environ["PYTHONPATH"] = job["root"]
    with open(os.devnull, "w") as quiet, os.fdopen(writer, "w", encoding="utf-8") as out:
        os.dup2(quiet.fileno(), 1)
        os.dup2(quiet.fileno(), 2)
        try:
            found = (
                check(job["root"], *job["names"])
                if job["what"] == "check"
                else tests(job["what"] == "site", job["names"])
            )
        except BaseException:
            found = {"failed": traceback.format_exc().strip().splitlines()[-1]}
        out.write(json.dumps(found))
    os._exit(0)


def _warm_up(roots: list[str]) -> None:
    if roots:
        from pathlib import Path

        sys.path.insert(0, roots[0])
        check(roots[0])
        from snippets.weave.numbers import book

        _BOOK[roots[0]] = book.load(Path(roots[0]))
        return
    import mkdocs.config  # noqa: F401
    import pytest  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import torch._dynamo  # noqa: F401

    assert not any(name.partition(".")[0] in OWN for name in sys.modules)


def serve(roots: list[str]) -> None:
    """Answer each line of standard input, a job as JSON, with what failed."""
    _warm_up(roots)
    for line in sys.stdin:
        job = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _child(job, writer)
        os.close(writer)
        print(json.dumps(_wait(child, reader, job["seconds"])), flush=True)


def _wait(child: int, reader: int, seconds: float) -> dict:
    import select
    import signal

    with os.fdopen(reader, encoding="utf-8") as told:
        ready, _, _ = select.select([told], [], [], seconds)
        if not ready:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        text = told.read() if ready else ""
    os.waitpid(child, 0)
    return (
        json.loads(text) if text else {"failed": "" if not ready else "ended without an answer"}
    )  # out of time: not noticed


if __name__ == "__main__":
    serve(sys.argv[1:])

"""Every block that a page shows runs, alone and as printed; no fence escapes."""

import re

import pytest

from snippets.measure import BLOCKS, blocks, node, run_block
from snippets.measurement import ROOT, Bad
from snippets.weave.book import current
from snippets.weave.pages import pages
from tests.fresh import Runner

SHOWN = [p for p in blocks()]


@pytest.fixture(scope="module")
def alone():
    """A function that runs a block in a process of its own."""
    with Runner() as runner:
        yield lambda path: runner.run(path) if path.suffix == ".py" else run_block(path)


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: p.relative_to(BLOCKS).as_posix())
def test_alone_in_a_process_of_its_own(path, alone):
    name = path.relative_to(BLOCKS).with_suffix("").as_posix()
    assert alone(path).splitlines() == current(ROOT).outputs[name]["stdout"]


def test_a_process_of_its_own_inherits_nothing(alone, tmp_path):
    (tmp_path / "one.py").write_text("import math\nmath.left = 1\nprint(math.left)\n")
    (tmp_path / "two.py").write_text("import math\nprint(math.left)\n")
    assert alone(tmp_path / "one.py") == "1\n"
    with pytest.raises(RuntimeError, match="AttributeError"):
        alone(tmp_path / "two.py")


def javascript():
    fence = re.compile(r"^```javascript\n(.*?)^```\n+```text\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [pytest.param(m[1], m[2], id=f"{p.name}:{p.read_text()[:m.start()].count(chr(10)) + 1}")
            for p in pages(ROOT) for m in fence.finditer(p.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("code, expected", javascript())
def test_javascript_as_the_page_prints_it(code, expected, tmp_path):
    import subprocess

    script = tmp_path / "block.js"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run([node(), str(script)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, expected), done.stderr


def test_every_javascript_fence_is_one_of_those():
    fences = sum(p.read_text(encoding="utf-8").count("\n```javascript\n") for p in pages(ROOT))
    assert fences == len(javascript())


def test_every_python_fence_is_collected_with_its_output():
    from pytest_codeblocks.main import extract_from_file

    for page in pages(ROOT):
        python = [b for b in extract_from_file(page) if b.syntax == "python"]
        assert len(python) == len(re.findall(r"^\s*```python$", page.read_text(encoding="utf-8"), re.MULTILINE)), page
        assert all(b.expected_output for b in python), f"{page}: a block without expected output"


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: p.relative_to(BLOCKS).as_posix())
def test_fits_the_page(path):
    text = path.read_text(encoding="utf-8")
    assert "__main__" not in text and max(map(len, text.splitlines())) <= 80


def test_a_block_that_fails_says_which_line(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("x = 1\nprint(y)\n")
    with pytest.raises(Bad, match=r"bad\.py:2: the block fails: NameError"):
        run_block(path)


def test_a_block_that_prints_nothing_is_refused(tmp_path):
    path = tmp_path / "silent.py"
    path.write_text("x = 1\n")
    with pytest.raises(Bad, match=r"silent\.py:1: the block prints nothing"):
        run_block(path)

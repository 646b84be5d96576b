"""Every block stands on a page, where pytest-codeblocks runs it alone and as printed; no fence escapes."""

import re

import pytest
from pytest_codeblocks.main import CodeBlock, extract_from_file

from snippets import programs
from snippets.measurement import ROOT, Bad
from snippets.programs import BLOCKS, Runner, blocks, distance, node, share
from snippets.weave.numbers.book import get_loaded
from snippets.weave.pages.weaving import list_pages
from tests.support.apart import Apart, Failed, cause

SHOWN = [p for p in blocks()]


@pytest.fixture(scope="module")
def alone():
    """A function that runs a block in a process of its own and returns what it printed."""
    with Runner() as runner:
        yield lambda path: runner.run(path).printed


if not programs.FORKS:  # elsewhere the blocks of pages themselves run like this

    @pytest.mark.parametrize("path", SHOWN, ids=lambda p: p.relative_to(BLOCKS).as_posix())
    def test_alone_in_a_process_of_its_own(path, alone):
        assert alone(path) == printed(path)


def printed(path):
    """What a block printed when it was kept."""
    return "".join(
        f"{line}\n"
        for line in get_loaded(ROOT).outputs[path.relative_to(BLOCKS).with_suffix("").as_posix()][
            "stdout"
        ]
    )


def test_every_block_stands_on_a_page_whole_and_with_all_that_it_printed():
    blocks = (block for page in list_pages(ROOT) for block in extract_from_file(page))
    shown = {(block.code, block.expected_output) for block in blocks if block.syntax == "python"}
    assert shown == {
        (path.read_text(encoding="utf-8"), printed(path)) for path in SHOWN if path.suffix == ".py"
    }


def test_the_first_look_is_the_same_function_in_both_programs():
    found = [
        re.search(
            r"^def first_look.*?\n\n", (BLOCKS / "diagnose" / name).read_text("utf-8"), re.M | re.S
        )
        for name in ("first_look.py", "first_look_cases.py")
    ]
    assert found[0][0] == found[1][0]


def test_a_block_of_a_page_inherits_nothing_and_fails_with_type_and_line():
    apart = Apart()
    apart.run(
        "one", CodeBlock("import math\nmath.left = 1\nprint(math.left)\n", 1, "python", "1\n")
    )
    with pytest.raises(Failed, match="has no attribute 'left'") as first:
        apart.run("two", CodeBlock("import math\n\nprint(math.left)\n", 1, "python", "1\n"))
    with pytest.raises(Failed, match="Expected output") as second:
        apart.run("three", CodeBlock("print(2)\n", 1, "python", "1\n"))
    with pytest.raises(Failed, match="ended without an answer") as third:
        apart.run("four", CodeBlock("import os\nos._exit(0)\n", 1, "python", "1\n"))
    assert [cause(one.value) for one in (first, second, third)] == [
        ("AttributeError", 3),
        ("RuntimeError", 0),
        ("Failed", 0),
    ]
    apart.end()


def test_a_process_of_its_own_inherits_nothing(alone, tmp_path):
    (tmp_path / "one.py").write_text("import math\nmath.left = 1\nprint(math.left)\n")
    (tmp_path / "two.py").write_text("import math\nprint(math.left)\n")
    assert alone(tmp_path / "one.py") == "1\n"
    with pytest.raises(Bad, match="AttributeError"):
        alone(tmp_path / "two.py")


@pytest.mark.parametrize("forks", [True, False])
def test_what_a_program_rounds_is_noted_also_where_nothing_forks(tmp_path, monkeypatch, forks):
    monkeypatch.setattr(programs, "FORKS", forks and programs.FORKS)
    path = tmp_path / "rounds.py"
    path.write_text(
        "x, width = 2 / 3, 7\nprint(f'{x:.2f} {x:{width}.0%} {x:>9.1e} {3:.1f} {x} {x!r:5}')\n"
    )
    with Runner() as runner:
        ran = runner.run(path)
    assert ran.printed == f"0.67     67%   6.7e-01 3.0 {2 / 3} {2 / 3!r:5}\n"
    assert ran.rounded == [(0.666666667, ".2f"), (0.666666667, "7.0%"), (0.666666667, ">9.1e")]


@pytest.mark.parametrize(
    "value, spec, far",
    [
        (0.666, ".2f", 0.1),
        (0.6651, ".2f", 0.01),
        (0.67, "8.2f", 0.5),
        (-0.6651, ".2f", 0.01),
        (0.5, ".0f", 0),
        (0.7351, "7.0%", 0.01),
        (0.12345, ".1%", 0.05),
        (123.4, ".3g", 0.1),
        (0.99504, ".2g", 0.004),
        (2.35e-9, ".1e", 0),
        (2.351e-9, ">10.1e", 0.01),
        (9.951, ".1e", 0.01),
        (1.0003, ".1e", 0.053),
        (0, ".1e", 0.5),
    ],
)
def test_how_far_a_number_is_from_another_digit(value, spec, far):
    assert distance(value, spec) == pytest.approx(far, abs=1e-6)


def test_a_move_is_a_share_of_the_way_to_another_digit():
    assert share(0.6651, 0.66512, ".2f") == pytest.approx(0.2, rel=1e-3)
    assert (
        share(2.4e-9, 2.45e-9, ".1e") == pytest.approx(1)
        and share(1.0, 1.0, ".0f") == 0
        and share(0.5, 0.51, ".0f") == float("inf")
    )


def javascript():
    fence = re.compile(r"^```javascript\n(.*?)^```\n+```text\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        pytest.param(m[1], m[2], id=f"{p.name}:{p.read_text()[: m.start()].count(chr(10)) + 1}")
        for p in list_pages(ROOT)
        for m in fence.finditer(p.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("code, expected", javascript())
def test_javascript_as_the_page_prints_it(code, expected, tmp_path):
    import subprocess

    script = tmp_path / "block.js"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run([node(), str(script)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, expected), done.stderr


def test_every_javascript_fence_is_one_of_those():
    fences = sum(p.read_text(encoding="utf-8").count("\n```javascript\n") for p in list_pages(ROOT))
    assert fences == len(javascript())


def test_every_python_fence_is_collected_with_its_output():
    for page in list_pages(ROOT):
        python = [b for b in extract_from_file(page) if b.syntax == "python"]
        assert len(python) == len(
            re.findall(r"^\s*```python$", page.read_text(encoding="utf-8"), re.MULTILINE)
        ), page
        assert all(b.expected_output for b in python), f"{page}: a block without expected output"


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: p.relative_to(BLOCKS).as_posix())
def test_fits_the_page(path):
    text = path.read_text(encoding="utf-8")
    assert "__main__" not in text and max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("bad.py", "x = 1\nprint(y)\n", r"bad\.py:2: the program fails: NameError"),
        ("bad.js", "const x = 1;\ny();\n", r"bad\.js:2: the program fails: .*Node"),
        ("silent.py", "x = 1\n", r"silent\.py:1: the program prints nothing"),
        (
            "gone.py",
            "import os\nos._exit(3)\n",
            r"gone\.py:1: the program fails: the process ended without an answer",
        ),
    ],
)
def test_a_block_that_fails_or_prints_nothing_is_refused(tmp_path, alone, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(Bad, match=said):
        alone(tmp_path / name)

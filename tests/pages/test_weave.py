"""The weaver refreshes what is generated and nothing else; bad input is named by file and line and changes no file."""

import json
import os
import re
import signal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snippets import measurement
from snippets.measurement import ROOT, Bad, write_sealed
from snippets.weave import writing
from snippets.weave.numbers.book import get_loaded
from snippets.weave.pages.weaving import list_pages, read_page, weave
from snippets.weave.publish import readme
from tests.conftest import run_in

PAGE = "docs/understand/index.md"


def woven(text: str):
    return weave(ROOT / PAGE, text, get_loaded(ROOT))


def tree(folder):
    return {
        p: p.read_bytes()
        for p in sorted([*(folder / "docs").rglob("*"), folder / "README.md"])
        if p.is_file()
    }


# ---------- what is generated ----------


def test_every_page_is_woven_already():
    for path in list_pages(ROOT):
        assert weave(path, read_page(path), get_loaded(ROOT)).text == read_page(path), path


def test_a_stale_number_is_refreshed_and_nothing_else():
    text = 'Before  \r\n<data value="deep_stack.depth">29</data> layers,\tand `<data value="x">1</data>`.\r\nAfter'
    made = woven(text)
    assert made.text == text.replace(">29<", ">30<") and not made.faults


def test_a_number_takes_the_format_asked_for():
    made = woven('<data value="deep_stack.deep" data-show="e3"></data>')
    assert made.text == '<data value="deep_stack.deep" data-show="e3">1.00 × 10²</data>'


def test_a_band_and_its_seeds_can_be_quoted():
    made = woven(
        '<data value="deep_stack.sigmoid.default.factor@band"></data> <data value="deep_stack.sigmoid.default.factor@n"></data>'
    )
    assert ">0.14 to 0.14</data>" in made.text and ">200</data>" in made.text


def test_a_citation_is_written_from_the_reference_list():
    assert (
        woven("[wrong](../reference/references.md#he2016)").text
        == "[He et al. 2016](../reference/references.md#he2016)"
    )


def test_fences_are_left_alone():
    text = '```markdown\n<!-- block: nothing/here -->\n<data value="nothing">1</data>\n```\n'
    assert woven(text).text == text and not woven(text).faults


def test_a_region_is_filled_with_the_line_endings_of_its_marker():
    made = woven("<!-- block: understand/trace -->\r\n<!-- /block -->\r\nend\n").text
    assert (
        made.endswith("<!-- /block -->\r\nend\n")
        and "```javascript\r\n" in made
        and "\n\n" not in made.replace("\r\n", "")
    )


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from("ab1 \t\r\n#`~<>-!|.*_$[]()é✓")))
def test_prose_without_marks_is_kept_byte_for_byte(text):
    assert woven(text).text == text


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "text\n",
                "\r\n",
                "# Heading\n",
                "`code <data`\n",
                '<data value="deep_stack.depth">7</data>\r\n',
                "trailing  \n",
                "<!-- block: understand/trace -->\nold\n<!-- /block -->\n",
                "```text\n<!-- block: x -->\n```\n",
                "<!-- table: none -->\n",
                "<!-- /figure -->\n",
                '<data value="no.such">1</data>\n',
            ]
        )
    )
)
def test_weaving_twice_is_weaving_once(parts):
    once = woven("".join(parts))
    twice = woven(once.text)
    assert twice.text == once.text and [f.message for f in twice.faults] == [
        f.message for f in once.faults
    ]


# ---------- bad input: where, what, expected ----------

BAD = {
    "unknown key": (
        '<data value="deep_stack.sigmoid.default.frist">1</data>',
        "unknown key `deep_stack.sigmoid.default.frist`; nearest: `deep_stack.sigmoid.default.first`",
    ),
    "unknown experiment": ('<data value="deep_stak.depth">1</data>', "nearest: `deep_stack.depth`"),
    "a profile in a sentence": (
        '<data value="deep_stack.relu.he.signal_profile">1</data>',
        "is a profile of 30 values",
    ),
    "no such part": ('<data value="deep_stack.depth@median">1</data>', "unknown part `@median`"),
    "a band that is not there": ('<data value="deep_stack.depth@band">1</data>', "has no band"),
    "unclosed number": ('<data value="deep_stack.depth">30', "not closed, nested or malformed"),
    "nested number": (
        '<data value="deep_stack.depth"><data value="deep_stack.width">1</data></data>',
        "not closed, nested or malformed",
    ),
    "a line that a block does not print": (
        '<data value="output:understand/trace:tanh">1</data>',
        "`understand/trace` prints 0 lines that start with 'tanh'",
    ),
    "a block of another page": (
        '<data value="output:misdiagnosis/x:y">1</data>',
        "quotes a block that is not on this page",
    ),
    "unknown block": (
        "<!-- block: understand/usual_dem -->\n<!-- /block -->",
        "unknown block `understand/usual_dem`; nearest: `understand/usual_demo`",
    ),
    "unknown figure": (
        "<!-- figure: deep_stak -->\n<!-- /figure -->",
        "unknown figure `deep_stak`; nearest: `deep_stack`",
    ),
    "unknown strip": (
        "<!-- strip: deep_stack.relu -->\n<!-- /strip -->",
        "unknown profile `deep_stack.relu`",
    ),
    "unnamed block": (
        "<!-- block -->\n<!-- /block -->",
        "needs a name; expected `<!-- block: name -->`",
    ),
    "unclosed region": (
        "<!-- block: understand/trace -->\ntext",
        "is not closed; expected `<!-- /block -->`",
    ),
    "nested region": (
        "<!-- block: understand/trace -->\n<!-- figure: deep_stack -->\n<!-- /figure -->\n<!-- /block -->",
        "is not closed",
    ),
    "closing nothing": ("<!-- /block -->", "closes nothing"),
    "repeated region": ("<!-- block: understand/trace -->\n<!-- /block -->\n" * 2, "stands twice"),
    "unknown reference": (
        "[x](../reference/references.md#he2051)",
        "unknown reference `he2051`; nearest: `he201",
    ),
}


@pytest.mark.parametrize("text, message", BAD.values(), ids=BAD.keys())
def test_bad_input_is_named_by_line(text, message):
    import re

    faults = woven("first line\n" + text + "\n").faults
    assert faults and all(str(f).startswith(f"{PAGE}:") and f.line >= 2 for f in faults)
    assert any(re.search(message.replace("(", r"\("), f.message) for f in faults), [
        str(f) for f in faults
    ]


@pytest.fixture
def weaving(checkout, monkeypatch):
    """A function that weaves the copy in this process and returns what it says."""
    monkeypatch.setattr(measurement, "SCRATCH", checkout / ".cache")
    monkeypatch.setattr(writing, "SCRATCH", checkout / ".cache")

    def said() -> str:
        try:
            faults = writing.write_pages(checkout)
        except Bad as bad:
            faults = [bad]
        return "\n".join(str(fault).replace(f"{checkout}/", "") for fault in faults)

    return said


@pytest.fixture
def refuses(checkout, weaving):
    """A function that asserts that the weaver says what is wrong and writes nothing."""

    def told(message: str) -> None:
        before = tree(checkout)
        said = weaving()
        assert message in said, said
        assert tree(checkout) == before

    return told


def stale(checkout):
    """Make one page stale, so that a weaver that did not refuse would write."""
    page = checkout / PAGE
    page.write_text(
        page.read_text().replace('value="deep_stack.deep">100<', 'value="deep_stack.deep">101<')
    )


def test_one_bad_page_keeps_every_page_from_being_written(checkout):
    stale(checkout)
    (checkout / "README.md").write_text(
        (checkout / "README.md").read_text() + '\n<data value="nope.nope">1</data>\n'
    )
    before = tree(checkout)
    done = run_in(checkout, "snippets.weave")
    assert done.returncode == 1 and "unknown key `nope.nope`" in done.stderr, (
        done.stderr + done.stdout
    )
    assert tree(checkout) == before


def test_a_block_that_changed_since_it_ran(checkout, refuses):
    stale(checkout)
    (checkout / "snippets/blocks/understand/trace.js").write_text("console.log(1)\n")
    refuses(
        "block `understand/trace` changed since it was run; run `make measure ONLY=blocks/understand`"
    )


def test_a_wrong_call_weaves_nothing(checkout):
    stale(checkout)
    before = {path: path.read_bytes() for path in (checkout / "docs").rglob("*.md")}
    done = run_in(checkout, "snippets.weave", "--chek")
    assert (done.returncode, done.stderr) == (2, "usage: python -m snippets.weave [--check]\n")
    assert before == {path: path.read_bytes() for path in (checkout / "docs").rglob("*.md")}


def test_a_block_that_was_never_run(checkout, refuses):
    stale(checkout)
    (checkout / "snippets/results/blocks/understand/trace.json").unlink()
    refuses("block `understand/trace` was never run")


def test_a_block_that_printed_nothing(checkout, refuses):
    stale(checkout)
    path = checkout / "snippets/results/blocks/understand/trace.json"
    write_sealed(path, json.loads(path.read_text()) | {"stdout": []})
    refuses("prints nothing")


def test_a_hand_edited_result(checkout, refuses):
    stale(checkout)
    path = checkout / "snippets/results/deep_stack.json"
    path.write_text(path.read_text().replace('"value": 30', '"value": 31'))
    refuses("snippets/results/deep_stack.json:1: the seal does not match")


def test_a_result_that_is_not_finite(checkout, refuses):
    stale(checkout)
    path = checkout / "snippets/results/deep_stack.json"
    content = json.loads(path.read_text())
    content["measurements"]["depth"]["value"] = float("nan")
    write_sealed(path, content)
    refuses("`depth` holds a value that is not a finite number")


def test_a_results_file_that_is_not_json(checkout, refuses):
    stale(checkout)
    (checkout / "snippets/results/deep_stack.json").write_text("{\n  oops\n}")
    refuses("snippets/results/deep_stack.json:2: not JSON")


def test_a_page_that_is_not_utf8(checkout, refuses):
    stale(checkout)
    (checkout / "docs/index.md").write_bytes(b"# Title\n\nna\xefve\n")
    refuses("docs/index.md:3: not UTF-8")


def test_a_read_only_page(checkout, refuses):
    stale(checkout)
    (checkout / PAGE).chmod(0o444)
    refuses(f"{PAGE}:1: the file is read-only")


def test_two_weavers_at_once(checkout, refuses):
    from filelock import FileLock

    stale(checkout)
    (checkout / ".cache").mkdir()
    with FileLock(checkout / ".cache" / "weave.lock"):
        refuses("another weaver is at work")
    assert run_in(checkout, "snippets.weave").returncode == 0


def killed(call: str, count: int, root) -> None:
    """Weave in a fork, which is killed right after a call of a function of `os`."""
    child = os.fork()
    if child == 0:
        try:
            plain, calls = getattr(os, call), []

            def last(*arguments):
                plain(*arguments)
                calls.append(arguments)
                if len(calls) == count:
                    os.kill(os.getpid(), signal.SIGKILL)

            setattr(os, call, last)
            writing.write_pages(root)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_the_picture_of_the_readme_follows_the_results(checkout, weaving, faults):
    picture = checkout / readme.PATH
    whole = picture.read_text(encoding="utf-8")
    said = f"{readme.PATH}:1: the picture of the README is missing or out of date"
    for broken in (whole.replace("810", "811"), None):
        picture.write_text(broken, encoding="utf-8") if broken else picture.unlink()
        assert broken != whole and said in faults()
        assert weaving() == "" and picture.read_text(encoding="utf-8") == whole
    assert faults() == ""


def test_a_folded_program_counts_as_a_block(checkout):
    """Its numbers can be quoted, it stands in the gallery, and nothing calls it an orphan."""
    page = checkout / PAGE
    open_, fold = (f"<!-- {kind}: understand/usual_demo -->" for kind in ("block", "program"))
    text = page.read_text()
    assert open_ in text
    before, _, rest = text.partition(open_)
    page.write_text(f"{before}{fold}{rest.replace('<!-- /block -->', '<!-- /program -->', 1)}")
    assert run_in(checkout, "snippets.weave").returncode == 0
    assert "usual_demo.py" in (checkout / "docs/reference/snippets.md").read_text()
    assert "usual_demo" not in run_in(checkout, "snippets.weave", "--check").stderr


def test_one_weave_is_enough_where_a_page_gathers_from_others(checkout, weaving):
    page = checkout / "docs/understand/chain-rule.md"
    text = page.read_text(encoding="utf-8")
    asked = text.index("## Check yourself")
    stale = re.sub(r'(<data value="[^"]+">)', r"\g<1>7", text[asked:])
    assert stale != text[asked:]
    page.write_text(text[:asked] + stale, encoding="utf-8")
    before = tree(checkout)
    assert weaving() == "" and tree(checkout) != before
    gathered = tree(checkout)
    assert weaving() == "" and tree(checkout) == gathered


def test_being_killed_midway_leaves_whole_pages(checkout, weaving):
    stale(checkout)
    other = checkout / "docs/understand/training.md"
    other.write_text(
        re.sub(r'(<data value="[^"]+">)', r"\g<1>7", other.read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    before = tree(checkout)
    assert weaving() == ""
    whole = tree(checkout)
    assert sum(whole[path] != before[path] for path in whole) == 2
    seen = []
    for call, count in (
        ("fsync", 1),
        ("replace", 1),
        ("fsync", 2),
        ("replace", 2),
    ):  # what a weaver does last before it is killed
        for path, content in before.items():
            path.write_bytes(content)
        killed(call, count, checkout)
        left = tree(checkout)
        assert all(content in (before[path], whole[path]) for path, content in left.items()), (
            call,
            count,
        )
        seen.append(sum(left[path] == whole[path] != before[path] for path in left))
        if len(seen) == 2:  # one page is written, the other is not
            assert weaving() == "" and tree(checkout) == whole
    assert seen == [0, 1, 1, 2]


def test_weaving_a_woven_tree_writes_nothing(checkout):
    before = {p: p.stat().st_mtime_ns for p in tree(checkout)}
    done = run_in(checkout, "snippets.weave")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert {p: p.stat().st_mtime_ns for p in tree(checkout)} == before

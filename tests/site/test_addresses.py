"""Links last: every address ever published leads somewhere in the built site, and what would break one is told by file and line."""

import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest

from snippets.measurement import ROOT, Bad
from snippets.weave.pages import redirects
from snippets.weave.site import addresses
from tests.conftest import run_in, served

DOCS = ROOT / "docs"
IDENTITY = re.compile(r'<[a-z][^<>]*?\sid="([^"]+)"')
PLACE = "fix/gating/"
PART = "fig-clip-profile"  # of fix/clipping/


def file_of(site: Path, address: str) -> Path:
    """The file that a server sends for an address."""
    page = address.partition("#")[0]
    return site / page / "index.html" if page.endswith("/") else site / page


def leads_nowhere(site: Path, listed: list[str]) -> list[str]:
    """The addresses that the built site doesn't answer; a page that has moved is followed once."""
    lost, known = [], {}
    for address in listed:
        path = file_of(site, address)
        if path.is_file() and 'data-moved="' in (
            text := path.read_text(encoding="utf-8") if path.suffix == ".html" else ""
        ):
            address, path = followed(address, text), file_of(site, followed(address, text))
        anchor = address.partition("#")[2]
        if anchor and path.is_file() and path not in known:
            known[path] = set(IDENTITY.findall(path.read_text(encoding="utf-8")))
        if not path.is_file() or (anchor and anchor not in known[path]):
            lost.append(address)
    return lost


def followed(address: str, text: str) -> str:
    """Where the page of an address that has moved leads."""
    page, _, anchor = address.partition("#")
    named = re.search(rf'href="([^"]+)" data-part="{anchor}"', text) if anchor else None
    target = (
        named[1]
        if named
        else re.search(r'href="([^"]+)" data-moved', text)[1] + (f"#{anchor}" if anchor else "")
    )
    return unquote(urljoin(f"http://x/{page}", target).removeprefix("http://x/"))


def test_every_address_ever_published_resolves(site):
    listed = addresses.read_list(DOCS)
    assert len(listed) > 1000 and leads_nowhere(site, listed) == []


def test_a_lost_address_would_be_found(site):
    assert leads_nowhere(
        site, ["fix/nowhere/", f"{PLACE}#no-such-part", "figures/none.svg", PLACE]
    ) == ["fix/nowhere/", f"{PLACE}#no-such-part", "figures/none.svg"]


def test_everything_that_can_be_linked_to_is_listed(site):
    """What stands within a drawing has ids for the drawing's own use, and so have the theme's controls."""
    listed, missing = set(addresses.read_list(DOCS)), []
    for path in sorted(site.rglob("index.html")):
        page = path.relative_to(site).parent.as_posix().strip(".") + "/"
        text = re.sub(r"<svg\b.*?</svg>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if "<article" in text:
            content = text[text.index("<article") : text.rindex("</article>")]
            page = "./" if page == "/" else page
            missing += [
                a
                for a in [
                    page,
                    *(f"{page}#{i}" for i in IDENTITY.findall(content) if not i.startswith("__")),
                ]
                if a not in listed
            ]
    assert missing == []


def test_the_list_and_the_table_of_moves_are_not_published(site):
    assert not (site / addresses.LIST).exists() and not (site / redirects.FILE).exists()


# ---------- what breaks a link is told ----------


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_deleted_heading_is_told_and_an_id_mends_it(checkout, faults):
    page = checkout / "docs/understand/floating-point.md"
    heading = re.search(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)[0]
    anchor = sorted(addresses.find_anchors(heading))[0]
    edit(page, f"{heading}\n", "## Under another name\n")
    said = faults()
    line = addresses.read_list(checkout / "docs").index(f"understand/floating-point/#{anchor}") + 1
    assert (
        f"docs/addresses.txt:{line}: `understand/floating-point/#{anchor}` was published and leads nowhere now: give its heading"
        in said
    )
    assert (
        "docs/addresses.txt:1: `understand/floating-point/#under-another-name` is not listed yet; run `make weave`"
        in said
    )
    edit(page, "## Under another name\n", f'<span id="{anchor}"></span>\n\n## Under another name\n')
    assert run_in(checkout, "snippets.weave").returncode == 0 and faults() == ""


def test_a_renamed_page_is_told_and_a_redirect_mends_it(checkout, faults):
    docs = checkout / "docs"
    before = addresses.read_list(docs)
    (docs / "fix/gating.md").rename(docs / "fix/gates.md")
    for path in [
        checkout / "mkdocs.yml",
        *docs.rglob("*.md"),
        *docs.rglob("*.yml"),
        *docs.rglob("*.ipynb"),
    ]:
        path.write_text(
            path.read_text(encoding="utf-8").replace("gating.md", "gates.md"), encoding="utf-8"
        )
    said = faults()
    assert re.search(
        rf"^docs/addresses\.txt:\d+: `{PLACE}` was published and leads nowhere now: add `{PLACE}: <where",
        said,
        re.MULTILINE,
    )
    moves = docs / "redirects.yml"
    moves.write_text(f"{moves.read_text(encoding='utf-8')}{PLACE}: fix/gates/\n", encoding="utf-8")
    assert run_in(checkout, "snippets.weave").returncode == 0
    assert set(before) < set(addresses.read_list(docs)), "weaving takes nothing off the list"
    assert faults() == ""


@pytest.mark.parametrize(
    "lines, message",
    [
        (
            f"{PLACE}: fix/gates/",
            rf"docs/redirects\.yml:1: `{PLACE}` did not move, its page stands",
        ),
        (
            "fix/never/: fix/gating/",
            r"docs/redirects\.yml:1: `fix/never/` was never published; nearest: `fix",
        ),
        (
            "# one\nfix/old/: fix/nowhere/",
            r"docs/redirects\.yml:2: `fix/old/` leads to `fix/nowhere/`, which does not stand; nearest",
        ),
        ("fix/old/: [fix/gating/]", r"docs/redirects\.yml:1: expected lines of the form"),
        ("a: b: c", r"docs/redirects\.yml:1: not valid YAML"),
    ],
)
def test_a_wrong_move_is_told(tmp_path, lines, message):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/fix").mkdir()
    page = tmp_path / "docs/fix/gating.md"
    (tmp_path / "docs/addresses.txt").write_text("fix/gating/\nfix/old/\n")
    (tmp_path / "docs/redirects.yml").write_text(lines)
    said = [str(fault) for fault in addresses.check(tmp_path / "docs", {page: "Text."}, ())]
    assert any(re.search(message, one) for one in said), said


def test_an_unsorted_list_is_told(tmp_path):
    (tmp_path / "addresses.txt").write_text("b/\na/\n")
    texts = {tmp_path / "a.md": "", tmp_path / "b.md": ""}
    assert any(
        "the list is not sorted" in str(fault) for fault in addresses.check(tmp_path, texts, ())
    )
    addresses.extend(tmp_path, texts, ())
    assert [str(fault) for fault in addresses.check(tmp_path, texts, ())] == []


def test_a_move_to_a_table_that_is_none_is_bad(tmp_path):
    (tmp_path / "redirects.yml").write_text("- a\n")
    with pytest.raises(Bad, match="expected lines of the form"):
        redirects.read_redirects(tmp_path)


# ---------- where a redirect leads ----------


@pytest.fixture
def moved_site(site, tmp_path) -> Path:
    """A part of the built site in which a page, one of its parts and a figure have moved."""
    docs, place = tmp_path / "docs", tmp_path / "site"
    docs.mkdir()
    moves = {
        "old/deep/name/": "fix/gating/",
        "old/deep/name/#lost": f"fix/clipping/#{PART}",
        "figures/old.svg": "figures/clip_profile.svg",
        "embed/pad.html": "embed/sketch-pad.html",
    }
    (docs / "redirects.yml").write_text("".join(f"{old}: {new}\n" for old, new in moves.items()))
    shutil.copytree(
        site,
        place,
        ignore=shutil.ignore_patterns("code", "video", "figures", "labs", "understand", "practice"),
    )
    for path, make in addresses.lead_on(
        docs, {"figures/clip_profile.svg": lambda: b"<svg/>"}
    ).items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(make())
    return place


def test_a_redirect_keeps_the_part_and_the_query_in_any_folder(moved_site, browser):
    part = sorted(addresses.find_anchors((DOCS / "fix/gating.md").read_text(encoding="utf-8")))[0]
    with served(moved_site, "/some/path/") as address:
        page = browser.new_page()
        for old, new in [
            ("old/deep/name/", "fix/gating/"),
            (f"old/deep/name/#{part}", f"fix/gating/#{part}"),
            (f"old/deep/name/?x=1#{part}", f"fix/gating/?x=1#{part}"),
            ("old/deep/name/#lost", f"fix/clipping/#{PART}"),
            ("embed/pad.html#sketch-pad?v=1", "embed/sketch-pad.html#sketch-pad?v=1"),
        ]:
            page.goto(f"{address}/{old}")
            page.wait_for_url(f"{address}/{new}")
        page.close()
        assert (moved_site / "figures/old.svg").read_bytes() == b"<svg/>"
    assert leads_nowhere(
        moved_site, ["old/deep/name/", f"old/deep/name/#{part}", "old/deep/name/#nothing"]
    ) == ["fix/gating/#nothing"]


def test_a_redirect_needs_no_script_and_works_from_disk(moved_site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with served(moved_site, "/some/path/") as address:
        page.goto(f"{address}/old/deep/name/")
        page.wait_for_url(f"{address}/fix/gating/")
    context.close()
    page = browser.new_page()
    page.goto((moved_site / "embed/pad.html").as_uri() + "#sketch-pad")
    page.wait_for_url(re.compile(r"^file:.*/embed/sketch-pad\.html#sketch-pad$"))
    page.close()

"""What is wrong with my net: the ranking, the data behind it, and the page as a reader uses it."""

import copy
import json
import math
import random
import re
import subprocess
from urllib.parse import unquote

import pytest
import yaml

from snippets.differential import SHOWN, Seen, find_next, name_share, rank, tabulate, weigh
from snippets.experiments.differential import PARTS, load, place
from snippets.measurement import ROOT, Bad
from snippets.programs import node
from snippets.weave.check.checking import find_anchors
from snippets.weave.numbers.marks import FAST
from snippets.weave.pages.differential import verify, write_script
from tests.support.pages import Visit

DATA = yaml.load((ROOT / "docs" / "differential.yml").read_text(encoding="utf-8"), FAST)
CASES = load()[1]
FINDINGS = {name: f["say"] for q in DATA["questions"] for name, f in q["findings"].items()}
GUIDE = ("misdiagnosis", "nan", "data", "loss", "settings")
SCRIPTS = ROOT / "docs" / "assets" / "javascripts" / "differential"
PAGE = "diagnose/what-is-wrong/"
CODES = sorted({code for cause in DATA["causes"].values() for code in cause.get("doctor", ())})

# ---------- the data ----------


def test_every_cause_has_a_section_and_every_section_a_cause():
    """A `##` of the guide's pages is the section of a cause, or one of the few that lead on; each cause stands in one, once."""
    named, woven = set(), []
    for page in GUIDE:
        text = (ROOT / "docs" / "diagnose" / f"{page}.md").read_text(encoding="utf-8")
        woven += re.findall(r"<!-- cause: (\w+) -->", text)
        headings = re.findall(r"^## .*?\{#([\w-]+)\}$", text, re.MULTILINE)
        named |= {f"{page}.md#{anchor}" for anchor in headings if anchor != "what-is-printed"}
        for name in woven[:]:
            where, _, anchor = DATA["causes"][name]["read"].partition("#")
            assert where != f"{page}.md" or anchor in find_anchors(text), name
    assert sorted(woven) == sorted(DATA["causes"])
    assert named == {cause["read"] for cause in DATA["causes"].values()}


def test_the_data_are_whole_and_every_finding_tells_something():
    verify(DATA)
    table = tabulate(DATA)
    assert len(DATA["causes"]) >= 45 and len(FINDINGS) >= 60
    assert all(len(set(likely.values())) > 1 for likely in table.values())
    assert all(0 < p < 1 for likely in table.values() for p in likely.values())
    assert len({cause["name"] for cause in DATA["causes"].values()}) == len(DATA["causes"])
    assert len(set(FINDINGS.values())) == len(FINDINGS)


def test_no_two_causes_are_told_apart_by_nothing():
    table = tabulate(DATA)
    rows = {cause: tuple(likely[cause] for likely in table.values()) for cause in DATA["causes"]}
    assert len(set(rows.values())) == len(rows)


@pytest.mark.parametrize(
    "damage, said",
    [
        (lambda d: d["causes"]["vanishing"].pop("test"), "the cause `vanishing` lacks test"),
        (lambda d: d["causes"]["vanishing"].update(prior="commen"), "`common`"),
        (lambda d: finding(d, "grad_none").update(always=["cut_grap"]), "`cut_graph`"),
        (lambda d: finding(d, "grad_none").update(ofen=["normal"]), "`often`"),
        (lambda d: finding(d, "grad_none").update(usual="daily"), "which is no strength"),
        (
            lambda d: finding(d, "grad_none").update(often=["normal"], sometimes=["normal"]),
            "names the cause `normal` twice",
        ),
        (lambda d: d["symptoms"][0].update(findings=["loss_nam"]), "`loss_nan`"),
        (
            lambda d: d["causes"].update(spare=dict(d["causes"]["vanishing"])),
            "no finding is often seen under spare",
        ),
    ],
    ids=["whole", "prior", "cause", "strength", "usual", "twice", "symptom", "silent"],
)
def test_damaged_data_are_named(damage, said):
    data = copy.deepcopy(DATA)
    damage(data)
    with pytest.raises(Bad, match=re.escape(said)):
        verify(data)


def test_damage_is_named_with_its_line():
    lines = (ROOT / "docs" / "differential.yml").read_text(encoding="utf-8").splitlines()
    data = copy.deepcopy(DATA)
    finding(data, "grad_none").update(often=["normal"], sometimes=["normal"])
    with pytest.raises(
        Bad, match=rf"^docs/differential\.yml:{lines.index('      grad_none:') + 1}: "
    ):
        verify(data)


def finding(data: dict, name: str) -> dict:
    """One finding of the data."""
    return next(q["findings"][name] for q in data["questions"] if name in q["findings"])


def test_every_door_ticks_what_exists():
    """What the reader of pasted logs sends along is a symptom, or findings by name."""
    symptoms = {symptom["id"] for symptom in DATA["symptoms"]}
    folder = ROOT / "docs" / "assets" / "javascripts" / "doctor"
    sent = [
        door
        for name in ("hints.js", "series.js")
        for door in re.findall(
            r'guide: (?:bad \? )?"([^"]*)"|", "(grad-none|loss-[a-z-]+)"\]',
            (folder / name).read_text(encoding="utf-8"),
        )
    ]
    doors = {door for pair in sent for door in pair if door}
    assert len(doors) >= 6
    for door in doors:
        assert door in symptoms or set(door.removeprefix("saw=").split("+")) <= set(FINDINGS), door


# ---------- the ranking ----------


def draw(chance: random.Random) -> Seen:
    """Something that a reader may have answered."""
    names = chance.sample(sorted(FINDINGS), chance.randint(0, 12))
    cut = chance.randint(0, len(names))
    tests = {
        cause: chance.choice(["if", "else", "tried"])
        for cause in chance.sample(sorted(DATA["causes"]), chance.randint(0, 4))
    }
    doctor = set(chance.sample([*CODES, "healthy"], chance.randint(0, 2)))
    return Seen(yes=set(names[:cut]), no=set(names[cut:]), tests=tests, doctor=doctor)


def test_the_page_ranks_as_python_does(tmp_path):
    """Over drawn answers both give the same order, shares, words, reasons and next question."""
    for path in SCRIPTS.glob("*.js"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "causes.js").write_bytes(write_script(DATA))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    chance = random.Random(0)
    given = [draw(chance) for _ in range(200)]
    (tmp_path / "given.json").write_text(
        json.dumps(
            [{k: sorted(v) if k != "tests" else v for k, v in vars(s).items()} for s in given]
        )
    )
    (tmp_path / "main.js").write_text(
        """import { readFileSync } from "node:fs"; import { DATA } from "./causes.js";
        import { rank, nameShare, findNext } from "./rank.js";
        const sets = ({ yes, no, doctor, tests }) => ({ yes: new Set(yes), no: new Set(no), doctor: new Set(doctor), tests });
        console.log(JSON.stringify(JSON.parse(readFileSync("given.json", "utf8")).map(sets).map((seen) => ({
          ranked: rank(DATA, seen).map((it) => ({ ...it, word: nameShare(it.share) })), next: findNext(DATA, seen) }))));"""
    )
    done = subprocess.run(
        [node(), "main.js"], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    for seen, theirs in zip(given, json.loads(done.stdout), strict=True):
        ours = rank(DATA, seen)
        assert [r.cause for r in ours] == [t["cause"] for t in theirs["ranked"]]
        for r, t in zip(ours, theirs["ranked"], strict=True):
            assert math.isclose(r.share, t["share"], rel_tol=1e-9)
            assert name_share(r.share) == t["word"]
            assert (set(r.speaks), set(r.objects)) == (set(t["speaks"]), set(t["objects"]))
        assert find_next(DATA, seen) == theirs["next"]


def test_what_is_not_answered_says_nothing():
    priors = [DATA["priors"][cause["prior"]] for cause in DATA["causes"].values()]
    shares = {r.cause: r.share for r in rank(DATA, Seen())}
    assert math.isclose(sum(shares.values()), 1) and weigh(DATA, Seen()) == {}
    assert all(
        math.isclose(shares[name], DATA["priors"][cause["prior"]] / sum(priors))
        for name, cause in DATA["causes"].items()
    )


def test_a_finding_moves_the_causes_that_it_is_often_seen_with_up_and_its_absence_down():
    plain = {r.cause: r.share for r in rank(DATA, Seen())}
    for name in FINDINGS:
        there = {r.cause: r.share for r in rank(DATA, Seen(yes={name}))}
        absent = {r.cause: r.share for r in rank(DATA, Seen(no={name}))}
        best = max(tabulate(DATA)[name].values())
        for cause, p in tabulate(DATA)[name].items():
            if p == best:
                assert there[cause] > plain[cause] > absent[cause], (name, cause)


@pytest.mark.parametrize("cause", DATA["causes"])
def test_a_test_s_outcome_ranks_again(cause):
    """Its own test puts a cause first and against it last of those that were close; a tried cure counts as against."""
    before = [r.cause for r in rank(DATA, Seen())].index(cause)
    spoken, against, tried = (
        [r.cause for r in rank(DATA, Seen(tests={cause: outcome}))].index(cause)
        for outcome in ("if", "else", "tried")
    )
    assert spoken == 0 and against == tried > len(DATA["causes"]) / 2 and against >= before


def test_nothing_is_certain():
    """Whatever is answered, the words never say more than likely, and all causes keep a share."""
    chance = random.Random(1)
    for _ in range(200):
        ranked = rank(DATA, draw(chance))
        assert {name_share(r.share) for r in ranked} <= {
            "likely",
            "possible",
            "only if nothing else",
        }
        assert ranked[-1].share > 0


def test_the_next_question_is_new_and_tells_the_leading_causes_apart():
    chance = random.Random(2)
    for _ in range(50):
        seen = draw(chance)
        skipped: set[str] = set()
        asked = find_next(DATA, seen, skipped)
        for _ in range(5):
            if asked is None:
                break
            assert asked not in seen.yes | seen.no | skipped
            one = next(q for q in DATA["questions"] if asked in q["findings"])
            assert not one.get("one") or not set(one["findings"]) & seen.yes
            skipped.add(asked)
            asked = find_next(DATA, seen, skipped)


# ---------- the reports ----------


def test_the_reports_are_public_whole_and_in_two_parts():
    ids = {case["address"] for case in CASES}
    assert len(ids) == len(CASES) >= 90
    for case in CASES:
        assert case["part"] in PARTS and case["said"] and case["ticked"] + case["denied"]
        assert set(case["ticked"]) | set(case["denied"]) <= set(FINDINGS), case["address"]
        assert not set(case["ticked"]) & set(case["denied"])
        assert case["cause"] in DATA["causes"] or case["cause"] == "other"


def test_a_cause_outside_the_list_counts_as_wrong():
    assert place(DATA, CASES[0] | {"cause": "other"}) > len(DATA["causes"])


# ---------- in the browser ----------


@pytest.fixture
def opened(browser, address):
    with Visit(browser, address, PAGE) as visit:
        visit.page.wait_for_selector(".differential[data-ready]")
        yield visit
        assert visit.wrong == []


def offered(page) -> list[str]:
    """The causes that are shown, in their order."""
    return page.locator(".differential__cause").evaluate_all("all => all.map(e => e.dataset.cause)")


def best(**known) -> list[str]:
    """The causes that Python would show."""
    seen = Seen(**known)
    gone = {cause for cause, outcome in seen.tests.items() if outcome != "if"}
    return [r.cause for r in rank(DATA, seen) if r.cause not in gone][:SHOWN]


def go(visit, address: str, fragment: str) -> None:
    visit.page.goto("about:blank")
    visit.go(f"{address}/{PAGE}#{fragment}")
    visit.page.wait_for_selector(".differential[data-ready]")


def test_ticking_ranks_and_stands_in_the_address(opened):
    page = opened.page
    page.get_by_role("checkbox", name="The loss, or an output, becomes nan or inf").check()
    assert offered(page) == best(yes={"loss_nan"}) and page.url.endswith("#saw=loss_nan")
    page.locator("summary", has_text="How is it trained").click()
    page.get_by_role("checkbox", name="float16, .half()").check()
    assert offered(page) == best(yes={"loss_nan", "half"})
    page.reload()
    page.wait_for_selector(".differential[data-ready]")
    assert offered(page) == best(yes={"loss_nan", "half"})
    assert page.get_by_role("checkbox", name="float16, .half()").is_checked()
    page.get_by_role("button", name="Start again").click()
    assert offered(page) == best() and "#" not in page.url


def test_by_keyboard_alone(opened):
    """Tab to a finding, space ticks it, tab to its no, on to the question, whose answer keeps the focus in place."""
    page = opened.page
    page.evaluate(
        "document.querySelector('h1').tabIndex = -1; document.querySelector('h1').focus()"
    )
    press_to(page, "The loss, or an output")
    page.keyboard.press("Space")
    assert "saw=loss_nan" in page.url
    press_to(page, "No: The loss hardly moves")
    page.keyboard.press("Enter")
    assert "not=loss_flat" in page.url
    press_to(page, "Not sure", back=False)
    asked = page.locator(".differential__ask").inner_text()
    page.keyboard.press("Enter")
    assert page.locator(".differential__ask").inner_text() != asked and "unsure=" in page.url
    assert page.evaluate("document.activeElement.closest('.differential__next') !== null")


def press_to(page, name: str, back: bool = False) -> None:
    """Tab until the focus is on what is called so."""
    for _ in range(120):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        called = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ?? "
            "document.activeElement.closest('label')?.textContent ?? document.activeElement.textContent)"
        )
        if called and called.startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def test_an_outcome_ranks_again_and_what_was_tried_is_not_offered(opened, address):
    page = opened.page
    go(opened, address, "saw=loss_nan+log_root")
    first, second = offered(page)[:2]
    page.get_by_role("button", name=f"It is otherwise: not {DATA['causes'][first]['name']}").click()
    assert first not in offered(page)
    assert offered(page) == best(yes={"loss_nan", "log_root"}, tests={first: "else"})
    assert DATA["causes"][first]["name"] in page.locator(".differential__out").inner_text()
    page.locator(f"[data-cause={offered(page)[0]}] summary").wait_for()
    tried = offered(page)[0]
    page.get_by_role("button", name=f"I tried the cure of {DATA['causes'][tried]['name']}").click()
    assert tried not in offered(page) and f"{tried}-tried" in unquote(page.url)
    page.get_by_role("button", name=f"Take that back: {DATA['causes'][first]['name']}").click()
    assert first in offered(page)
    page.locator(f"[data-cause={first}]").evaluate("fold => { fold.open = true; }")
    page.get_by_role("button", name=f"It is so: {DATA['causes'][first]['name']}").click()
    assert offered(page)[0] == first
    assert "is likely" in page.locator(".differential__told").inner_text()


@pytest.mark.parametrize("part", ["known-numbers", "all-causes", "how-often-it-is-right"])
def test_a_part_of_the_page_opened_cold_is_in_sight(opened, address, part):
    go(opened, address, part)
    top = opened.page.locator(f"#{part}").evaluate("part => part.getBoundingClientRect().top")
    assert 0 < top < opened.page.viewport_size["height"] / 3


def test_a_link_into_the_page_keeps_what_was_ticked(opened, address):
    """From the table of contents to a list and on: the answers stay, and the next one writes all of them."""
    page = opened.page
    go(opened, address, "saw=loss_nan+half")
    page.locator(".md-sidebar--secondary a[href$='#grad-none']").click()
    page.wait_for_function("location.hash === '#grad-none'")
    assert offered(page) == best(yes={"loss_nan", "half"})
    page.get_by_role("checkbox", name="The loss hardly moves").check()
    assert offered(page) == best(yes={"loss_nan", "half", "loss_flat"})
    assert "saw=loss_nan+half+loss_flat" in page.url


def test_the_question_s_answers_count_and_the_link_is_copied(opened, address):
    page = opened.page
    known = {"yes": {"loss_nan"}, "no": set()}
    go(opened, address, "saw=loss_nan")
    for press, kind in (("Yes", "yes"), ("No", "no")):
        asked = find_next(DATA, Seen(**known))
        page.locator(".differential__next").get_by_role("button", name=press, exact=True).click()
        known[kind].add(asked)
        assert offered(page) == best(**known)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_of_a_question_with_one_answer_the_last_holds(opened, address):
    page = opened.page
    go(opened, address, "saw=later")
    page.get_by_role("checkbox", name="It is there in the very first pass").check()
    assert not page.get_by_role(
        "checkbox", name="It comes only after it had trained well"
    ).is_checked()
    assert "saw=at_once" in page.url


@pytest.mark.parametrize("symptom", DATA["symptoms"], ids=lambda s: s["id"])
def test_a_symptom_s_address_ticks_its_findings(opened, address, symptom):
    go(opened, address, symptom["id"])
    assert offered(opened.page) == best(yes=set(symptom["findings"]))
    assert opened.page.locator(".differential__told").is_visible()


SOUGHT = {
    "0.693": {"loss_flat", "loss_known"},
    "loss nan": {"loss_nan"},
    "grad none": {"grad_none"},
    "weights not updating": {"weights_still"},
    "same output": {"same_output"},
}


@pytest.mark.parametrize("words", SOUGHT)
def test_what_people_search_for_leads_here_with_its_findings_ticked(browser, address, words):
    """The first result is this page, and the first of its results that names the words opens it with their findings."""
    with Visit(browser, address, "about/") as visit:
        page = visit.page
        page.keyboard.press("/")
        page.keyboard.type(words)
        first = page.locator(".md-search-result__item").first
        first.locator("a[href*='h=']").first.wait_for()
        links = first.locator("a").evaluate_all("all => all.map(link => link.href)")
        assert links[0].startswith(f"{address}/{PAGE}")
        named = next(link for link in links if not link.endswith("h="))
        visit.go(named)
        page.wait_for_selector(".differential[data-ready]")
        assert offered(page) == best(yes=SOUGHT[words]), named


def test_what_the_doctor_found_counts(opened, address):
    for code in (*CODES, "healthy"):
        go(opened, address, f"doctor={code}")
        assert offered(opened.page) == best(doctor={code}), code
    go(opened, address, "doctor=nonsense&saw=nothing+loss_nan&tests=vanishing-x+x-if&bad=%F0")
    assert offered(opened.page) == best(yes={"loss_nan"})


def test_every_cause_leads_to_its_section(opened, address):
    page = opened.page
    for name, cause in DATA["causes"].items():
        link = page.locator(f"#cause-{name.replace('_', '-')} a, a#cause-{name.replace('_', '-')}")
        where, _, anchor = cause["read"].partition("#")
        href = link.first.evaluate("link => link.href")
        assert href == f"{address}/diagnose/{where.removesuffix('.md')}/#{anchor}"


def test_nobody_ends_without_a_next_step(opened, address):
    """Nothing known, everything refuted, or only “not sure”: a test, a question or the first look is always offered."""
    page = opened.page
    go(opened, address, "tests=" + "+".join(f"{cause}-else" for cause in list(DATA["causes"])[:45]))
    assert len(offered(page)) == len(DATA["causes"]) - 45
    everything = "tests=" + "+".join(f"{cause}-else" for cause in DATA["causes"])
    go(opened, address, everything)
    assert offered(page) == [] and page.locator(".differential__told a").is_visible()


def test_without_javascript_the_lists_are_there(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        for symptom in DATA["symptoms"]:
            listed = visit.page.locator(f"#{symptom['id']} + div > ol > li").first
            cause = rank(DATA, Seen(yes=set(symptom["findings"])))[0].cause
            assert listed.is_visible()
            text = visit.page.locator(f"#{symptom['id']}").evaluate(
                "h => h.nextElementSibling.querySelector('ol').textContent"
            )
            assert text.strip().startswith(DATA["causes"][cause]["name"])
        assert visit.page.locator(".guesses table").is_visible()


def test_the_numbers_of_a_guess_follow_the_reader_s_classes(opened):
    page = opened.page
    page.get_by_label("classes, n").fill("37")
    assert (
        page.locator(".guesses tr", has_text="ln n").first.locator("td").last.inner_text()
        == "3.611"
    )
    page.get_by_label("my loss").fill("3.61")
    assert "Cross-entropy" in page.locator(".guesses [role=status]").inner_text()
    page.get_by_label("my loss").fill("0.6931")
    assert "ln 2" in page.locator(".guesses [role=status]").inner_text()
    page.get_by_label("my loss").fill("seven")
    assert "not a number" in page.locator(".guesses [role=status]").inner_text()
    page.get_by_label("my loss").fill("19")
    assert "none of these" in page.locator(".guesses [role=status]").inner_text()

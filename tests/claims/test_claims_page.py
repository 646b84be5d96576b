"""The page of the claims: each row has its test or its source, quotes what it says it quotes, and can be taken away."""

import csv
import io
import json
import re

import yaml

from snippets.measurement import ROOT
from snippets.weave.check.numerals import find_numerals, is_name
from snippets.weave.numbers.book import load
from snippets.weave.numbers.marks import FAST
from snippets.weave.pages import claims
from snippets.weave.pages.regions import VERDICTS
from tests.claims import test_claims
from tests.support.pages import Visit

CLAIMS = yaml.load((ROOT / "docs" / "claims.yml").read_text(encoding="utf-8"), FAST)
REFERENCES = yaml.load((ROOT / "docs" / "references.yml").read_text(encoding="utf-8"), FAST)


def test_every_test_belongs_to_a_row():
    named = {claim["test"] for claim in CLAIMS if claim.get("test")}
    tests = {name for name in vars(test_claims) if name.startswith("test_")}
    assert named == tests
    assert [
        c["id"]
        for c in CLAIMS
        if c.get("test") and c["test"] != "test_" + c["id"].replace("-", "_")
    ] == []


def test_a_row_that_quotes_a_measurement_is_asserted_and_names_a_script_it_quotes():
    for claim in CLAIMS:
        quoted = {
            key.partition(".")[0] for key in re.findall(r'<data value="([^"]+)"', claim["found"])
        }
        measured = quoted - REFERENCES.keys()
        if measured:
            assert claim.get("test"), claim["id"]
            assert claim["script"].removeprefix("experiments/").removesuffix(".py") in measured, (
                claim["id"]
            )


def test_a_cited_figure_and_every_quoted_word_stand_in_a_source_of_the_row():
    def said(text):
        return re.sub(r"\s+", " ", text).replace("’", "'").lower()

    for claim in CLAIMS:
        sources = claim.get("sources", [])
        keys = re.findall(r'<data value="([^"]+)"', claim["found"])
        assert {key.partition(".")[0] for key in keys} & REFERENCES.keys() <= set(sources), claim[
            "id"
        ]
        words = [
            said(q["quote"])
            for s in sources
            for q in [*REFERENCES[s].get("figures", {}).values(), *REFERENCES[s].get("claims", [])]
        ]
        plain = re.sub(r'<data value="(\w+)\.(\w+)"[^>]*></data>', _figure, said(claim["found"]))
        for quote in re.findall("“([^”]+)”", plain):
            assert any(quote.rstrip(".,") in word for word in words), f"{claim['id']}: {quote}"


def _figure(match):
    return str(
        REFERENCES.get(match[1], {}).get("figures", {}).get(match[2], {}).get("value", match[0])
    )


def test_what_is_said_holds_no_digit_and_an_id_is_lower_case():
    assert [c["id"] for c in CLAIMS if not all(map(is_name, find_numerals(c["said"])))] == []
    assert [c["id"] for c in CLAIMS if not re.fullmatch(r"[a-z]+(-[a-z]+)*", c["id"])] == []


def test_each_topic_on_offer_is_that_of_a_claim_and_each_topic_is_on_offer():
    page = (ROOT / "docs" / "reference" / "checked-claims.md").read_text(encoding="utf-8")
    select = re.search(r"<select data-topic>(.*?)</select>", page)[1]
    topics = {
        topic
        for found in re.findall(r'<article class="claim"[^>]* data-topic="([^"]+)"', page)
        for topic in found.split(" ")
    }
    offered = re.findall(r'<option value="([^"]+)">', select)
    assert sorted(topics) == offered and len(offered) > 5


def test_a_claim_that_went_into_another_is_still_found_by_its_name():
    page = (ROOT / "docs" / "reference" / "checked-claims.md").read_text(encoding="utf-8")
    for claim in CLAIMS:
        for old in claim.get("was", []):
            assert old not in {c["id"] for c in CLAIMS}
            assert f'<span id="{old}"></span>[{claim["id"]}](#{claim["id"]})' in page


def test_the_ledger_can_be_taken_away():
    rows = json.loads(claims.as_json(load(ROOT)))
    again = list(csv.DictReader(io.StringIO(claims.as_csv(load(ROOT)).decode())))
    assert [r["id"] for r in rows] == [r["id"] for r in again] == [c["id"] for c in CLAIMS] and len(
        rows
    ) >= 120
    assert all(
        r["said"] and r["found"] and "<data" not in r["found"] and (r["test"] or r["sources"])
        for r in rows
    )


def test_a_link_to_a_claim_that_the_filter_hides_shows_it_by_its_present_and_its_former_name(
    browser, address
):
    claim = next(claim for claim in CLAIMS if claim.get("was"))
    other = next(verdict for verdict in VERDICTS if verdict != claim["verdict"])
    with Visit(browser, address, "reference/checked-claims/") as visit:
        shown = visit.page.locator(f'.claim[id="{claim["id"]}"]')
        for name in (claim["id"], claim["was"][0]):
            visit.page.locator(f'[data-filter="{other}"]').click()
            assert shown.is_hidden()
            visit.page.evaluate("name => { location.hash = name }", name)
            shown.wait_for()
            assert (
                visit.page.locator(".claims-count").text_content() == f"All {len(CLAIMS)} claims."
            )

"""The sixty-second explainer: small, short, captioned, true to the results, and at home in the page."""

import json
import re
import struct

import pytest

from snippets.measurement import ROOT, Bad
from snippets.video.script import NAME, SENTENCES, filled, keys, spoken, words
from snippets.weave.numbers.book import load
from snippets.weave.pages import video
from tests.support.pages import Visit

PLACE = ROOT / "docs" / "assets" / "video"
VIDEO = ".video video"


@pytest.fixture(scope="module")
def manifest():
    return json.loads((PLACE / "manifest.json").read_text(encoding="utf-8"))


def cues() -> list[tuple[float, float, str]]:
    """Start and end in seconds, and the text of every caption."""
    text = (PLACE / f"{NAME}.vtt").read_text(encoding="utf-8")
    assert text.startswith("WEBVTT\n")

    def seconds(stamp: str) -> float:
        hours, minutes, rest = stamp.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(rest)

    found = re.findall(r"^(\S+) --> (\S+)\n(.+)$", text, re.MULTILINE)
    return [(seconds(start), seconds(end), said) for start, end, said in found]


def mp4_seconds(data: bytes) -> float:
    """Duration in the movie header (ISO/IEC 14496-12, box mvhd, version 0)."""
    at = data.index(b"mvhd") + 4
    scale, length = struct.unpack(">II", data[at + 12 : at + 20])
    return length / scale


def test_it_is_short_and_small(manifest):
    files = {kind: (PLACE / f"{NAME}.{kind}").read_bytes() for kind in ("mp4", "webm", "webp")}
    assert len(files["mp4"]) + len(files["webm"]) < 2_000_000 and len(files["webp"]) < 30_000
    assert files["webm"][:4] == b"\x1aE\xdf\xa3" and files["mp4"][4:8] == b"ftyp"
    assert (
        mp4_seconds(files["mp4"]) == pytest.approx(manifest["seconds"], abs=0.1)
        and manifest["seconds"] < 60
    )
    entry = (
        files["mp4"].index(b"avc1", files["mp4"].index(b"stsd")) + 4
    )  # ISO/IEC 14496-12, VisualSampleEntry
    assert struct.unpack(">HH", files["mp4"][entry + 24 : entry + 28]) == (1280, 720)


def test_the_files_are_those_that_were_made(manifest):
    import hashlib

    for name, kept in manifest["files"].items():
        data = (PLACE / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (kept["bytes"], kept["sha256"]), (
            name
        )


def test_it_says_what_the_results_say(manifest):
    book = load(ROOT)
    assert video.find_outdated(book) == [] and sorted(manifest["quotes"]) == keys()
    assert manifest["sentences"] == [
        filled(s.text, {key: book.number(key).text for key in keys()}) for s in SENTENCES
    ]


def test_a_result_that_changed_since_is_named(checkout, faults):
    path = checkout / "docs" / "assets" / "video" / "manifest.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            '"deep_stack.depth": "30"', '"deep_stack.depth": "31"'
        ),
        encoding="utf-8",
    )
    assert (
        "manifest.json:1: the video says 31 for `deep_stack.depth`, the results say 30; make it again"
        in faults()
    )
    path.write_text(
        path.read_text(encoding="utf-8").replace('": "5.1 ', '": "5.2 '), encoding="utf-8"
    )
    assert any(
        "draws another curve than `deep_stack.relu.he.signal_profile`" in message
        for message in video.find_outdated(load(checkout))
    )
    path.unlink()
    with pytest.raises(Bad, match="no manifest of the video"):
        video.read_manifest(load(checkout))


def test_captions_follow_the_voice(manifest):
    found = cues()
    assert [said for *_, said in found] == manifest["sentences"]
    for (start, end, _), (begin, finish) in zip(found, manifest["times"], strict=True):
        assert start == pytest.approx(begin, abs=2e-3) and end >= finish - 2e-3
    assert (
        all(a[1] <= b[0] for a, b in zip(found, found[1:], strict=False))
        and found[-1][1] <= manifest["seconds"]
    )


def test_it_is_heard(manifest):
    """What was measured in the finished files: nothing clipped, every sentence as loud as the others, most words recognized."""
    assert sorted(manifest["heard"]) == ["mp4", "webm"]
    for heard in manifest["heard"].values():
        assert heard["true_peak_dbfs"] < -1 and max(map(abs, heard["levels_lu"])) < 1.5
        assert (
            len(heard["levels_lu"]) == len(SENTENCES)
            and heard["words"] > 120
            and heard["word_error_rate"] < 0.3
        )


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("2.0 × 10⁻²⁵", "2 times ten to the minus 25"),
        ("4.7 × 10⁻¹²", "4.7 times ten to the minus 12"),
        ("0.41", "zero point four one"),
        ("810", "eight hundred and ten"),
        ("float32", "float thirty-two"),
        ("21", "twenty-one"),
    ],
)
def test_numbers_are_said_in_words(shown, said):
    assert spoken(shown) == re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)", lambda m: words(m[0]), said)


def test_a_number_that_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match="say it as a power of ten"):
        words("1437")


def test_it_stands_in_the_page_and_plays(browser, address):
    with Visit(browser, address, "", 390, "dark") as visit:
        video = visit.page.locator(VIDEO)
        assert video.evaluate(
            "v => [v.controls, v.autoplay, v.preload, v.poster, v.textTracks.length]"
        ) == [True, False, "none", "", 1]
        assert (
            video.evaluate("v => v.textTracks[0].mode") == "disabled"
        )  # captions are the reader's choice
        height = video.bounding_box()["height"]
        video.scroll_into_view_if_needed()
        visit.page.wait_for_function(f"document.querySelector('{VIDEO}').poster.endsWith('.webp')")
        assert video.bounding_box()["height"] == pytest.approx(height, abs=1)
        visit.page.wait_for_timeout(500)
        fetched = "performance.getEntriesByType('resource').map(r => r.name).filter(n => /webm|mp4/.test(n))"
        assert visit.page.evaluate(fetched) == [], "it is fetched before it is played"
        video.evaluate(
            "v => { v.muted = true; v.textTracks[0].mode = 'showing'; return v.play(); }"
        )
        visit.page.wait_for_function(
            f"document.querySelector('{VIDEO}').currentTime > 0.3", timeout=20000
        )
        assert video.evaluate("v => [v.videoWidth, v.videoHeight]") == [1280, 720]
        visit.page.wait_for_function(
            f"document.querySelector('{VIDEO}').textTracks[0].cues?.length === {len(SENTENCES)}"
        )
        assert (
            abs(
                video.evaluate("v => v.duration")
                - json.loads((PLACE / "manifest.json").read_text())["seconds"]
            )
            < 0.2
        )
        assert visit.wrong == []


def test_its_transcript_is_there_without_a_script(browser, address):
    with Visit(browser, address, "", java_script_enabled=False) as visit:
        visit.page.locator(".video summary").click()
        told = visit.page.locator(".video details").inner_text().replace("\u00a0", " ")
        assert load(ROOT).number("deep_stack.sigmoid.default.signal").text in told

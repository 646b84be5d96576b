"""What docs/differential.yml puts on the pages: a cause's test and cure in its section, the lists by symptom, and the data of the page."""

from __future__ import annotations

import json

from snippets.differential import Seen, rank
from snippets.measurement import ROOT, Bad
from snippets.weave.numbers.book import name_nearest

FILE = "docs/differential.yml"
SCRIPT = "assets/javascripts/differential/causes.js"
NEEDED = ("name", "why", "prior", "read", "test", "if", "else", "cure", "worked", "wrong")
LISTED = 5  # causes of a symptom, on the page without JavaScript


def verify(data: dict) -> dict:
    """The data, if every cause is whole and every strength, prior and cause that is named exists; Bad otherwise."""
    causes, strengths = data.get("causes", {}), data.get("strengths", {})
    for name, cause in causes.items():
        if missing := [key for key in NEEDED if not cause.get(key)]:
            raise Bad(f"{_place(name)}: the cause `{name}` lacks {', '.join(missing)}")
        if cause["prior"] not in data["priors"]:
            raise Bad(
                f"{_place(name)}: the cause `{name}` has the prior `{cause['prior']}`; {name_nearest(cause['prior'], data['priors'])}"
            )
    found: dict[str, str] = {}
    spoken: set[str] = set()
    for question in data.get("questions", ()):
        for name, finding in question["findings"].items():
            if name in found:
                raise Bad(f"{_place(name)}: the finding `{name}` stands twice")
            found[name] = finding["say"]
            _verify_finding(name, finding, causes, strengths)
            spoken.update(finding.get("always", ()), finding.get("often", ()))
    for symptom in data.get("symptoms", ()):
        for name in symptom["findings"]:
            if name not in found:
                raise Bad(
                    f"{FILE}:1: the symptom `{symptom['ask']}` names `{name}`; {name_nearest(name, found)}"
                )
    if silent := [name for name in causes if name not in spoken]:
        raise Bad(f"{FILE}:1: no finding is often seen under {', '.join(silent)}")
    return data


def _place(name: str) -> str:
    """The file and the line where a cause or a finding stands; the first line for one that does not."""
    lines = (ROOT / FILE).read_text(encoding="utf-8").splitlines()
    found = (i for i, line in enumerate(lines, 1) if line.strip() == f"{name}:")
    return f"{FILE}:{next(found, 1)}"


def _verify_finding(name: str, finding: dict, causes: dict, strengths: dict) -> None:
    if finding.get("usual", "rarely") not in strengths:
        raise Bad(
            f"{_place(name)}: the finding `{name}` is usually `{finding['usual']}`, which is no strength"
        )
    spoken: dict[str, str] = {}
    for strength in finding.keys() - {"say", "usual"}:
        if strength not in strengths:
            raise Bad(
                f"{_place(name)}: the finding `{name}` has the strength `{strength}`; {name_nearest(strength, strengths)}"
            )
        for cause in finding[strength]:
            if cause not in causes:
                raise Bad(
                    f"{_place(name)}: the finding `{name}` names the cause `{cause}`; {name_nearest(cause, causes)}"
                )
            if cause in spoken:
                raise Bad(f"{_place(name)}: the finding `{name}` names the cause `{cause}` twice")
            spoken[cause] = strength


def write_cause(data: dict, name: str) -> list[str]:
    """The test with its two outcomes, the cure and the wrong cure of one cause."""
    cause = data["causes"].get(name)
    if cause is None:
        raise Bad(f"unknown cause `{name}`; {name_nearest(name, data['causes'])}")
    test = f"**The test.** {cause['test']}"
    if cause.get("torch"):
        test += f" In PyTorch: `{cause['torch']}`."
    return [
        '<div class="cause" markdown="block">',
        "",
        f"**{cause['name']}.** {cause['why']}",
        "{.cause__why}",
        "",
        test,
        "",
        f"- If {cause['if']}: **it is this.**",
        f"- If {cause['else']}: **it isn't.** Go on.",
        "",
        f"**The cure.** {cause['cure']} It worked if {cause['worked']}.",
        "",
        f"**The wrong cure.** {cause['wrong']}",
        "",
        "</div>",
    ]


def write_lists(data: dict) -> list[str]:
    """For each main symptom the causes in the order of likelihood, with their tests; what a reader without JavaScript gets."""
    made = []
    for symptom in verify(data)["symptoms"]:
        made += [
            f"### {symptom['ask']} {{#{symptom['id']}}}",
            "",
        ]
        ranked = rank(data, Seen(yes=set(symptom["findings"])))[:LISTED]
        made += ['<div data-search-exclude markdown="block">', ""]
        for place in ranked:
            cause = data["causes"][place.cause]
            made.append(
                f"1. [**{cause['name']}**]({cause['read']}). {cause['test']} If {cause['if']}, it is this."
            )
        made += ["", "</div>", ""]
    return made


def write_causes(data: dict) -> list[str]:
    """Every cause with its section, by page; the page's script takes the addresses from here."""
    made = ['<div class="causes" data-search-exclude markdown="block">', ""]
    for name, cause in data["causes"].items():
        made.append(f"- [{cause['name']}]({cause['read']}){{#cause-{name.replace('_', '-')}}}")
    return [*made, "", "</div>"]


def write_script(data: dict) -> bytes:
    """The data as an ES module."""
    text = json.dumps(verify(data), ensure_ascii=False)
    return f"/* Written by the build from {FILE}. */\nexport const DATA = {text};\n".encode()

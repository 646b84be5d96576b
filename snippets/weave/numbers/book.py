"""Everything the pages may quote: results, outputs of blocks, cited figures. Nothing here writes."""

from __future__ import annotations

import difflib
import functools
import hashlib
import html
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from snippets.measurement import Bad, Measurement, formatted, read, read_sealed, shown
from snippets.weave.numbers.marks import FAST

PRINTED = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?|[-+]?inf|nan|None")


class Once(FAST):
    """YAML in which no key of a mapping stands twice; of two the later one would win without a word."""

    def construct_mapping(self, node, deep=False):
        """Refuse the second key where it stands."""
        known = set()
        for key, _ in node.value:
            if key.value in known:
                raise yaml.constructor.ConstructorError(
                    problem=f"`{key.value}` stands twice", problem_mark=key.start_mark
                )
            known.add(key.value)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class Number:
    """A number as a page shows it: its text, its plain value, and what its card says."""

    text: str
    plain: str
    card: dict | None  # None for a setting or a printed line, which carry no mark

    def tag(self, key: str, show: str = "") -> str:
        """The element that stands in the Markdown."""
        wanted = f' data-show="{show}"' if show else ""
        return f'<data value="{key}"{wanted}>{self.text}</data>'


class Book:
    """The committed sources of every number, loaded from one checkout."""

    def __init__(self, root: Path, drafting: bool = False):
        self.root = root
        self.drafting = (
            drafting  # a block may then stand with the output it had before its last edit
        )
        self.docs = root / "docs"
        self.snippets = root / "snippets"
        self.results = {p.stem: read(p) for p in sorted((self.snippets / "results").glob("*.json"))}
        self.outputs = self._outputs()
        self.references = self._yaml("references.yml", {})
        self.claims = self._yaml("claims.yml", [])
        self.differential = self._yaml("differential.yml", {})
        both = self.results.keys() & self.references.keys()
        if both:
            raise Bad(
                f"docs/references.yml:1: {', '.join(sorted(both))} is also the name of an experiment; rename one of them"
            )

    def _yaml(self, name: str, empty):
        path = self.docs / name
        if not path.exists():
            return empty
        try:
            return yaml.load(path.read_text(encoding="utf-8"), Loader=Once) or empty
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            raise Bad(
                f"{shown(path)}:{mark.line + 1 if mark else 1}: not valid YAML ({getattr(error, 'problem', error)})"
            ) from error

    def _outputs(self) -> dict[str, dict]:
        folder = self.snippets / "results" / "blocks"
        return {
            p.relative_to(folder).with_suffix("").as_posix(): read_sealed(p)
            for p in sorted(folder.rglob("*.json"))
        }

    def sources(self) -> dict[str, str]:
        """The sum over the source of each shown program, as it last ran, by its name: blocks/understand/usual_demo, notebooks/recurrent."""
        folder = self.snippets / "results" / "notebooks"
        kept = {f"blocks/{name}": kept for name, kept in self.outputs.items()}
        kept |= {
            f"notebooks/{path.stem}": read_sealed(path) for path in sorted(folder.glob("*.json"))
        }
        return {name: one["source"] for name, one in kept.items()}

    # ---------- numbers ----------

    def number(self, key: str, show: str = "") -> Number:
        """Look a key up; Bad names the nearest existing keys when there is none."""
        if key.startswith("output:"):
            return self._printed(key)
        source, _, rest = key.partition(".")
        name, _, part = rest.partition("@")
        if source in self.references:
            return self._cited(source, name, key)
        found = self.results[source].measurements.get(name) if source in self.results else None
        if found is None:
            raise Bad(f"unknown key `{key}`; {self._nearest(key)}")
        return self._measured(source, name, part, found, show)

    def _nearest(self, key: str) -> str:
        known = [f"{s}.{k}" for s, r in self.results.items() for k in r.measurements]
        known += [
            f"{s}.{k}" for s, r in self.references.items() for k in (*r.get("figures", {}), "year")
        ]
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.4)
        return f"nearest: {', '.join(f'`{k}`' for k in near)}" if near else "no key is like it"

    def _measured(self, source: str, name: str, part: str, m: Measurement, show: str) -> Number:
        show = show or m.show
        if part == "n":
            return Number(formatted(m.n), str(m.n), None)
        if isinstance(m.value, list):
            raise Bad(
                f"`{source}.{name}` is a profile of {len(m.value)} values and can't stand in a sentence; quote a single value"
            )
        if part == "band":
            if m.band is None:
                raise Bad(
                    f"`{source}.{name}` has no band; it has {'every seed: @seeds' if m.seeds else 'no seeds'}"
                )
            return Number(
                " to ".join(formatted(x, show) for x in m.band),
                str(m.band[0]),
                self._card(source, m, show),
            )
        if part == "seeds":
            if m.seeds is None:
                raise Bad(
                    f"`{source}.{name}` keeps no single seeds; it has {'a band: @band' if m.band else 'none'}"
                )
            return Number(
                ", ".join(formatted(x, show) for x in m.seeds),
                str(m.value),
                self._card(source, m, show),
            )
        if part:
            raise Bad(f"unknown part `@{part}` of `{source}.{name}`; expected @band, @seeds or @n")
        card = None if m.kind == "setting" else self._card(source, m, show)
        return Number(formatted(m.value, show), str(m.value), card)

    def _card(self, source: str, m: Measurement, show: str) -> dict:
        exact = (
            show
            if show.endswith(("f", "%"))
            else "e4"
            if isinstance(m.value, float) and show.startswith("e")
            else "4"
        )
        write = (
            (lambda x: formatted(x, "" if isinstance(x, int) else exact))
            if not m.show
            else (lambda x: formatted(x, m.show))
        )
        card = {
            "kind": "measured",
            "value": write(m.value),
            "what": m.what,
            "unit": m.unit,
            "n": m.n,
            "band": " to ".join(map(write, m.band)) if m.band else "",
            "seeds": ", ".join(map(write, m.seeds)) if m.seeds else "",
            "script": f"code/experiments/{source}.py",
            "checked": self._checked(source),
        }
        return {k: v for k, v in card.items() if v not in ("", None)}

    def _checked(self, source: str) -> str:
        return " ".join(("torch", self.results[source].versions["torch"]))

    def _cited(self, source: str, name: str, key: str) -> Number:
        reference = self.references[source]
        if name == "year":
            return Number(str(reference["year"]), str(reference["year"]), None)
        figure = reference.get("figures", {}).get(name)
        if figure is None:
            raise Bad(f"unknown key `{key}`; {self._nearest(key)}")
        card = {
            "kind": "cited",
            "value": str(figure["value"]),
            "what": reference["title"],
            "short": reference["short"],
            "quote": figure.get("quote", ""),
            "where": figure.get("where", ""),
            "checked": figure.get("checked", "unchecked"),
            "link": find_source(reference),
            "reference": f"reference/references/#{source}",
        }
        return Number(
            str(figure["value"]), str(figure["value"]), {k: v for k, v in card.items() if v}
        )

    def _printed(self, key: str) -> Number:
        _, block, label = (key.split(":", 2) + ["", ""])[:3]
        if block not in self.outputs:
            if any(
                (self.snippets / "blocks" / f"{block}{suffix}").is_file()
                for suffix in (".py", ".js")
            ):
                raise Bad(
                    f"block `{block}` was never run; run `make measure ONLY=blocks/{block.rpartition('/')[0]}`"
                )
            raise Bad(f"unknown block output `{block}`; {name_nearest(block, self.outputs)}")
        lines = [line for line in self.outputs[block]["stdout"] if line.strip().startswith(label)]
        found = PRINTED.findall(lines[0].strip()[len(label) :]) if lines else []
        if not label or len(lines) != 1 or not found:
            raise Bad(
                f"`{block}` prints {len(lines)} lines that start with {label!r} and end in a number; expected one"
            )
        return Number(_as_printed(found[-1]), found[-1], None)

    # ---------- citations ----------

    def short(self, reference: str) -> str:
        """The short citation, such as 'He et al. 2015'."""
        if reference not in self.references:
            raise Bad(
                f"unknown reference `{reference}`; {name_nearest(reference, self.references)}"
            )
        return self.references[reference]["short"]


def _as_printed(token: str) -> str:
    mantissa, e, exponent = token.partition("e")
    if not e:
        return token.replace("-", "−")
    return formatted(float(token), f"e{sum(c.isdigit() for c in mantissa)}")


def name_nearest(name: str, known) -> str:
    """Name the closest of the known names, for a message."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    return (
        f"nearest: {', '.join(f'`{k}`' for k in near)}"
        if near
        else f"there are: {', '.join(sorted(known)) or 'none'}"
    )


def find_source(reference: dict) -> str:
    """Where a source is found: its DOI, else arXiv, else its page."""
    if reference.get("doi"):
        return f"https://doi.org/{reference['doi']}"
    if reference.get("arxiv"):
        return f"https://arxiv.org/abs/{reference['arxiv']}"
    return reference.get("url", "")


def list_sources(root: Path) -> list[Path]:
    """Every file a woven page depends on, besides the page."""
    folders = ("results", "figures", "tables", "blocks", "recipes", "experiments")
    found = [
        p
        for f in folders
        for p in (root / "snippets" / f).rglob("*")
        if p.suffix in (".json", ".py", ".js", ".mplstyle")
    ]
    return sorted([*found, *(root / "docs").glob("*.yml")])


def load(root: Path, drafting: bool = False) -> Book:
    """The book as the files stand now; read again only when one of them changed."""
    state = tuple((p, p.stat().st_mtime_ns) for p in list_sources(root))
    _loaded[root] = _load(root, drafting, hashlib.sha256(repr(state).encode()).hexdigest())
    return _loaded[root]


def get_loaded(root: Path) -> Book:
    """The book that this build loaded last, without a look at the files; loaded when there is none."""
    return _loaded.get(root) or load(root)


_loaded: dict[Path, Book] = {}


@functools.lru_cache(maxsize=2)
def _load(root: Path, drafting: bool, state: str) -> Book:
    return Book(root, drafting)


def strip_marks(markdown: str) -> str:
    """Markdown with tags, emphasis and links reduced to their words."""
    text = re.sub(r"<[^>]+>", "", markdown)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return html.unescape(re.sub(r"[*_`$]|\\(?=\S)", "", text)).strip()

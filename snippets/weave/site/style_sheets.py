"""The theme's style sheets in the built site, without the rules that no page of it can match.

A theme styles all that its users may write; a phone fetches and matches every rule before it shows the first line. A rule goes when one of
the names it asks for (an element, a class, an id, the value of an attribute) stands in no page and no script could put it there. What the
theme itself makes begins with md-, and stays whenever the theme's script names it. Custom properties that nothing reads go as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tinycss2

from snippets.measurement import Bad

SITE = "assets/stylesheets/site.css"
COMMENT = re.compile(r"/\*.*?\*/\n*", re.DOTALL)
THEME = ("assets/stylesheets/main.*.min.css", "assets/stylesheets/palette.*.min.css")
OWN = ("assets/javascripts", "assets/stylesheets")
WORD = re.compile(r"-{0,2}[A-Za-z_][\w-]*")
TAG = re.compile(r"""<([a-zA-Z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
ATTRIBUTE = re.compile(r"""([\w:-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
READ = re.compile(r"var\(\s*(--[\w-]+)")
FIXED = (
    "dir",
    "data-md-color-primary",
    "data-md-color-accent",
)  # attributes whose values no script makes up
ANY = ("is", "where", "matches", "-webkit-any")
# While colors change, the theme stops every transition: it would style a page twice more as it loads, to spare a short fade.
NEEDLESS = ("data-md-color-switching",)


@dataclass
class Names:
    """What pages hold and scripts may make."""

    words: set[str] = field(default_factory=lambda: {"html", "body", "*"})
    made: set[str] = field(
        default_factory=set
    )  # words of the theme's script; only those that begin with md- count
    values: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in FIXED})

    def read_page(self, html: str) -> None:
        """Add a page's elements, classes, ids and attributes."""
        for element in set(TAG.findall(html)):
            self.words.add(element[0].lower())
            for name, *quoted in ATTRIBUTE.findall(element[1]):
                value = "".join(quoted)
                self.words.update([name, *(value.split() if name in ("class", "id") else [])])
                if name in FIXED:
                    self.values[name].add(value)

    def has(self, name: str) -> bool:
        """Whether an element may be called, or carry, this."""
        return name in self.words or name.startswith(("md-", "__")) and name in self.made

    def has_value(self, name: str, value: str) -> bool:
        """Whether the attribute may have this value."""
        return name not in FIXED or value in self.values[name]


def trim(site: Path) -> None:
    """Rewrite the theme's sheets, and the site's without its comments; Bad when a theme's is not there, or could not be read."""
    names = gather_names(site)
    sheets = {}
    for pattern in THEME:
        found = list(site.glob(pattern))
        if len(found) != 1:
            raise Bad(
                f"mkdocs.yml:1: the theme brings {len(found)} sheets called {pattern}; expected one"
            )
        sheets[found[0]] = keep_needed(found[0].read_text(encoding="utf-8"), names)
    read = set(READ.findall("".join(sheets.values()))) | _read_elsewhere(site)
    for path, text in sheets.items():
        path.write_text(drop_unread(text, read), encoding="utf-8")
    own = site / SITE
    own.write_text(COMMENT.sub("", own.read_text(encoding="utf-8")), encoding="utf-8")


def gather_names(site: Path) -> Names:
    """The names of every page and script of a built site."""
    names = Names()
    for page in site.rglob("*.html"):
        names.read_page(page.read_text(encoding="utf-8"))
    for script in site.rglob("*.js"):
        words = set(WORD.findall(script.read_text(encoding="utf-8")))
        theme = "bundle" in script.name or script.parent.name == "workers"
        (names.made if theme else names.words).update(words)
    return names


def _read_elsewhere(site: Path) -> set[str]:
    """Custom properties that pages, our sheets and scripts read."""
    texts = [
        *site.rglob("*.html"),
        *site.rglob("*.js"),
        *(p for p in site.rglob("*.css") if not p.name.endswith(".min.css")),
    ]
    return {name for path in texts for name in READ.findall(path.read_text(encoding="utf-8"))}


# ---------- rules ----------


def keep_needed(sheet: str, names: Names) -> str:
    """A sheet without the rules that ask for names there are not."""
    return _rules(
        tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True),
        lambda prelude: _matching(prelude, names),
    )


def drop_unread(sheet: str, read: set[str]) -> str:
    """A sheet without the custom properties that nothing reads, and without rules left empty."""
    return _rules(
        tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True),
        tinycss2.serialize,
        lambda content: _declarations(content, read),
    )


def _rules(rules: Iterable, select: Callable, declare: Callable = tinycss2.serialize) -> str:
    return "".join(_rule(rule, select, declare) for rule in rules)


def _rule(rule, select: Callable, declare: Callable) -> str:
    if rule.type == "error":
        raise Bad(
            f"a sheet of the theme can't be read at line {rule.source_line}: {rule.message}; see snippets/weave/site/style_sheets.py"
        )
    if rule.type == "qualified-rule":
        selector, content = select(rule.prelude), declare(rule.content)
        return f"{selector}{{{content}}}" if selector and content else ""
    prelude = tinycss2.serialize(rule.prelude)
    if rule.content is None:
        return f"@{rule.at_keyword}{prelude};"
    if rule.lower_at_keyword in ("media", "supports", "layer", "container"):
        inner = _rules(
            tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True),
            select,
            declare,
        )
        return f"@{rule.at_keyword}{prelude}{{{inner}}}" if inner else ""
    return f"@{rule.at_keyword}{prelude}{{{tinycss2.serialize(rule.content)}}}"


def _declarations(content: list, read: set[str]) -> str:
    kept = []
    for one in _parted(content, ";"):
        name = next((token.value for token in one if token.type == "ident"), "")
        if not name.startswith("--") or name in read:
            kept.append(tinycss2.serialize(one).strip())
    return ";".join(filter(None, kept))


def _parted(tokens: Iterable, at: str) -> Iterator[list]:
    """The runs of tokens between separators; what stands in brackets is one token."""
    run: list = []
    for token in tokens:
        if token.type == "literal" and token.value == at:
            yield run
            run = []
        else:
            run.append(token)
    yield run


# ---------- selectors ----------


def _matching(prelude: list, names: Names) -> str:
    """Those of a rule's selectors that something may match, or nothing."""
    return ",".join(
        tinycss2.serialize(one).strip() for one in _parted(prelude, ",") if _may_match(one, names)
    )


def _may_match(selector: list, names: Names) -> bool:
    before = ""
    for token in selector:
        sort = token.type
        if (
            sort == "ident"
            and before != ":"
            and not names.has(token.value)
            or sort == "hash"
            and not names.has(token.value)
        ):
            return False
        if sort == "[] block" and not _has_attribute(token.content, names):
            return False
        if (
            sort == "function"
            and token.lower_name in ANY
            and not any(_may_match(one, names) for one in _parted(token.arguments, ","))
        ):
            return False
        before = token.value if sort == "literal" else ""
    return True


def _has_attribute(content: list, names: Names) -> bool:
    parts = [token for token in content if token.type not in ("whitespace", "comment")]
    name, values = (
        parts[0].value,
        [token.value for token in parts[1:] if token.type in ("ident", "string")],
    )
    if name in NEEDLESS:
        return False
    exact = len(parts) > 1 and parts[1].type == "literal" and parts[1].value == "="
    known = name in names.words or name in names.made
    return known and (not exact or names.has_value(name, values[0] if values else ""))

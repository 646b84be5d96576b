"""The Content-Security-Policy of the built site: what its pages may run, fetch and show.

Pages are exchanged without being loaded anew, and the policy of the first one stays in force: so all pages have the same.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from snippets.measurement import Bad, shown
from snippets.weave.numbers.marks import SPAN, read_prose
from snippets.weave.pages.weaving import Fault

SCRIPT = re.compile(
    r"<script\b(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL | re.IGNORECASE
)
TYPE = re.compile(r"\btype=[\"']?(?P<type>[^\"'\s>]*)", re.IGNORECASE)
RUN = {
    "",
    "module",
    "importmap",
    "speculationrules",
    "text/javascript",
    "application/javascript",
}  # other types are data, and never run
HEAD = re.compile(
    r"<meta charset=\"?utf-8\"?>\n?", re.IGNORECASE
)  # browsers look for it in the first kilobyte, so it stays first
TAG = re.compile(r'<meta http-equiv="Content-Security-Policy" content="(?P<policy>[^"]*)">\n?')
FOREIGN = re.compile(r"<script\b|<[a-z][^>]*\son[a-z]+\s*=|\bjavascript:", re.IGNORECASE)

# Styles in attributes stay allowed: strips and charts color their parts with them, and some formulas their spaces.
# What a style could fetch is kept to this site by the other lines.
RULES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "object-src": "'none'",
}


def find_scripts(page: str) -> list[str]:
    """What the scripts written into a page say, without those that are fetched and those that are data."""
    return [
        found["body"]
        for found in SCRIPT.finditer(page)
        if not re.search(r"\bsrc=", found["attributes"]) and _type(found["attributes"]) in RUN
    ]


def _type(attributes: str) -> str:
    found = TYPE.search(attributes)
    return found["type"].lower() if found else ""


def write_policy(scripts: Iterable[str]) -> str:
    """The policy that lets these inline scripts run, and no others."""
    sources = sorted(
        {
            f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
            for script in scripts
        }
    )
    return "; ".join(
        f"{name} {' '.join([value, *(sources if name == 'script-src' else [])])}"
        for name, value in RULES.items()
    )


def apply(site: Path) -> None:
    """Write the policy into every page of a built site; done again, it replaces what it wrote."""
    pages = {
        path: TAG.sub("", path.read_bytes().decode("utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
    allowed = write_policy(script for page in pages.values() for script in find_scripts(page))
    tag = f'<meta http-equiv="Content-Security-Policy" content="{allowed}">\n'
    for path, page in pages.items():
        head = HEAD.search(page)
        if not head:
            raise Bad(
                f'{shown(path)}:1: the page has no <meta charset="utf-8">, after which its policy would stand'
            )
        path.write_bytes((page[: head.end()] + tag + page[head.end() :]).encode())


def check_scripts(path: Path, text: str) -> list[Fault]:
    """Scripts, event handlers and script links typed on a page: the policy would not run them."""
    found = ((number, FOREIGN.search(SPAN.sub(" ", line))) for number, line in read_prose(text))
    return [
        Fault(
            path,
            number,
            f"`{script[0]}` on a page is not run; put the script into docs/assets/javascripts/",
        )
        for number, script in found
        if script
    ]

"""python -m snippets.weave: bring every page up to date; with --check: say what is wrong and write nothing."""

import sys

from snippets.measurement import ROOT, Bad
from snippets.weave import writing
from snippets.weave.check import checking


def main(arguments: list[str]) -> int:
    """Exit code 0 when all is well, 1 when a fault was printed, 2 for a wrong call."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m snippets.weave [--check]", file=sys.stderr)
        return 2
    try:
        faults = checking.check(ROOT) if arguments else writing.write_pages(ROOT)
    except Bad as bad:
        faults = [bad]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

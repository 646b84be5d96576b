"""What reaches some people of the line when everyone passes on a quarter."""

TITLE = "Person by person, a quarter at each hop"
REMARKS = {
    30: (None, "everything: this person speaks first"),
    25: (5, "a thousandth"),
    20: (10, "a millionth"),
    15: (15, "a billionth"),
    10: (20, "a trillionth"),
    5: (25, "less than a millionth of a billionth"),
    1: (29, "a few billionths of a billionth"),
}


def rows(quote):
    """One row per person, from the one who speaks first."""
    return ["Person", "Hops", "Share of the loudness that arrives", "In words"], [
        [
            quote(f"factors.depth.{person}") if person > 1 else "first in line",
            quote(f"factors.depth.{hops}") if hops else "none",
            quote(f"factors.quarter.at{hops}") if hops else "all of it",
            remark,
        ]
        for person, (hops, remark) in REMARKS.items()
    ]

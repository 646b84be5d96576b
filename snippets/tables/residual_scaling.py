"""What the scale of a residual branch does to the signal and to the state, measured and predicted."""

TITLE = "The scale of the branches decides: factor per block and growth over a hundred blocks"


def rows(quote):
    """One row per scale, for two-layer branches, and the zero branch."""
    kinds = {"plain": "1, as usually written", "scaled": "1/√N", "mean": "1/N"}
    found = []
    for kind, named in kinds.items():
        key = f"residual.two.he.{kind}.at100"
        found.append(
            [
                named,
                f"{quote(f'{key}.factor', '.4f')} ({quote(f'{key}.predicted', '.4f')})",
                f"{quote(f'{key}.total', '3')} ({quote(f'{key}.predicted_total', '3')})",
                quote(f"{key}.total@band"),
                quote(f"{key}.forward", "3"),
            ]
        )
    zero = quote("residual.zero.factor", ".0f")
    found.append(
        [
            "0: a factor in front of each branch starts at zero ([@bachlechner2020])",
            zero,
            zero,
            "exact",
            zero,
        ]
    )
    return [
        "Scale of the branch",
        "Signal per block, measured (predicted)",
        "Signal over all blocks, measured (predicted)",
        "Middle nine tenths",
        "State, forward",
    ], found

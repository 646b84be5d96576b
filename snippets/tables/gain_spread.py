"""Spread of the log gain of He-initialized ReLU nets at three widths, with both predictions."""

TITLE = "The narrower the net, the wider the spread of what is left of the signal"


def rows(quote):
    """One row per width: the gain of the norm of ∂L/∂h, and the standard deviation of its logarithm."""
    return [
        "Width",
        "Median left",
        "Median by the exact law",
        "Standard deviation of the logarithm",
        "By √(5N/4n)",
        "By the exact law",
    ], [
        [
            f"{quote(f'signal_gain.spread.width.{n}')} units",
            *(quote(f"{source}.spread.{n}.gain") for source in ("signal_gain", "mean_field")),
            *(
                quote(key, "3")
                for key in (
                    f"signal_gain.spread.{n}.sd",
                    f"signal_gain.spread.{n}.sd_predicted",
                    f"mean_field.spread.{n}.sd",
                )
            ),
        ]
        for n in (16, 64, 256)
    ]

"""Spread of the log gain of He-initialized ReLU nets at three widths, with both predictions."""

TITLE = "The narrower the net, the wider the spread of what is left of the signal"


def rows(quote):
    """One row per width: the gain of the norm of ∂L/∂h, and the standard deviation of its logarithm."""
    return ["Width", "Median left", "Median by the exact law", "Standard deviation of the logarithm", "By √(5N/4n)", "By the exact law"], [
        [f"{quote(f'signal_gain.spread.width.{n}')} units", quote(f"signal_gain.spread.{n}.gain"), quote(f"mean_field.spread.{n}.gain"),
         quote(f"signal_gain.spread.{n}.sd", "3"), quote(f"signal_gain.spread.{n}.sd_predicted", "3"), quote(f"mean_field.spread.{n}.sd", "3")]
        for n in (16, 64, 256)]

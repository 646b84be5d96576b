"""The known remedies: what each changes, which factor of the product it touches, and what it does when measured."""

TITLE = "What each fix changes, and what that does to the factor per layer"


def rows(quote):
    """One row per remedy; the factor is that of the norm of ∂L/∂h, the signal."""
    gain = "signal_gain.{}.measured".format

    def change(before: str, after: str, net: str) -> str:
        return f"{net}: {quote(before)} → {quote(after)}"

    return ["Fix", "Paper", "What it changes", "Factor of the product", "Signal per layer, before → after", "Not enough when"], [
        ["ReLU and its family", "[@nair2010]", "the activation", "the slopes",
         change(gain("sigmoid.default"), gain("relu.default"), "sigmoid to ReLU, default weights"), "the weights do not fit"],
    ]

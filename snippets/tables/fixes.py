"""The known remedies: what each changes, which factor of the product it touches, and what it does when measured."""

TITLE = "Each fix changes another factor of the product, and each has a net that it does not save"


def rows(quote):
    """One row per remedy; the numbers are factors per layer of the norm of ∂L/∂h, the signal."""

    def change(net: str, before: str, after: str) -> str:
        return f"{net}: {quote(before, '3')} → {quote(after, '3')}"

    gain = "signal_gain.{}.measured".format
    return ["Fix", "What it changes", "What it touches in the product", "Signal per layer, before → after", "Not enough when"], [
        ["ReLU, Leaky ReLU, ELU, GELU [@nair2010], [@maas2013], [@clevert2015], [@hendrycks2016]",
         "the activation", "the slopes: one for active units, instead of a quarter at most",
         change("sigmoid → ReLU, default weights", gain("sigmoid.default"), gain("relu.default")),
         "the weights do not fit: half of the slopes are zero, and default weights are too small"],
        ["Xavier initialization [@glorot2010]", "the variance of the weights at the start", "the weights, for a slope of one at zero",
         change("tanh, default → Xavier", gain("tanh.default"), gain("tanh.xavier")),
         f"the slope at zero is not one: sigmoid stays at {quote(gain('sigmoid.xavier'))}, ReLU at {quote(gain('relu.xavier'))}"],
        ["He initialization [@he2015b]", "the variance of the weights at the start", "the weights, twice as much for ReLU's inactive half",
         change("ReLU, default → He", gain("relu.default"), gain("relu.he")),
         f"the activation is another (sigmoid stays at {quote(gain('sigmoid.he'))}), or depth is large against width"],
        ["Gradient clipping [@pascanu2013]", "the step, after the gradient has been computed", "nothing",
         "unchanged, or smaller in all layers at once", "the gradient vanishes: it is a cure for exploding gradients only"],
    ]

"""The two curves as told and as measured: what a layer keeps, and what the first of thirty receives."""

TITLE = "As told, and as measured in nets with PyTorch's defaults"
NETS = {"sigmoid": ("sigmoid.default", "quarter"), "ReLU": ("relu.default", "one")}


def rows(quote):
    """One row per net; all of the norm of the signal ∂L/∂h, one at the loss."""
    return [
        "Net",
        "Per layer, as told",
        "Per layer, measured",
        "First layer, as told",
        "First layer, measured",
    ], [
        [
            name,
            *map(
                quote,
                (
                    f"factors.gamma.{told}",
                    f"deep_stack.{net}.factor",
                    f"factors.{told}.at29",
                    f"deep_stack.{net}.signal",
                ),
            ),
        ]
        for name, (net, told) in NETS.items()
    ]

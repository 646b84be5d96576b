"""Every activation with every normalization: factor per layer measured and predicted, and how alike two inputs have become."""

TITLE = "One formula gives the factor of every normalized stack; the cosine tells whether the net still sees its input"

NETS = {"sigmoid": ("Sigmoid", "xavier"), "tanh": ("Tanh", "xavier"), "relu": ("ReLU", "he")}
NORMS = {"none": "no normalization", "layer": "LayerNorm", "rms": "RMSNorm", "batch": "BatchNorm"}


def rows(quote):
    """One row per stack; without normalization the prediction is that of the weights and slopes."""
    found = []
    for net, (activation, init) in NETS.items():
        for norm, named in NORMS.items():
            key = f"normalization.{net}.{norm}"
            theory = f"signal_gain.{net}.{init}.predicted" if norm == "none" else f"{key}.predicted"
            found.append(
                [
                    f"{activation}, {named}",
                    quote(f"{key}.factor", "3"),
                    quote(f"{key}.factor@band", "3"),
                    quote(theory, "3"),
                    quote(f"{key}.alike", "2"),
                ]
            )
    return [
        "Stack",
        "Signal per layer",
        "Middle nine tenths",
        "Predicted",
        "Cosine of two inputs at the last layer",
    ], found

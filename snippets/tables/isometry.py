"""How unequal the singular values of whole nets are, with what theory predicts."""

TITLE = (
    "Among nets whose mean square is one, only tanh with orthogonal weights comes near an isometry"
)
NETS = {
    "relu.gauss": "ReLU, He",
    "relu.orthogonal": "ReLU, orthogonal times √2",
    "tanh.gauss": "tanh, Gaussian",
    "tanh.orthogonal": "tanh, orthogonal",
}


def rows(quote):
    """One row per net: its Jacobian from input to output."""
    parts = ("near", "lost", "largest", "variance", "variance_predicted")
    return [
        "Net",
        "Singular values within a factor of two of the root mean square",
        "Below 10⁻¹⁰ of the largest",
        "Largest, over the root mean square",
        "Variance of the squares, measured",
        "predicted",
    ], [[label, *(quote(f"spectra.{net}.{part}") for part in parts)] for net, label in NETS.items()]

"""Spectral radius, bound, prediction and measurement of the factor per step, for seven recurrent nets."""

TITLE = "Weights and slopes predict the factor per step; the spectral radius does not"
NETS = {
    "rnn": "tanh, PyTorch's default",
    "rnn_orthogonal": "tanh, orthogonal",
    "rho15.tanh": "tanh, random matrix",
    "rho15.sigmoid": "sigmoid, random matrix",
    "rho3.sigmoid": "sigmoid, larger matrix",
    "rho8.sigmoid": "sigmoid, still larger matrix",
    "nilpotent": "tanh, all eigenvalues zero",
}


def rows(quote):
    """One row per net; the factors are of the norm of ∂L/∂h, per step."""
    radius = {
        "rnn": quote("recurrent.default.radius", "3"),
        "rnn_orthogonal": quote("recurrent.rnn_orthogonal.radius"),
        **{net: quote(f"recurrent.{net}.radius") for net in NETS if not net.startswith("rnn")},
    }
    bound = {
        "rnn": quote("recurrent.default.largest", "3"),
        "rnn_orthogonal": quote("recurrent.rnn_orthogonal.radius"),
        **{net: quote(f"recurrent.{net}.bound", "3") for net in NETS if not net.startswith("rnn")},
    }
    return [
        "Net, driven by random inputs",
        "Spectral radius ρ",
        "Bound γ σ<sub>max</sub>",
        "Predicted √(n·Var W·E[φ′²])",
        "Measured",
    ], [
        [
            label,
            radius[net],
            bound[net],
            quote(f"recurrent.{net}.predicted", "3"),
            quote(f"recurrent.{net}.factor", "3"),
        ]
        for net, label in NETS.items()
    ]

"""The presets of the lab for recurrent nets: radius, its power, what is left, and the bound."""

TITLE = "What is left of the first state can be read neither from ρ nor from σ<sub>max</sub>"
NETS = {
    "above": "tanh, random inputs",
    "quiet": "the same without inputs",
    "hump": "linear, all eigenvalues zero",
    "nilpotent": "tanh, all eigenvalues zero",
    "below": "linear, far from normal",
    "orthogonal": "linear, orthogonal",
    "flattened": "tanh, orthogonal, random inputs",
    "forgets": "LSTM, no forget bias",
    "holds": "LSTM, large forget bias",
}
GATED = ("forgets", "holds")


def rows(quote):
    """One row per preset: medians over seeds of the largest singular value of ∂h_T/∂h_0, for an LSTM of ∂c_T/∂c_0."""

    def powers(net):
        return [quote(f"recurrent_lab.{net}.{key}") for key in ("radius", "radius_power", "bound")]

    return [
        "Net",
        "Spectral radius ρ",
        "ρ, all steps",
        "Bound (γ σ<sub>max</sub>), all steps",
        "Highest on the way",
        "Left of the first state",
    ], [
        [
            label,
            *(("–", "–", "–") if net in GATED else powers(net)),
            quote(f"recurrent_lab.{net}.peak"),
            quote(f"recurrent_lab.{net}.left"),
        ]
        for net, label in NETS.items()
    ]

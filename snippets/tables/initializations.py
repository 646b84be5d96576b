"""Initializations: their variance, and the factor per layer that three activations make of it."""

TITLE = "What each initialization makes of the signal, per layer"
STARTS = {
    "default": (
        "`nn.Linear`'s default ([@pytorch_linear])",
        "$1/(3\\,n_\\mathrm{in})$",
        "default",
        "no activation in particular",
    ),
    "lecun": ("LeCun ([@lecun1998])", "$1/n_\\mathrm{in}$", "xavier", "tanh-like units; SELU"),
    "xavier": (
        "Xavier ([@glorot2010])",
        "$2/(n_\\mathrm{in} + n_\\mathrm{out})$",
        "xavier",
        "a slope of one at zero: tanh",
    ),
    "he": ("He ([@he2015b])", "$2/n_\\mathrm{in}$ or $2/n_\\mathrm{out}$", "he", "ReLU"),
    "balanced": (
        "compromise for ReLU",
        "$4/(n_\\mathrm{in} + n_\\mathrm{out})$",
        "he",
        "ReLU, layers of nearly equal width",
    ),
    "orthogonal": (
        "orthogonal ([@saxe2013])",
        "$1/n$, all singular values equal",
        "orthogonal",
        "linear layers; tanh",
    ),
}
NETS = ("sigmoid", "tanh", "relu")


def rows(quote):
    """One row per initialization; layers of equal width, where LeCun's and Xavier's variance agree, as do He's and the compromise."""
    found = [
        [label, variance, *(quote(f"signal_gain.{net}.{key}.measured") for net in NETS), made_for]
        for label, variance, key, made_for in STARTS.values()
    ]
    matched = [quote(f"signal_gain.{net}.matched.measured") for net in NETS]
    return ["Initialization", "Variance of W", "sigmoid", "tanh", "ReLU", "Made for"], [
        *found,
        [
            "matched: the gain of the activation",
            "$1/(n_\\mathrm{in}\\,\\mathbb{E}[\\varphi'^2])$",
            *matched,
            "pre-activations of unit variance",
        ],
        [
            "negative mean $-c/n$ ([@yilmaz2022])",
            "small, around that mean",
            quote("negative_mean.steady.at30.near"),
            "not for it",
            "not for it",
            "sigmoid",
        ],
    ]

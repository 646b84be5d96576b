"""Tolerances that several experiments share, and why some are far wider than what was seen to move."""

from dataclasses import replace

from snippets.measurement import Measurement

# Normal weights are drawn in float32 by vectorized logarithms and cosines whose last place (6e-8) depends on the processor,
# and so do QR and matrix products. Through tens of layers, with a kink of ReLU here and there, this was seen to move
# a median or a band by up to 3e-5 between AVX2 and plain instructions.
DRAWN = 2e-4

# A tolerance may be this many times as wide as the largest move among the numbers that share it (results/spread has the moves);
# one that is wider stands in ROOM with its reason. Keys are (rtol, atol), in which what is below one part in a million counts as zero.
WIDEST = 1000
LIBRARY = "a place where rounding itself is measured hangs on how a library computes an exponential or a root; one such library was tried"
CHAOS = "the spot check is short, and calm; over the full run of training and all seeds last places grow into digits"
UNITS = "a count: a unit or two may lie within rounding of changing sides; none did"
NETS = "a count, or a share of so many nets: one or two may change sides; which of the programs' verdicts did is up to chance"
ZERO = "shares of entries that round to zero: some lie within rounding of the border; none crossed"
NEAR = "a difference of nearly equal numbers: what drawn weights may move is a few percent of it"
ROOM = {
    "revived": {(0.01, 0.0): NEAR}
    | dict.fromkeys(
        [(0.0, 0.1), (0.0, 0.2), (0.0, 0.3), (0.0, 1.0), (0.2, 0.0), (0.6, 0.0)], CHAOS
    ),
    "adaptive": {(0.0, 0.25): CHAOS, (0.3, 0.0): CHAOS, (0.6, 0.0): CHAOS},
    "clipping": {(0.0, 0.1): CHAOS},
    "counterexamples": {(0.0, 0.01): CHAOS},
    "dead_at_start": {
        (
            0.0,
            0.03,
        ): "the prediction is drawn: eigenvectors may turn with another library, and then it is another draw"
    },
    "dead_units": {
        (0.0, 0.02): CHAOS,
        (0.0, 0.03): UNITS,
        (0.0, 0.03125): UNITS,
        (0.0, 3.0): UNITS,
    },
    "deep_stack": {(0.0, 2.0): UNITS},
    "doctor_benchmark": dict.fromkeys(
        [
            (0.0, 0.25),
            (0.0, 0.444444444),
            (0.0, 0.5),
            (0.0, 0.571428571),
            (0.0, 0.666666667),
            (0.0, 0.8),
            (0.0, 1.0),
        ],
        NETS,
    ),
    "doctor_limits": {
        (0.0, 0.1): "nets that were trained for a while, of which the spot check holds few"
    },
    "exploding": {(0.0, 1.0): UNITS},
    "factors": {(1e-4, 0.0): LIBRARY, (1e-3, 0.0): LIBRARY, (0.02, 0.0): LIBRARY},
    "first_look": {
        (1e-5, 0.0): "trained in float32 for two epochs: calm here, where a last place is 6e-8"
    },
    "half_precision": {(0.0, 0.002): ZERO, (0.0, 0.25): CHAOS, (0.3, 0.0): CHAOS},
    "lab_parity": {
        (0.0, 4.0): "a count: seven of the full 400 nets lie within a factor of three of the border"
    },
    "mean_field": {(0.05, 0.0): NEAR},
    "reach": {(0.0, 1.0): CHAOS},
    "recurrent_lab": {
        (
            1e-4,
            0.0,
        ): "weights drawn by the page's own JavaScript: one engine was tried, and nets here enlarge a last place"
    },
    "rounding": {(1e-3, 0.0): LIBRARY},
    "saturation": {(0.0, 0.02): CHAOS, (2e-4, 0.002): ZERO, (1e-3, 0.002): CHAOS},
    "signal_gain": {(0.05, 0.0): NEAR},
    "slopes": {(1e-4, 0.0): LIBRARY, (1e-3, 0.0): LIBRARY, (0.02, 0.0): LIBRARY},
    "training": dict.fromkeys(
        [
            (0.0, 1e-4),
            (0.0, 5e-4),
            (0.0, 0.0014),
            (0.0, 0.0017),
            (0.0, 0.002),
            (0.0, 0.0028),
            (0.0, 0.0034),
            (0.0, 0.009),
            (0.0, 0.01),
            (0.0, 0.018),
            (0.006, 0.0),
        ],
        CHAOS,
    )
    | {(0.0, 2.0): UNITS},
    "warmup": {(0.0, 0.3): CHAOS},
}


def loosened(kept: dict[str, Measurement], rtol: float) -> dict[str, Measurement]:
    """The same measurements with at least this rtol; settings and exact counts stay as they are."""
    return {
        key: m if m.kind == "setting" or m.rtol == 0 else replace(m, rtol=max(m.rtol, rtol))
        for key, m in kept.items()
    }

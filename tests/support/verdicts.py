"""One table of cases for the doctor's rules, which Python and the page must judge alike: layers, facts, and the codes expected."""

from gradient_doctor import LIMITS


def stack(*signals, **fields) -> list[dict]:
    """Layers from the input to the loss with these signals; fields: a value for all, or a list with one for each."""
    made = []
    for i, signal in enumerate(signals):
        layer = {"name": f"l{i + 1}", "kind": "linear", "depth": len(signals) - i, "signal": signal}
        made.append(layer | {k: v[i] if isinstance(v, list) else v for k, v in fields.items()})
    return made


def fading(first: float, n: int = 10) -> list[float]:
    """n signals from `first` to one, by equal factors."""
    return [first ** (1 - i / (n - 1)) for i in range(n)]


def just(name: str, share: float) -> float:
    """A limit times a share."""
    return LIMITS[name] * share


SOUND = stack(*[1.0] * 5)
RATE = {"loss": 2.0, "loss_after": 2.0, "stiffness": 1.0}
MOVES = {f"{n}.weight": 1e-3 for n in "abcd"}

CASES = {
    # the flow
    "level": (SOUND, {}, ["healthy"]),
    "just sound, low": (stack(*fading(just("sound_low", 1.01))), {}, ["healthy"]),
    "just sound, high": (stack(*fading(just("sound_high", 0.99))), {}, ["healthy"]),
    "just vanishing": (stack(*fading(just("vanishing", 0.99))), {}, ["vanishing"]),
    "just not vanishing, nothing to compare": (
        stack(*fading(just("vanishing", 1.01))),
        {},
        ["inconclusive"],
    ),
    "just exploding": (stack(*fading(just("exploding", 1.01))), {}, ["exploding"]),
    "just not exploding, nothing to compare": (
        stack(*fading(just("exploding", 0.99))),
        {},
        ["inconclusive"],
    ),
    "between, starved": (stack(*fading(1e-4), update=[1e-7] * 4 + [1e-3] * 6), {}, ["vanishing"]),
    "between, just starved": (
        stack(*fading(1e-4), update=[just("starved", 0.99)] * 4 + [1.0] * 6),
        {},
        ["vanishing"],
    ),
    "between, just not starved": (
        stack(*fading(1e-4), update=[just("starved", 1.01)] * 4 + [1.0] * 6),
        {},
        ["inconclusive"],
    ),
    "between, just fed": (
        stack(*fading(1e-4), update=[just("fed", 1.01)] * 4 + [1.0] * 6),
        {},
        ["healthy"],
    ),
    "between, just not fed": (
        stack(*fading(1e-4), update=[just("fed", 0.99)] * 4 + [1.0] * 6),
        {},
        ["inconclusive"],
    ),
    "between, fed by relative gradients": (
        stack(*fading(1e-4), weight_grad=1.0, weight=2.0),
        {},
        ["healthy"],
    ),
    "between, growing, starved the other way": (
        stack(*fading(1e4), update=[1.0] * 4 + [1e-5] * 6),
        {},
        ["exploding"],
    ),
    "between, growing, just starved": (
        stack(*fading(1e4), update=[1.0] * 4 + [just("starved", 0.99)] * 6),
        {},
        ["exploding"],
    ),
    "between, growing, just not starved": (
        stack(*fading(1e4), update=[1.0] * 4 + [just("starved", 1.01)] * 6),
        {},
        ["inconclusive"],
    ),
    "between, growing, just fed": (
        stack(*fading(1e4), update=[1.0] * 4 + [just("fed", 1.01)] * 6),
        {},
        ["healthy"],
    ),
    "between, growing, just not fed": (
        stack(*fading(1e4), update=[1.0] * 4 + [just("fed", 0.99)] * 6),
        {},
        ["inconclusive"],
    ),
    "between, growing, fed": (stack(*fading(1e4), update=1e-3), {}, ["healthy"]),
    "a cliff": (stack(1e-9, 1e-9, 1e-9, 1.0, 1.0, 1.0), {}, ["inconclusive"]),
    "a cliff of just under the limit": (
        stack(1e-10, 1e-9, 1e-8, 1e-7, 3.2e-2, 1.0),
        {},
        ["vanishing"],
    ),
    "two layers": (stack(1e-8, 1.0), {}, ["inconclusive"]),
    "one layer": (stack(0.3), {}, ["healthy"]),
    "no layer seen, gradient there": (
        [{"name": "a", "kind": "not seen", "depth": 0, "signal": None}],
        {"stiffness": 0.4},
        ["healthy"],
    ),
    "no layer seen, nothing known": ([], {}, ["inconclusive"]),
    "parallel branches, the larger counts": (
        SOUND + [{"name": "q", "kind": "linear", "depth": 5, "signal": 1e-9}],
        {},
        ["healthy"],
    ),
    "out of the graph": (
        SOUND + [{"name": "spare", "kind": "linear", "depth": 0, "signal": None}],
        {},
        ["healthy"],
    ),
    # zeros
    "leading zeros": (stack(0.0, 0.0, 1e-3, 1e-2, 1.0), {}, ["vanishing"]),
    "leading zeros behind a matrix of zeros that moves": (
        stack(0.0, 0.0, 0.0, 1.0),
        {"zero_starts": ["l4.weight"]},
        ["healthy"],
    ),
    "leading zero of a module that learns elsewhere": (
        stack(0.0, 1.0, 1.0, weight_grad=[0.5, 0.5, 0.5]),
        {},
        ["healthy"],
    ),
    "zero everywhere": (stack(0.0, 0.0, 0.0, weight_grad=0.0), {"loss": 0.0}, ["inconclusive"]),
    "zero at the loss alone": (stack(1.0, 1.0, 0.0), {}, ["inconclusive"]),
    # time
    "fused, fading over time": (
        stack(1.0, 1.0, depth=[41, 1], times=[fading(1e-9, 40), None]),
        {},
        ["vanishing"],
    ),
    "fused, level over time": (
        stack(1.0, 1.0, depth=[41, 1], times=[[1.0] * 40, None]),
        {},
        ["healthy"],
    ),
    "fused, growing over time": (
        stack(1.0, 1.0, depth=[41, 1], times=[fading(1e9, 40), None]),
        {},
        ["exploding"],
    ),
    # not finite
    "bad inputs": (
        SOUND,
        {"finite": False, "bad_inputs": ["inputs"], "loss": "nan"},
        ["nonfinite_input"],
    ),
    "bad layer": (
        SOUND,
        {
            "finite": False,
            "first_bad": "`log` after l5 gives inf",
            "bad_layers": ["l5"],
            "loss": "inf",
        },
        ["nonfinite_layer"],
    ),
    "bad, not traced": (
        stack("nan", "inf", 1.0),
        {"finite": False, "loss": 1.0},
        ["nonfinite_layer"],
    ),
    # units
    "just dead": (
        stack(*[1.0] * 3, dead=[0.2, just("dead", 1.01), 0.1], activation="relu"),
        {},
        ["dead_units"],
    ),
    "just not dead": (
        stack(*[1.0] * 3, dead=[0.2, just("dead", 1.0), 0.1], activation="relu"),
        {},
        ["healthy"],
    ),
    "just saturated": (
        stack(*[1.0] * 3, saturated=[0.2, just("saturated", 1.01), 0.1], activation="tanh"),
        {},
        ["saturated_units"],
    ),
    "just not saturated": (
        stack(*[1.0] * 3, saturated=just("saturated", 1.0), activation="tanh"),
        {},
        ["healthy"],
    ),
    "dead before what it hides": (
        stack(0.0, 0.0, 1.0, dead=[0.0, 1.0, 0.0], activation="relu"),
        {},
        ["dead_units"],
    ),
    # graph, symmetry, precision
    "disconnected": (
        SOUND,
        {"disconnected": ["spare.weight", "spare.bias"]},
        ["disconnected_layers"],
    ),
    "disconnected before all alike": (
        SOUND,
        {"disconnected": ["w"], "alike": ["l2"]},
        ["disconnected_layers", "symmetric_init"],
    ),
    "all alike": (SOUND, {"alike": ["l2", "l3"]}, ["symmetric_init"]),
    "underflow before what it hides": (stack(0.0, 0.0, 1.0), {"lost": ["l1", "l2"]}, ["underflow"]),
    "parametrized": (
        SOUND,
        {"frozen": ["fc.parametrizations.weight.original0"]},
        ["frozen_layers"],
    ),
    # the rate
    "just too small": (
        SOUND,
        RATE | {"updates": {"a.weight": just("rate_too_small", 0.99)}},
        ["learning_rate_too_small"],
    ),
    "just not too small": (
        SOUND,
        RATE | {"updates": {"a.weight": just("rate_too_small", 1.0)}},
        ["healthy"],
    ),
    "small, but the loss moves": (
        SOUND,
        RATE | {"loss_after": 1.99, "updates": {"a.weight": 1e-9}},
        ["healthy"],
    ),
    "small, but learned": (
        SOUND,
        RATE | {"learned": just("learned", 0.9), "updates": {"a.weight": 1e-9}},
        ["healthy"],
    ),
    "small, and not quite learned": (
        SOUND,
        RATE | {"learned": just("learned", 1.1), "updates": {"a.weight": 1e-9}},
        ["learning_rate_too_small"],
    ),
    "small, but at rest": (
        SOUND,
        RATE | {"stiffness": just("at_rest", 0.9), "updates": {"a.weight": 1e-9}},
        ["healthy"],
    ),
    "too large": (
        SOUND,
        RATE | {"loss_after": 9.0, "updates": dict.fromkeys(MOVES, 1.01)},
        ["learning_rate_too_large"],
    ),
    "large, but the loss falls": (
        SOUND,
        RATE | {"loss_after": 1.9, "updates": dict.fromkeys(MOVES, 5.0)},
        ["healthy"],
    ),
    "large on half of them": (
        SOUND,
        RATE | {"loss_after": 9.0, "updates": MOVES | {"a.weight": 5.0, "b.weight": 5.0}},
        ["healthy"],
    ),
    "too large, to nan": (
        SOUND,
        RATE | {"loss_after": "nan", "updates": dict.fromkeys(MOVES, "inf")},
        ["learning_rate_too_large"],
    ),
    "rate unknown without a loss after": (
        SOUND,
        {"loss": 2.0, "updates": {"a.weight": 0.0}},
        ["healthy"],
    ),
    # frozen, and several
    "frozen": (SOUND, {"frozen": ["l1.weight", "l1.bias"]}, ["frozen_layers"]),
    "frozen and undecided": (
        stack(*fading(1e-4)),
        {"frozen": ["l1.weight"]},
        ["frozen_layers", "inconclusive"],
    ),
    "vanishing, rate and frozen": (
        stack(*fading(1e-9)),
        RATE | {"updates": {"a.weight": 0.0}, "frozen": ["b"]},
        ["vanishing", "learning_rate_too_small", "frozen_layers"],
    ),
}

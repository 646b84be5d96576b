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


def told(code: str, *layers: str, note: bool = False) -> dict:
    """A finding that an examination has told `judge`."""
    return {
        "code": code,
        "layers": list(layers),
        "evidence": f"{code} was found.",
        "remedy": "",
        "guide": f"doctor={code}",
        "note": note,
    }


SOUND = stack(*[1.0] * 5)
RATE = {"loss": 2.0, "loss_after": 2.0, "stiffness": 1.0}
MOVES = {f"{n}.weight": 1e-3 for n in "abcd"}

TOLD = [  # causes that stand on more than norms
    "disconnected_layers",
    "unregistered_parameters",
    "symmetric_init",
    "underflow",
    "zero_gradient",
    "nonfinite_update",
    "lost_updates",
    "training_loop",
    "frozen_layers",
    "bad_targets",
    "bad_batch",
    "unscaled_data",
]

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
        {"stiffness": 0.4, "applications": 1},
        ["inconclusive"],
    ),
    "no layer to be seen": ([], {"stiffness": 0.4}, ["healthy"]),
    "no layer seen, nothing known": ([], {}, ["inconclusive"]),
    "one of two seen": (stack(0.3), {"seen": 1, "applications": 2}, ["healthy"]),
    "one of many seen": (stack(0.3), {"seen": 1, "applications": 9}, ["inconclusive"]),
    "some of many seen": (SOUND, {"seen": 5, "applications": 72}, ["healthy"]),
    "healed by the optimizer": (
        stack(*fading(1e-9)),
        {"healed": just("healed", 1.01)},
        ["healthy"],
    ),
    "not quite healed": (stack(*fading(1e-9)), {"healed": just("healed", 0.99)}, ["vanishing"]),
    "growing and level after some steps": (
        stack(*fading(1e9)),
        {"healed": 1.0},
        ["exploding"],
    ),
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
        {"finite": False, "told": [told("nonfinite_input", "inputs")], "loss": "nan"},
        ["nonfinite_input"],
    ),
    "bad layer": (
        stack("nan", "inf", 1.0),
        {"finite": False, "told": [told("nonfinite_layer", "l5")], "loss": "inf"},
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
    # what came forward
    "near a constant guess": (
        stack(*[1.0] * 3, spread=1.0),
        {"loss": just("above_guess", 1.0), "guess": 1.0, "output": 100.0},
        ["healthy"],
    ),
    "above a constant guess": (
        stack(*[1.0] * 3, spread=[0.5, 1.0, 3.0], mean=0.0),
        {"loss": just("above_guess", 1.01), "guess": 1.0, "output": just("large_output", 0.99)},
        ["healthy", "large_outputs"],
    ),
    "far above a constant guess": (
        stack(*[1.0] * 4, spread=[1.0, 1e2, 1e4, 1e6]),
        {"loss": 1e3, "guess": 1.0, "output": just("large_output", 1.0)},
        ["exploding"],
    ),
    "far above, both ways": (
        stack(*fading(1e9, 4), spread=[1.0, 1e2, 1e4, 1e6]),
        {"loss": 1e3, "guess": 1.0, "output": 1e7},
        ["exploding"],
    ),
    "far above, of inputs that are as large": (
        stack(*[1.0] * 4, spread=[90.0, 1e2, 1e2, 1e2]),
        {"loss": 1e3, "guess": 1.0, "output": 1e2, "told": [told("unscaled_data", "inputs")]},
        ["unscaled_data", "large_outputs"],
    ),
    "zeros whose cut is named": (
        stack(0.0, 0.0, 1.0),
        {"told": [told("zero_gradient", "l2")]},
        ["zero_gradient"],
    ),
    "nothing differs any more": (
        stack(*[1.0] * 4, differs=[0.5, just("differing", 1.01), just("alike", 0.99), 0.5]),
        {},
        ["collapsed_activations"],
    ),
    "a little still differs": (
        stack(*[1.0] * 4, differs=[0.5, 0.5, just("alike", 1.01), 0.5]),
        {},
        ["healthy"],
    ),
    "nothing differed before": (
        stack(*[1.0] * 4, differs=[just("differing", 0.99)] + [just("alike", 0.5)] * 3),
        {},
        ["healthy"],
    ),
    "nothing differs from the first layer on": (
        stack(*[1.0] * 3, differs=[0.0, 0.0, 0.0], activation="relu"),
        {"given": 0.9},
        ["collapsed_activations"],
    ),
    "nothing was given that differs": (stack(*[1.0] * 3, differs=0.0), {"given": 0.0}, ["healthy"]),
    "it differs again": (stack(*[1.0] * 4, differs=[0.5, 0.0, 0.5, 0.5]), {}, ["healthy"]),
    "alike because dead": (
        stack(*[1.0] * 4, differs=[0.5, 0.0, 0.0, 0.0], dead=[0.0, 1.0, 0.0, 0.0]),
        {},
        ["dead_units"],
    ),
    # what an examination tells
    "told, in order": (
        SOUND,
        {
            "told": [
                told("unused_parameters", "a", note=True),
                *(told(code, "l2") for code in reversed(TOLD)),
                told("frozen_layers", "b", note=True),
            ]
        },
        [*TOLD, "unused_parameters", "frozen_layers"],
    ),
    "a note hides nothing": (
        stack(*fading(1e-9)),
        {"told": [told("unused_parameters", "head", note=True), told("detached_term", note=True)]},
        ["vanishing", "unused_parameters", "detached_term"],
    ),
    "all alike before what it hides": (
        stack(*fading(1e-9)),
        {"told": [told("symmetric_init", "l2")]},
        ["symmetric_init"],
    ),
    "underflow before what it hides": (
        stack(0.0, 0.0, 1.0),
        {"told": [told("underflow", "l1", "l2")]},
        ["underflow"],
    ),
    "cut, and nothing seen": (
        [],
        {"told": [told("disconnected_layers", "a")]},
        ["disconnected_layers"],
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
    "no loss after is known, and nothing moves": (
        SOUND,
        {"loss": 2.0, "updates": {"a.weight": 0.0}},
        ["learning_rate_too_small"],
    ),
    "large, and no loss after is known": (
        SOUND,
        {"loss": 2.0, "updates": dict.fromkeys(MOVES, 5.0)},
        ["healthy"],
    ),
    # several
    "frozen and undecided": (
        stack(*fading(1e-4)),
        {"told": [told("frozen_layers", "l1")]},
        ["frozen_layers", "inconclusive"],
    ),
    "vanishing, rate and frozen": (
        stack(*fading(1e-9)),
        RATE | {"updates": {"a.weight": 0.0}, "told": [told("frozen_layers", "b")]},
        ["vanishing", "learning_rate_too_small", "frozen_layers"],
    ),
}

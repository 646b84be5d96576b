"""The presets of the gradient lab, measured by autograd: each is run as the PyTorch program that the lab itself writes.

`share` is ‖∂L/∂h‖ at layer 1 against that at the last layer, `predicted` the same by the mean-field prediction that the lab draws;
`held` counts the seeds in which the share lies where the preset's sentence says. `deep…` are the preset with scaled skips at DEEP layers,
as it is, each branch ending in its ReLU, and with the activation before the weights, so that each branch has a mean of zero.
"""

import functools

from snippets.experiments._lab import ask, presets, programs, run
from snippets.experiments._runs import each
from snippets.measurement import Measurement, over_seeds, setting

SEEDS, SPOT = range(20), range(2)
PROFILES = (
    "sigmoid",
    "relu",
    "he",
    "explodes",
    "scaled",
)  # those with one depth in common, drawn together
DEEP = {"deep": {"depth": 100}, "deep.linear_last": {"depth": 100, "order": "pre"}}
FADES, GROWS = 1e-2, 1e2
HELD = {
    "fades": lambda share: share < FADES,
    "stays": lambda share: FADES <= share <= GROWS,
    "grows": lambda share: share > GROWS,
}
SAID = {
    "sigmoid": "fades",
    "relu": "fades",
    "he": "stays",
    "explodes": "grows",
    "scaled": "stays",
    "batchnorm": "grows",
    "narrow": "fades",
    "postnorm": "stays",
    "prenorm": "stays",
}


def measured(seed: int) -> dict[str, list[float]]:
    """‖∂L/∂h‖ in each layer of every preset with this seed."""
    nets = {key: it["settings"] | {"seed": seed} for key, it in presets().items()}
    nets |= {key: nets["scaled"] | changes for key, changes in DEEP.items()}
    return {
        key: run(program)["signal"]
        for key, program in zip(nets, programs(list(nets.values())), strict=True)
    }


def predictions() -> dict[str, float]:
    """Share of the signal that the mean-field prediction leaves at layer 1."""
    found = ask(
        'import { predicted } from "./lab/theory.js"; tell(GIVEN.map((settings) => predicted(settings)));',
        [it["settings"] for it in presets().values()],
    )
    return {key: profile[0] for key, profile in zip(presets(), found, strict=True)}


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Shares and profiles of all presets."""
    runs = each(functools.partial(measured), seeds)
    kept = {"seeds": setting(len(runs), "seeds")}
    predicted = predictions()
    for key, it in presets().items():
        where, settings = f"the lab's preset “{it['name']}”", it["settings"]
        shares = [r[key][0] / r[key][-1] for r in runs]
        held = sum(map(HELD[SAID[key]], shares))
        kept |= {
            f"{key}.depth": setting(settings["depth"], f"layers of {where}"),
            f"{key}.width": setting(settings["width"], f"units of {where}"),
            f"{key}.share": over_seeds(
                shares, f"norm of ∂L/∂h at layer 1 against that at the last layer, {where}"
            ),
            f"{key}.predicted": Measurement(
                predicted[key], f"the same ratio by the mean-field prediction, {where}"
            ),
            f"{key}.held": Measurement(
                held, f"seeds in which the signal of {where} {SAID[key]}", rtol=0.0
            ),
        }
        if key in PROFILES:
            profiles = [[s / r[key][-1] for s in r[key]] for r in runs]
            kept[f"{key}.profile"] = over_seeds(
                profiles, f"norm of ∂L/∂h after each layer, one at the last, {where}"
            )
    kept["deep.depth"] = setting(
        DEEP["deep"]["depth"], "layers of the deeper nets with scaled skips"
    )
    for key, ending in (("deep", "ReLU"), ("deep.linear_last", "a linear map")):
        kept[f"{key}.share"] = over_seeds(
            [r[key][0] / r[key][-1] for r in runs],
            f"norm of ∂L/∂h at layer 1 against that at the last of {DEEP['deep']['depth']}, scaled skips, He's weights, "
            f"branches that end in {ending}",
        )
    return kept

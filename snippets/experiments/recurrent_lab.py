"""How much of each state of a recurrent net is left in the last one: the presets of the page's lab, measured by autograd.

For each preset and seed the lab itself, run by Node, writes the PyTorch program that its reader would copy; the program is executed and the
norms it measures are kept: the largest singular values of ∂h_T/∂h_t, for an LSTM of ∂c_T/∂c_t. `above` and `quiet` are one tanh net with
and without inputs, `hump` and `nilpotent` have no eigenvalue but zero (linear and tanh), `below` is linear with a radius below one,
`orthogonal` linear and `flattened` tanh with an orthogonal matrix, `forgets` and `holds` LSTMs that differ in the forget gate's bias.
"""

import functools

from snippets.experiments._lab import ask, run
from snippets.experiments._runs import each
from snippets.experiments._tolerances import loosened
from snippets.measurement import Measurement, over_seeds, setting

SEEDS, SPOT = range(20), range(2)
NETS = {
    "above": "a tanh net with inputs",
    "quiet": "the same tanh net without inputs",
    "hump": "a linear net whose eigenvalues are all zero",
    "nilpotent": "a tanh net whose matrix has no eigenvalue but zero",
    "below": "a linear net with a radius below one",
    "orthogonal": "an orthogonal linear net",
    "flattened": "an orthogonal tanh net with inputs",
    "forgets": "an LSTM without forget bias",
    "holds": "an LSTM with a large forget bias",
}
# A net without inputs, or with a matrix far from normal, enlarges a last place of the weights up to a million times.
ENLARGED = 1e-4
ROUNDED = 1e-9  # an orthogonal net leaves one but for rounding
PROGRAMS = """
import { Recurrence } from "./lab/recurrence.js";
import { pytorch } from "./lab/recurrent-script.js";
import { PRESETS, SETTINGS } from "./lab/recurrent-settings.js";
import { defaults } from "./lab/settings.js";

const lab = new Recurrence();
tell(Object.fromEntries(Object.entries(PRESETS).map(([name, preset]) => {
  const settings = { ...defaults(SETTINGS), ...preset.settings };
  const written = GIVEN.map((seed) => {
    lab.configure({ ...settings, seed });
    return pytorch({ ...settings, seed }, lab.run().a);
  });
  return [name, { settings, written }];
})));
"""


@functools.cache
def programs(seeds: range) -> dict:
    """The settings of each preset, and its PyTorch program for each seed, as the lab writes them."""
    return ask(PROGRAMS, list(seeds))


def norms(program: str) -> list[float]:
    """What is left of each state, first to last, by a copied program."""
    found = run(program)
    return found.get("true") or found["carried"]


def counted(many: int, of: int, what: str) -> Measurement:
    """So many seeds of so many."""
    return Measurement(many, f"seeds in which {what}", n=of, rtol=0)


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """What is left in every preset over all seeds, and the settings it holds for."""
    asked = programs(seeds)
    first = asked["above"]["settings"]
    steps = first["steps"]
    kept = {
        "steps": setting(steps, "steps through time"),
        "width": setting(first["width"], "units of the recurrent nets in the lab"),
        "seeds": setting(len(seeds), "seeds of each net in the lab"),
        "forget": setting(
            asked["holds"]["settings"]["forget"], "forget gate's bias of the LSTM that holds"
        ),
        "forget0": setting(
            asked["forgets"]["settings"]["forget"], "forget gate's bias of the LSTM that forgets"
        ),
    }
    profiles = {name: each(norms, asked[name]["written"]) for name in NETS}
    for name, where in NETS.items():
        settings, found = asked[name]["settings"], profiles[name]
        kept[f"{name}.left"] = over_seeds(
            [p[0] for p in found], f"norm of the last state's gradient by the first, {where}"
        )
        kept[f"{name}.peak"] = over_seeds(
            [max(p) for p in found],
            f"largest norm of the last state's gradient by any state, {where}",
        )
        kept[f"{name}.profile"] = over_seeds(
            found, f"norm of the last state's gradient by each state, {where}"
        )
        kept[f"{name}.grows"] = counted(
            sum(p[0] > 1 + ROUNDED for p in found), len(found), f"more than one is left, {where}"
        )
        kept[f"{name}.vanishes"] = counted(
            sum(p[0] < 1 - ROUNDED for p in found), len(found), f"less than one is left, {where}"
        )
        if settings["net"] == "rnn":
            kept[f"{name}.radius"] = setting(settings["rho"], f"spectral radius of {where}")
            kept[f"{name}.sigma"] = setting(
                settings["sigma"], f"largest singular value of {where}", show="3"
            )
            kept[f"{name}.radius_power"] = Measurement(
                settings["rho"] ** steps, f"spectral radius to the power of all steps, {where}"
            )
            kept[f"{name}.bound"] = Measurement(
                settings["sigma"] ** steps,
                f"largest singular value to the power of all steps, {where}",
            )
    more = sum(
        quiet[0] > driven[0]
        for quiet, driven in zip(profiles["quiet"], profiles["above"], strict=True)
    )
    kept["quiet.higher"] = counted(more, len(seeds), "more is left without inputs than with them")
    return loosened(kept, ENLARGED)

"""Plain BatchNorm nets get worse in training error as they get deeper; residual nets with scaled branches do not.

The nets, digits and training are those of `training`, at four depths. Every depth has its own best rate out of RATES: the
one with the lowest loss at the end in the mean over all seeds, which favors each depth alike.
"""

import statistics
from dataclasses import dataclass, field

from snippets.experiments._runs import each
from snippets.experiments.training import EPOCHS, NETS, Case, decimals, tail, train
from snippets.measurement import Measurement, over_seeds, setting

DEPTHS = (10, 20, 30, 50)
CHOSEN = ("bn", "res_scaled")
RATES = (0.01, 0.03, 0.1)
# Training is chaotic: between AVX2 and plain instructions the error of one seed moved by up to half of this.
SLACK = {"bn": 0.32, "res_scaled": 0.02}


@dataclass(frozen=True)
class Plan:
    """What is run: seeds, the rates tried for each net and depth, and for how long."""

    seeds: tuple = (0, 1, 2)
    epochs: int = EPOCHS
    rates: dict = field(
        default_factory=lambda: {(net, depth): RATES for net in CHOSEN for depth in DEPTHS}
    )


FULL = Plan()
# The tests train one seed of each net and depth at one of the rates, through the first epochs alone: by then the error of
# the BatchNorm nets rises with depth by much more than processors differ.
SPOT = Plan(
    seeds=(0,),
    epochs=3,
    rates={(net, depth): (0.01 if net == "bn" else 0.1,) for net in CHOSEN for depth in DEPTHS},
)


def run(case: Case) -> dict:
    """What is kept of one training run: loss at the end, error after the last epoch, and accuracy on the held-out digits."""
    seen = train(case)
    return {
        "tail": tail(seen),
        "error": 1 - seen["accuracy"][-1],
        "test_error": 1 - seen["test"][-1],
    }


def measure(plan: Plan = FULL) -> dict[str, Measurement]:
    """Training and test error of both nets at every depth, and in how many seeds the deepest net is worse than the shallowest."""
    seeds = plan.seeds
    cases = {
        (net, rate, seed, depth): Case(net, rate, seed, depth, plan.epochs)
        for net in CHOSEN
        for depth in DEPTHS
        for rate in plan.rates[net, depth]
        for seed in seeds
    }
    found = dict(zip(cases, each(run, list(cases.values())), strict=True))
    kept = {
        "seeds": setting(len(seeds), "seeds of each net and depth"),
        "epochs": setting(plan.epochs, "epochs of training"),
        "rates": setting(len(RATES), "rates tried at each depth"),
    } | {f"depth.{depth}": setting(depth, "hidden layers") for depth in DEPTHS}
    for net in CHOSEN:
        errors = {}
        for depth in DEPTHS:
            tried = plan.rates[net, depth]
            losses = [
                statistics.fmean(found[net, rate, seed, depth]["tail"] for seed in seeds)
                for rate in tried
            ]
            rate = tried[losses.index(min(losses))]
            runs = [found[net, rate, seed, depth] for seed in seeds]
            errors[depth] = [r["error"] for r in runs]
            where, slack = f"{NETS[net][0]}, {depth} hidden layers", SLACK[net]
            kept[f"{net}.at{depth}.rate"] = setting(
                rate, f"learning rate chosen for {where}", show=decimals(rate)
            )
            kept[f"{net}.at{depth}.error"] = over_seeds(
                errors[depth], f"training error of {where}", rtol=0, atol=slack, show=".1%"
            )
            kept[f"{net}.at{depth}.test_error"] = over_seeds(
                [r["test_error"] for r in runs],
                f"test error of {where}",
                rtol=0,
                atol=slack,
                show=".1%",
            )
        first, last = DEPTHS[0], DEPTHS[-1]
        worse = sum(
            deep > shallow for shallow, deep in zip(errors[first], errors[last], strict=True)
        )
        kept[f"{net}.worse"] = Measurement(
            worse,
            f"seeds in which the deepest net has a higher training error than the shallowest: {NETS[net][0]}",
            n=len(seeds),
            rtol=0,
        )
    return kept

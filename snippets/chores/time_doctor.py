"""What the doctor costs beside training, as ratios in one run: python -m snippets.chores.time_doctor [field]

With `field`, by the Python of an environment of requirements/field.txt: on the models of the experiment doctor_field, by library.
Not a test: a clock's answer depends on the machine and on what else runs there.
"""

import statistics
import sys
import time

import torch
from torch import nn, optim
from torch.nn import functional as F

from snippets.experiments.doctor_field import MODELS, hushed
from snippets.recipes.gradient_doctor import examine, watch
from tests.support.patients import Y, cnn, mlp, residual, tied

ROUNDS, STEPS, FIELD_ROUNDS = 15, 40, 3


def seconds(action) -> float:
    """What it takes once, in this process's own time on one core: other programs count less than by the clock on the wall."""
    start = time.process_time()
    action()
    return time.process_time() - start


def step(model, loss_fn, x, y, optimizer) -> None:
    """One ordinary training step."""
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()


def deep(depth: int):
    """A plain tanh net of orthogonal layers, in which nothing is wrong."""
    return (mlp(depth, nn.Tanh, nn.init.orthogonal_), F.cross_entropy, torch.randn(64, 32), Y), {}


def main() -> None:
    """Print the ratio of one examination to one step for several nets, and that of a watched loop to a plain one."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    nets = {
        "small CNN": cnn(),
        "wide CNN": wide(),
        "residual MLP": residual(),
        "language model": tied(),
    }
    nets |= {f"MLP of {d} layers": deep(d) for d in (10, 100, 300, 1000)}
    for name, (args, _) in nets.items():
        sgd = optim.SGD(args[0].parameters(), lr=1e-4)
        step(*args, sgd), examine(*args, optimizer=sgd)
        pairs = [
            (seconds(lambda: step(*args, sgd)), seconds(lambda: examine(*args, optimizer=sgd)))  # noqa: B023
            for _ in range(ROUNDS)
        ]
        one, look = (statistics.median(p) for p in zip(*pairs, strict=True))
        layers = len(examine(*args, optimizer=sgd).layers)
        each = f"{1e3 * look / layers:.2f} ms a layer"
        print(
            f"{name:20} step {1e3 * one:7.1f} ms  examine {1e3 * look:7.1f} ms  ratio {look / one:5.2f}  {each}"
        )
    args, _ = cnn()
    sgd = optim.SGD(args[0].parameters(), lr=1e-3)
    pairs = []
    for _ in range(ROUNDS):
        with watch(args[0], sgd, every=1, on_change=None):
            read = seconds(lambda: [step(*args, sgd) for _ in range(STEPS)])
        pairs.append((seconds(lambda: [step(*args, sgd) for _ in range(STEPS)]), read))
    plain, read = (statistics.median(p) / STEPS for p in zip(*pairs, strict=True))
    hooks = hooks_alone()
    print(
        f"watch, small CNN: a pass that is read takes {read / plain:.2f} plain ones, the hooks {1e6 * hooks:.0f} µs in each other: "
        f"every=100 costs {((read - plain) / 100 + hooks) / plain:+.1%}"
    )


def hooks_alone() -> float:
    """Seconds that the hooks take in a pass that is not read, seen on a net so small that they show."""
    net = nn.Linear(1, 1)
    sgd = optim.SGD(net.parameters(), lr=0.0)
    tiny = (net, lambda out, _: out.sum(), torch.ones(1, 1), None, sgd)
    differences = []
    for _ in range(ROUNDS):
        plain = seconds(lambda: [step(*tiny) for _ in range(25 * STEPS)])
        with watch(net, sgd, every=10**9, on_change=None):
            step(*tiny)  # the first pass is always read
            differences.append(seconds(lambda: [step(*tiny) for _ in range(25 * STEPS)]) - plain)
    return statistics.median(differences) / (25 * STEPS)


def field() -> None:
    """Print the median ratio of one examination to one step over other people's models, by library and over all."""
    torch.set_num_threads(1)
    ratios: dict[str, list[float]] = {}
    for case in MODELS:
        with hushed():
            ratios.setdefault(case.library, []).append(ratio(case.build()))
    for library, found in ratios.items():
        print(f"{library:25} {len(found):3} models  ratio {statistics.median(found):5.2f}")
    found = [one for these in ratios.values() for one in these]
    print(f"{'together':25} {len(found):3} models  ratio {statistics.median(found):5.2f}")


def ratio(patient) -> float:
    """The time of one examination over that of a step, medians of a few rounds."""

    def look():
        examine(
            patient.model,
            patient.loss_fn,
            patient.inputs,
            patient.targets,
            optimizer=patient.optimizer,
            call=patient.call,
        )

    patient.step()
    pairs = [(seconds(patient.step), seconds(look)) for _ in range(FIELD_ROUNDS)]
    one, looked = (statistics.median(p) for p in zip(*pairs, strict=True))
    return looked / one


def wide():
    """A CNN of 32 channels on images of 16 by 16."""
    net = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    )
    return (net, F.cross_entropy, torch.randn(64, 3, 16, 16), Y), {}


if __name__ == "__main__":
    field() if sys.argv[1:] == ["field"] else main()

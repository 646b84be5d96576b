"""The lab's training, in Node: the same steps as PyTorch's, what is learned and what is not, and how it ends by itself."""

import random

import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

from snippets.experiments import _lab
from snippets.experiments.lab_parity import CHAOS, CLOSE, apart
from snippets.measurement import ROOT
from snippets.weave.book import load
from snippets.weave.digits import digits_script


def ask(program, given=None):
    return _lab.ask(program, given, {"lab/digits.js": digits_script(load(ROOT))})


STEPS = 20
START = """
import { dataset } from "./lab/datasets.js";
import { defaults } from "./lab/settings.js";
import { Training } from "./lab/training.js";
const made = async ({ data, rate, ...given }) => {
  const settings = { ...defaults(), ...given };
  return new Training(settings, await dataset(data, settings.seed), rate);
};
"""
FOLLOWED = START + """
tell(await Promise.all(GIVEN.map(async (given) => {
  const training = await made(given);
  const start = JSON.parse(JSON.stringify({ into: [...training.into.weights], out: [...training.out.weights],
    weights: training.weights.map((w) => [...w]), biases: training.biases.map((b) => [...b]) }));
  const { inputs, labels, columns, classes } = training.data;
  const losses = [], order = training.order(0).slice(0, 32 * GIVEN_STEPS);
  for (let i = 0; i < GIVEN_STEPS; i++) losses.push(training.step());
  return { ...start, inputs: [...inputs], labels: [...labels], columns, classes, order: [0, 1, 2].map((e) => training.order(e)), losses,
    moved: [...training.report().moved] };
})));
""".replace("GIVEN_STEPS", str(STEPS))
ENDED = START + """
tell(await Promise.all(GIVEN.map(async (given) => {
  const training = await made(given);
  const losses = [];
  while (!training.finished()) losses.push(training.step());
  const { step, accuracy, moved } = training.report();
  return { finished: training.finished(), step, accuracy, moved: [...moved], first: losses[0], last: training.report().loss };
})));
"""


PHI = {"tanh": torch.tanh, "relu": torch.relu, "gelu": F.gelu, "silu": F.silu, "sigmoid": torch.sigmoid}


def nets(n: int, seed: int) -> list[dict]:
    draw = random.Random(seed)
    return [{"depth": draw.randint(1, 12), "width": draw.randint(4, 40), "activation": draw.choice(list(PHI)),
             "init": draw.choice(["default", "he", "orthogonal"]), "norm": draw.choice(["none", "layer", "batch"]),
             "place": draw.choice(["before", "after", "sum"]), "skip": draw.choice(["none", "plain", "scaled"]),
             "order": draw.choice(["post", "pre"]), "bias": draw.choice([0, 0.3]), "seed": draw.randrange(2**32),
             "data": draw.choice(["spirals", "digits"]), "rate": draw.choice([0.01, 0.1])} for _ in range(n)]


def in_torch(net: dict, start: dict, shake: float = 0.0) -> tuple[list[float], list[float]]:
    """(losses, distances moved) of the same steps, written without a look at the page's code."""
    width, depth = net["width"], net["depth"]

    def parameter(values, *shape):
        return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()

    into, out = parameter(start["into"], width, start["columns"]), parameter(start["out"], start["classes"], width)
    Ws = [parameter(w, width, width) for w in start["weights"]]
    bs = [parameter(b, width) for b in start["biases"]]
    ends = [parameter([0.0] * width, width), parameter([0.0] * start["classes"], start["classes"])]
    everything = [into, out, *ends, *Ws, *bs]
    x = torch.tensor(start["inputs"], dtype=torch.float64).reshape(-1, start["columns"])
    signs = torch.randint(2, x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype) * 2 - 1
    x, y = x * (1 + shake * signs), torch.tensor(start["labels"])

    def norm(h):
        return F.layer_norm(h, (width,)) if net["norm"] == "layer" else F.batch_norm(h, None, None, training=True)

    def block(h, W, b):
        a = norm(h) if net["norm"] != "none" and net["place"] == "before" else h
        phi = PHI[net["activation"]]
        branch = F.linear(phi(a), W, b) if net["order"] == "pre" else phi(F.linear(a, W, b))
        if net["norm"] != "none" and net["place"] == "after":
            branch = norm(branch)
        h = {"none": branch, "plain": h + branch, "scaled": h + branch / depth**0.5}[net["skip"]]
        return norm(h) if net["norm"] != "none" and net["place"] == "sum" else h

    began = [W.detach().clone() for W in Ws]
    losses, batches = [], [epoch[i:i + 32] for epoch in start["order"] for i in range(0, len(epoch) - 31, 32)]
    for batch in batches[:STEPS]:
        h = F.linear(x[batch], into, ends[0])
        for W, b in zip(Ws, bs, strict=True):
            h = block(h, W, b)
        loss = F.cross_entropy(F.linear(h, out, ends[1]), y[batch])
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, everything)
        with torch.no_grad():
            for p, g in zip(everything, gradients, strict=True):
                p -= net["rate"] * g
    return losses, [((W - s).norm() / s.norm()).item() for W, s in zip(Ws, began, strict=True)]


def test_twenty_steps_are_pytorchs_steps():
    some = nets(14, seed=0)
    for net, ours in zip(some, ask(FOLLOWED, some), strict=True):
        losses, moved = in_torch(net, ours)
        theirs = losses + moved
        distance = apart(ours["losses"] + ours["moved"], theirs)
        if distance > CLOSE:
            assert distance <= CHAOS * apart(theirs, sum(in_torch(net, ours, 2.0**-52), [])), (distance, net)


def test_a_wrong_step_would_be_seen():
    net = nets(1, seed=1)[0]
    ours = ask(FOLLOWED, [net])[0]
    losses, _ = in_torch(net | {"rate": net["rate"] * (1 + 1e-6)}, ours)
    assert apart(ours["losses"], losses) > CLOSE


LEARNS = {"depth": 10, "width": 32, "init": "he", "skip": "scaled", "data": "digits", "rate": 0.05}
STUCK = {"depth": 30, "width": 64, "activation": "sigmoid", "data": "digits", "rate": 0.1}
BURSTS = {"depth": 30, "width": 32, "init": "he", "skip": "plain", "data": "spirals", "rate": 10}


def test_it_learns_sticks_or_bursts_and_ends_by_itself():
    learned, stuck, burst = ask(ENDED, [LEARNS, STUCK, BURSTS])
    assert learned["finished"] == "learned" and learned["accuracy"] >= 0.99 and learned["last"] < learned["first"] / 3
    assert stuck["finished"] == "budget" and stuck["step"] == 2000 and stuck["accuracy"] <= 0.15
    assert max(stuck["moved"][:10]) < 1e-10 and stuck["moved"][-1] > 1e-2
    assert burst["finished"] == "diverged"


def test_the_digits_are_scikit_learns():
    images, labels = load_digits(return_X_y=True)
    pixels, ours = ask('import { LABELS, PIXELS } from "./lab/digits.js";'
                       "tell([[...PIXELS].map((c) => parseInt(c, 36)), [...LABELS].map(Number)]);")
    rows = [pixels[i:i + 64] for i in range(0, len(pixels), 64)]
    known = {(*image, label) for image, label in zip(images.astype(int).tolist(), labels.tolist(), strict=True)}
    assert len(rows) == len(ours) == 500 and all((*row, label) in known for row, label in zip(rows, ours, strict=True))
    assert [ours.count(k) for k in range(10)] == [50] * 10


def test_both_spirals_are_standardized_and_apart():
    inputs, labels = ask('import { spirals } from "./lab/datasets.js"; const s = spirals(3); tell([s.inputs, s.labels]);')
    x = torch.tensor(inputs).reshape(-1, 2)
    assert x.mean(0).abs().max() < 1e-6 and (x.std(0, correction=0) - 1).abs().max() < 1e-6
    nearest = torch.cdist(x, x).fill_diagonal_(9).argmin(1)
    assert (torch.tensor(labels)[nearest] == torch.tensor(labels)).float().mean() > 0.95


def test_an_unknown_data_set_is_named():
    text = 'import { dataset } from "./lab/datasets.js"; tell(await dataset("cats", 0).catch((error) => error.message));'
    assert ask(text) == "there is no data set “cats”; there are spirals and digits"

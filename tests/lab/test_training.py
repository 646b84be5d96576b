"""The lab's training: in Node the same steps as PyTorch's, what is learned, how it ends by itself; in the browser its worker."""

import json
import random

import pytest
import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

from snippets.experiments import _lab
from snippets.experiments.lab_parity import CHAOS, CLOSE, apart
from snippets.measurement import ROOT
from snippets.weave.numbers.book import load
from snippets.weave.site.digits import write_digits
from tests.support.pages import Visit


def ask(program, given=None):
    return _lab.ask(program, given, {"lab/digits.js": write_digits(load(ROOT))})


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
FOLLOWED = (
    START
    + """
tell(await Promise.all(GIVEN.map(async (given) => {
  const training = await made(given);
  const start = JSON.parse(JSON.stringify({ into: [...training.into.weights], out: [...training.out.weights],
    weights: training.weights.map((w) => [...w]), biases: training.biases.map((b) => [...b]) }));
  const { inputs, labels, columns, classes } = training.data;
  const losses = [];
  for (let i = 0; i < GIVEN_STEPS; i++) losses.push(training.step());
  return { ...start, inputs: [...inputs], labels: [...labels], columns, classes, order: [0, 1, 2].map((e) => training.order(e)), losses,
    moved: [...training.report().moved] };
})));
""".replace("GIVEN_STEPS", str(STEPS))
)
ENDED = (
    START
    + """
tell(await Promise.all(GIVEN.map(async (given) => {
  const training = await made(given);
  const losses = [];
  while (!training.finished()) losses.push(training.step());
  const { step, accuracy, moved } = training.report();
  return { finished: training.finished(), step, accuracy, moved: [...moved], first: losses[0], last: training.report().loss };
})));
"""
)


PHI = {
    "linear": lambda z: z,
    "leaky": F.leaky_relu,
    "elu": F.elu,
    "erf": torch.erf,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
}


def nets(n: int, seed: int) -> list[dict]:
    draw = random.Random(seed)
    return [
        {
            "depth": draw.randint(1, 12),
            "width": draw.randint(4, 40),
            "activation": draw.choice(list(PHI)),
            "init": draw.choice(["default", "he", "orthogonal"]),
            "norm": draw.choice(["none", "layer", "batch"]),
            "place": draw.choice(["before", "after", "sum"]),
            "skip": draw.choice(["none", "plain", "scaled"]),
            "order": draw.choice(["post", "pre"]),
            "bias": draw.choice([0, 0.3]),
            "seed": draw.randrange(2**32),
            "data": draw.choice(["spirals", "digits"]),
            "rate": draw.choice([0.01, 0.1]),
        }
        for _ in range(n)
    ]


def in_torch(net: dict, start: dict, shake: float = 0.0) -> tuple[list[float], list[float]]:
    """(losses, distances moved) of the same steps, written without a look at the page's code."""
    width, depth = net["width"], net["depth"]

    def parameter(values, *shape):
        return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()

    into, out = (
        parameter(start["into"], width, start["columns"]),
        parameter(start["out"], start["classes"], width),
    )
    Ws = [parameter(w, width, width) for w in start["weights"]]
    bs = [parameter(b, width) for b in start["biases"]]
    ends = [parameter([0.0] * width, width), parameter([0.0] * start["classes"], start["classes"])]
    everything = [into, out, *ends, *Ws, *bs]
    x = torch.tensor(start["inputs"], dtype=torch.float64).reshape(-1, start["columns"])
    signs = (
        torch.randint(2, x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype) * 2 - 1
    )
    x, y = x * (1 + shake * signs), torch.tensor(start["labels"])

    def norm(h):
        return (
            F.layer_norm(h, (width,))
            if net["norm"] == "layer"
            else F.batch_norm(h, None, None, training=True)
        )

    def block(h, W, b):
        a = norm(h) if net["norm"] != "none" and net["place"] == "before" else h
        phi = PHI[net["activation"]]
        branch = F.linear(phi(a), W, b) if net["order"] == "pre" else phi(F.linear(a, W, b))
        if net["norm"] != "none" and net["place"] == "after":
            branch = norm(branch)
        h = {"none": branch, "plain": h + branch, "scaled": h + branch / depth**0.5}[net["skip"]]
        return norm(h) if net["norm"] != "none" and net["place"] == "sum" else h

    began = [W.detach().clone() for W in Ws]
    losses, batches = (
        [],
        [epoch[i : i + 32] for epoch in start["order"] for i in range(0, len(epoch) - 31, 32)],
    )
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
    some = nets(6, seed=0)
    for net, ours in zip(some, ask(FOLLOWED, some), strict=True):
        losses, moved = in_torch(net, ours)
        theirs = losses + moved
        distance = apart(ours["losses"] + ours["moved"], theirs)
        if distance > CLOSE:
            assert distance <= CHAOS * apart(theirs, sum(in_torch(net, ours, 2.0**-52), [])), (
                distance,
                net,
            )


def test_a_wrong_step_would_be_seen():
    net = nets(1, seed=1)[0]
    ours = ask(FOLLOWED, [net])[0]
    losses, _ = in_torch(net | {"rate": net["rate"] * (1 + 1e-6)}, ours)
    assert apart(ours["losses"], losses) > CLOSE


LEARNS = {"depth": 10, "width": 32, "init": "he", "skip": "scaled", "data": "digits", "rate": 0.05}
STUCK = {"depth": 30, "width": 16, "activation": "sigmoid", "data": "digits", "rate": 0.1}
BURSTS = {"depth": 30, "width": 32, "init": "he", "skip": "plain", "data": "spirals", "rate": 10}


def test_it_learns_sticks_or_bursts_and_ends_by_itself():
    learned, stuck, burst = ask(ENDED, [LEARNS, STUCK, BURSTS])
    assert (
        learned["finished"] == "learned"
        and learned["accuracy"] >= 0.99
        and learned["last"] < learned["first"] / 3
    )
    assert stuck["finished"] == "budget" and stuck["step"] == 2000 and stuck["accuracy"] <= 0.15
    assert max(stuck["moved"][:10]) < 1e-10 and stuck["moved"][-1] > 1e-2
    assert burst["finished"] == "diverged"


def test_the_stack_starts_with_the_weights_that_the_lab_shows():
    text = (
        START
        + """
import { Net } from "./lab/net.js";
tell(await Promise.all(GIVEN.map(async (given) => {
  const training = await made(given), net = new Net();
  net.configure(training.settings);
  const { weights, biases } = net.stack;
  return JSON.stringify([weights, biases]) === JSON.stringify([training.weights, training.biases]);
})));
"""
    )
    assert ask(text, nets(10, seed=2)) == [True] * 10


def test_each_epoch_has_an_order_of_its_own():
    for data, count in (("spirals", 400), ("digits", 500)):
        text = (
            START
            + "const t = await made(GIVEN); tell([0, 1, 2, 0].map((epoch) => t.order(epoch)));"
        )
        orders = ask(text, {"depth": 1, "width": 2, "data": data, "rate": 1})
        assert all(sorted(order) == list(range(count)) for order in orders)
        assert (
            orders[0] == orders[3]
            and orders[0] != orders[1] != orders[2]
            and orders[0] != list(range(count))
        )


def test_the_accuracy_is_that_of_the_whole_set():
    text = (
        START
        + """
const training = await made(GIVEN);
for (let i = 0; i < 45; i++) training.step();
const { into, out, weights, biases, data } = training;
tell({ ends: [[into.weights, into.biases], [out.weights, out.biases]], weights, biases, inputs: data.inputs, labels: data.labels,
  accuracy: training.report().accuracy });
"""
    )
    for data, steps in (("spirals", 36), ("digits", 45)):  # the last end of an epoch up to here
        net = {
            "depth": 2,
            "width": 16,
            "activation": "tanh",
            "init": "xavier",
            "data": data,
            "rate": 0.1,
        }
        got = ask(text.replace("45", str(steps)), net)
        (into, b_into), (out, b_out) = [
            [torch.tensor(p, dtype=torch.float64) for p in end] for end in got["ends"]
        ]
        h = torch.tensor(got["inputs"], dtype=torch.float64).reshape(len(got["labels"]), -1)
        h = F.linear(h, into.reshape(16, -1), b_into)
        for W, b in zip(got["weights"], got["biases"], strict=True):
            h = torch.tanh(
                F.linear(
                    h,
                    torch.tensor(W, dtype=torch.float64).reshape(16, 16),
                    torch.tensor(b, dtype=torch.float64),
                )
            )
        right = F.linear(h, out.reshape(-1, 16), b_out).argmax(1) == torch.tensor(got["labels"])
        assert 0.2 < got["accuracy"] < 0.99 and got["accuracy"] == right.double().mean().item()


SWALLOWED = {
    "depth": 60,
    "width": 8,
    "init": "he",
    "gain": 3,
    "bias": 1,
    "seed": 1104891796,
    "data": "spirals",
    "rate": 0.01,
}


def test_a_weight_that_is_no_number_ends_it():
    text = (
        START
        + """
const training = await made(GIVEN);
while (!training.finished()) training.step();
tell([training.finished(), training.report().diverged, training.steps]);
"""
    )
    finished, diverged, steps = ask(text, SWALLOWED)
    assert finished == "diverged" and diverged and steps < 10


def test_the_digits_are_scikit_learns():
    images, labels = load_digits(return_X_y=True)
    kept = sorted(i for k in range(10) for i in (labels == k).nonzero()[0][:50])
    pixels, ours = ask(
        'import { LABELS, PIXELS } from "./lab/digits.js";'
        "tell([[...PIXELS].map((c) => parseInt(c, 36)), [...LABELS].map(Number)]);"
    )
    assert ours == labels[kept].tolist() and [ours.count(k) for k in range(10)] == [50] * 10
    assert pixels == images[kept].astype(int).ravel().tolist()
    inputs = ask('import { digits } from "./lab/datasets.js"; tell((await digits()).inputs);')
    assert inputs == pytest.approx(
        ((images[kept] - images[kept].mean()) / images[kept].std()).ravel().tolist(), rel=1e-12
    )


def test_both_spirals_are_standardized_and_apart():
    inputs, labels = ask(
        'import { spirals } from "./lab/datasets.js"; const s = spirals(3); tell([s.inputs, s.labels]);'
    )
    x = torch.tensor(inputs).reshape(-1, 2)
    assert x.mean(0).abs().max() < 1e-6 and (x.std(0, correction=0) - 1).abs().max() < 1e-6
    nearest = torch.cdist(x, x).fill_diagonal_(9).argmin(1)
    assert (torch.tensor(labels)[nearest] == torch.tensor(labels)).float().mean() > 0.95


def test_an_unknown_data_set_is_named():
    text = 'import { dataset } from "./lab/datasets.js"; tell(await dataset("cats", 0).catch((error) => error.message));'
    assert ask(text) == "there is no data set “cats”; there are spirals and digits"


WRONG = [
    ({"activation": "swish"}, "activation “swish” is not known"),
    ({"norm": "group"}, "normalization “group” is not known"),
    ({"depth": "abc"}, "depth “abc” is not a number"),
    ({"depth": 0}, "depth 0 is out of range or not whole"),
    ({"width": 1e6}, "width 1000000 is out of range or not whole"),
    ({"seed": -1}, "seed -1 is out of range or not whole"),
    ({"rate": "fast"}, "learning rate “fast” is not a number above zero"),
    ({"rate": 0}, "learning rate “0” is not a number above zero"),
]


def test_what_cannot_be_trained_is_named():
    text = (
        START
        + 'tell(await Promise.all(GIVEN.map((given) => made(given).then(() => "no error", (error) => error.message))));'
    )
    assert ask(text, [{"data": "spirals", "rate": 0.1} | given for given, _ in WRONG]) == [
        words for _, words in WRONG
    ]


# ---------- its worker, in the browser ----------


class Worker(Visit):
    """The built site's worker, spoken to from one of its pages."""

    def __init__(self, browser, address):
        super().__init__(browser, address, "about/")
        self.address = address

    def start(self):
        """Start a worker in place of the one before."""
        self.page.evaluate(
            """address => {
          window.heard = [];
          window.worker?.terminate();
          window.worker = new Worker(address, { type: "module" });
          worker.onmessage = ({ data }) => heard.push(data);
          worker.onerror = (event) => heard.push({ kind: "broken", message: event.message });
        }""",
            f"{self.address}/assets/javascripts/lab/worker.js",
        )

    def say(self, kind, **more):
        self.page.evaluate("message => worker.postMessage(message)", {"kind": kind, **more})

    def train(self, net, token, **more):
        settings = {key: value for key, value in net.items() if key not in ("data", "rate")}
        self.say(
            "train",
            settings=self.filled(settings),
            dataset=net["data"],
            rate=net["rate"],
            token=token,
            **more,
        )

    @staticmethod
    def filled(settings):
        return _lab.ask(
            'import { defaults } from "./lab/settings.js"; tell({ ...defaults(), ...GIVEN });',
            settings,
        )

    def messages(self):
        text = (
            "JSON.stringify(heard, (key, value) => ArrayBuffer.isView(value) ? [...value] : value)"
        )
        return json.loads(self.page.evaluate(text))

    def until(self, condition):
        """The newest message once it fulfils a condition on `last`."""
        self.page.wait_for_function(f"(last => last && ({condition}))(heard.at(-1))", timeout=60000)
        return self.messages()[-1]


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page from which the workers are spoken to."""
    with Worker(browser, address) as it:
        yield it


@pytest.fixture
def worker(opened):
    opened.start()
    yield opened
    assert opened.wrong == []


SMALL = {"depth": 4, "width": 16, "init": "he", "skip": "scaled", "data": "digits", "rate": 0.02}


def test_the_worker_steps_at_the_rate_it_is_told(worker):
    worker.train(SMALL, 7, paused=True)
    worker.page.wait_for_timeout(300)
    assert worker.messages() == [], "before the first step there is nothing to report"
    for n in (1, 2, 3):
        worker.say("step")
        worker.until(f"last.step === {n}")
    worker.say("rate", rate=0.3)
    for n in (4, 5):
        worker.say("step")
        last = worker.until(f"last.step === {n}")
    worker.page.wait_for_timeout(200)
    assert [(m["kind"], m["token"], m["step"]) for m in worker.messages()] == [
        ("progress", 7, n) for n in (1, 2, 3, 4, 5)
    ]
    there = ask(
        START
        + """
const training = await made(GIVEN);
for (const rate of [0.02, 0.02, 0.02, 0.3, 0.3]) { training.rate = rate; training.step(); }
tell({ ...training.report(), finished: training.finished() });
""",
        SMALL,
    )
    assert {key: last[key] for key in there} == there


def test_the_worker_pauses_goes_on_and_stops(worker):
    worker.train(SMALL | {"depth": 20, "width": 64, "rate": 1e-4}, 1)
    began = worker.page.evaluate("performance.now()")
    worker.until("last.step > 0 && last.token === 1")
    worker.page.wait_for_function("heard.length > 4")
    reports, until = worker.page.evaluate("[heard.length, performance.now()]")
    assert 5 <= reports <= 2 + (until - began) / 100, (
        "ten a second at most, however fast the machine"
    )
    worker.say("pause")
    worker.page.wait_for_timeout(300)
    paused = worker.messages()[-1]["step"]
    worker.page.wait_for_timeout(300)
    assert worker.messages()[-1]["step"] == paused and not worker.messages()[-1]["finished"]
    worker.say("step")
    worker.until(f"last.step === {paused + 1}")
    worker.say("resume")
    worker.until(f"last.step > {paused + 5}")
    worker.say("stop")
    worker.page.wait_for_timeout(200)
    told = len(worker.messages())
    worker.page.wait_for_timeout(300)
    assert len(worker.messages()) == told and told < worker.messages()[-1]["step"]
    worker.train(BURSTS, 2)
    assert worker.until("last.token === 2 && last.finished")["finished"] == "diverged"


def test_the_worker_measures(worker):
    settings = worker.filled(
        {"depth": 100, "width": 24, "activation": "gelu", "init": "orthogonal"}
    )
    worker.say("measure", settings=settings, token="a")
    worker.until("last.kind === 'measured'")
    *layers, measured = worker.messages()
    assert 2 <= len(layers) <= 20 and all((m["kind"], m["token"]) == ("layer", "a") for m in layers)
    assert [m["layer"] for m in layers] == sorted({m["layer"] for m in layers}) and layers[-1][
        "layer"
    ] == 100
    found = ask(
        'import { Net } from "./lab/net.js"; const net = new Net(); net.configure(GIVEN); tell(net.run());',
        settings,
    )
    assert measured["token"] == "a"
    for key in ("signal", "weight", "own", "spread"):
        assert measured["found"][key] == pytest.approx(found[key], rel=1e-9)


def test_the_worker_says_what_is_wrong_and_works_on(worker):
    worker.train(SMALL | {"rate": 1e-4}, 1)
    worker.until("last.step > 0")
    worker.train(SMALL | {"data": "cats"}, 2)
    worker.until("last.token === 2")
    worker.train(SMALL | {"activation": "swish"}, 3)
    worker.say("measure", settings={"norm": "group"}, token=4)
    worker.say("dance", token=5)
    worker.until("last.token === 5")
    worker.page.wait_for_timeout(200)
    assert [
        (m["kind"], m["token"], m["message"]) for m in worker.messages() if m["token"] != 1
    ] == [
        ("failed", 2, "there is no data set “cats”; there are spirals and digits"),
        ("failed", 3, "activation “swish” is not known"),
        ("failed", 4, "normalization “group” is not known"),
        ("failed", 5, "“dance” is no message of this worker"),
    ]
    worker.train(SMALL, 6)
    worker.until("last.token === 6 && last.step > 0")

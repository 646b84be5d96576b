"""Public bug reports and faults met on library models, as small nets of our own; they need PyTorch and scikit-learn alone.

The name of a case says which report it retells: reports/ID for public ones (their addresses stand in ADDRESSES), architectures/ID for
faults that were met on models of other people's libraries.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from snippets.experiments._doctor_zoo_parts import Patient
from snippets.experiments._field_parts import Case, by_keyword, put
from snippets.experiments._field_verdicts import CRASH, examined, usual, watched, without_optimizer

ADDRESSES = {
    "edges scored alike": "https://github.com/pyg-team/pytorch_geometric/issues/1165",
    "gate moved": "https://github.com/davidmrau/mixture-of-experts/issues/12",
    "row without a key": "https://github.com/pytorch/pytorch/issues/41508",
    "prompt fills the window": "https://github.com/meta-llama/llama-cookbook/issues/133",
    "zero_grad before step": "https://github.com/Tony-Y/pytorch_warmup/issues/12",
    "softmax of one": "https://github.com/DEEP-PolyU/KEQA_WSDM19/issues/2",
    "decay beyond its clamp": "https://github.com/NVIDIA-BioNeMo/nvSubquadratic/pull/60",
    "warm-up from zero": "https://github.com/huggingface/transformers/issues/34754",
    "wide tied embedding": "https://github.com/syncdoth/RetNet/issues/31",
    "norm of one value": "https://github.com/pytorch/pytorch/issues/19250",
    "new tensor of log-probabilities": "https://github.com/kengz/SLM-Lab/pull/133",
    "second derivative of a ReLU": "https://github.com/lululxvi/deepxde/issues/80",
    "coordinates that grow": "https://github.com/lucidrains/egnn-pytorch/issues/9",
    "bfloat16 weights": "https://github.com/hp-l33/AiM/issues/10",
    "norm of a zero row": "https://github.com/pytorch/pytorch/issues/19126",
    "ReLU before log-softmax": "https://github.com/gcr/torch-residual-networks/issues/1",
    "Adam in float16": "https://github.com/CambioML/pykoi/pull/69",
    "float16 without a scaler": "https://github.com/engichang1467/Open-Rig3R/issues/35",
    "adversary detached": "https://github.com/wangle53/CSA-CDGAN/issues/5",
    "copied before training": "https://github.com/skorch-dev/skorch/issues/317",
}


def digits(n=256, flat=True):
    """Handwritten digits, from 0 to 1, and their classes."""
    from sklearn.datasets import load_digits

    data = load_digits()
    pictures = data.data if flat else data.images
    return torch.tensor(pictures[:n] / 16).float(), torch.tensor(data.target[:n])


def adamw(rate=1e-3, **more):
    """AdamW without weight decay."""
    return lambda parameters: torch.optim.AdamW(parameters, lr=rate, weight_decay=0, **more)


def sgd(rate=0.1, **more):
    """SGD."""
    return lambda parameters: torch.optim.SGD(parameters, lr=rate, **more)


def layers(*widths, phi=nn.ReLU):
    """A multilayer perceptron."""
    parts = []
    for i, o in zip(widths, widths[1:], strict=False):
        parts += [nn.Linear(i, o), phi()]
    return nn.Sequential(*parts[:-1])


# ---------- public reports ----------


class SumConv(nn.Module):
    """A graph convolution that adds up its neighbours."""

    def __init__(self, i, o):
        super().__init__()
        self.own, self.near = nn.Linear(i, o), nn.Linear(i, o, bias=False)

    def forward(self, h, adjacency):
        """Own state and the sum over neighbours."""
        return self.own(h) + self.near(adjacency @ h)


class EdgeScores(nn.Module):
    """A graph autoencoder: a probability for each pair of nodes."""

    def __init__(self, good, bad, adjacency):
        super().__init__()
        self.conv1, self.conv2 = SumConv(20, 32), SumConv(32, 16)
        self.good, self.bad, self.adjacency = good, bad, adjacency

    def forward(self, x):
        """Probabilities of edges that are, and of edges that are not."""
        z = self.conv2(torch.relu(self.conv1(x, self.adjacency)), self.adjacency)
        return tuple(torch.sigmoid((z[e[0]] * z[e[1]]).sum(1)) for e in (self.good, self.bad))


def edges_scored_alike(size=50.0, mean=False):
    """Raw features and sums over neighbours: every score is exactly one."""
    x = size * torch.rand(100, 20)
    good, bad = torch.randint(100, (2, 2000)), torch.randint(100, (2, 2000))
    adjacency = torch.zeros(100, 100).index_put((good[1], good[0]), torch.ones(2000), accumulate=True)  # fmt: skip
    adjacency = adjacency / adjacency.sum(1, keepdim=True).clamp(min=1) if mean else adjacency

    def loss(out):
        return -(out[0] + 1e-15).log().mean() - (1 - out[1] + 1e-15).log().mean()

    return put(EdgeScores(good, bad, adjacency), loss, x, rate=1e-3)


class Experts(nn.Module):
    """Four experts and a gate."""

    def __init__(self, moved):
        super().__init__()
        gate = nn.Parameter(torch.zeros(64, 4))
        self.w_gate = gate.to(torch.float64) if moved else nn.Parameter(gate.detach().double())
        self.experts = nn.ModuleList(layers(64, 32, 10) for _ in range(4)).double()

    def forward(self, x):
        """The experts' answers, weighed."""
        gate = (x @ self.w_gate).softmax(1)
        return sum(gate[:, i : i + 1] * expert(x) for i, expert in enumerate(self.experts))


def gate_moved(moved=True):
    """A parameter that was moved to another type after it was made."""
    x, y = digits()
    return put(Experts(moved), nn.CrossEntropyLoss(), x.double(), y, 1e-2)


class Windowed(nn.Module):
    """Attention with a short window over padded sentences."""

    def __init__(self, pad, window):
        super().__init__()
        self.embed, self.head = nn.Linear(16, 16), nn.Linear(16, 16)
        self.attn = nn.MultiheadAttention(16, 2, batch_first=True)
        self.pad, self.window = pad, window

    def forward(self, x):
        """Each place's state."""
        h = self.embed(x)
        seen, _ = self.attn(h, h, h, attn_mask=self.window, key_padding_mask=self.pad)
        return self.head(h + seen)


def row_without_a_key():
    """Two masks together leave a padded place nothing to look at; the loss doesn't read it."""
    pad = torch.arange(6)[None] >= torch.tensor([6, 4, 6])[:, None]
    i = torch.arange(6)
    window = (i[None] > i[:, None]) | (i[:, None] - i[None] > 1)
    x, y = torch.randn(2, 3, 6, 16)
    return put(Windowed(pad, window), lambda out, y: (out[~pad] - y[~pad]).square().mean(), x, y)


class Speaker(nn.Module):
    """A small language model; its head may be its embedding."""

    def __init__(self, vocabulary=50, width=32, std=None, tied=False, depth=2):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        if std:
            nn.init.normal_(self.wte.weight, std=std)
        layer = nn.TransformerEncoderLayer(
            width, 4, 4 * width, dropout=0, batch_first=True, norm_first=True
        )
        self.body = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.wte.weight

    def forward(self, ids):
        """Scores of the next word at every place."""
        mask = nn.Transformer.generate_square_subsequent_mask(ids.shape[1])
        return self.head(self.norm(self.body(self.wte(ids), mask=mask, is_causal=True)))


def words(n=32, length=16, vocabulary=50):
    """Words that follow one rule, and the next ones."""
    ids = (torch.randint(vocabulary, (n, 1)) + torch.arange(length + 1)) % vocabulary
    return ids[:, :-1], ids[:, 1:]


def next_word(out, y):
    """Cross entropy over places; -100 is left out."""
    return F.cross_entropy(out.flatten(0, 1).float(), y.flatten())


def prompt_fills_the_window(answers=0):
    """Every label stands for nothing: cross entropy is a mean over no words."""
    x, y = words(8)
    y = y.clone()
    y[:, : y.shape[1] - answers] = -100
    return put(Speaker(), next_word, x, y, 1e-3)


def plain_digits(rate=1e-2):
    """A perceptron on digits, in which nothing is wrong."""
    return put(layers(64, 64, 10), nn.CrossEntropyLoss(), *digits(), optimizer=adamw(rate))


def zeroing_late(patient, loss, number):
    """zero_grad between backward and step."""
    loss.backward()
    patient.optimizer.zero_grad()
    patient.optimizer.step()


def zeroing_late_in_place(patient, loss, number):
    """The same with zeros for None, and decay that moves the weights all the same."""
    loss.backward()
    patient.optimizer.zero_grad(set_to_none=False)
    patient.optimizer.step()


def decaying_digits():
    """The perceptron on digits with weight decay."""
    net = layers(64, 64, 10)
    return put(net, nn.CrossEntropyLoss(), *digits(), optimizer=lambda p: torch.optim.AdamW(p, lr=1e-2))  # fmt: skip


class Attended(nn.Module):
    """A weighted sum of an LSTM's steps."""

    def __init__(self, axis):
        super().__init__()
        self.rnn = nn.LSTM(8, 32, batch_first=True)
        self.attn, self.out, self.axis = nn.Linear(40, 1), nn.Linear(32, 10), axis

    def forward(self, x):
        """Scores of the classes."""
        h, _ = self.rnn(x)
        score = self.attn(torch.cat([x, h], 2).flatten(0, 1))
        shape = (len(x), -1, 1)
        weight = score.softmax(1).view(shape) if self.axis == 1 else score.view(shape).softmax(1)
        return self.out((weight * h).sum(1))


def softmax_of_one(axis=1):
    """A softmax along the axis of one score: every weight is one."""
    return put(Attended(axis), nn.CrossEntropyLoss(), *digits(256, False), 1e-2)


class Recurrence(nn.Module):
    """A diagonal recurrence with a decay that is held between zero and one."""

    def __init__(self, start):
        super().__init__()
        self.inp, self.out = nn.Linear(4, 16), nn.Linear(16, 1)
        self.decay = nn.Parameter(torch.full((16,), start))

    def forward(self, x):
        """A mean over time."""
        decay, h = self.decay.clamp(0, 1), 0
        for t in range(x.shape[1]):
            h = decay * h + self.inp(x[:, t])
        return self.out(h / x.shape[1])


def decay_beyond_its_clamp(start=1.01):
    """A parameter beyond the end of its clamp, where the slope is zero."""
    x = torch.randn(64, 12, 4)
    return put(Recurrence(start), nn.MSELoss(), x, x[:, -3:].mean((1, 2))[:, None], 1e-2)


def warm_up_from_zero():
    """A schedule whose first factor is zero."""
    patient = plain_digits()
    torch.optim.lr_scheduler.LambdaLR(patient.optimizer, lambda step: min(1, step / 10))
    return patient


def tied_embedding(std=None):
    """A tied embedding left at the standard draw."""
    x, y = words(32, 16, 200)
    return put(Speaker(200, 128, std, True), next_word, x, y, 1e-3)


def norm_of_one_value(groups=32, make=None):
    """A group norm with one value in each group."""
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, 2),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3),
        nn.GroupNorm(groups, 32),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32, 10),
    )
    x, y = digits(256, False)
    return put(net, nn.CrossEntropyLoss(), x[:, None], y, 1e-2, make)


class ActorCritic(nn.Module):
    """One body, two heads."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 32), nn.Tanh())
        self.actor, self.critic = nn.Linear(32, 2), nn.Linear(32, 1)

    def forward(self, s):
        """Scores of the actions, and the value."""
        h = self.body(s)
        return self.actor(h), self.critic(h)[:, 0]


def log_probabilities(whole=torch.tensor):
    """Log-probabilities gathered into a new tensor, which has no graph."""

    def loss(out, episode):
        policy = torch.distributions.Categorical(logits=out[0])
        log_probs = whole(list(policy.log_prob(episode["action"])))
        advantage = episode["return"] - out[1]
        return -(log_probs * advantage.detach()).mean() + 0.5 * advantage.square().mean()

    episode = {"action": torch.randint(2, (64,)), "return": torch.randn(64)}
    return put(ActorCritic(), loss, torch.randn(64, 4), episode, 1e-3)


def residual(phi=nn.ReLU):
    """A physics-informed loss: u'' at inner points, u at the ends."""

    def call(net, x):
        return net(x), x, net(torch.tensor([[0.0], [1.0]]))

    def loss(out):
        u, x, ends = out
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), x, create_graph=True, allow_unused=True)
        bend = torch.zeros_like(x) if bend is None else bend
        force = math.pi**2 * torch.sin(math.pi * x)
        return (bend + force).square().mean() + ends.square().mean()

    x = torch.linspace(0, 1, 64)[:, None].requires_grad_()
    return put(layers(1, 32, 32, 1, phi=phi), loss, x, rate=1e-2, call=call)


class Equivariant(nn.Module):
    """One layer of an equivariant net; coordinates move by weighted differences."""

    def __init__(self):
        super().__init__()
        self.edge, self.coor = layers(17, 32, 16, phi=nn.SiLU), layers(16, 32, 1, phi=nn.SiLU)
        self.node = layers(24, 32, 8, phi=nn.SiLU)

    def forward(self, h, x):
        """New states and places."""
        n, apart = len(h), x[:, None] - x[None]
        far = apart.square().sum(-1, keepdim=True)
        pair = torch.cat([h[:, None].expand(n, n, -1), h[None].expand(n, n, -1), far], -1)
        m = self.edge(pair)
        return h + self.node(torch.cat([h, m.sum(1)], -1)), x + (apart * self.coor(m)).sum(1)


class Molecule(nn.Module):
    """Equivariant layers in a row; the last one's states are not read."""

    def __init__(self, depth):
        super().__init__()
        self.layers = nn.ModuleList(Equivariant() for _ in range(depth))

    def forward(self, hx):
        """The places."""
        for layer in self.layers:
            hx = layer(*hx)
        return hx[1]


def coordinates_that_grow(depth):
    """Coordinates that grow without bound from layer to layer."""
    t = torch.arange(0, 2, 0.05)
    x = torch.stack([torch.sin(6.28 * t), torch.cos(6.28 * t), t], 1)
    return put(Molecule(depth), nn.MSELoss(), (torch.randn(40, 8), x), x.roll(1, 0), 1e-3)


def half_digits(dtype, rate, eps=1e-8, loss=None):
    """A perceptron on digits in half precision."""
    x, y = digits()
    net = layers(64, 128, 128, 10, phi=nn.GELU).to(dtype)
    return put(
        net,
        loss or (lambda out, y: F.cross_entropy(out.float(), y)),
        x.to(dtype),
        y,
        optimizer=adamw(rate, eps=eps, foreach=False),
    )


def norm_of_a_zero_row():
    """Weight normalization of a last layer that starts at zero: zero by zero."""
    net = layers(21, 64, 64, 1, phi=nn.Softplus)
    nn.init.zeros_(net[4].weight)
    for i in (0, 2, 4):
        net[i] = weight_norm(net[i])
    return put(net, nn.L1Loss(), torch.randn(32, 21), torch.rand(32, 1), 1e-3)


def relu_at_the_end(relu=True):
    """A ReLU between the last layer and the log-softmax."""
    parts = [nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()]
    parts += [nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()]
    parts += [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(64, 10)]
    net = nn.Sequential(*parts, *[nn.ReLU()] * relu, nn.LogSoftmax(1))
    x, y = digits(256, False)
    return put(net, nn.NLLLoss(), x[:, None], y, optimizer=sgd(0.1, momentum=0.9))


class Reward(nn.Module):
    """A reward for a text."""

    def __init__(self):
        super().__init__()
        self.wte, self.score = nn.Embedding(50, 32), nn.Linear(32, 1)
        self.body = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32), nn.GELU())

    def forward(self, ids):
        """One number a text."""
        return self.score(self.body(self.wte(ids).mean(1)))[:, 0]


def adam_in_half(dtype=torch.float16, eps=1e-8):
    """Adam whose ε is zero in the weights' precision."""

    def loss(out):
        chosen, rejected = out.float().chunk(2)
        return -F.logsigmoid(chosen - rejected).mean()

    ids = torch.randint(50, (16, 12))
    return put(
        Reward().to(dtype),
        loss,
        ids,
        optimizer=lambda p: torch.optim.Adam(p, lr=1e-3, eps=eps, foreach=False),
    )


def without_a_scaler(dtype=torch.float16):
    """A small term, averaged over a map, in float16 without a scaler."""
    parts = [nn.Conv2d(3, 8, 3, padding=1), nn.GELU(), nn.Conv2d(8, 8, 3, padding=1), nn.GELU()]
    net = nn.Sequential(*parts, nn.Conv2d(8, 3, 1))

    def call(net, x):
        with torch.autocast("cpu", dtype=dtype):
            return net(x)

    def loss(out, rays):
        return 2e-3 * (1 - F.cosine_similarity(out.float(), rays, dim=1)).mean()

    x, rays = torch.rand(1, 3, 160, 160), torch.randn(1, 3, 160, 160)
    return put(net, loss, x, rays, 1e-4, call=call)


def adversary(detached=True):
    """A generator's loss that reads its adversary's answer without a graph."""
    make = nn.Sequential(
        nn.Conv2d(6, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 1, 3, padding=1),
        nn.Sigmoid(),
    )
    doubt = nn.Sequential(nn.Conv2d(1, 8, 4, 2), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(392, 1))

    def loss(fake, real):
        answer = doubt(fake)
        answer = answer.detach() if detached else answer
        return (answer - doubt(real).detach()).square().mean() + 50 * (fake - real).abs().mean()

    real = (torch.rand(4, 1, 16, 16) > 0.7).float()
    return put(make, loss, torch.rand(4, 6, 16, 16), real, 1e-3)


def copied_before_training():
    """An optimizer that belongs to the original of a copy."""
    patient = plain_digits()
    patient.model = copy.deepcopy(patient.model)
    return patient


def case(name, make, codes, guilty=(), **more):
    """A public report, or a fault of an architecture."""
    codes = (codes,) if isinstance(codes, str) else codes
    return Case(name, make, codes, (guilty,) if isinstance(guilty, str) else guilty, **more)


SOUND = "healthy"
ISSUES = [
    case(
        "reports/edges scored alike",
        edges_scored_alike,
        "saturated_units",
        ("sigmoid", "conv2", "conv2.near", "conv2.own"),
    ),
    case("reports/edges scored alike, mended", lambda: edges_scored_alike(1.0, True), SOUND),
    case("reports/gate moved", gate_moved, "unregistered_parameters", "w_gate"),
    case("reports/gate moved, mended", lambda: gate_moved(False), SOUND),
    case("reports/row without a key", row_without_a_key, "nonfinite_layer", "attn"),
    case(
        "reports/prompt fills the window",
        prompt_fills_the_window,
        ("nonfinite_layer", "bad_targets"),
        ("cross_entropy", "cross_entropy_loss", "nll_loss", "targets"),
        says="-100|mean over nothing|no target|ignore",
    ),
    case("reports/prompt fills the window, mended", lambda: prompt_fills_the_window(8), SOUND),
    case(
        "reports/zero_grad before step",
        plain_digits,
        "training_loop",
        "zero_grad",
        ask=watched(zeroing_late),
    ),
    case(
        "reports/zero_grad before step, with decay",
        decaying_digits,
        "training_loop",
        "zero_grad",
        ask=watched(zeroing_late_in_place),
    ),
    case("reports/zero_grad before step, mended", plain_digits, SOUND, ask=watched()),
    case("reports/softmax of one", softmax_of_one, "zero_gradient", "attn"),
    case("reports/softmax of one, mended", lambda: softmax_of_one(2), SOUND),
    case("reports/decay beyond its clamp", decay_beyond_its_clamp, "zero_gradient", "decay"),
    case("reports/decay beyond its clamp, mended", lambda: decay_beyond_its_clamp(0.99), SOUND),
    case(
        "reports/warm-up from zero",
        warm_up_from_zero,
        "learning_rate_too_small",
        says="warm-up|schedule",
    ),
    case(
        "reports/wide tied embedding",
        tied_embedding,
        "exploding",
        ("wte", "head", "guess"),
        notes=("exploding", "unscaled_data"),
    ),
    case("reports/wide tied embedding, mended", lambda: tied_embedding(0.02), SOUND),
    case(
        "reports/norm of one value",
        norm_of_one_value,
        "collapsed_activations",
        ("3", "2", "group_norm", "4"),
    ),
    case(
        "reports/norm of one value, SGD",
        lambda: norm_of_one_value(make=sgd()),
        "collapsed_activations",
        ("3", "2", "group_norm", "4"),
    ),
    case(
        "reports/norm of one value, no optimizer",
        norm_of_one_value,
        "collapsed_activations",
        ("3", "2", "group_norm", "4"),
        ask=without_optimizer,
    ),
    case("reports/norm of one value, mended", lambda: norm_of_one_value(4), SOUND),
    case(
        "reports/new tensor of log-probabilities", log_probabilities, "disconnected_layers", "actor"
    ),
    case(
        "reports/new tensor of log-probabilities, mended",
        lambda: log_probabilities(torch.stack),
        SOUND,
    ),
    case(
        "reports/second derivative of a ReLU",
        residual,
        ("zero_gradient", "disconnected_layers"),
        notes=("zero_gradient", "disconnected_layers"),
    ),
    case("reports/second derivative of a ReLU, mended", lambda: residual(nn.Tanh), SOUND),
    case(
        "reports/coordinates that grow, 3",
        lambda: coordinates_that_grow(3),
        "exploding",
        ("layers", "layers.0", "layers.1", "layers.2"),
    ),
    case(
        "reports/coordinates that grow, 6",
        lambda: coordinates_that_grow(6),
        ("exploding", "nonfinite_layer"),
        ("layers", *(f"layers.{i}" for i in range(6))),
        says="grow",
    ),
    case(
        "reports/bfloat16 weights",
        lambda: half_digits(torch.bfloat16, 1e-5),
        "lost_updates",
        ("0", "2", "4"),
    ),
    case("reports/norm of a zero row", norm_of_a_zero_row, "nonfinite_layer", "4", says="zero"),
    case(
        "reports/ReLU before log-softmax", relu_at_the_end, "dead_units", "8", notes=("dead_units",)
    ),
    case(
        "reports/Adam in float16",
        adam_in_half,
        "nonfinite_update",
        ("eps", "ε", "wte", "body.0", "score"),
    ),
    case("reports/Adam in float16, mended", lambda: adam_in_half(torch.float32), SOUND),
    case("reports/float16 without a scaler", without_a_scaler, "underflow", ("0", "2", "4")),
    case(
        "reports/float16 without a scaler, mended", lambda: without_a_scaler(torch.bfloat16), SOUND
    ),
    case(
        "reports/adversary detached",
        adversary,
        ("disconnected_layers", "zero_gradient"),
        notes=("disconnected_layers", "zero_gradient", "detached_term"),
    ),
    case("reports/adversary detached, mended", lambda: adversary(False), SOUND),
    case("reports/copied before training", copied_before_training, CRASH, "optimizer"),
    case(
        "reports/copied before training, watched",
        copied_before_training,
        CRASH,
        "optimizer",
        ask=watched(),
    ),
]


# ---------- faults met on models of other people's libraries ----------


class Capturing(nn.Module):
    """A net that hooks itself in its first pass, and remembers that it did."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(8, 2)

    def forward(self, x):
        """Scores from both hidden states."""
        if not getattr(self, "_hooked", False):
            for part in (self.a, self.b):
                part.register_forward_hook(lambda part, inputs, out: self.seen.append(out))
            self._hooked = True
        self.seen = []
        self.b(torch.tanh(self.a(x)))
        return self.head(torch.cat(self.seen, 1))


def points(n=32, features=8, count=4):
    """Points around one center for each class."""
    y = torch.arange(n) % count
    return torch.randn(count, features)[y] + 0.3 * torch.randn(n, features), y


def capturing():
    """Hooks that a model sets in its first pass."""
    return put(Capturing(), nn.CrossEntropyLoss(), *points(features=4, count=2), 1e-2)


class Rerun(torch.autograd.Function):
    """A block that is run again inside the backward pass."""

    @staticmethod
    def forward(ctx, x, block):
        """The block's output, without its graph."""
        ctx.block = block
        ctx.save_for_backward(x)
        return block(x)

    @staticmethod
    def backward(ctx, gradient):
        """A backward pass of its own."""
        x = ctx.saved_tensors[0].detach().requires_grad_()
        with torch.enable_grad():
            out = ctx.block(x)
        torch.autograd.backward(out, gradient)
        return x.grad, None


class Reversible(nn.Module):
    """A net with such a block in its middle."""

    def __init__(self):
        super().__init__()
        self.a, self.o = nn.Linear(4, 8), nn.Linear(8, 2)
        self.mid = nn.Sequential(nn.Linear(8, 8), nn.ReLU())

    def forward(self, x):
        """Scores."""
        return self.o(Rerun.apply(self.a(x), self.mid))


def reversible():
    """A backward pass inside the backward pass, with gradients that stand there from before."""
    patient = put(Reversible(), nn.CrossEntropyLoss(), *points(features=4, count=2), optimizer=sgd())  # fmt: skip
    patient.loss().backward()
    return patient


class Branch(nn.Module):
    """A batch norm that starts at zero, between two layers."""

    def __init__(self):
        super().__init__()
        self.v, self.out, self.bn = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8)
        nn.init.zeros_(self.bn.weight)
        self.f1, self.f2 = nn.Conv2d(8, 16, 1), nn.Conv2d(16, 8, 1)

    def forward(self, x):
        """What the next layers make of the norm."""
        return self.f2(F.hardswish(self.f1(self.bn(self.out(F.gelu(self.v(x)))))))


def zero_norm():
    """A norm that starts at zero and wakes after one step."""
    y = torch.arange(16) % 4
    x = torch.randn(4, 8, 6, 6)[y] + 0.2 * torch.randn(16, 8, 6, 6)
    ends = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)
    return put(nn.Sequential(nn.Conv2d(8, 8, 3), Branch(), *ends), nn.CrossEntropyLoss(), x, y, 1e-2)  # fmt: skip


class Positions(nn.Module):
    """Attention with a table of relative positions, in a branch whose gain starts at zero."""

    def __init__(self, n=9, width=16):
        super().__init__()
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.bias, self.gain = nn.Parameter(torch.zeros(1, n)), nn.Parameter(torch.zeros(width))
        self.register_buffer("index", torch.randint(0, n, (n, n)))

    def forward(self, x):
        """The stream and the gated branch."""
        q, k, v = self.qkv(x).chunk(3, -1)
        weight = (q @ k.transpose(1, 2) / 4 + self.bias[:, self.index]).softmax(-1)
        return x + self.gain * self.proj(weight @ v)


def zero_table():
    """A table of biases that starts at zero behind a gain that does."""
    y = torch.arange(16) % 4
    x = torch.randn(4, 9, 8)[y] + 0.2 * torch.randn(16, 9, 8)
    net = nn.Sequential(nn.Linear(8, 16), Positions(), Positions(), nn.Flatten(), nn.Linear(144, 4))
    return put(net, nn.CrossEntropyLoss(), x, y, 3e-3)


class Before(nn.Module):
    """A pre-activation block; its last layer may start at zero."""

    def __init__(self, zero):
        super().__init__()
        self.c1, self.c2 = nn.Linear(16, 16), nn.Linear(16, 16)
        if zero:
            nn.init.zeros_(self.c2.weight)
            nn.init.zeros_(self.c2.bias)

    def forward(self, x):
        """The stream and the branch."""
        return x + self.c2(torch.relu(self.c1(torch.relu(x))))


def pre_activation(zero):
    """Blocks whose ReLU comes first."""
    net = nn.Sequential(nn.Linear(8, 16), *[Before(zero) for _ in range(4)], nn.Linear(16, 4))
    return put(net, nn.CrossEntropyLoss(), *points(), optimizer=sgd())


def zero_head():
    """A head that starts at zero."""
    net = layers(8, 32, 32, 4)
    nn.init.zeros_(net[4].weight)
    nn.init.zeros_(net[4].bias)
    return put(net, nn.CrossEntropyLoss(), *points(), 1e-2)


class Flow(nn.Module):
    """A density that is asked through a method."""

    def __init__(self):
        super().__init__()
        self.net = layers(2, 32, 2, phi=nn.Tanh)

    def log_prob(self, x):
        """Not quite a log-likelihood; it serves."""
        return -(self.net(x) - x.flip(1)).square().sum(1)


def through_a_method():
    """A training pass that is not the model's call."""
    return put(Flow(), lambda out: -out.mean(), torch.randn(64, 2), call=lambda m, x: m.log_prob(x))


class Spare(nn.Module):
    """A net with a part that this loss doesn't reach, of one kind or another."""

    def __init__(self, kind):
        super().__init__()
        self.a, self.b, self.o = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 4)
        self.kind = kind
        if kind == "pooler":
            self.pooler = nn.Linear(16, 16)
        if kind == "target":
            self.target = nn.Linear(8, 4)

    def forward(self, x):
        """Scores."""
        h = torch.relu(self.a(x))
        if self.kind == "pooler":
            self.pooled = torch.tanh(self.pooler(h))
        if self.kind != "layerdrop" or not self.training or torch.rand(()) > 0.9:
            h = torch.relu(self.b(h))
        return self.o(h.detach() if self.kind == "detach" else h)


def spare(kind):
    """A pooler, a target net, a layer left out in this pass, or a real cut."""
    net = Spare(kind)
    held = [p for n, p in net.named_parameters() if "target" not in n]
    return put(net, nn.CrossEntropyLoss(), *points(), optimizer=lambda _: adamw(1e-2)(held))


class Constant(nn.Module):
    """A net that keeps a constant in a parameter."""

    def __init__(self):
        super().__init__()
        self.a, self.o = nn.Linear(8, 32), nn.Linear(32, 4)
        self.positions = nn.Parameter(torch.sin(torch.arange(32.0)), requires_grad=False)

    def forward(self, x):
        """Scores."""
        return self.o(torch.relu(self.a(x) + self.positions))


def constant():
    """A parameter that can't change, by design."""
    return put(Constant(), nn.CrossEntropyLoss(), *points(), 1e-2)


class Coupling(nn.Module):
    """A coupling layer that fills memory part by part; its scale overflows."""

    def __init__(self):
        super().__init__()
        self.s = nn.Linear(1, 1)
        nn.init.constant_(self.s.weight, 300.0)

    def forward(self, x):
        """One half as it was, the other scaled."""
        out = torch.empty_like(x)
        out[:, :1] = x[:, :1]
        out[:, 1:] = x[:, 1:] * torch.exp(self.s(x[:, :1]))
        return out


def filled_later():
    """An exp that overflows into memory that was empty before."""
    return put(Coupling(), lambda out: out.square().mean(), torch.randn(64, 2).abs() + 1)


def determined(patient):
    """Ask while PyTorch fills empty memory with NaN, as it does with deterministic algorithms."""
    torch.use_deterministic_algorithms(True)
    try:
        return examined(patient)
    finally:
        torch.use_deterministic_algorithms(False)


class Scaled(nn.Module):
    """A net whose scores are scaled by exp of a parameter."""

    def __init__(self):
        super().__init__()
        self.e, self.logit_scale = nn.Linear(4, 4), nn.Parameter(torch.tensor(100.0))

    def forward(self, x):
        """Scaled scores."""
        return self.logit_scale.exp() * self.e(x)


def overflowing_scale():
    """exp of a parameter alone that overflows."""
    return put(Scaled(), nn.CrossEntropyLoss(), torch.randn(8, 4), torch.arange(8) % 4)


class Named(nn.Module):
    """A net that is called by keyword."""

    def __init__(self, drop=0.0, end=False):
        super().__init__()
        self.f = nn.Sequential(
            nn.Linear(8, 32),
            nn.ReLU(),
            nn.Dropout(drop),
            nn.Linear(32, 32),
            nn.ReLU(),
            nn.Linear(32, 1 if end else 4),
        )
        self.end = end

    def forward(self, x=None):
        """Scores, or a probability that is pinned."""
        h = self.f(x)
        return torch.sigmoid(h + 60) if self.end else h


def named(x=None, y=None, loss=F.cross_entropy, make=None, dtype=torch.float32, **more) -> Patient:  # fmt: skip
    """A net that is called by keyword, with one thing wrong."""
    data, labels = points(64)
    x, y = (data if x is None else x(data)), (labels if y is None else y)
    return put(Named(**more).to(dtype), loss, {"x": x.to(dtype)}, y, 1e-2, make, by_keyword)  # fmt: skip


def infinite(x):
    """One entry infinite."""
    x[3, 3] = torch.inf
    return x


def tiny(out, y):
    """A loss times 1e-7."""
    return F.cross_entropy(out, y) * 1e-7


BLIND_SPOTS = {
    "infinite by keyword": (lambda: named(infinite), "nonfinite_input", ("inputs", "x")),
    "tiny rate": (lambda: named(make=adamw(1e-12), drop=0.1), "learning_rate_too_small", ()),
    "half precision": (
        lambda: named(make=sgd(1e-2), dtype=torch.float16, loss=tiny),
        "underflow",
        ("f.0", "f.3", "f.5"),
    ),
    "pinned output": (
        lambda: named(y=torch.zeros(64, 1), loss=F.binary_cross_entropy, end=True),
        "saturated_units",
        ("f.5",),
    ),
}


def small_start(rate, depth=2):
    """Weights drawn very small, which Adam heals in a few steps."""
    net = layers(8, *[64] * depth, 2)
    for p in net.parameters():
        nn.init.normal_(p, std=1e-4) if p.dim() > 1 else nn.init.zeros_(p)
    x = torch.randn(128, 8)
    return put(net, nn.CrossEntropyLoss(), x, (x[:, 0] + x[:, 1] > 0).long(), rate)


class Projections(nn.Module):
    """A block with long names."""

    def __init__(self):
        super().__init__()
        self.attention = nn.ModuleDict(
            {"query_projection": nn.Linear(16, 16), "output_projection": nn.Linear(16, 16)}
        )

    def forward(self, x):
        """The stream and the branch."""
        h = torch.relu(self.attention["query_projection"](x))
        return x + self.attention["output_projection"](h)


def one_of_many():
    """One dead layer in the middle of many whose names look alike."""
    net = nn.Sequential(nn.Linear(8, 16), *[Projections() for _ in range(24)], nn.Linear(16, 4))
    nn.init.constant_(net[12].attention["query_projection"].bias, -50)
    return put(net, nn.CrossEntropyLoss(), *points(), 1e-3)


FOUND = [
    case("architectures/hooks of its own", capturing, SOUND),
    case("architectures/backward in backward", reversible, SOUND),
    case("architectures/zero norm", zero_norm, SOUND),
    case("architectures/zero table", zero_table, SOUND),
    case("architectures/pre-activation", lambda: pre_activation(False), SOUND),
    case("architectures/pre-activation from zero", lambda: pre_activation(True), SOUND),
    case("architectures/zero head", zero_head, SOUND),
    case("architectures/zero head, watched", zero_head, SOUND, ask=watched(usual, 5, 16)),
    case("architectures/through a method, watched", through_a_method, SOUND, ask=watched()),
    case("architectures/pooler", lambda: spare("pooler"), SOUND),
    case("architectures/target net", lambda: spare("target"), SOUND),
    case("architectures/layer left out", lambda: spare("layerdrop"), SOUND),
    case("architectures/cut", lambda: spare("detach"), "disconnected_layers", ("a", "b")),
    case("architectures/constant parameter", constant, SOUND),
    case("architectures/filled later", filled_later, "nonfinite_layer", "exp"),
    case(
        "architectures/filled later, determined",
        filled_later,
        "nonfinite_layer",
        "exp",
        ask=determined,
    ),
    case("architectures/overflowing scale", overflowing_scale, "nonfinite_layer", "logit_scale"),
    *[
        case(f"architectures/{name}", make, code, guilty)
        for name, (make, code, guilty) in BLIND_SPOTS.items()
    ],
    *[
        case(f"architectures/{name}, watched", make, code, guilty, ask=watched())
        for name, (make, code, guilty) in BLIND_SPOTS.items()
    ],
    case("architectures/small start", lambda: small_start(1e-3), SOUND),
    case("architectures/small start, faster", lambda: small_start(1e-2), SOUND),
    case(
        "architectures/one of many",
        one_of_many,
        "dead_units",
        ("12.attention.query_projection",),
        says=r"(?m)^[^\n]*12\.att[^\n]*100%|\b12\b[^\n]*100%",
    ),
]
REPORTS = [*ISSUES, *FOUND]

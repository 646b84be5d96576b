"""What the nets of the doctor's benchmark are made of: data, layers, whole models, optimizers, and a short training.

Everything draws from PyTorch's global generator, which a case seeds with its own name before it builds. `seen` marks a hidden
state inside a forward pass; it does nothing unless a label is being confirmed (`recording`).
"""

from __future__ import annotations

import contextlib
import copy
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

HALF = (torch.float16, torch.bfloat16)


@dataclass
class Patient:
    """A net as its owner would hand it over: examine(model, loss_fn, inputs, targets, optimizer=optimizer, call=call).

    autocast: the dtype of an autocast region around the call, or None.
    learns: how a healthy net shows that it learns: 'falls' by a tenth, 'slowly' at all, or is at 'rest' because it has learned.
    steps: optimizer steps in which it shows that.
    """

    model: nn.Module
    loss_fn: object
    inputs: object
    targets: object
    optimizer: torch.optim.Optimizer | None
    call: object = None
    autocast: torch.dtype | None = None
    learns: str = "falls"
    steps: int = 40

    def surroundings(self):
        """The autocast region that the owner trains in; an empty one where there is none."""
        return (
            torch.autocast("cpu", dtype=self.autocast)
            if self.autocast
            else contextlib.nullcontext()
        )

    def output(self):
        """One forward pass."""
        with self.surroundings():
            return self.call(self.model, self.inputs) if self.call else self.model(self.inputs)

    def loss(self):
        """The loss of one forward pass."""
        out = self.output()
        with self.surroundings():
            return self.loss_fn(out) if self.targets is None else self.loss_fn(out, self.targets)

    def step(self) -> float:
        """One step of the owner's optimizer; the loss before it."""
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def copy(self) -> Patient:
        """A copy that shares nothing; its optimizer holds the copied parameters."""
        return copy.deepcopy(self)


# ---------- what a label's confirmation sees ----------

KINDS = {nn.ReLU: "relu", nn.ReLU6: "relu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid"}
_records: list | None = None


@dataclass
class State:
    """A hidden state of one pass. kind: its activation; stream: does the signal of the whole net run through it?; time: has steps."""

    h: torch.Tensor
    kind: str | None
    stream: bool
    time: bool


def seen(h, kind: str | None = None, stream: bool = True, time: bool = False):
    """Mark a hidden state; returns it. Only while `recording` is anything kept."""
    if _records is None:
        return h
    if not h.requires_grad and h.is_floating_point():
        h = h.detach().requires_grad_()
    _records.append(State(h, kind, stream, time))
    return h


@contextlib.contextmanager
def recording(model):
    """Yield the list that fills with every marked state, and with the output of every activation module."""
    global _records
    _records = marked = []
    hooks = [
        m.register_forward_hook(
            lambda m, _, out: marked.append(State(out, KINDS.get(type(m)), False, False))
        )
        for m in model.modules()
        if type(m) in KINDS or isinstance(m, (nn.GELU, nn.SiLU, nn.LeakyReLU, nn.ELU, nn.Softplus))
    ]
    try:
        yield marked
    finally:
        _records = None
        for hook in hooks:
            hook.remove()


# ---------- data ----------


def blobs(n=64, features=16, classes=4, spread=0.7):
    """(n, features) points around one center per class, and their classes."""
    y = torch.arange(n) % classes
    return torch.randn(classes, features)[y] + spread * torch.randn(n, features), y


def curve(n=64, features=16, outputs=1):
    """(n, features) points and a smooth function of them, (n, outputs)."""
    x = torch.randn(n, features)
    return x, torch.tanh(x @ torch.randn(features, outputs) / 2)


def pictures(n=32, channels=1, size=8, classes=4, spread=0.7):
    """(n, channels, size, size) pictures around one picture per class, and their classes."""
    y = torch.arange(n) % classes
    return torch.randn(classes, channels, size, size)[y] + spread * torch.randn(
        n, channels, size, size
    ), y


def series(steps=6, n=32, features=4, classes=3, spread=0.5):
    """(n, steps, features) series around one series per class, and their classes."""
    y = torch.arange(n) % classes
    return torch.randn(classes, steps, features)[y] + spread * torch.randn(n, steps, features), y


def each_step(steps=8, n=32, features=4, classes=3):
    """(n, steps, features) series and a class for every step, (n, steps): which of three directions the input is closest to."""
    x = torch.randn(n, steps, features)
    return x, (x @ torch.randn(features, classes)).argmax(-1)


def text(length=12, n=16, vocab=16):
    """(n, length) tokens that follow one fixed rule, and at every place the next one."""
    follow = torch.randperm(vocab)
    rows = [torch.randint(vocab, (n,))]
    for _ in range(length):
        rows.append(follow[rows[-1]])
    rows = torch.stack(rows, 1)
    return rows[:, :-1], rows[:, 1:]


# ---------- losses ----------


def cross_entropy(out, y):
    """Mean cross entropy over samples, and steps where there are any; half-precision outputs are read in float32."""
    out = out.float() if out.dtype in HALF else out
    return F.cross_entropy(out.flatten(0, -2), y.flatten())


def squares(out, y):
    """Mean squared error."""
    return F.mse_loss(
        out.float() if out.dtype in HALF else out, y.to(torch.float32) if out.dtype in HALF else y
    )


def binary(out, y):
    """Binary cross entropy of probabilities."""
    return F.binary_cross_entropy(out, y)


def times(factor, loss=cross_entropy):
    """The loss, multiplied."""
    return lambda out, y: loss(out, y) * factor


def part(key, loss=cross_entropy):
    """The loss of one part of a tuple or dict."""
    return lambda out, y: loss(out[key], y)


# ---------- optimizers ----------


def sgd(rate=0.1, **more):
    """Make SGD for a model's parameters."""
    return lambda parameters: torch.optim.SGD(parameters, lr=rate, **more)


def momentum(rate=0.03):
    """Make SGD with momentum 0.9."""
    return sgd(rate, momentum=0.9)


def adam(rate=3e-3, **more):
    """Make Adam."""
    return lambda parameters: torch.optim.Adam(parameters, lr=rate, **more)


def adamw(rate=3e-3):
    """Make AdamW."""
    return lambda parameters: torch.optim.AdamW(parameters, lr=rate)


def rmsprop(rate=1e-3):
    """Make RMSprop."""
    return lambda parameters: torch.optim.RMSprop(parameters, lr=rate)


def warmup(make, whole=1000):
    """The optimizer as it is in the first step of a linear warm-up over `whole` steps."""

    def first(parameters):
        optimizer = make(parameters)
        torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / whole))
        return optimizer

    return first


def patient(model, data, optimizer=None, loss=cross_entropy, dtype=None, **more) -> Patient:
    """Put a model, its batch and its optimizer together; dtype: cast the model and its real inputs."""
    inputs, targets = data
    if dtype:
        model, inputs = model.to(dtype), cast(inputs, dtype)
    made = (optimizer or sgd())(model.parameters())
    return Patient(model, loss, inputs, targets, made, **more)


def cast(tree, dtype):
    """Every real tensor in nested tuples, lists and dicts, in another dtype."""
    if isinstance(tree, torch.Tensor):
        return tree.to(dtype) if tree.is_floating_point() else tree
    if isinstance(tree, dict):
        return {k: cast(v, dtype) for k, v in tree.items()}
    return type(tree)(cast(v, dtype) for v in tree) if isinstance(tree, (tuple, list)) else tree


def trained(it: Patient, count: int, rate: float | None = None, **then) -> Patient:
    """Train for a while; `rate` sets the rate afterwards, `then` any other field."""
    for _ in range(count):
        it.step()
    it.optimizer.zero_grad()
    for group in it.optimizer.param_groups:
        group["lr"] = rate or group["lr"]
    for name, value in then.items():
        setattr(it, name, value)
    return it


def changed(it: Patient, change) -> Patient:
    """The patient after change(model), for faults that come after the optimizer was made."""
    with torch.no_grad():
        change(it.model)
    return it


# ---------- weights ----------

DRAWS = {
    "he": nn.init.kaiming_normal_,
    "xavier": nn.init.xavier_normal_,
    "orthogonal": nn.init.orthogonal_,
}


def drawn(model, init: str, gain: float = 1.0):
    """Draw all matrices and kernels anew, times gain; biases zero. The model itself is returned."""
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, (nn.Linear, nn.Conv1d, nn.Conv2d)):
                how = {"nonlinearity": "relu"} if init == "he" else {}
                DRAWS[init](m.weight, **how)
                m.weight *= gain
                if m.bias is not None:
                    m.bias.zero_()
    return model


def scaled(model, gain: float, part: str = ""):
    """Multiply all matrices whose name holds `part`."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() > 1 and part in name:
                p *= gain
    return model


def filled(model, value: float, part: str = ""):
    """Set all parameters whose name holds `part` to one number."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if part in name:
                p.fill_(value)
    return model


def frozen(model, part: str = ""):
    """Switch requires_grad off for parameters whose name holds `part`."""
    for name, p in model.named_parameters():
        if part in name:
            p.requires_grad_(False)
    return model


# ---------- multilayer perceptrons ----------

ACT = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "leaky": nn.LeakyReLU,
    "elu": nn.ELU,
    "relu6": nn.ReLU6,
    "softplus": nn.Softplus,
}
PHI = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
    "silu": F.silu,
}


def plain(depth=3, act="relu", width=32, features=16, outputs=4, norm=None, dropout=0.0, last=None):
    """A Sequential of linear layers with activations as modules; norm is made per layer and stands before the activation."""
    layers, size = [], features
    for _ in range(depth):
        layers += [
            nn.Linear(size, width),
            *([norm(width)] if norm else []),
            ACT[act](),
            *([nn.Dropout(dropout)] if dropout else []),
        ]
        size = width
    return nn.Sequential(*layers, nn.Linear(size, outputs), *([last] if last else []))


class Functions(nn.Module):
    """The same with activations as functions inside forward; post(h) changes one hidden state on its way, for faults."""

    def __init__(
        self, depth=3, act="relu", width=32, features=16, outputs=4, post=None, at=1, skip=None
    ):
        super().__init__()
        sizes = [features] + [width] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False))
        self.out = nn.Linear(width, outputs)
        self.act, self.post, self.at, self.skip = act, post, at, skip

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        for i, layer in enumerate(self.layers):
            branch = seen(PHI[self.act](layer(x)), self.act, stream=self.skip is None)
            x = branch if self.skip is None or i == 0 else seen(x + self.skip * branch)
            if self.post and i + 1 == self.at:
                x = self.post(x)
        return self.out(x)


class OneActivation(nn.Module):
    """One activation module, called after every layer."""

    def __init__(self, depth=3, act="relu", width=32, features=16, outputs=4):
        super().__init__()
        sizes = [features] + [width] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:], strict=False))
        self.out, self.act = nn.Linear(width, outputs), ACT[act]()

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        for layer in self.layers:
            x = self.act(layer(x))
        return self.out(x)


class OneLayer(nn.Module):
    """One hidden layer with the same weights, applied `times` times."""

    def __init__(self, times=3, act="tanh", width=32, features=16, outputs=4):
        super().__init__()
        self.inward, self.again, self.out = (
            nn.Linear(features, width),
            nn.Linear(width, width),
            nn.Linear(width, outputs),
        )
        self.times, self.act = times, act

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        x = seen(PHI[self.act](self.inward(x)), self.act)
        for _ in range(self.times):
            x = seen(PHI[self.act](self.again(x)), self.act)
        return self.out(x)


class Autoencoder(nn.Module):
    """Tied weights: the decoder is the encoder's matrix, transposed."""

    def __init__(self, features=16, width=32):
        super().__init__()
        self.encoder = nn.Linear(features, width)
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        """The input again."""
        return F.linear(
            seen(torch.tanh(self.encoder(x)), "tanh"), self.encoder.weight.t(), self.bias
        )


class Outputs(nn.Module):
    """A body with two heads, whose outputs come as a tuple or a dict."""

    def __init__(self, body, width=32, outputs=4, form="tuple"):
        super().__init__()
        self.body, self.first, self.second, self.form = (
            body,
            nn.Linear(width, outputs),
            nn.Linear(width, 1),
            form,
        )

    def forward(self, x):
        """(logits, value) or {'logits': ..., 'value': ...}."""
        h = self.body(x)
        logits, value = self.first(h), self.second(h)
        return (logits, value) if self.form == "tuple" else {"logits": logits, "value": value}


def both(out, y):
    """The loss of an `Outputs`: cross entropy of the first head, and the second's square."""
    logits, value = (out["logits"], out["value"]) if isinstance(out, dict) else out
    return cross_entropy(logits, y) + 0.1 * value.pow(2).mean()


class TwoInputs(nn.Module):
    """A model with two arguments."""

    def __init__(self, features=8, width=32, outputs=4, act="relu"):
        super().__init__()
        self.left, self.right = nn.Linear(features, width), nn.Linear(features, width)
        self.body, self.act = plain(2, act, width, 2 * width, outputs), act

    def forward(self, left, right):
        """Logits of shape (batch, outputs)."""
        return self.body(PHI[self.act](torch.cat([self.left(left), self.right(right)], 1)))


def halves(form=tuple):
    """Blobs whose features come in two tensors, as a tuple or a dict."""
    x, y = blobs()
    return ((x[:, :8], x[:, 8:]) if form is tuple else {"left": x[:, :8], "right": x[:, 8:]}), y


class Residual(nn.Module):
    """h + scale · W₂ φ(W₁ h), depth times; zero: the second matrix starts at zero; norm before each branch if given."""

    def __init__(
        self,
        depth=6,
        width=32,
        features=16,
        outputs=4,
        scale=1.0,
        zero=False,
        act="relu",
        norm=False,
    ):
        super().__init__()
        self.inward, self.out = nn.Linear(features, width), nn.Linear(width, outputs)
        self.ones = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.twos = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.norms = nn.ModuleList(
            nn.LayerNorm(width) if norm else nn.Identity() for _ in range(depth)
        )
        self.scale, self.act = scale, act
        if zero:
            filled(self, 0.0, "twos")

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        x = seen(self.inward(x))
        for one, two, norm in zip(self.ones, self.twos, self.norms, strict=True):
            x = seen(
                x + self.scale * two(seen(PHI[self.act](one(norm(x))), self.act, stream=False))
            )
        return self.out(x)


# ---------- convolutional nets ----------


class Cnn(nn.Module):
    """Convolutions of one width with activations as modules, then flattened into a linear layer; a pooling in between if asked for."""

    def __init__(
        self, depth=3, act="relu", channels=8, inputs=1, outputs=4, size=8, norm=None, pool=False
    ):
        super().__init__()
        layers, width = [], inputs
        for i in range(depth):
            layers += [
                nn.Conv2d(width, channels, 3, padding=1),
                *([norm(channels)] if norm else []),
                ACT[act](),
            ]
            width = channels
            if pool and i == 0:
                layers.append(nn.MaxPool2d(2))
                size //= 2
        self.body, self.out = nn.Sequential(*layers), nn.Linear(channels * size * size, outputs)

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        return self.out(self.body(x).flatten(1))


class FunctionCnn(nn.Module):
    """Convolutions with functions inside forward; post changes one state on its way, for faults."""

    def __init__(
        self,
        depth=3,
        act="relu",
        channels=8,
        inputs=1,
        outputs=4,
        size=8,
        post=None,
        at=1,
        pool=False,
    ):
        super().__init__()
        sizes = [inputs] + [channels] * depth
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1) for a, b in zip(sizes, sizes[1:], strict=False)
        )
        self.act, self.post, self.at, self.pool = act, post, at, pool
        self.out = nn.Linear(channels if pool else channels * size * size, outputs)

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        for i, conv in enumerate(self.convs):
            x = seen(PHI[self.act](conv(x)), self.act)
            if self.post and i + 1 == self.at:
                x = self.post(x)
        return self.out(x.mean((2, 3)) if self.pool else x.flatten(1))


class ResBlock(nn.Module):
    """Two convolutions and a skip; norm: BatchNorm after each, none, or GroupNorm."""

    def __init__(
        self, channels, norm=nn.BatchNorm2d, scale=1.0, zero=False, act="relu", outside=True
    ):
        super().__init__()
        self.conv1, self.conv2 = (
            nn.Conv2d(channels, channels, 3, padding=1, bias=norm is None) for _ in range(2)
        )
        self.norm1, self.norm2 = ((norm(channels) if norm else nn.Identity()) for _ in range(2))
        self.scale, self.act, self.outside = scale, act, outside
        if zero:
            nn.init.zeros_(self.norm2.weight if norm else self.conv2.weight)

    def forward(self, x):
        """The same shape as the input's."""
        h = seen(PHI[self.act](self.norm1(self.conv1(x))), self.act, stream=False)
        x = x + self.scale * self.norm2(self.conv2(h))
        return seen(PHI[self.act](x), self.act) if self.outside else seen(x)


class ResNet(nn.Module):
    """A stem, blocks, and a linear layer over the flattened state."""

    def __init__(self, blocks=3, channels=8, outputs=4, size=8, post=None, at=1, **block):
        super().__init__()
        self.stem = nn.Conv2d(1, channels, 3, padding=1)
        self.blocks = nn.ModuleList(ResBlock(channels, **block) for _ in range(blocks))
        self.out, self.post, self.at = nn.Linear(channels * size * size, outputs), post, at

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        x = seen(self.stem(x))
        for i, block in enumerate(self.blocks):
            x = block(x)
            if self.post and i + 1 == self.at:
                x = self.post(x)
        return self.out(x.flatten(1))


# ---------- recurrent nets ----------

FUSED = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


class Fused(nn.Module):
    """PyTorch's own recurrent module; logits from the last step, or from every one (every=True)."""

    def __init__(
        self,
        kind,
        features=4,
        width=16,
        outputs=3,
        layers=1,
        every=False,
        post=None,
        head=None,
        **more,
    ):
        super().__init__()
        self.body = FUSED[kind](features, width, num_layers=layers, batch_first=True, **more)
        self.out = head or nn.Linear(width, outputs)
        self.every, self.post = every, post

    def forward(self, x):
        """Logits of shape (batch, outputs) or (batch, steps, outputs)."""
        h, _ = self.body(seen(x, time=True))
        h = h if self.every else h[:, -1]
        return self.out(self.post(h) if self.post else h)


class Looped(nn.Module):
    """PyTorch's cell in a Python loop over time."""

    def __init__(self, kind, features=4, width=16, outputs=3, every=False, post=None, **more):
        super().__init__()
        self.cell, self.out = CELLS[kind](features, width, **more), nn.Linear(width, outputs)
        self.kind, self.width, self.every, self.post = kind, width, every, post

    def forward(self, x):
        """Logits of shape (batch, outputs) or (batch, steps, outputs)."""
        h = x.new_zeros(len(x), self.width)
        c, all_h = h, []
        for t in range(x.shape[1]):
            step = seen(x[:, t], time=True)
            if self.kind == "lstm":
                h, c = self.cell(step, (h, c))
            else:
                h = self.cell(step, h)
            if self.kind == "rnn":
                h = seen(h, self.cell.nonlinearity, stream=False)
            if self.post:
                h = self.post(h)
            all_h.append(h)
        return self.out(torch.stack(all_h, 1) if self.every else h)


class HandRnn(nn.Module):
    """A cell written by hand: φ(W x + U h)."""

    def __init__(self, features=4, width=16, outputs=3, act="tanh", every=False, post=None):
        super().__init__()
        self.inward, self.again, self.out = (
            nn.Linear(features, width),
            nn.Linear(width, width),
            nn.Linear(width, outputs),
        )
        self.act, self.every, self.width, self.post = act, every, width, post

    def forward(self, x):
        """Logits of shape (batch, outputs) or (batch, steps, outputs)."""
        h, all_h = x.new_zeros(len(x), self.width), []
        for t in range(x.shape[1]):
            h = self.inward(seen(x[:, t], time=True)) + self.again(h)
            h = h if self.act == "none" else seen(PHI[self.act](h), self.act, stream=False)
            h = self.post(h) if self.post else h
            all_h.append(h)
        return self.out(torch.stack(all_h, 1) if self.every else h)


class HandLstm(nn.Module):
    """An LSTM written by hand, its four gates as one linear layer; `forget` is added to the forget gate's argument."""

    def __init__(self, features=4, width=16, outputs=3, every=False, forget=0.0):
        super().__init__()
        self.gates, self.out = nn.Linear(features + width, 4 * width), nn.Linear(width, outputs)
        self.every, self.width, self.forget = every, width, forget

    def forward(self, x):
        """Logits of shape (batch, outputs) or (batch, steps, outputs)."""
        h = c = x.new_zeros(len(x), self.width)
        all_h = []
        for t in range(x.shape[1]):
            i, f, g, o = self.gates(torch.cat([seen(x[:, t], time=True), h], 1)).chunk(4, 1)
            i, f, o = (
                seen(torch.sigmoid(z), "sigmoid", stream=False) for z in (i, f + self.forget, o)
            )
            c = f * c + i * seen(torch.tanh(g), "tanh", stream=False)
            h = o * torch.tanh(c)
            all_h.append(h)
        return self.out(torch.stack(all_h, 1) if self.every else h)


class HandGru(nn.Module):
    """A gated recurrent unit written by hand, with three linear layers."""

    def __init__(self, features=4, width=16, outputs=3, every=False):
        super().__init__()
        self.update, self.reset, self.new = (nn.Linear(features + width, width) for _ in range(3))
        self.out, self.every, self.width = nn.Linear(width, outputs), every, width

    def forward(self, x):
        """Logits of shape (batch, outputs) or (batch, steps, outputs)."""
        h, all_h = x.new_zeros(len(x), self.width), []
        for t in range(x.shape[1]):
            step = seen(x[:, t], time=True)
            z, r = (
                seen(torch.sigmoid(gate(torch.cat([step, h], 1))), "sigmoid", stream=False)
                for gate in (self.update, self.reset)
            )
            h = (1 - z) * seen(
                torch.tanh(self.new(torch.cat([step, r * h], 1))), "tanh", stream=False
            ) + z * h
            all_h.append(h)
        return self.out(torch.stack(all_h, 1) if self.every else h)


# ---------- transformers ----------


class Block(nn.Module):
    """Attention and a two-layer net, each with a skip of weight `skip`; norm: 'pre', 'post' or 'none'.

    weights: ask for the attention weights, as many do who look at them; PyTorch then takes the plain softmax.
    """

    def __init__(
        self, width=16, heads=2, norm="pre", act="gelu", skip=1.0, mask=None, weights=False
    ):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.one, self.two = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.norm1, self.norm2 = (
            (nn.Identity() if norm == "none" else nn.LayerNorm(width)) for _ in range(2)
        )
        self.norm, self.act, self.skip, self.mask, self.weights = norm, act, skip, mask, weights

    def attend(self, x):
        """Causal attention where a mask is given."""
        mask = None if self.mask is None else self.mask(x)
        return self.attention(x, x, x, attn_mask=mask, need_weights=self.weights)[0]

    def think(self, x):
        """The two-layer net."""
        return self.two(seen(PHI[self.act](self.one(x)), self.act, stream=False))

    def forward(self, x):
        """The same shape as the input's."""
        if self.norm == "post":
            x = self.norm1(self.skip * x + self.attend(x))
            return seen(self.norm2(self.skip * x + self.think(x)))
        x = self.skip * x + self.attend(self.norm1(x))
        return seen(self.skip * x + self.think(self.norm2(x)))


def causal(x):
    """A mask that hides later places, (length, length)."""
    return torch.full((x.shape[1], x.shape[1]), float("-inf"), dtype=x.dtype).triu(1)


class Transformer(nn.Module):
    """Tokens or vectors in, blocks, logits from the mean over places, or from every place."""

    def __init__(
        self,
        blocks=2,
        width=16,
        vocab=16,
        outputs=16,
        every=True,
        post=None,
        at=1,
        sparse=False,
        final=None,
        **block,
    ):
        super().__init__()
        self.embed = nn.Embedding(vocab, width, sparse=sparse)
        self.place = nn.Parameter(0.1 * torch.randn(1, 64, width))
        self.blocks = nn.ModuleList(Block(width, **block) for _ in range(blocks))
        self.final = (
            (nn.LayerNorm(width) if block.get("norm", "pre") == "pre" else nn.Identity())
            if final is None
            else final
        )
        self.out, self.every, self.post, self.at = nn.Linear(width, outputs), every, post, at

    def forward(self, tokens):
        """Logits of shape (batch, length, outputs) or (batch, outputs)."""
        x = seen(self.embed(tokens) + self.place[:, : tokens.shape[1]])
        for i, block in enumerate(self.blocks):
            x = block(x)
            if self.post and i + 1 == self.at:
                x = self.post(x)
        x = self.final(x)
        return self.out(x if self.every else x.mean(1))


class Encoder(nn.Module):
    """PyTorch's own encoder layers between an embedding and a linear layer."""

    def __init__(
        self, layers=2, width=16, vocab=16, outputs=16, first=True, dropout=0.0, act="relu"
    ):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.body = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, 2, 2 * width, dropout, activation=act, batch_first=True, norm_first=first
            )
            for _ in range(layers)
        )
        self.out = nn.Linear(width, outputs)

    def forward(self, tokens):
        """Logits of shape (batch, length, outputs)."""
        x = seen(self.embed(tokens))
        for layer in self.body:
            x = seen(layer(x))
        return self.out(x)


# ---------- language models with tied embeddings ----------


class TiedLm(nn.Module):
    """Embedding, a body, and logits through the embedding's own matrix.

    body: 'block' for transformer blocks, a name in FUSED for a recurrent one, 'mlp' for layers applied at each place.
    form: 'module' ties a linear layer's weight, 'function' calls F.linear with it.
    """

    def __init__(
        self,
        body="block",
        depth=1,
        width=16,
        vocab=16,
        form="module",
        act="tanh",
        post=None,
        scale=0.3,
        **block,
    ):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        with torch.no_grad():
            self.embed.weight *= scale
        self.kind, self.form, self.act, self.post = body, form, act, post
        if body == "block":
            self.body = nn.ModuleList(Block(width, mask=causal, **block) for _ in range(depth))
        elif body == "mlp":
            self.body = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        else:
            self.body = FUSED[body](width, width, num_layers=depth, batch_first=True)
        if form == "module":
            self.out = nn.Linear(width, vocab, bias=False)
            self.out.weight = self.embed.weight

    def forward(self, tokens):
        """Logits of shape (batch, length, vocab)."""
        x = self.embed(tokens)
        if self.kind in FUSED:
            x, _ = self.body(seen(x, time=True))
        else:
            x = seen(x)
            for layer in self.body:
                x = layer(x) if self.kind == "block" else seen(PHI[self.act](layer(x)), self.act)
        x = self.post(x) if self.post else x
        return self.out(x) if self.form == "module" else F.linear(x, self.embed.weight)


# ---------- fine-tuning ----------


class WithHead(nn.Module):
    """A backbone and a new head."""

    def __init__(self, backbone, head):
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, x):
        """The head's output."""
        return self.head(self.backbone(x))


class Lora(nn.Module):
    """W x + B A x with the base W frozen; B starts at zero."""

    def __init__(self, base, rank=4, frozen_base=True):
        super().__init__()
        self.base = frozen(base) if frozen_base else base
        self.a = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        """The base's output and the correction."""
        return self.base(x) + F.linear(F.linear(x, self.a), self.b)


def with_lora(model, rank=4, frozen_base=True):
    """Put an adapter on every linear layer and freeze what is left."""
    if frozen_base:
        frozen(model)
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear:
                setattr(parent, name, Lora(child, rank, frozen_base))
    return model


def backbone(kind="mlp", steps=30):
    """A body that has been trained for a while on another task: its layers without the last one."""
    if kind == "mlp":
        model, data = plain(2), blobs()
    else:
        model, data = (
            nn.Sequential(
                *Cnn(2).body, nn.Flatten(), nn.Linear(8 * 64, 32), nn.ReLU(), nn.Linear(32, 4)
            ),
            pictures(),
        )
    model = trained(patient(model, data, sgd(0.1)), steps).model
    return nn.Sequential(*list(model)[:-1])

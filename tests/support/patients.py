"""Nets for the doctor's tests: small, seeded, one for each thing that a real model may do. They return examine's arguments."""

import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.checkpoint import checkpoint

CE = F.cross_entropy
DRAW = torch.Generator().manual_seed(1)
X, Y = torch.randn(64, 32, generator=DRAW), torch.randint(0, 10, (64,), generator=DRAW)
SEQUENCES = torch.randn(64, 100, 8, generator=DRAW)
TOKENS = torch.randint(0, 50, (8, 12), generator=DRAW)
IMAGES = torch.randn(64, 3, 8, 8, generator=DRAW)


class Of(nn.Module):
    """A module from named parts and a forward function."""

    def __init__(self, forward, **parts):
        super().__init__()
        self.how = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *args, **kwargs):
        return self.how(self, *args, **kwargs)


def he(model):
    """He's weights and zero biases in every linear and convolutional layer."""
    for m in model.modules():
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(m.weight)
            nn.init.zeros_(m.bias)
    return model


def mlp(depth: int = 4, act=nn.ReLU, init=None, width: int = 64):
    """A plain stack on 32 features and ten classes; init draws each hidden weight."""
    net = nn.Sequential()
    for i in range(depth):
        net.extend([nn.Linear(width if i else 32, width), act()])
    net.append(nn.Linear(width, 10))
    if init is None:
        return he(net)
    for layer in net[:-1:2]:
        init(layer.weight)
    return net


def on_x(model, loss=CE, x=X, y=Y, sgd=None, **more):
    """The arguments of examine for a net on X and Y; sgd: a rate."""
    return (model, loss, x, y), {
        "optimizer": optim.SGD(model.parameters(), lr=sgd)
    } | more if sgd else more


def default(weight):
    """Leave nn.Linear's own weights."""


def trained(model, optimizer, steps: int, loss=CE, x=X, y=Y):
    """The arguments of examine for a net trained on the whole batch."""
    for _ in range(steps):
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()
    return (model, loss, x, y), {"optimizer": optimizer}


def recurrent(kind: str, steps: int):
    """A fused recurrent module whose last output is classified."""
    net = Of(
        lambda m, x: m.head(m.rnn(x)[0][:, -1]),
        rnn=getattr(nn, kind)(8, 32, batch_first=True),
        head=nn.Linear(32, 10),
    )
    return on_x(net, x=SEQUENCES[:, :steps])


def packed():
    """A GRU over packed sequences of several lengths, of which only the last state is used."""
    net = Of(
        lambda m, b: m.head(
            m.rnn(pack_padded_sequence(*b, batch_first=True, enforce_sorted=False))[1][0]
        ),
        rnn=nn.GRU(8, 16, batch_first=True),
        head=nn.Linear(16, 10),
    )
    return on_x(net, x=(SEQUENCES[:, :12], torch.arange(64) % 10 + 3))


def cells(scale: float, steps: int):
    """A hand-made recurrence with functions for activations and an orthogonal matrix."""

    def run(m, x):
        h = torch.zeros(len(x), 32)
        for t in range(x.shape[1]):
            h = torch.tanh(m.inward(x[:, t]) + m.across(h))
        return m.head(h)

    net = Of(run, inward=nn.Linear(8, 32), across=nn.Linear(32, 32), head=nn.Linear(32, 10))
    nn.init.orthogonal_(net.across.weight, scale)
    return on_x(net, x=SEQUENCES[:, :steps])


def tied():
    """A transformer language model whose last layer is its embedding."""
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    net = Of(
        lambda m, i: m.out(m.blocks(m.embed(i))),
        embed=nn.Embedding(50, 32),
        out=nn.Linear(32, 50),
        blocks=nn.TransformerEncoder(layer, 3, enable_nested_tensor=False),
    )
    net.out.weight = net.embed.weight
    return on_x(net, lambda o, t: CE(o.flatten(0, 1), t.flatten()), TOKENS, TOKENS)


def attention(masked):
    """One attention whose mask is filled with -inf before the softmax."""

    def run(m, x):
        scores = m.query(x) @ x.transpose(1, 2)
        return m.head((scores.masked_fill(masked, float("-inf")).softmax(-1) @ x).mean(1))

    return on_x(Of(run, query=nn.Linear(8, 8), head=nn.Linear(8, 10)), x=SEQUENCES[:, :5])


def residual(zero: bool = False, gate: bool = False, sgd=None):
    """Eight residual blocks; zero: their last weights start at zero; gate: each branch times a scalar that starts at zero."""

    def run(m, x):
        x = m.first(x)
        for i, block in enumerate(m.blocks):
            x = x + block(x) * (m.gates[i] if gate else 1 / 3)
        return m.head(x)

    blocks = nn.ModuleList(
        nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32)) for _ in range(8)
    )
    net = he(
        Of(
            run,
            first=nn.Linear(32, 32),
            blocks=blocks,
            head=nn.Linear(32, 10),
            gates=nn.Parameter(torch.zeros(8)) if gate else None,
        )
    )
    for block in blocks if zero else ():
        nn.init.zeros_(block[2].weight)
    return on_x(net, sgd=sgd)


def lora():
    """Frozen layers with low-rank adapters whose second factor starts at zero."""

    def adapted(i, o):
        net = Of(
            lambda m, x: m.base(x) + x @ m.A.T @ m.B.T,
            base=nn.Linear(i, o).requires_grad_(False),
            A=nn.Parameter(torch.randn(4, i) / i**0.5),
            B=nn.Parameter(torch.zeros(o, 4)),
        )
        return net

    net = nn.Sequential(adapted(32, 32), nn.ReLU(), adapted(32, 32), nn.ReLU(), adapted(32, 10))
    return on_x(
        net, optimizer=optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=1e-3)
    )


def cnn(batchnorm: bool = True):
    """A small convolutional net with in-place activations and dropout."""
    norm = nn.BatchNorm2d if batchnorm else lambda n: nn.Identity()
    net = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1),
        norm(16),
        nn.ReLU(inplace=True),
        nn.Dropout(0.1),
        nn.Conv2d(16, 16, 3, padding=1),
        norm(16),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )
    return on_x(net, x=IMAGES, sgd=0.01)


def raw():
    """Parameters without modules, clamp for ReLU, einsum for the last layer."""

    def run(m, x):
        for w in m.w:
            x = (x @ w).clamp(min=0)
        return torch.einsum("ni,io->no", x, m.v)

    return on_x(
        Of(
            run,
            w=nn.ParameterList([torch.randn(32, 32) / 4 for _ in range(4)]),
            v=nn.Parameter(torch.randn(32, 10) / 6),
        )
    )


class Product(torch.autograd.Function):
    """A matrix product that PyTorch's modules know nothing of."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g @ w.T, x.T @ g


def own_function():
    """Layers that are autograd functions of one's own."""
    return on_x(
        Of(
            lambda m, x: Product.apply(torch.relu(Product.apply(x, m.w)), m.v),
            w=nn.Parameter(torch.randn(32, 32) / 4),
            v=nn.Parameter(torch.randn(32, 10) / 6),
        )
    )


def shared():
    """One module used four times, its output a dict."""

    def run(m, x):
        for _ in range(4):
            x = F.gelu(m.again(x))
        return {"logits": m.head(x), "hidden": x}

    return on_x(
        he(Of(run, again=nn.Linear(32, 32), head=nn.Linear(32, 10))),
        lambda o, t: CE(o["logits"], t),
    )


def with_arguments():
    """A model with several arguments, called through `call`."""
    net = Of(
        lambda m, x, scale, *, bias: (m.head(torch.tanh(m.first(x) * scale) + bias), None),
        first=nn.Linear(32, 32),
        head=nn.Linear(32, 10),
    )
    return on_x(
        net, lambda o, t: CE(o[0], t), {"x": X, "scale": 0.5, "bias": 0.1}, call=lambda m, b: m(**b)
    )


def wrapped_weights(wrap):
    """Weights that are computed from other parameters."""
    net = mlp()
    for layer in net[::2]:
        wrap(layer)
    return on_x(net, sgd=0.01)


def sparse():
    """An embedding with sparse gradients."""
    net = nn.Sequential(nn.Embedding(50, 16, sparse=True), nn.Flatten(), nn.Linear(16 * 12, 10))
    return on_x(net, x=TOKENS, y=Y[:8], sgd=0.1)


def graph():
    """A graph convolution with a sparse adjacency matrix among its inputs."""
    net = Of(
        lambda m, b: m.head(torch.sparse.mm(b[1], m.first(b[0]).relu())),
        first=nn.Linear(32, 32),
        head=nn.Linear(32, 10),
    )
    return on_x(net, x=(X, torch.eye(64).roll(1, 0).to_sparse()))


def resting_group():
    """A layer in a group of its own whose rate is zero."""
    net = mlp()
    groups = [{"params": net[:2].parameters(), "lr": 0.0}, {"params": net[2:].parameters()}]
    return (net, CE, X, Y), {"optimizer": optim.SGD(groups, lr=0.01)}


def detached():
    """A cut in the middle, and gradients left over from before the cut was made."""
    net = Of(
        lambda m, x: m.head(m.first(x).relu().detach()),
        first=nn.Linear(32, 32),
        head=nn.Linear(32, 10),
    )
    CE(net.head(net.first(X)), Y).backward()
    return on_x(net)


def spare():
    """A layer that forward never calls."""
    return on_x(Of(lambda m, x: m.head(x), head=nn.Linear(32, 10), never=nn.Linear(32, 32)))


def biased(value: float):
    """A hidden layer whose biases push every unit far to one side."""
    net = mlp()
    nn.init.constant_(net[2].bias, value)
    return on_x(net)


def hand_relu():
    """A ReLU written by hand, all of whose units are off."""
    net = Of(
        lambda m, x: m.head((z := m.first(x)) * (z > 0)),
        first=nn.Linear(32, 32),
        head=nn.Linear(32, 10),
    )
    nn.init.constant_(net.first.bias, -40)
    return on_x(net)


def constant(value: float, biases: bool):
    """All weights equal; biases: those too, at zero."""
    net = mlp(3, nn.Tanh if biases else nn.ReLU, lambda w: nn.init.constant_(w, value))
    nn.init.constant_(net[-1].weight, value)
    for layer in net[::2] if biases else ():
        nn.init.zeros_(layer.bias)
    return on_x(net)


def frozen_bottom():
    """A backbone frozen on purpose under a new head."""
    net = mlp()
    net[:6].requires_grad_(False)
    return (net, CE, X, Y), {"optimizer": optim.Adam(net[6:].parameters(), lr=1e-3)}


def forgotten():
    """A layer that trains in principle and is in no group of the optimizer."""
    net = mlp()
    return (net, CE, X, Y), {
        "optimizer": optim.SGD([*net[:2].parameters(), *net[4:].parameters()], lr=0.01)
    }


def warming_up():
    """The first step of a warm-up, its scheduler attached."""
    net = mlp()
    adam = optim.AdamW(net.parameters(), lr=1e-3)
    optim.lr_scheduler.LambdaLR(adam, lambda step: (step + 1) / 10_000)
    return (net, CE, X, Y), {"optimizer": adam}


def scaled_twin(factor: float, depth: int = 4, act=nn.ReLU, init=None, rate: float = 0.01):
    """A net whose loss is multiplied and whose rate is divided by the same factor."""
    torch.manual_seed(0)
    return on_x(mlp(depth, act, init), lambda o, t: factor * CE(o, t), sgd=rate / factor)


def of_dtype(dtype, depth: int = 6, act=nn.ReLU, scale: float = 1.0):
    """A net wholly in one dtype."""
    net = mlp(depth, act, None if act is nn.ReLU else default).to(dtype)
    return on_x(net, lambda o, t: scale * CE(o, t), X.to(dtype))


def poisoned():
    """One NaN in the batch."""
    x = X.clone()
    x[3, 4] = float("nan")
    return on_x(mlp(), x=x)


def bad_targets():
    """Regression targets with an inf."""
    y = torch.randn(64, 10)
    y[0, 0] = float("inf")
    return on_x(mlp(), F.mse_loss, y=y)


def pinned_output(right: bool):
    """A sigmoid output pinned at its targets, or at random ends."""
    net = nn.Sequential(nn.Linear(32, 1), nn.Sigmoid())
    x = 1000 * X
    y = (net(x).detach() > 0.5).float() if right else (Y[:, None] < 5).float()
    return on_x(net, F.mse_loss, x, y)


VERDICTS = {
    "ReLU with He weights": ("healthy", lambda: on_x(mlp(10), sgd=0.01)),
    "default ReLU, thirty layers": ("vanishing", lambda: on_x(mlp(30, init=default))),
    "thirty sigmoid layers": ("vanishing", lambda: on_x(mlp(30, nn.Sigmoid, default))),
    "sixty sigmoid layers, zero in float32": (
        "vanishing",
        lambda: on_x(mlp(60, nn.Sigmoid, default)),
    ),
    "thirty sigmoid layers under Adam": (
        "vanishing",
        lambda: on_x(
            m := mlp(30, nn.Sigmoid, default), optimizer=optim.Adam(m.parameters(), lr=1e-3)
        ),
    ),
    "weights too large": (
        "exploding",
        lambda: on_x(mlp(20, init=lambda w: nn.init.normal_(w, std=0.7))),
    ),
    "inputs a thousand times too large": (
        "saturated_units",
        lambda: on_x(mlp(2, nn.Tanh, default), x=1000 * X),
    ),
    "hard tanh beyond its ends": (
        "saturated_units",
        lambda: on_x(mlp(2, nn.Hardtanh, default), x=1000 * X),
    ),
    "output pinned at random ends": ("saturated_units", lambda: pinned_output(False)),
    "output pinned at its targets": ("healthy", lambda: pinned_output(True)),
    "biases far below zero": ("dead_units", lambda: biased(-50)),
    "hand-made ReLU, all off": ("dead_units", hand_relu),
    "all weights equal, default biases": ("symmetric_init", lambda: constant(0.01, False)),
    "all weights equal": ("symmetric_init", lambda: constant(0.01, True)),
    "all zero": ("symmetric_init", lambda: constant(0.0, True)),
    "rate 1e-12": ("learning_rate_too_small", lambda: on_x(mlp(), sgd=1e-12)),
    "rate 1e6": ("learning_rate_too_large", lambda: on_x(mlp(), sgd=1e6)),
    "Adam at rate 5": (
        "learning_rate_too_large",
        lambda: on_x(m := mlp(), optimizer=optim.Adam(m.parameters(), lr=5)),
    ),
    "first step of a warm-up": ("healthy", warming_up),
    "NaN in the batch": ("nonfinite_input", poisoned),
    "inf in the targets": ("nonfinite_input", bad_targets),
    "log of zero": ("nonfinite_layer", lambda: on_x(mlp(), lambda o, t: (o - o).log().mean())),
    "root of zero": ("nonfinite_layer", lambda: on_x(mlp(), lambda o, t: (o - o).sqrt().mean())),
    "mask over everything": ("nonfinite_layer", lambda: attention(torch.ones(5, 5).bool())),
    "causal mask": ("healthy", lambda: attention(torch.ones(5, 5).triu(1).bool())),
    "cut in the middle, old gradients": ("disconnected_layers", detached),
    "a layer never called": ("healthy", spare),
    "argmax in the loss": (
        "disconnected_layers",
        lambda: on_x(mlp(), lambda o, t: (o.argmax(1) - t).double().square().mean()),
    ),
    "frozen on purpose": ("healthy", frozen_bottom),
    "forgotten by the optimizer": ("frozen_layers", forgotten),
    "a group at rate zero": ("frozen_layers", resting_group),
    "frozen altogether": ("frozen_layers", lambda: on_x(mlp().requires_grad_(False))),
    "low-rank adapters at their start": ("healthy", lora),
    "float16": ("healthy", lambda: of_dtype(torch.float16)),
    "bfloat16": ("healthy", lambda: of_dtype(torch.bfloat16)),
    "float16, loss too small": ("underflow", lambda: of_dtype(torch.float16, scale=1e-6)),
    "float32, loss far too small": ("underflow", lambda: of_dtype(torch.float32, scale=1e-44)),
    "float16, thirty sigmoid layers": (
        "vanishing",
        lambda: of_dtype(torch.float16, 30, nn.Sigmoid),
    ),
    "LSTM over 100 steps": ("vanishing", lambda: recurrent("LSTM", 100)),
    "GRU over 100 steps": ("vanishing", lambda: recurrent("GRU", 100)),
    "RNN over 100 steps": ("vanishing", lambda: recurrent("RNN", 100)),
    "LSTM over 5 steps": ("healthy", lambda: recurrent("LSTM", 5)),
    "packed GRU, last state": ("healthy", packed),
    "hand-made recurrence, too small": ("vanishing", lambda: cells(0.5, 50)),
    "hand-made recurrence, orthogonal": ("healthy", lambda: cells(1.0, 8)),
    "tied language model": ("healthy", tied),
    "one module four times, dict": ("healthy", shared),
    "several arguments, tuple": ("healthy", with_arguments),
    "residual": ("healthy", residual),
    "zero-initialized branches": ("healthy", lambda: residual(zero=True, sgd=0.01)),
    "gated branches at zero": ("healthy", lambda: residual(gate=True, sgd=0.01)),
    "CNN with BatchNorm": ("healthy", cnn),
    "raw parameters, clamp, einsum": ("healthy", raw),
    "autograd functions of one's own": ("healthy", own_function),
    "weight norm": ("healthy", lambda: wrapped_weights(nn.utils.parametrizations.weight_norm)),
    "spectral norm": ("healthy", lambda: wrapped_weights(nn.utils.parametrizations.spectral_norm)),
    "sparse embedding": ("healthy", sparse),
    "sparse adjacency": ("healthy", graph),
    "checkpointed": (
        "healthy",
        lambda: on_x(
            Of(
                lambda m, x: checkpoint(m.body, m.first(x), use_reentrant=False),
                first=nn.Linear(32, 32),
                body=mlp(),
            )
        ),
    ),
    "compiled": ("healthy", lambda: on_x(torch.compile(mlp(), backend="eager"))),
    "a compiled part": (
        "healthy",
        lambda: on_x(nn.Sequential(torch.compile(mlp(), backend="eager"), nn.Linear(10, 10))),
    ),
    "in DataParallel": ("healthy", lambda: on_x(nn.DataParallel(mlp()))),
    "converged under Adam": (
        "healthy",
        lambda: trained(m := mlp(), optim.Adam(m.parameters(), lr=1e-3), 600),
    ),
    "converged under SGD": (
        "healthy",
        lambda: trained(m := mlp(), optim.SGD(m.parameters(), lr=0.1), 600),
    ),
    "converged regression with noise": (
        "healthy",
        lambda: trained(
            m := nn.Linear(8, 1),
            optim.SGD(m.parameters(), lr=0.1),
            2000,
            F.mse_loss,
            SEQUENCES[:, 0],
            SEQUENCES[:, 1, :1],
        ),
    ),
    "a batch of one": ("healthy", lambda: on_x(mlp(), x=X[:1], y=Y[:1])),
    "evaluation mode": ("healthy", lambda: ((cnn()[0][0].eval(), CE, IMAGES, Y), {})),
}

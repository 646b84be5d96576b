"""Causes that no single net of the benchmark has: what the doctor calls each, whom it blames, and when it is only a note."""

import pytest
import torch
from gradient_doctor import examine, watch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

CE = F.cross_entropy
X, Y = torch.randn(64, 8, generator=torch.Generator().manual_seed(1)), torch.arange(64) % 4


def mlp():
    return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4))


def asked(net, x=X, y=Y, loss=CE, rate=1e-2, **more):
    return examine(net, loss, x, y, optimizer=optim.Adam(net.parameters(), lr=rate), **more)


class Between(nn.Module):
    """Two layers with something between them."""

    def __init__(self, between):
        super().__init__()
        self.a, self.b, self.between = nn.Linear(8, 16), nn.Linear(16, 4), between

    def forward(self, x):
        return self.b(self.between(self.a(x)))


class Experts(nn.Module):
    """The best of four experts for each row; the third one's gate starts at `bias`."""

    def __init__(self, bias: float, dense: bool):
        super().__init__()
        self.gate, self.dense = nn.Linear(8, 4), dense
        self.experts = nn.ModuleList(mlp() for _ in range(4))
        nn.init.constant_(self.gate.bias[2:3], bias)

    def forward(self, x):
        best = self.gate(x).softmax(-1).topk(1, -1)
        if self.dense:
            weights = torch.zeros(len(x), 4).scatter(-1, best.indices, best.values)
            return sum(weights[:, i : i + 1] * expert(x) for i, expert in enumerate(self.experts))
        out = x.new_zeros(len(x), 4)
        for i, expert in enumerate(self.experts):
            rows = (best.indices[:, 0] == i).nonzero()[:, 0]
            out = out.index_add(0, rows, expert(x[rows]) * best.values[rows])
        return out


class Attention(nn.Module):
    """Attention by hand, and what follows without a skip."""

    def __init__(self, depth: int = 1):
        super().__init__()
        self.i, self.o = nn.Linear(8, 16), nn.Linear(16, 4)
        self.q, self.k = nn.Linear(16, 16), nn.Linear(16, 16)
        self.v = nn.ModuleList(nn.Linear(16, 16) for _ in range(depth))

    def forward(self, x):
        h = self.i(x)
        for v in self.v:
            h = (self.q(h) @ self.k(h).transpose(1, 2) / 4).softmax(-1) @ v(h)
        return self.o(h.mean(1))


class Temperature(nn.Module):
    def __init__(self):
        super().__init__()
        self.n, self.t = nn.Linear(8, 4), nn.Parameter(torch.tensor(6.0))

    def forward(self, x):
        return self.n(x) * self.t.clamp(max=5.0)


class Recurrent(nn.Module):
    def __init__(self, batch_first: bool):
        super().__init__()
        self.r, self.o = nn.LSTM(8, 16, batch_first=batch_first), nn.Linear(16, 4)

    def forward(self, x):
        return self.o(self.r(x)[0][:, -1])


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.heads = nn.Linear(8, 16), [nn.Linear(16, 4) for _ in range(3)]

    def forward(self, x):
        return sum(head(self.a(x).relu()) for head in self.heads)


class Divide(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 1 / (x - x)

    @staticmethod
    def backward(ctx, g):
        return g


class Spoil(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, g):
        return g / 0


def with_ctc():
    def loss(o, t):
        return F.ctc_loss(o.log_softmax(-1), t, torch.full((3,), 4), torch.full((3,), 8))

    return asked(nn.Linear(8, 5), torch.randn(4, 3, 8), torch.ones(3, 8, dtype=torch.long), loss)


def beyond_the_loss():
    critic, net = nn.Linear(4, 1), mlp()
    return examine(
        net, lambda o: F.softplus(-critic(o)).mean(), X, optimizer=optim.Adam(net.parameters())
    )


SEQUENCES = torch.randn(64, 6, 8, generator=torch.Generator().manual_seed(2))
EXAMINED = {  # what is examined: (the first code, a name among its layers, words of its evidence)
    "a pinned gate": (
        lambda: asked(Experts(-60, False)),
        "zero_gradient",
        "experts.2.0",
        "its gate is below",
    ),
    "a pinned gate, all computed": (
        lambda: asked(Experts(-60, True)),
        "zero_gradient",
        "experts.2.0",
        "its gate is below",
    ),
    "a clamped temperature": (lambda: asked(Temperature()), "zero_gradient", "t", "`clamp`"),
    "rounded": (lambda: asked(Between(torch.round)), "zero_gradient", "a", "`round`"),
    "through argmax": (
        lambda: asked(Between(lambda h: F.one_hot(h.argmax(-1), 16).float())),
        "disconnected_layers",
        "a",
        "the graph is cut",
    ),
    "through NumPy": (
        lambda: asked(Between(lambda h: torch.as_tensor(h.detach().numpy()))),
        "disconnected_layers",
        "a",
        "the graph is cut",
    ),
    "heads in a list": (
        lambda: asked(Heads()),
        "unregistered_parameters",
        "heads[0].weight",
        "does not list",
    ),
    "attention without skips": (
        lambda: asked(Attention(12), SEQUENCES),
        "collapsed_activations",
        "v.11",
        "differs between rows",
    ),
    "time along the batch": (
        lambda: asked(Recurrent(False), torch.randn(64, 10, 8)),
        "bad_batch",
        "r",
        "axis 0",
    ),
    "labels too long": (with_ctc, "nonfinite_layer", "loss", "shorter than its labels"),
    "a deviation of one": (
        lambda: asked(nn.Linear(8, 4), loss=lambda o, t: CE(o, t) + o[:1].std(0).mean()),
        "nonfinite_layer",
        "loss",
        "of a single value",
    ),
    "one's own function": (
        lambda: asked(Between(Divide.apply)),
        "nonfinite_layer",
        "Divide",
        "`Divide`",
    ),
    "one's own way back": (
        lambda: asked(Between(Spoil.apply)),
        "nonfinite_layer",
        "Spoil",
        "going backward",
    ),
    "prices": (
        lambda: asked(mlp(), y=1e5 * X[:, :4].abs(), loss=F.mse_loss),
        "unscaled_data",
        "targets",
        "size",
    ),
    "bytes": (lambda: asked(mlp(), 255 * X.abs()), "unscaled_data", "inputs", "size"),
    "a column beside a row": (
        lambda: asked(nn.Linear(8, 1), y=X[:, 0], loss=F.mse_loss),
        "bad_targets",
        "targets",
        "(64, 1) and (64,)",
    ),
    "one class": (
        lambda: asked(mlp(), y=torch.ones_like(Y)),
        "bad_targets",
        "targets",
        "one class alone",
    ),
    "rows alike": (lambda: asked(mlp(), torch.ones_like(X)), "bad_batch", "inputs", "the same"),
}


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("name", EXAMINED)
def test_a_cause_is_named_with_its_place(name):
    look, code, where, words = EXAMINED[name]
    report = look()
    first = report.findings[0]
    assert (first.code, first.note) == (code, False), f"\n{report}"
    assert where in first.layers and words in first.evidence, f"\n{report}"


NOTED = {
    "an expert without rows": (lambda: asked(Experts(-3, False)), "zero_gradient", "experts.2.0"),
    "one place": (lambda: asked(Attention(), X[:, None]), "zero_gradient", "q"),
    "one step of time": (lambda: asked(Recurrent(True), X[:, None]), "zero_gradient", "r"),
    "a net of the loss alone": (beyond_the_loss, "unregistered_parameters", "loss"),
    "a stop-gradient": (
        lambda: asked(mlp(), loss=lambda o, t: CE(o, t) + (o.detach() - o.mean()).square().mean()),
        "detached_term",
        "loss",
    ),
}


@pytest.mark.parametrize("name", NOTED)
def test_what_may_be_meant_is_a_note(name):
    look, code, where = NOTED[name]
    report = look()
    assert report.diagnosis == "healthy", f"\n{report}"
    assert [(f.code, f.note) for f in report.findings[1:]] == [(code, True)]
    assert where in report.findings[1].layers and "If it wasn't meant" in report.findings[1].remedy


# ---------- no harm ----------


class Reentrant(nn.Module):
    def __init__(self):
        super().__init__()
        self.i, self.m, self.o = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 4)

    def forward(self, x):
        return self.o(checkpoint(self.m, self.i(x), use_reentrant=True))


def test_gradients_stay_where_a_backward_pass_runs_inside_another():
    net = Reentrant()
    CE(net(X), Y).backward()
    before = {n: p.grad.clone() for n, p in net.named_parameters()}
    report = asked(net)
    assert report.diagnosis == "healthy" and "signal seen in 2 of 3" in report.findings[0].evidence
    assert [x.weight_grad for x in report.layers if x.name == "m"] == pytest.approx(
        [before["m.weight"].norm().item()], rel=1e-5
    )
    assert all(torch.equal(p.grad, before[n]) for n, p in net.named_parameters())


def test_an_optimizer_that_steps_in_the_backward_pass_rests_meanwhile():
    net, calls = mlp(), []
    each = {p: optim.SGD([p], lr=0.1) for p in net.parameters()}

    def step(p):
        calls.append(p)
        each[p].step()

    for p in net.parameters():
        p.register_post_accumulate_grad_hook(step)
    before = [p.clone() for p in net.parameters()]
    assert examine(net, CE, X, Y, optimizer=list(each.values())).diagnosis == "healthy"
    assert calls == [] and all(map(torch.equal, before, net.parameters()))
    CE(net(X), Y).backward()
    assert len(calls) == 4


class Keeper(nn.Module):
    """Keeps things in a list, a dict, a set, an object of its own and a tensor that is no buffer."""

    def __init__(self):
        super().__init__()
        self.net, self.seen, self.by, self.kinds = mlp(), [], {"deep": [1]}, set()
        self.state = type("State", (), {})()
        self.state.calls, self.mean = [], torch.zeros(1)

    def forward(self, x):
        self.seen.append(len(x))
        self.by["deep"].append(2)
        self.by.setdefault("new", 3)
        self.kinds.add(x.dtype)
        self.state.calls.append(1)
        self.mean += 1
        return self.net(x)


@pytest.mark.parametrize("loss", [CE, lambda o, t: 1 / 0])
def test_what_a_model_keeps_is_put_back_in_place(loss):
    net = Keeper()
    places = [net.seen, net.by, net.by["deep"], net.kinds, net.state.calls, net.mean]
    try:
        asked(net, loss=loss)
    except ValueError as error:
        assert "ZeroDivisionError" in str(error)
    assert (net.seen, net.by, net.kinds, net.state.calls) == ([], {"deep": [1]}, set(), [])
    assert net.mean.item() == 0
    now = [net.seen, net.by, net.by["deep"], net.kinds, net.state.calls, net.mean]
    assert all(a is b for a, b in zip(places, now, strict=True))


def test_a_loss_that_differentiates_inside_is_examined_with_its_optimizer():
    net, x = (
        nn.Sequential(nn.Linear(8, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)),
        X.clone().requires_grad_(),
    )

    def penalty(out):
        (g,) = torch.autograd.grad(out[0].sum(), out[1], create_graph=True)
        return out[0].mean() + 10 * (g.norm(dim=1) - 1).square().mean()

    adam = optim.Adam(net.parameters())
    report = examine(net, penalty, x, optimizer=adam, call=lambda m, b: (m(b), b))
    assert report.diagnosis == "healthy" and report.facts.loss_after is not None and x.grad is None


# ---------- the loop ----------


def loop(order: str, rate=0.1, decay=0.0, every=3, steps=60, adam=False):
    """Watch a loop whose calls stand in an order: z zero_grad, b forward and backward, s step; 4: a step every fourth time."""
    net = mlp()
    kind = optim.AdamW if adam else optim.SGD
    optimizer = kind(net.parameters(), lr=rate, weight_decay=decay)
    with watch(net, optimizer, every=every, on_change=None) as patient:
        for i in range(steps):
            for call in order:
                if call == "z":
                    optimizer.zero_grad()
                elif call == "b":
                    loss = CE(net(X), Y)
                    patient.loss(loss)
                    loss.backward()
                elif call == "s" or i % 4 == 3:
                    optimizer.step()
                    if call == "4":
                        optimizer.zero_grad()
    return patient.report


@pytest.mark.parametrize(
    ("order", "more", "words"),
    [
        ("bs", {}, "zero_grad() is missing"),
        ("bzs", {}, "zero_grad() stands between"),
        ("zb", {}, "no step()"),
        ("zbs", {"decay": 3.0}, "weight decay pulls"),
        ("zbs", {"decay": 20.0, "adam": True, "rate": 1e-2}, "weight decay pulls"),
    ],
)
def test_a_fault_of_the_loop_is_named(order, more, words):
    report = loop(order, **more)
    assert report.diagnosis == "training_loop" and words in report.findings[0].evidence


@pytest.mark.parametrize(
    ("order", "more"), [("zbs", {}), ("b4", {}), ("bsz", {}), ("zbs", {"decay": 1e-2})]
)
def test_a_sound_loop_is_left_in_peace(order, more):
    assert loop(order, **more).diagnosis == "healthy"


def test_statistics_that_are_not_finite_are_named():
    net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4))
    net[1].running_mean[0] = torch.nan
    with watch(net, every=1, on_change=None) as patient:
        CE(net(X), Y).backward()
    assert (
        patient.report.diagnosis == "training_loop"
        and "1.running_mean" in patient.report.findings[0].evidence
    )


def test_steps_that_a_scaler_skips_are_counted():
    net = mlp()
    sgd, scaler = (
        optim.SGD(net.parameters(), lr=0.1),
        torch.amp.GradScaler("cpu", init_scale=2.0**100),
    )
    with watch(net, sgd, every=1, scaler=scaler, on_change=None) as patient:
        for _ in range(6):
            sgd.zero_grad()
            loss = CE(net(X), Y) * 1e10
            scaler.scale(loss).backward()
            scaler.step(sgd)
            scaler.update()
    found = [f for f in patient.report.findings if f.code == "training_loop"]
    assert "has skipped the steps" in found[0].evidence


def test_watching_nothing_says_so():
    said = []
    with watch(mlp(), on_change=said.append) as patient:
        pass
    assert patient.report is None and "saw no training pass" in said[0]

"""The nets of the doctor's benchmark with a wrong rate, a broken path, numbers that are not finite, underflow or equal units.

Last come nets between the limits, for which the rules of judgement leave it to slope and updates: they carry no label.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._doctor_zoo_healthy import (
    frozen,
    halves,
    head_only,
    recurrent,
    spread,
    stale,
)
from snippets.experiments._doctor_zoo_parts import (
    Cnn,
    Encoder,
    FunctionCnn,
    Functions,
    Fused,
    HandGru,
    HandLstm,
    HandRnn,
    Looped,
    Lora,
    OneLayer,
    Outputs,
    Residual,
    ResNet,
    TiedLm,
    Transformer,
    TwoInputs,
    WithHead,
    adam,
    adamw,
    backbone,
    blobs,
    both,
    causal,
    changed,
    curve,
    drawn,
    each_step,
    filled,
    momentum,
    part,
    patient,
    pictures,
    plain,
    rmsprop,
    scaled,
    series,
    sgd,
    squares,
    text,
    times,
    trained,
)

BF16, F16 = torch.bfloat16, torch.float16

TOO_SMALL = {
    "mlp": {
        "sgd": lambda: patient(plain(3), blobs(), sgd(1e-12)),
        "sgd deep": lambda: patient(drawn(plain(10), "he"), blobs(), sgd(1e-13)),
        "momentum": lambda: patient(drawn(plain(4, "tanh"), "xavier"), blobs(), momentum(1e-13)),
        "adam": lambda: patient(plain(3), blobs(), adam(1e-13)),
        "adamw": lambda: patient(Functions(3), blobs(), adamw(1e-14)),
        "rmsprop": lambda: patient(plain(3), blobs(), rmsprop(1e-14)),
        "loss times 1e-9 without a larger rate": lambda: patient(
            plain(3), blobs(), sgd(1e-4), times(1e-9)
        ),
        "loss times 1e9": lambda: patient(plain(3), blobs(), sgd(1e-12 / 1e9), times(1e9)),
        "adam's epsilon drowns the gradient": lambda: patient(
            plain(3), blobs(), adam(), times(1e-16)
        ),
    },
    "cnn": {
        "sgd": lambda: patient(drawn(Cnn(3), "he"), pictures(), sgd(1e-13)),
        "adam": lambda: patient(Cnn(3), pictures(), adam(1e-13)),
    },
    "residual_cnn": {"adam": lambda: patient(ResNet(3), pictures(), adam(1e-13))},
    "rnn": {"adam": lambda: patient(Fused("rnn", every=True), each_step(), adam(1e-13))},
    "lstm": {"sgd": lambda: patient(Fused("lstm", every=True), each_step(), sgd(1e-11))},
    "gru": {"rmsprop": lambda: patient(Looped("gru", every=True), each_step(), rmsprop(1e-14))},
    "transformer": {
        "adam": lambda: patient(Transformer(2), text(), adam(1e-13)),
        "sgd, sparse embedding": lambda: patient(Transformer(1, sparse=True), text(), sgd(1e-12)),
    },
    "tied_lm": {"adamw": lambda: patient(TiedLm(), text(), adamw(1e-14))},
    "finetune": {
        "sgd": lambda: patient(WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), sgd(1e-12))
    },
}

TOO_LARGE = {
    "mlp": {
        "sgd": lambda: patient(plain(3), blobs(), sgd(3000.0)),
        "sgd functions": lambda: patient(drawn(Functions(3), "he"), blobs(), sgd(1000.0)),
        "momentum": lambda: patient(drawn(plain(4), "he"), blobs(), momentum(2000.0)),
        "adam": lambda: patient(plain(3), blobs(), adam(3.0)),
        "adamw": lambda: patient(drawn(plain(4, "gelu"), "he"), blobs(), adamw(3.0)),
        "rmsprop": lambda: patient(plain(3), blobs(), rmsprop(1.0)),
        "regression": lambda: patient(plain(2, outputs=1), curve(), sgd(1000.0), squares),
        "loss times 1e9": lambda: patient(plain(3), blobs(), sgd(3000.0 / 1e9), times(1e9)),
        "loss times 1e9 at the old rate": lambda: patient(plain(3), blobs(), sgd(0.1), times(1e9)),
        "loss times 1e-9": lambda: patient(plain(3), blobs(), sgd(3000.0 * 1e9), times(1e-9)),
        "adam, tanh": lambda: patient(drawn(plain(4, "tanh"), "xavier"), blobs(), adam(5.0)),
        "two inputs": lambda: patient(TwoInputs(), halves(), adam(3.0), call=spread),
        "tuple out": lambda: patient(Outputs(plain(2, outputs=32)), blobs(), sgd(3000.0), both),
        "trained a while, then a hundred thousand times the rate": lambda: trained(
            patient(plain(3), blobs(spread=1.5), adam(1e-3)), 10, rate=100.0
        ),
        "residual": lambda: patient(Residual(4, scale=0.3), blobs(), adam(5.0)),
    },
    "cnn": {
        "sgd": lambda: patient(drawn(Cnn(3), "he"), pictures(), sgd(1000.0)),
        "adam": lambda: patient(drawn(Cnn(2), "he"), pictures(), adam(3.0)),
        "momentum": lambda: patient(Cnn(3), pictures(), momentum(3000.0)),
    },
    "residual_cnn": {
        "adam": lambda: patient(ResNet(2, norm=None, scale=0.3), pictures(), adam(3.0))
    },
    "rnn": {
        "adam": lambda: patient(Fused("rnn", every=True), each_step(), adam(5.0)),
        "relu, sgd": lambda: patient(
            Fused("rnn", nonlinearity="relu", every=True), each_step(), sgd(1000.0)
        ),
    },
    "lstm": {"adam": lambda: patient(Fused("lstm", every=True), each_step(), adam(10.0))},
    "gru": {"adam": lambda: patient(Fused("gru", every=True), each_step(), adam(10.0))},
    "transformer": {
        "adam": lambda: patient(Transformer(2), text(), adam(5.0)),
        "post-norm adamw": lambda: patient(Transformer(2, norm="post"), text(), adamw(5.0)),
    },
    "tied_lm": {"adam": lambda: patient(TiedLm(scale=0.5), text(), adam(5.0))},
    "finetune": {
        "adam": lambda: patient(WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), adam(3.0))
    },
}


class Unused(nn.Module):
    """A model with a layer that its forward pass never calls."""

    def __init__(self, body, extra):
        super().__init__()
        self.body, self.extra = body, extra

    def forward(self, x):
        """The body's output."""
        return self.body(x)


class ChosenRow(nn.Module):
    """A net that picks a row of a table by argmax, through which no gradient goes."""

    def __init__(self):
        super().__init__()
        self.choose, self.table, self.out = plain(1, outputs=8), nn.Embedding(8, 16), plain(1)

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        return self.out(self.table(self.choose(x).argmax(1)))


def without_gradient(h):
    """What torch.no_grad() leaves."""
    with torch.no_grad():
        return h * 1.0


def rebuilt(h):
    """A new tensor made from the old one's numbers."""
    return torch.tensor(h.detach().numpy())


def cut(h):
    """h.detach()."""
    return h.detach()


def through_data(h):
    """h.data."""
    return h.data


DISCONNECTED = {
    "mlp": {
        "detach": lambda: patient(Functions(4, post=cut, at=2), blobs()),
        "detach, adam": lambda: patient(Functions(3, "tanh", post=cut, at=1), blobs(), adam()),
        "no_grad in between": lambda: patient(
            Functions(3, post=without_gradient, at=2), blobs(), momentum()
        ),
        ".data": lambda: patient(Functions(3, "gelu", post=through_data, at=1), blobs(), adamw()),
        "rebuilt tensor": lambda: patient(Functions(3, post=rebuilt, at=1), blobs()),
        "layer never called": lambda: patient(Unused(plain(3), nn.Linear(32, 32)), blobs(), adam()),
        "two layers never called": lambda: patient(Unused(plain(2), plain(2)), blobs(), rmsprop()),
        "argmax in between": lambda: patient(ChosenRow(), blobs(), adam()),
        "second head has no loss": lambda: patient(
            Outputs(plain(2, outputs=32)), blobs(), adam(), part(0)
        ),
        "second head has no loss, dict": lambda: patient(
            Outputs(plain(2, outputs=32), form="dict"), blobs(), loss=part("logits")
        ),
        "leftover gradients": lambda: _stale_all(patient(Functions(4, post=cut, at=2), blobs())),
        "leftover gradients, layer never called": lambda: _stale_all(
            patient(Unused(plain(3), nn.Linear(32, 32)), blobs(), adam())
        ),
        "loss times 1e9": lambda: patient(
            Functions(4, post=cut, at=2), blobs(), sgd(0.1 / 1e9), times(1e9)
        ),
    },
    "cnn": {
        "detach": lambda: patient(FunctionCnn(3, post=cut, at=1), pictures()),
        "layer never called": lambda: patient(
            Unused(Cnn(2), nn.Conv2d(8, 8, 3)), pictures(), adam()
        ),
        "rebuilt tensor": lambda: patient(
            FunctionCnn(3, post=rebuilt, at=2), pictures(), momentum(0.01)
        ),
    },
    "residual_cnn": {
        "detach": lambda: patient(ResNet(3, post=cut, at=1), pictures(), sgd(0.02)),
        "layer never called": lambda: patient(
            Unused(ResNet(2), nn.BatchNorm2d(8)), pictures(), adam(1e-3)
        ),
    },
    "rnn": {
        "hidden state detached before the head": lambda: patient(
            Fused("rnn", every=True, post=cut), each_step(), adam(0.01)
        ),
        "layer never called": lambda: patient(
            Unused(HandRnn(every=True), nn.Linear(16, 16)), each_step(), adam(0.01)
        ),
    },
    "lstm": {
        "no_grad before the head": lambda: patient(
            Fused("lstm", every=True, post=without_gradient), each_step(), adam(0.01)
        )
    },
    "gru": {
        "layer never called": lambda: patient(
            Unused(Fused("gru", every=True), nn.GRU(16, 16)), each_step(), adam(0.01)
        )
    },
    "transformer": {
        "detach": lambda: patient(Transformer(3, post=cut, at=1), text(), adam()),
        "layer never called": lambda: patient(
            Unused(Encoder(1), nn.LayerNorm(16)), text(), adamw()
        ),
    },
    "tied_lm": {
        "body detached, embedding still reached": lambda: patient(
            TiedLm("gru", post=cut), text(), adam(0.01)
        )
    },
    "finetune": {
        "backbone called under no_grad": lambda: patient(
            Functions(3, post=without_gradient, at=2), blobs(classes=3)
        ),
        "adapter never called": lambda: patient(
            Unused(plain(2), Lora(nn.Linear(16, 16), frozen_base=False)), blobs(), adam()
        ),
    },
}


def _stale_all(it):
    """Leave a gradient on every parameter, as an earlier version of the model would have."""
    for p in it.model.parameters():
        p.grad = torch.full_like(p, 0.01)
    return it


def spoiled(data, number, where=(3, 2)):
    """Put one number that is not finite into the inputs (or into one of two)."""
    x, y = data
    (x[0] if isinstance(x, tuple) else x)[where] = number
    return x, y


def spoiled_targets(data, number):
    """Put one number that is not finite into real targets."""
    x, y = data
    y = y.clone()
    y[5] = number
    return x, y


BAD_INPUT = {
    "mlp": {
        "nan": lambda: patient(plain(3), spoiled(blobs(), math.nan)),
        "inf": lambda: patient(plain(3, "tanh"), spoiled(blobs(), math.inf), adam()),
        "minus inf": lambda: patient(Functions(3, "gelu"), spoiled(blobs(), -math.inf), momentum()),
        "nan in targets": lambda: patient(
            plain(2, outputs=1), spoiled_targets(curve(), math.nan), sgd(0.05), squares
        ),
        "inf in targets": lambda: patient(
            plain(2, outputs=1), spoiled_targets(curve(), math.inf), adam(), squares
        ),
        "nan in one of two inputs": lambda: patient(
            TwoInputs(), spoiled(halves(), math.nan), call=spread
        ),
        "nan in bfloat16": lambda: patient(plain(3), spoiled(blobs(), math.nan), dtype=BF16),
        "batchnorm": lambda: patient(plain(3, norm=nn.BatchNorm1d), spoiled(blobs(), math.nan)),
        "inf, residual": lambda: patient(
            Residual(4, scale=0.3), spoiled(blobs(), math.inf), adam()
        ),
        "nan, dict out": lambda: patient(
            Outputs(plain(2, outputs=32), form="dict"), spoiled(blobs(), math.nan), adam(), both
        ),
    },
    "cnn": {
        "nan pixel": lambda: patient(Cnn(3), spoiled(pictures(), math.nan, (3, 0, 2, 2))),
        "inf pixel": lambda: patient(
            FunctionCnn(2), spoiled(pictures(), math.inf, (3, 0, 2, 2)), adam()
        ),
    },
    "residual_cnn": {
        "nan pixel": lambda: patient(
            ResNet(2), spoiled(pictures(), math.nan, (3, 0, 2, 2)), sgd(0.02)
        )
    },
    "rnn": {
        "nan at one step": lambda: patient(
            Fused("rnn", every=True), spoiled(each_step(), math.nan, (3, 2, 1)), adam(0.01)
        )
    },
    "lstm": {
        "nan at one step": lambda: patient(
            HandLstm(every=True), spoiled(each_step(), math.nan, (3, 2, 1)), adam(0.01)
        )
    },
    "gru": {
        "nan at one step": lambda: patient(
            Looped("gru", every=True), spoiled(each_step(), math.nan, (3, 2, 1)), adam(0.01)
        )
    },
    "transformer": {
        "nan in vectors": lambda: patient(
            Unembedded(),
            (spoiled((torch.randn(16, 12, 16), None), math.nan, (3, 2, 1))[0], text()[1]),
            adam(),
        )
    },
    "finetune": {
        "nan, frozen backbone": lambda: head_only(
            WithHead(frozen(backbone()), nn.Linear(32, 3)),
            spoiled(blobs(classes=3), math.nan),
            adam(),
        ),
        "inf": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), spoiled(blobs(classes=3), math.inf)
        ),
    },
    "tied_lm": {
        "nan among the weights of the answers": lambda: patient(
            TiedLm(), _weighted(text(), math.nan), adam(0.01), weighted_entropy, call=first_of
        )
    },
}


class Unembedded(nn.Module):
    """A transformer over vectors."""

    def __init__(self):
        super().__init__()
        self.body = Transformer(2, final=nn.LayerNorm(16))
        self.body.embed = nn.Linear(16, 16)

    def forward(self, x):
        """Logits of shape (batch, length, outputs)."""
        h = self.body.embed(x)
        for block in self.body.blocks:
            h = block(h)
        return self.body.out(self.body.final(h + 0 * self.body.place[:, : x.shape[1]]))


def _weighted(data, number):
    x, y = data
    weights = torch.ones(y.shape)
    weights[2, 3] = number
    return x, (y, weights)


def first_of(model, batch):
    """Call a model with the batch as it is."""
    return model(batch)


def weighted_entropy(out, y):
    """Cross entropy with a weight for each place."""
    y, weights = y
    return (
        F.cross_entropy(out.flatten(0, -2), y.flatten(), reduction="none") * weights.flatten()
    ).mean()


class Op(nn.Module):
    """A function as a module, so that it can stand in a Sequential."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        """function(x)."""
        return self.function(x)


def then(model, at, function):
    """Put a function into a Sequential, before its layer number `at`."""
    layers = list(model)
    return nn.Sequential(*layers[:at], Op(function), *layers[at:])


def naive_softmax(z):
    """exp without the largest taken off first."""
    return z.exp() / z.exp().sum(1, keepdim=True)


def naive_loss(out, y):
    """-log of the naive softmax at the answer."""
    return -naive_softmax(out).gather(1, y[:, None]).log().mean()


def log_probability(out, y):
    """-log of a probability that may be zero."""
    return -torch.relu(out).gather(1, y[:, None]).log().mean()


def distance(out, y):
    """Mean Euclidean distance, by a plain root."""
    return (out - y).pow(2).sum(1).sqrt().mean()


def hidden_row(x):
    """A mask that hides every place of the first row."""
    mask = causal(x)
    mask[0] = float("-inf")
    return mask


def own_scale(h):
    """Divide by the standard deviation over the batch, without an epsilon."""
    return (h - h.mean(0)) / h.std(0)


def spoil(name, number, index=0):
    """A change that puts one number into a parameter."""

    def change(model):
        dict(model.named_parameters())[name].view(-1)[index] = number

    return change


def one(data):
    """A batch of one."""
    return data[0][:1], data[1][:1]


BAD_LAYER = {
    "mlp": {
        "log of zero": lambda: patient(then(plain(3), 4, torch.log), blobs()),
        "log of zero in the loss": lambda: patient(plain(2), blobs(), loss=log_probability),
        "root at zero": lambda: patient(then(plain(3), 4, torch.sqrt), blobs(), adam()),
        "root of a zero distance": lambda: patient(
            filled(plain(2, outputs=3), 0.0, "4."),
            (torch.randn(64, 16), torch.zeros(64, 3)),
            loss=distance,
        ),
        "batch of one": lambda: patient(then(plain(3), 3, own_scale), one(blobs())),
        "constant unit divided by its deviation": lambda: patient(
            then(filled(plain(3), 0.0, "0."), 1, own_scale), blobs(), adam()
        ),
        "naive softmax": lambda: patient(scaled(plain(2), 300.0, "4."), blobs(), loss=naive_loss),
        "exp": lambda: patient(then(scaled(plain(2), 40.0), 3, torch.exp), blobs()),
        "float16 overflow": lambda: patient(scaled(plain(3), 60.0), blobs(), dtype=F16),
        "nan in a checkpoint": lambda: changed(
            patient(plain(3), blobs(), adam()), spoil("2.weight", math.nan)
        ),
        "inf in a bias": lambda: changed(patient(plain(3), blobs()), spoil("4.bias", math.inf)),
        "after divergence": lambda: trained(
            patient(plain(3, outputs=1), curve(), sgd(50.0), squares), 12, rate=0.01
        ),
        "probability of exactly one": lambda: patient(
            then(scaled(plain(2, outputs=1), 60.0), 5, torch.sigmoid), _signs(), loss=naive_binary
        ),
        "reciprocal of zero": lambda: patient(
            Functions(3, post=torch.reciprocal, at=1), blobs(), momentum()
        ),
    },
    "cnn": {
        "log of zero": lambda: patient(FunctionCnn(2, post=torch.log, at=1), pictures()),
        "float16 overflow": lambda: patient(scaled(Cnn(3), 80.0), pictures(), dtype=F16),
        "root at zero": lambda: patient(FunctionCnn(3, post=torch.sqrt, at=2), pictures(), adam()),
    },
    "residual_cnn": {
        "nan in a checkpoint": lambda: changed(
            patient(ResNet(2), pictures(), sgd(0.02)), spoil("blocks.1.conv1.weight", math.nan)
        )
    },
    "rnn": {
        "grows beyond float32": lambda: patient(
            recurrent(HandRnn(act="none"), 40.0), series(60), adam()
        ),
        "nan in the recurrent matrix": lambda: changed(
            patient(Fused("rnn", every=True), each_step(), adam()),
            spoil("body.weight_hh_l0", math.nan),
        ),
    },
    "lstm": {
        "log of the state": lambda: patient(
            Fused("lstm", every=True, post=torch.log), each_step(), adam()
        )
    },
    "gru": {
        "root of the state": lambda: patient(
            Fused("gru", every=True, post=torch.sqrt), each_step(), adam()
        )
    },
    "transformer": {
        "a row fully masked": lambda: patient(
            Transformer(2, mask=hidden_row, weights=True), text(), adam()
        ),
        "a row fully masked, post-norm": lambda: patient(
            Transformer(2, mask=hidden_row, weights=True, norm="post"), text(), adamw()
        ),
        "float16 overflow": lambda: patient(
            scaled(Transformer(2, norm="none"), 60.0), text(), dtype=F16
        ),
    },
    "tied_lm": {
        "inf in the embedding": lambda: changed(
            patient(TiedLm(), text(), adam()), spoil("embed.weight", math.inf)
        )
    },
    "finetune": {
        "new head divides by zero": lambda: patient(
            WithHead(backbone(), then(nn.Sequential(nn.Linear(32, 3)), 0, torch.reciprocal)),
            blobs(classes=3),
        )
    },
}


def _signs():
    x, y = blobs(classes=2)
    return x, y[:, None].float()


def naive_binary(p, y):
    """Binary cross entropy without any care for zero."""
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


UNDERFLOW = {
    "mlp": {
        "float16": lambda: patient(drawn(plain(3), "he"), blobs(), loss=times(1e-7), dtype=F16),
        "float16 tanh": lambda: patient(
            drawn(plain(4, "tanh"), "xavier"), blobs(), momentum(), times(3e-8), dtype=F16
        ),
        "float16 functions": lambda: patient(
            drawn(Functions(3), "he"), blobs(), loss=times(1e-7), dtype=F16
        ),
        "float16, mean over many terms": lambda: patient(
            drawn(plain(2), "he"), blobs(), loss=times(2.0**-26), dtype=F16
        ),
        "float32, tiny loss": lambda: patient(plain(3), blobs(), loss=times(1e-42)),
        "float32, tiny loss, adam": lambda: patient(
            drawn(plain(5), "he"), blobs(), adam(), times(1e-43)
        ),
        "float32, tiny loss, tanh": lambda: patient(
            drawn(plain(4, "tanh"), "xavier"), blobs(), momentum(), times(1e-43)
        ),
        "autocast float16": lambda: patient(
            drawn(plain(3), "he"), blobs(), adam(), times(1e-8), autocast=F16
        ),
        "float16, leftover gradients": lambda: stale(
            patient(drawn(plain(3), "he"), blobs(), loss=times(1e-7), dtype=F16)
        ),
        "float16 gelu": lambda: patient(
            drawn(plain(3, "gelu"), "he"), blobs(), loss=times(1e-7), dtype=F16
        ),
        "float32, tiny loss, regression": lambda: patient(
            plain(2, outputs=1), curve(), adam(), times(1e-43, squares)
        ),
        "float16 layernorm": lambda: patient(
            plain(4, norm=nn.LayerNorm), blobs(), loss=times(1e-7), dtype=F16
        ),
    },
    "cnn": {
        "float16": lambda: patient(drawn(Cnn(3), "he"), pictures(), loss=times(1e-7), dtype=F16),
        "float32, tiny loss": lambda: patient(
            drawn(Cnn(2), "he"), pictures(), adam(), times(1e-43)
        ),
    },
    "residual_cnn": {
        "float16": lambda: patient(
            ResNet(2, norm=None, scale=0.3), pictures(), loss=times(1e-8), dtype=F16
        )
    },
    "rnn": {
        "float16": lambda: patient(HandRnn(every=True), each_step(), loss=times(1e-7), dtype=F16)
    },
    "lstm": {
        "float32, tiny loss": lambda: patient(
            Fused("lstm", every=True), each_step(), adam(), times(1e-43)
        )
    },
    "gru": {
        "float32, tiny loss": lambda: patient(
            Fused("gru", every=True), each_step(), sgd(0.5), times(1e-43)
        )
    },
    "transformer": {
        "float16": lambda: patient(Transformer(2), text(), loss=times(1e-7), dtype=F16),
        "float32, tiny loss": lambda: patient(Transformer(2), text(), adam(), times(1e-43)),
    },
    "tied_lm": {
        "float32, tiny loss": lambda: patient(TiedLm(scale=1.0), text(), adam(), times(1e-43))
    },
    "finetune": {
        "float16": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), loss=times(1e-8), dtype=F16
        )
    },
}

SYMMETRIC = {
    "mlp": {
        "constant": lambda: patient(filled(plain(3), 0.1), blobs()),
        "constant, tanh": lambda: patient(filled(plain(3, "tanh"), 0.05), blobs(), adam()),
        "all zeros": lambda: patient(filled(plain(3), 0.0), blobs()),
        "all zeros, tanh, adam": lambda: patient(filled(plain(2, "tanh"), 0.0), blobs(), adam()),
        "constant weights, default biases": lambda: patient(
            _constant(Functions(3, "gelu"), 0.05), blobs(), momentum()
        ),
        "constant, sigmoid": lambda: patient(filled(plain(2, "sigmoid"), 0.1), blobs(), adam()),
        "regression": lambda: patient(filled(plain(2, outputs=1), 0.1), curve(), adam(), squares),
        "constant, trained a while": lambda: trained(
            patient(filled(plain(2, "tanh"), 0.05), blobs(), sgd(0.1)), 20
        ),
        "loss times 1e9": lambda: patient(
            filled(plain(3), 0.1), blobs(), sgd(0.1 / 1e9), times(1e9)
        ),
        "constant pair of layers": lambda: patient(
            filled(filled(plain(3, "tanh"), 0.05, "2."), 0.05, "4."), blobs(), adam()
        ),
    },
    "cnn": {
        "constant": lambda: patient(filled(FunctionCnn(2, pool=True), 0.05), pictures()),
        "constant, tanh": lambda: patient(
            filled(FunctionCnn(3, "tanh", pool=True), 0.05), pictures(), adam()
        ),
        "all zeros": lambda: patient(
            filled(FunctionCnn(2, pool=True), 0.0), pictures(), momentum()
        ),
    },
    "residual_cnn": {
        "constant": lambda: patient(
            _pooled(filled(ResNet(2, norm=None, scale=0.3), 0.02)), pictures(), adam()
        )
    },
    "rnn": {
        "constant": lambda: patient(
            filled(Fused("rnn", every=True), 0.05), each_step(), adam(0.01)
        ),
        "constant, by hand": lambda: patient(
            filled(HandRnn(every=True), 0.05), each_step(), sgd(0.5)
        ),
    },
    "lstm": {
        "constant": lambda: patient(filled(Fused("lstm", every=True), 0.1), each_step(), adam(0.01))
    },
    "gru": {
        "constant": lambda: patient(filled(Looped("gru", every=True), 0.1), each_step(), adam(0.01))
    },
    "transformer": {
        "constant two-layer nets": lambda: patient(
            filled(filled(Transformer(2), 0.05, "one"), 0.05, "two"), text(), adam()
        ),
        "constant two-layer net, relu": lambda: patient(
            filled(filled(Transformer(1, act="relu"), 0.05, "one"), 0.05, "two"), text(), sgd(0.3)
        ),
    },
    "tied_lm": {
        "constant body": lambda: patient(
            _constant_body(TiedLm("lstm", scale=1.0)), text(), adam(0.01)
        )
    },
    "finetune": {
        "constant head": lambda: patient(
            WithHead(backbone(), filled(plain(1, features=32), 0.02)), blobs(), adam()
        ),
        "constant tanh head on a frozen backbone": lambda: head_only(
            WithHead(frozen(backbone()), filled(plain(1, "tanh", features=32), 0.02)),
            blobs(),
            adam(),
        ),
    },
}


class _Pooled(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        net.out = filled(nn.Linear(8, 4), 0.05)

    def forward(self, x):
        x = self.net.stem(x)
        for block in self.net.blocks:
            x = block(x)
        return self.net.out(x.mean((2, 3)))


def _pooled(net):
    """The same net with a mean over places before its last layer, so that all channels are alike."""
    return _Pooled(net)


def _constant(model, value):
    """Constant matrices and hidden biases of zero; the last layer keeps its random biases."""
    filled(model, value, "weight")
    for layer in model.layers:
        nn.init.zeros_(layer.bias)
    return model


def _constant_body(model):
    """A recurrent body of constants whose readers see equal units: the embedding's columns are equal, too."""
    filled(model.body, 0.1)
    with torch.no_grad():
        model.embed.weight.copy_(model.embed.weight[:, :1].expand_as(model.embed.weight))
    return model


BAND = {
    "mlp": {
        "relu default twelve layers": lambda: patient(plain(12), blobs()),
        "relu default nine layers": lambda: patient(plain(9), blobs(), adam()),
        "sigmoid six layers": lambda: patient(plain(6, "sigmoid"), blobs(), adam()),
        "tanh default sixteen layers": lambda: patient(plain(16, "tanh"), blobs()),
        "one layer ten times": lambda: patient(OneLayer(10), blobs()),
        "he times 1.5": lambda: patient(drawn(plain(16), "he", 1.5), blobs(), sgd(0.001)),
        "residual, unscaled": lambda: patient(drawn(Residual(16), "he"), blobs(), sgd(1e-4)),
    },
    "cnn": {"relu default ten": lambda: patient(Cnn(10), pictures())},
    "rnn": {"last of sixteen": lambda: patient(Fused("rnn"), series(16), adam(0.01))},
    "lstm": {"last of sixteen": lambda: patient(Fused("lstm"), series(16), adam(0.01))},
    "gru": {"last of twenty": lambda: patient(HandGru(), series(20), adam(0.01))},
    "transformer": {
        "no skip": lambda: patient(Transformer(4, norm="none", skip=0.0), text(), adam())
    },
}

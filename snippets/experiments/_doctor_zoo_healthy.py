"""The healthy nets of the doctor's benchmark, with every lookalike of a broken one, and nets that are only frozen."""

from functools import partial

import torch
from torch import nn

from snippets.experiments._doctor_zoo_parts import (
    Autoencoder,
    Cnn,
    Encoder,
    FunctionCnn,
    Functions,
    Fused,
    HandGru,
    HandLstm,
    HandRnn,
    Looped,
    OneActivation,
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
    binary,
    blobs,
    both,
    causal,
    curve,
    drawn,
    each_step,
    filled,
    frozen,
    halves,
    momentum,
    patient,
    pictures,
    plain,
    rmsprop,
    series,
    sgd,
    squares,
    text,
    times,
    trained,
    warmup,
    with_lora,
)

BF16, F16 = torch.bfloat16, torch.float16


def shuffled(data):
    """The same inputs with random answers."""
    x, y = data
    return x, y[torch.randperm(len(y))]


def yes_or_no():
    """Blobs of two classes with answers as probabilities, (n, 1)."""
    x, y = blobs(classes=2)
    return x, y[:, None].float()


def itself():
    """Points on a curved sheet, which an autoencoder gives back."""
    x = torch.tanh(torch.randn(64, 4) @ torch.randn(4, 16))
    return x, x


def keyword(model, batch):
    """Call a model with its arguments by name."""
    return model(**batch)


def spread(model, batch):
    """Call a model with its arguments by position."""
    return model(*batch)


def evaluated(it):
    """The same patient in evaluation mode."""
    it.model.eval()
    return it


def stale(it):
    """Leave gradients of an earlier batch behind."""
    it.loss().backward()
    return it


def forgetting(model, bias):
    """Add to the forget gate's bias of PyTorch's LSTM."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "bias_ih" in name:
                p[len(p) // 4 : len(p) // 2] += bias
    return model


def recurrent(model, gain):
    """Make the recurrent matrices orthogonal, times gain."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "weight_hh" in name or "again.weight" in name:
                for block in p.split(p.shape[1]):
                    nn.init.orthogonal_(block, gain)
    return model


def groups(low, high):
    """SGD that trains everything but the last two parameters at the lower of two rates."""

    def make(parameters):
        parameters = list(parameters)
        return torch.optim.SGD(
            [{"params": parameters[:-2], "lr": low}, {"params": parameters[-2:], "lr": high}],
            lr=high,
        )

    return make


HEALTHY = {
    "mlp": {
        "relu sgd": lambda: patient(plain(3), blobs()),
        "relu momentum": lambda: patient(plain(3), blobs(), momentum()),
        "relu adam": lambda: patient(plain(3), blobs(), adam()),
        "relu adamw": lambda: patient(plain(3), blobs(), adamw()),
        "relu rmsprop": lambda: patient(plain(3), blobs(), rmsprop()),
        "relu he thirty layers": lambda: patient(drawn(plain(30), "he"), blobs(), adam(1e-3)),
        "relu he twelve layers": lambda: patient(drawn(plain(12), "he"), blobs(), sgd(0.02)),
        "tanh xavier": lambda: patient(drawn(plain(8, "tanh"), "xavier"), blobs(), sgd(0.05)),
        "tanh orthogonal twenty layers": lambda: patient(
            drawn(plain(20, "tanh"), "orthogonal", 1.05), blobs(), adam(1e-3)
        ),
        "sigmoid two layers": lambda: patient(
            drawn(plain(2, "sigmoid"), "xavier", 2), blobs(), adam(0.02)
        ),
        "gelu": lambda: patient(drawn(plain(4, "gelu"), "he"), blobs(), adam()),
        "silu": lambda: patient(drawn(plain(4, "silu"), "he"), blobs(), momentum()),
        "leaky": lambda: patient(drawn(plain(6, "leaky"), "he"), blobs()),
        "elu": lambda: patient(drawn(plain(5, "elu"), "he"), blobs(), sgd(0.05)),
        "softplus": lambda: patient(drawn(plain(2, "softplus"), "xavier"), blobs(), adam()),
        "functions relu": lambda: patient(Functions(3), blobs()),
        "functions tanh": lambda: patient(
            drawn(Functions(6, "tanh"), "xavier"), blobs(), sgd(0.05)
        ),
        "functions gelu": lambda: patient(drawn(Functions(4, "gelu"), "he"), blobs(), adam()),
        "one relu module for all": lambda: patient(OneActivation(3), blobs()),
        "one tanh module for all": lambda: patient(
            drawn(OneActivation(5, "tanh"), "xavier"), blobs(), momentum()
        ),
        "one layer four times": lambda: patient(
            drawn(OneLayer(4), "orthogonal"), blobs(), sgd(0.05)
        ),
        "tied autoencoder": lambda: patient(Autoencoder(), itself(), adam(), squares),
        "tuple out": lambda: patient(Outputs(plain(2, outputs=32)), blobs(), loss=both),
        "dict out": lambda: patient(
            Outputs(plain(2, outputs=32), form="dict"), blobs(), adam(), both
        ),
        "two inputs": lambda: patient(TwoInputs(), halves(), call=spread),
        "inputs by name": lambda: patient(TwoInputs(), halves(dict), adam(), call=keyword),
        "layernorm": lambda: patient(plain(8, norm=nn.LayerNorm), blobs()),
        "batchnorm": lambda: patient(plain(6, norm=nn.BatchNorm1d), blobs()),
        "batchnorm eval": lambda: evaluated(
            trained(patient(plain(4, norm=nn.BatchNorm1d), blobs()), 15)
        ),
        "dropout": lambda: patient(plain(3, dropout=0.2), blobs(), adam()),
        "dropout eval": lambda: evaluated(patient(plain(3, dropout=0.5), blobs(), adam())),
        "residual": lambda: patient(Residual(6, scale=0.3), blobs(), sgd(0.05)),
        "residual zero branches": lambda: patient(Residual(8, zero=True), blobs(), sgd(0.05)),
        "residual zero branches adam": lambda: patient(
            Residual(8, zero=True, norm=True), blobs(), adam()
        ),
        "residual thirty blocks": lambda: patient(
            Residual(30, scale=0.18, norm=True), blobs(), adam(1e-3)
        ),
        "zero last layer": lambda: patient(filled(plain(2, width=48), 0.0, "4."), blobs()),
        "constant first layer, random rest": lambda: patient(
            filled(plain(2, "tanh"), 0.1, "0.weight"), blobs(), adam(0.01)
        ),
        "regression": lambda: patient(plain(2, outputs=1), curve(), sgd(0.05), squares),
        "regression tanh": lambda: patient(
            drawn(plain(3, "tanh", outputs=1), "xavier"), curve(), adam(), squares
        ),
        "sigmoid out": lambda: patient(
            plain(2, outputs=1, last=nn.Sigmoid()), yes_or_no(), adam(), binary
        ),
        "loss times 1e9": lambda: patient(plain(3), blobs(), sgd(0.1 / 1e9), times(1e9)),
        "loss times 1e9 momentum": lambda: patient(
            drawn(plain(6), "he"), blobs(), momentum(0.01 / 1e9), times(1e9)
        ),
        "loss times 1e-9": lambda: patient(plain(3), blobs(), sgd(0.1 * 1e9), times(1e-9)),
        "loss times 1e-9 deep": lambda: patient(
            drawn(plain(12), "he"), blobs(), sgd(0.02 * 1e9), times(1e-9)
        ),
        "loss times 1e-6 adam": lambda: patient(plain(3), blobs(), adam(0.01), times(1e-6)),
        "loss times 1e-6 adamw": lambda: patient(
            drawn(plain(5, "tanh"), "xavier"), blobs(), adamw(0.01), times(1e-6)
        ),
        "loss times 1e-25": lambda: patient(plain(3), blobs(), sgd(0.1 * 1e25), times(1e-25)),
        "loss times 1e-25 tanh": lambda: patient(
            drawn(plain(5, "tanh"), "xavier"), blobs(), sgd(0.05 * 1e25), times(1e-25)
        ),
        "at rest sgd": lambda: trained(
            patient(plain(2), blobs(spread=0.1), sgd(1.0)), 500, learns="rest"
        ),
        "at rest adam": lambda: trained(
            patient(plain(3), blobs(spread=0.3), adam(0.02)), 400, learns="rest"
        ),
        "at rest momentum": lambda: trained(
            patient(drawn(plain(4, "tanh"), "xavier"), blobs(spread=0.2), momentum(0.2)),
            400,
            learns="rest",
        ),
        "at rest regression": lambda: trained(
            patient(plain(2, outputs=1, width=64), curve(n=16), adam(0.005), squares),
            700,
            rate=1e-4,
            learns="rest",
        ),
        "sigmoid out, trained a while": lambda: trained(
            patient(plain(2, outputs=1, last=nn.Sigmoid()), yes_or_no(), adam(0.003), binary), 25
        ),
        "random labels": lambda: patient(plain(2, width=64), shuffled(blobs()), adam()),
        "random labels sgd": lambda: patient(plain(2, width=64), shuffled(blobs(n=32)), sgd(0.2)),
        "rate small sgd": lambda: patient(plain(3), blobs(), sgd(1e-4), learns="slowly"),
        "rate small adam": lambda: patient(plain(3), blobs(), adam(1e-6), learns="slowly"),
        "warm-up first step adam": lambda: patient(
            plain(3), blobs(), warmup(adam(3e-3)), learns="slowly"
        ),
        "warm-up first step momentum": lambda: patient(
            drawn(plain(5, "tanh"), "xavier"), blobs(), warmup(momentum(0.05)), learns="slowly"
        ),
        "trained a while": lambda: trained(
            patient(plain(3), blobs(spread=1.5), sgd(0.1)), 20, steps=60
        ),
        "trained a while adam": lambda: trained(
            patient(plain(4, "gelu"), blobs(spread=1.5), adam()), 25, steps=60
        ),
        "leftover gradients": lambda: stale(patient(plain(3), blobs(), adam())),
        "bfloat16": lambda: patient(plain(3), blobs(), dtype=BF16),
        "float16": lambda: patient(plain(3), blobs(), dtype=F16),
        "float16 tanh": lambda: patient(
            drawn(plain(4, "tanh"), "xavier"), blobs(), momentum(), dtype=F16
        ),
        "float64": lambda: patient(plain(3), blobs(), adam(), dtype=torch.float64),
        "autocast bfloat16": lambda: patient(plain(3), blobs(), adam(), autocast=BF16),
        "shifted leaky": lambda: patient(
            filled(drawn(plain(3, "leaky"), "he"), -0.3, "bias"), blobs(), adam(0.01)
        ),
        "half of the units off": lambda: patient(
            filled(plain(2, width=64), -1.0, "0.bias"), blobs(), adam()
        ),
    },
    "cnn": {
        "relu": lambda: patient(Cnn(3), pictures(), sgd(0.05)),
        "relu adam": lambda: patient(Cnn(3), pictures(), adam()),
        "he": lambda: patient(drawn(Cnn(8), "he"), pictures(), sgd(0.01)),
        "batchnorm": lambda: patient(Cnn(5, norm=nn.BatchNorm2d), pictures(), sgd(0.05)),
        "batchnorm eval": lambda: evaluated(
            trained(patient(Cnn(3, norm=nn.BatchNorm2d), pictures(), sgd(0.02)), 10, rate=5e-3)
        ),
        "pooled": lambda: patient(drawn(Cnn(4, pool=True), "he"), pictures(), momentum(0.01)),
        "tanh": lambda: patient(drawn(Cnn(4, "tanh"), "xavier"), pictures(), rmsprop()),
        "functions": lambda: patient(drawn(FunctionCnn(3), "he"), pictures(), sgd(0.02)),
        "functions gelu pooled": lambda: patient(
            drawn(FunctionCnn(2, "gelu", pool=True), "he"), pictures(), adam(0.01)
        ),
        "loss times 1e9": lambda: patient(Cnn(3), pictures(), sgd(0.05 / 1e9), times(1e9)),
        "loss times 1e-9": lambda: patient(
            drawn(Cnn(3), "he"), pictures(), sgd(0.02 * 1e9), times(1e-9)
        ),
        "at rest sgd": lambda: trained(
            patient(Cnn(2), pictures(n=16, spread=0.1), sgd(0.3)), 250, learns="rest"
        ),
        "at rest adam": lambda: trained(
            patient(Cnn(2), pictures(n=16, spread=0.2), adam(0.01)), 120, learns="rest"
        ),
        "random labels": lambda: patient(
            drawn(Cnn(2, channels=12), "he"), shuffled(pictures()), adam()
        ),
        "bfloat16": lambda: patient(drawn(Cnn(2), "he"), pictures(), sgd(0.05), dtype=BF16),
        "autocast bfloat16": lambda: patient(
            drawn(Cnn(3), "he"), pictures(), adam(), autocast=BF16
        ),
        "trained a while": lambda: trained(
            patient(drawn(Cnn(3), "he"), pictures(spread=2.0), adam(1e-3)), 8
        ),
        "tuple out": lambda: patient(
            Outputs(nn.Sequential(Cnn(2, outputs=32), nn.ReLU())), pictures(), adam(), both
        ),
    },
    "residual_cnn": {
        "batchnorm": lambda: patient(ResNet(3), pictures(), sgd(0.02)),
        "batchnorm adam": lambda: patient(ResNet(4), pictures(), adam(1e-3)),
        "batchnorm zero gamma": lambda: patient(ResNet(4, zero=True), pictures(), sgd(0.02)),
        "zero branches, no norm": lambda: patient(
            ResNet(4, norm=None, zero=True, outside=False), pictures(), sgd(0.01)
        ),
        "scaled branches": lambda: patient(ResNet(8, norm=None, scale=0.35), pictures(), sgd(0.01)),
        "groupnorm": lambda: patient(
            ResNet(3, norm=partial(nn.GroupNorm, 2)), pictures(), adam(1e-3)
        ),
        "eval": lambda: evaluated(trained(patient(ResNet(2), pictures(), sgd(0.01)), 8)),
        "loss times 1e-9": lambda: patient(
            ResNet(3, norm=None, scale=0.3), pictures(), sgd(0.02 * 1e9), times(1e-9)
        ),
        "at rest": lambda: trained(
            patient(ResNet(2), pictures(n=16, spread=0.2), momentum(0.02)), 100, learns="rest"
        ),
        "rate small": lambda: patient(
            ResNet(2, norm=None, scale=0.3), pictures(), sgd(1e-5), learns="slowly"
        ),
        "bfloat16": lambda: patient(
            ResNet(2, norm=None, scale=0.3), pictures(), sgd(0.05), dtype=BF16
        ),
        "random labels": lambda: patient(
            ResNet(2, norm=None, scale=0.5), shuffled(pictures()), adam()
        ),
    },
    "rnn": {
        "every step": lambda: patient(Fused("rnn", every=True), each_step(), adam(0.01)),
        "last of four": lambda: patient(recurrent(Fused("rnn"), 1.0), series(4), adam(0.01)),
        "orthogonal last of twenty": lambda: patient(
            recurrent(Fused("rnn", nonlinearity="relu"), 1.3), series(20), adam()
        ),
        "looped": lambda: patient(Looped("rnn", every=True), each_step(), adam(0.01)),
        "looped relu": lambda: patient(
            recurrent(Looped("rnn", nonlinearity="relu"), 0.9), series(5), sgd(0.05)
        ),
        "by hand": lambda: patient(recurrent(HandRnn(), 1.0), series(6), adam(0.01)),
        "by hand every step": lambda: patient(HandRnn(every=True), each_step(), momentum(0.1)),
        "two layers": lambda: patient(Fused("rnn", layers=2, every=True), each_step(), adam(0.01)),
        "loss times 1e9": lambda: patient(
            Fused("rnn", every=True), each_step(), sgd(0.5 / 1e9), times(1e9)
        ),
        "random labels": lambda: patient(
            recurrent(Fused("rnn", width=32), 1.0), shuffled(series(4)), adam(0.01)
        ),
        "rate small": lambda: patient(
            Fused("rnn", every=True), each_step(), sgd(1e-4), learns="slowly"
        ),
    },
    "lstm": {
        "every step": lambda: patient(Fused("lstm", every=True), each_step(), adam(0.01)),
        "last of four": lambda: patient(Fused("lstm"), series(4), adam(0.01)),
        "long memory": lambda: patient(forgetting(Fused("lstm"), 4.0), series(30), adam(0.01)),
        "two layers": lambda: patient(Fused("lstm", layers=2, every=True), each_step(), adam(0.02)),
        "looped": lambda: patient(Looped("lstm", every=True), each_step(), adam(0.01)),
        "by hand": lambda: patient(HandLstm(every=True), each_step(), adam(0.01)),
        "by hand long memory": lambda: patient(HandLstm(forget=4.0), series(20), adam(0.01)),
        "loss times 1e-9": lambda: patient(
            Fused("lstm", every=True), each_step(), sgd(2.0 * 1e9), times(1e-9), steps=80
        ),
        "at rest": lambda: trained(
            patient(Fused("lstm"), series(4, n=15, spread=0.1), adam(0.03)), 250, learns="rest"
        ),
        "trained a while": lambda: trained(
            patient(Fused("lstm", every=True), each_step(), adam(0.01)), 20
        ),
        "autocast bfloat16": lambda: patient(
            Looped("lstm", every=True), each_step(), adam(0.02), autocast=BF16
        ),
    },
    "gru": {
        "every step": lambda: patient(Fused("gru", every=True), each_step(), adam(0.01)),
        "last of four": lambda: patient(Fused("gru"), series(4), rmsprop(0.005)),
        "looped": lambda: patient(Looped("gru", every=True), each_step(), adam(0.01)),
        "by hand": lambda: patient(HandGru(every=True), each_step(), adam(0.01)),
        "by hand last of four": lambda: patient(HandGru(), series(4), sgd(0.5)),
        "two layers": lambda: patient(Fused("gru", layers=2, every=True), each_step(), adam(0.02)),
        "bidirectional": lambda: patient(
            Fused("gru", every=True, bidirectional=True, head=nn.Linear(32, 3)),
            each_step(),
            adam(0.01),
        ),
        "loss times 1e9": lambda: patient(
            Fused("gru", every=True), each_step(), sgd(0.5 / 1e9), times(1e9)
        ),
        "warm-up first step": lambda: patient(
            Fused("gru", every=True), each_step(), warmup(adam(0.01)), learns="slowly"
        ),
        "bfloat16": lambda: patient(Fused("gru", every=True), each_step(), sgd(0.5), dtype=BF16),
    },
    "transformer": {
        "pre-norm": lambda: patient(Transformer(2), text(), adam()),
        "pre-norm twelve blocks": lambda: patient(Transformer(12), text(), adam(1e-3)),
        "post-norm": lambda: patient(Transformer(2, norm="post"), text(), adam()),
        "post-norm relu": lambda: patient(Transformer(3, norm="post", act="relu"), text(), adamw()),
        "one answer": lambda: patient(
            Transformer(2, every=False, outputs=4), (text()[0], torch.arange(16) % 4), adam(0.01)
        ),
        "causal": lambda: patient(Transformer(2, mask=causal), text(), adam()),
        "pytorch pre-norm": lambda: patient(Encoder(2), text(), adam(0.005)),
        "pytorch post-norm": lambda: patient(Encoder(2, first=False), text(), adamw(0.005)),
        "pytorch dropout": lambda: patient(
            Encoder(2, dropout=0.1, act="gelu"), text(), adam(0.005)
        ),
        "pytorch eval": lambda: evaluated(patient(Encoder(2, dropout=0.1), text(), adam(0.005))),
        "sparse embedding": lambda: patient(Transformer(1, sparse=True), text(), sgd(0.3)),
        "momentum": lambda: patient(Transformer(2), text(), momentum(0.1)),
        "loss times 1e-6 adam": lambda: patient(Transformer(2), text(), adam(0.01), times(1e-6)),
        "loss times 1e9": lambda: patient(Transformer(2), text(), sgd(0.3 / 1e9), times(1e9)),
        "zero branches": lambda: patient(
            filled(filled(Transformer(4), 0.0, "two"), 0.0, "out_proj"), text(), adam()
        ),
        "random labels": lambda: patient(
            Transformer(2, width=32), (text()[0], torch.randint(16, (16, 12))), adam(0.01)
        ),
        "at rest": lambda: trained(
            patient(Transformer(1), text(length=6, n=8), adam(0.02)), 250, learns="rest"
        ),
        "autocast bfloat16": lambda: patient(Transformer(2), text(), adam(0.005), autocast=BF16),
        "trained a while": lambda: trained(patient(Transformer(2), text(), adam()), 25),
    },
    "tied_lm": {
        "block": lambda: patient(TiedLm(), text(), adam(0.01)),
        "block, F.linear": lambda: patient(TiedLm(form="function"), text(), adam(0.01)),
        "three blocks": lambda: patient(TiedLm(depth=3), text(), adamw(0.005)),
        "lstm": lambda: patient(TiedLm("lstm", scale=1.0), text(), adam(0.01)),
        "gru": lambda: patient(TiedLm("gru", scale=1.0), text(), adam(0.01)),
        "mlp": lambda: patient(drawn(TiedLm("mlp", 2, scale=1.0), "xavier"), text(), sgd(0.2)),
        "sgd": lambda: patient(TiedLm(scale=0.5), text(), sgd(0.3)),
        "loss times 1e-9": lambda: patient(TiedLm(scale=0.5), text(), sgd(0.3 * 1e9), times(1e-9)),
        "warm-up first step": lambda: patient(
            TiedLm(depth=2), text(), warmup(adamw(3e-3)), learns="slowly"
        ),
        "trained a while": lambda: trained(
            patient(TiedLm("gru", scale=1.0), text(), adam(0.01)), 25
        ),
        "bfloat16": lambda: patient(TiedLm("mlp", 1, scale=1.0), text(), sgd(0.5), dtype=BF16),
    },
    "finetune": {
        "everything trains": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), sgd(0.05)
        ),
        "two rates": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), groups(0.001, 0.1)
        ),
        "cnn everything trains": lambda: patient(
            WithHead(backbone("cnn"), nn.Linear(32, 3)), pictures(classes=3), adam(1e-3)
        ),
        "zero head": lambda: patient(
            WithHead(backbone(), filled(nn.Linear(32, 3), 0.0)), blobs(classes=3), sgd(0.1)
        ),
        "small rate": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), adam(1e-6), learns="slowly"
        ),
        "adapters beside a training base": lambda: patient(
            with_lora(plain(2), frozen_base=False), blobs(), sgd(0.05)
        ),
        "adapters beside a training base, adam": lambda: patient(
            with_lora(plain(3, "gelu"), frozen_base=False), blobs(), adam()
        ),
        "two heads": lambda: patient(Outputs(backbone(), form="dict"), blobs(), adam(1e-3), both),
        "autocast bfloat16": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), adam(), autocast=BF16
        ),
    },
}


def only(*parts, make=None):
    """An optimizer that holds only the parameters whose place in the model's list is in `parts` (a slice)."""
    return lambda parameters: (make or sgd())(list(parameters)[slice(*parts)])


def head_only(it_model, data, make, **more):
    """A patient whose optimizer holds the parameters that require a gradient, and no other."""
    return patient(
        it_model, data, lambda parameters: make([p for p in parameters if p.requires_grad]), **more
    )


def replaced(it, name, module):
    """Put a new module in place after the optimizer was made: the optimizer goes on holding the old one's parameters."""
    setattr(it.model, name, module)
    return it


FROZEN = {
    "mlp": {
        "first layer": lambda: patient(frozen(plain(3), "0."), blobs()),
        "middle layer": lambda: patient(frozen(plain(3), "2."), blobs(), adam()),
        "biases": lambda: patient(frozen(plain(3), "bias"), blobs(), momentum()),
        "optimizer lacks the first layer": lambda: patient(plain(3), blobs(), only(2, None)),
        "optimizer lacks the last layer": lambda: patient(
            plain(3), blobs(), only(0, -2, make=adam())
        ),
        "new head after the optimizer": lambda: replaced(
            patient(plain(2), blobs(), adam()), "4", nn.Linear(32, 4)
        ),
    },
    "cnn": {
        "first convolution": lambda: patient(frozen(Cnn(3), "body.0"), pictures(), sgd(0.05)),
        "new head after the optimizer": lambda: replaced(
            patient(Cnn(3), pictures(), adam()), "out", nn.Linear(512, 4)
        ),
        "loss times 1e9": lambda: patient(
            frozen(Cnn(3), "body.0"), pictures(), sgd(0.05 / 1e9), times(1e9)
        ),
    },
    "residual_cnn": {
        "stem": lambda: patient(frozen(ResNet(3), "stem"), pictures(), sgd(0.02)),
        "norms": lambda: patient(frozen(ResNet(3), "norm"), pictures(), adam(1e-3)),
    },
    "rnn": {
        "recurrent matrix": lambda: patient(
            frozen(Fused("rnn", every=True), "weight_hh"), each_step(), adam(0.01)
        )
    },
    "lstm": {
        "head only": lambda: patient(
            frozen(Fused("lstm", every=True), "body"), each_step(), sgd(0.5)
        )
    },
    "gru": {
        "optimizer lacks the head": lambda: patient(
            Fused("gru", every=True), each_step(), only(0, -2, make=adam())
        )
    },
    "transformer": {
        "embedding": lambda: patient(frozen(Transformer(2), "embed"), text(), adam()),
        "norms": lambda: patient(frozen(Transformer(2), "norm"), text(), adam()),
    },
    "tied_lm": {
        "tied embedding": lambda: patient(frozen(TiedLm(depth=2), "embed"), text(), adam(0.01))
    },
    "finetune": {
        "frozen backbone, new head": lambda: head_only(
            WithHead(frozen(backbone()), nn.Linear(32, 3)), blobs(classes=3), sgd(0.1)
        ),
        "frozen backbone, deep head": lambda: head_only(
            WithHead(frozen(backbone()), plain(2, features=32)), blobs(), adam()
        ),
        "frozen cnn, new head": lambda: head_only(
            WithHead(frozen(backbone("cnn")), nn.Linear(32, 3)), pictures(classes=3), adam()
        ),
        "frozen cnn, all in the optimizer": lambda: patient(
            WithHead(frozen(backbone("cnn")), nn.Linear(32, 3)), pictures(classes=3), adam()
        ),
        "half of the backbone": lambda: patient(
            WithHead(frozen(backbone(), "0."), nn.Linear(32, 3)), blobs(classes=3)
        ),
        "adapters": lambda: head_only(with_lora(plain(2)), blobs(), adam(0.01)),
        "adapters trained a while": lambda: trained(
            head_only(with_lora(plain(2)), blobs(), adam(0.01)), 15
        ),
        "adapters, sgd": lambda: head_only(with_lora(plain(3, "tanh")), blobs(), sgd(0.1)),
        "adapters on a transformer": lambda: head_only(with_lora(Encoder(1)), text(), adam(0.01)),
        "adapters, autocast": lambda: head_only(
            with_lora(plain(2)), blobs(), adam(0.01), autocast=BF16
        ),
        "scaled loss": lambda: head_only(
            WithHead(frozen(backbone()), nn.Linear(32, 3)),
            blobs(classes=3),
            sgd(0.1 * 1e9),
            loss=times(1e-9),
        ),
        "optimizer lacks the backbone": lambda: patient(
            WithHead(backbone(), nn.Linear(32, 3)), blobs(classes=3), only(-2, None)
        ),
    },
}

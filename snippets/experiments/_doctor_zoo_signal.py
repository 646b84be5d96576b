"""The nets of the doctor's benchmark whose signal vanishes or explodes, and those with dead or saturated units."""

import torch
from torch import nn

from snippets.experiments._doctor_zoo_healthy import (
    evaluated,
    forgetting,
    groups,
    head_only,
    itself,
    recurrent,
    stale,
    yes_or_no,
)
from snippets.experiments._doctor_zoo_parts import (
    Autoencoder,
    Cnn,
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
    WithHead,
    adam,
    adamw,
    backbone,
    blobs,
    both,
    curve,
    drawn,
    each_step,
    filled,
    frozen,
    momentum,
    patient,
    pictures,
    plain,
    recording,
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

VANISHING = {
    "mlp": {
        "sigmoid twenty layers": lambda: patient(plain(20, "sigmoid"), blobs()),
        "sigmoid fifteen layers adam": lambda: patient(
            drawn(plain(15, "sigmoid"), "xavier"), blobs(), adam()
        ),
        "sigmoid functions": lambda: patient(Functions(18, "sigmoid"), blobs(), momentum()),
        "relu default thirty layers": lambda: patient(plain(30), blobs()),
        "relu default thirty layers adam": lambda: patient(plain(30), blobs(), adam()),
        "relu default functions": lambda: patient(Functions(28), blobs(), rmsprop()),
        "tanh default forty layers": lambda: patient(plain(40, "tanh"), blobs()),
        "tanh small weights": lambda: patient(drawn(plain(16, "tanh"), "xavier", 0.25), blobs()),
        "gelu default thirty layers": lambda: patient(plain(30, "gelu"), blobs(), adamw()),
        "one layer forty times": lambda: patient(scaled(OneLayer(40), 0.8), blobs()),
        "one sigmoid module for all": lambda: patient(OneActivation(16, "sigmoid"), blobs()),
        "loss times 1e9": lambda: patient(plain(30), blobs(), sgd(0.1 / 1e9), times(1e9)),
        "sigmoid, loss times 1e9": lambda: patient(
            plain(16, "sigmoid"), blobs(), sgd(0.1 / 1e9), times(1e9)
        ),
        "hard sign": lambda: patient(Functions(4, post=torch.sign, at=2), blobs()),
        "trained a while": lambda: trained(patient(plain(30), blobs(), sgd(0.1)), 15),
        "float64": lambda: patient(plain(25, "sigmoid"), blobs(), dtype=torch.float64),
        "hundred layers": lambda: patient(plain(100, "tanh", width=16), blobs()),
    },
    "cnn": {
        "sigmoid": lambda: patient(drawn(Cnn(16, "sigmoid"), "xavier"), pictures()),
        "relu default": lambda: patient(Cnn(26), pictures()),
        "tanh small weights": lambda: patient(
            drawn(Cnn(12, "tanh"), "xavier", 0.2), pictures(), adam()
        ),
        "functions": lambda: patient(FunctionCnn(26, channels=12), pictures(), momentum()),
    },
    "residual_cnn": {
        "tiny skip": lambda: patient(drawn(_Damped(12), "he"), pictures()),
        "halved skip, adam": lambda: patient(
            drawn(_Damped(16, keep=0.2), "he"), pictures(), adam()
        ),
    },
    "rnn": {
        "fused, last of sixty": lambda: patient(Fused("rnn"), series(60), adam()),
        "looped, last of fifty": lambda: patient(Looped("rnn"), series(50)),
        "by hand, last of sixty": lambda: patient(HandRnn(), series(60), momentum()),
        "relu, small recurrent": lambda: patient(
            recurrent(Fused("rnn", nonlinearity="relu"), 0.7), series(40), adam()
        ),
        "loss times 1e9": lambda: patient(Fused("rnn"), series(60), sgd(0.1 / 1e9), times(1e9)),
        "sigmoid cell": lambda: patient(HandRnn(act="sigmoid"), series(30), adam()),
    },
    "lstm": {
        "fused, last of sixty": lambda: patient(Fused("lstm"), series(60), adam()),
        "looped, last of fifty": lambda: patient(Looped("lstm"), series(50)),
        "by hand, last of sixty": lambda: patient(HandLstm(), series(60), adam()),
        "last of two hundred": lambda: patient(
            Fused("lstm", width=8), series(200, n=12), rmsprop()
        ),
        "two layers": lambda: patient(Fused("lstm", layers=2), series(50), adam()),
        "forgetting at once": lambda: patient(forgetting(Fused("lstm"), -3.0), series(25)),
    },
    "gru": {
        "fused, last of eighty": lambda: patient(Fused("gru"), series(80), adam()),
        "looped, last of eighty": lambda: patient(Looped("gru"), series(80)),
        "by hand, last of eighty": lambda: patient(HandGru(), series(80, n=12), adam()),
        "loss times 1e9": lambda: patient(Fused("gru"), series(80), sgd(0.1 / 1e9), times(1e9)),
    },
    "transformer": {
        "no skip, no norm": lambda: patient(Transformer(10, norm="none", skip=0.0), text(), adam()),
        "no skip, no norm, relu": lambda: patient(
            Transformer(12, norm="none", skip=0.0, act="relu"), text()
        ),
        "post-norm, weak skip": lambda: patient(
            scaled(Transformer(24, norm="none", skip=0.3), 0.3, "blocks"), text(), adam()
        ),
    },
    "tied_lm": {
        "sigmoid layers": lambda: patient(TiedLm("mlp", 16, act="sigmoid"), text(), adam()),
        "blocks without skip": lambda: patient(
            TiedLm(depth=10, norm="none", skip=0.0), text(), adam()
        ),
    },
    "finetune": {
        "deep sigmoid backbone": lambda: patient(
            WithHead(plain(18, "sigmoid", outputs=32), nn.Linear(32, 3)), blobs(classes=3)
        ),
        "deep default backbone, two rates": lambda: patient(
            WithHead(plain(28, outputs=32), nn.Linear(32, 3)), blobs(classes=3), groups(0.01, 0.1)
        ),
    },
}

EXPLODING = {
    "mlp": {
        "relu three times he": lambda: patient(drawn(plain(18), "he", 3.0), blobs()),
        "relu twice he, deep": lambda: patient(drawn(plain(30), "he", 2.0), blobs(), adam()),
        "functions": lambda: patient(drawn(Functions(18), "he", 3.0), blobs(), momentum()),
        "gelu": lambda: patient(drawn(plain(20, "gelu"), "he", 3.0), blobs(), adam()),
        "unscaled residual": lambda: patient(drawn(Residual(60), "he"), blobs()),
        "unscaled residual, functions": lambda: patient(
            drawn(Functions(60, "relu", skip=1.0), "he"), blobs(), adam()
        ),
        "loss times 1e-9": lambda: patient(
            drawn(plain(18), "he", 3.0), blobs(), sgd(0.1 * 1e9), times(1e-9)
        ),
        "leaky": lambda: patient(drawn(plain(20, "leaky"), "he", 2.6), blobs(), rmsprop()),
        "regression": lambda: patient(
            drawn(plain(18, outputs=1), "he", 3.0), curve(), adam(), squares
        ),
    },
    "cnn": {
        "three times he": lambda: patient(drawn(Cnn(18), "he", 3.0), pictures()),
        "functions": lambda: patient(drawn(FunctionCnn(18, "gelu"), "he", 3.2), pictures(), adam()),
        "leaky": lambda: patient(drawn(Cnn(18, "leaky"), "he", 3.0), pictures(), momentum()),
    },
    "residual_cnn": {
        "unscaled, no norm": lambda: patient(
            drawn(ResNet(60, norm=None, outside=False, channels=4), "he"), pictures(n=8)
        ),
        "unscaled, no norm, adam": lambda: patient(
            drawn(ResNet(40, norm=None, outside=False, channels=4), "he", 1.3),
            pictures(n=8),
            adam(),
        ),
    },
    "rnn": {
        "relu, large spectral radius": lambda: patient(
            recurrent(Fused("rnn", nonlinearity="relu"), 3.3), series(30), adam()
        ),
        "looped relu": lambda: patient(
            recurrent(Looped("rnn", nonlinearity="relu"), 2.6), series(30)
        ),
        "linear by hand": lambda: patient(recurrent(HandRnn(act="none"), 1.8), series(40), adam()),
        "linear by hand, loss times 1e-9": lambda: patient(
            recurrent(HandRnn(act="none"), 2.0), series(40), sgd(1e8), times(1e-9)
        ),
        "relu by hand": lambda: patient(
            recurrent(HandRnn(act="relu"), 2.6), series(30), momentum()
        ),
    },
    "lstm": {
        "large recurrent weights": lambda: patient(
            _loud(Fused("lstm", width=32), 18.0), series(60), adam()
        ),
        "large recurrent weights, open gates": lambda: patient(
            _loud(forgetting(Fused("lstm", width=32), 2.0), 22.0), series(60)
        ),
    },
    "gru": {
        "large recurrent weights": lambda: patient(
            _loud(Fused("gru", width=32), 16.0), series(60), adam()
        ),
        "looped, large recurrent weights": lambda: patient(
            _loud(Looped("gru", width=32), 20.0), series(60), momentum()
        ),
    },
    "transformer": {
        "no norm, large skip, relu": lambda: patient(
            _quiet(filled(Transformer(18, norm="none", skip=1.7, act="relu"), 0.0, "bias"), 1e-6),
            text(),
        ),
        "no norm, doubled skip": lambda: patient(
            _quiet(filled(Transformer(14, norm="none", skip=2.0), 0.0, "bias"), 1e-6),
            text(),
            adam(),
        ),
    },
    "tied_lm": {
        "relu layers three times he": lambda: patient(
            _body(TiedLm("mlp", 18, act="relu", scale=1.0), "he", 3.0), text(), adam()
        )
    },
    "finetune": {
        "badly drawn deep backbone": lambda: patient(
            WithHead(drawn(plain(18, outputs=32), "he", 3.0), nn.Linear(32, 3)),
            blobs(classes=3),
            adam(),
        ),
    },
}

DEAD = {
    "mlp": {
        "biases far below zero": lambda: patient(filled(plain(3), -20.0, "2.bias"), blobs()),
        "biases far below zero, first layer": lambda: patient(
            filled(plain(3), -40.0, "0.bias"), blobs(), adam()
        ),
        "functions": lambda: patient(filled(Functions(3), -20.0, "layers.1.bias"), blobs(), adam()),
        "one module for all": lambda: patient(
            filled(OneActivation(4), -20.0, "layers.2.bias"), blobs(), momentum()
        ),
        "after too large a rate, two layers": lambda: _until_dead(
            patient(plain(2, width=12), blobs(spread=3.0), adam(10.0)), rate=1e-3
        ),
        "after too large a rate, adam": lambda: _until_dead(
            patient(drawn(plain(4, width=16), "he"), blobs(), adam(3.0)), rate=1e-3
        ),
        "loss times 1e9": lambda: patient(
            filled(plain(3), -20.0, "2.bias"), blobs(), sgd(0.1 / 1e9), times(1e9)
        ),
        "relu6": lambda: patient(filled(plain(3, "relu6"), -20.0, "2.bias"), blobs()),
        "in a residual branch": lambda: patient(
            filled(Residual(4, scale=0.3), -20.0, "ones.2.bias"), blobs()
        ),
        "tuple out": lambda: patient(
            Outputs(filled(plain(2, outputs=32), -20.0, "2.bias")), blobs(), adam(), both
        ),
        "autocast": lambda: patient(
            filled(plain(3), -20.0, "2.bias"), blobs(), adam(), autocast=BF16
        ),
    },
    "cnn": {
        "biases far below zero": lambda: patient(filled(Cnn(3), -20.0, "body.2.bias"), pictures()),
        "functions": lambda: patient(
            filled(FunctionCnn(3), -20.0, "convs.1.bias"), pictures(), adam()
        ),
        "negative shift after norm": lambda: patient(
            filled(Cnn(3, norm=nn.BatchNorm2d), -9.0, "body.7.bias"), pictures(), adam()
        ),
        "after too large a rate": lambda: _until_dead(
            patient(drawn(Cnn(3), "he"), pictures(n=64, spread=6.0), adam(5.0)), rate=1e-3
        ),
    },
    "residual_cnn": {
        "in a branch": lambda: patient(
            filled(ResNet(3, norm=None, scale=0.3), -30.0, "blocks.1.conv1.bias"),
            pictures(),
            sgd(0.01),
        ),
        "norm's shift": lambda: patient(
            filled(ResNet(3), -12.0, "blocks.1.norm1.bias"), pictures(), adam()
        ),
    },
    "rnn": {
        "relu cell": lambda: patient(
            filled(Looped("rnn", nonlinearity="relu", every=True), -20.0, "bias_ih"),
            each_step(),
            adam(),
        ),
        "relu by hand": lambda: patient(
            filled(HandRnn(act="relu", every=True), -20.0, "inward.bias"), each_step()
        ),
    },
    "lstm": {
        "relu head": lambda: patient(
            Fused(
                "lstm", every=True, head=filled(plain(1, features=16, outputs=3), -9.0, "0.bias")
            ),
            each_step(),
            adam(),
        )
    },
    "gru": {
        "relu head": lambda: patient(
            Fused("gru", every=True, head=filled(plain(1, features=16, outputs=3), -9.0, "0.bias")),
            each_step(),
            sgd(0.5),
        )
    },
    "transformer": {
        "relu in a block": lambda: patient(
            filled(Transformer(2, act="relu"), -20.0, "blocks.1.one.bias"), text(), adam()
        ),
        "post-norm": lambda: patient(
            filled(Transformer(2, act="relu", norm="post"), -20.0, "blocks.0.one.bias"),
            text(),
            adamw(),
        ),
    },
    "tied_lm": {
        "relu layers": lambda: patient(
            filled(TiedLm("mlp", 3, act="relu"), -9.0, "body.1.bias"), text(), adam()
        )
    },
    "finetune": {
        "dead head": lambda: patient(
            WithHead(backbone(), filled(plain(1, features=32), -60.0, "0.bias")), blobs()
        ),
        "frozen backbone, dead head": lambda: head_only(
            WithHead(frozen(backbone()), filled(plain(1, features=32), -60.0, "0.bias")),
            blobs(),
            adam(),
        ),
    },
}

SATURATED = {
    "mlp": {
        "tanh, large weights": lambda: patient(scaled(plain(3, "tanh"), 500.0, "2."), blobs()),
        "tanh, all weights large": lambda: patient(
            scaled(plain(2, "tanh"), 100.0), blobs(), adam()
        ),
        "tanh functions": lambda: patient(
            scaled(Functions(3, "tanh"), 500.0, "layers.1"), blobs(), momentum()
        ),
        "sigmoid, large weights": lambda: patient(
            scaled(plain(2, "sigmoid"), 400.0, "0."), blobs(), adam()
        ),
        "inputs not scaled": lambda: patient(plain(2, "tanh"), _loud_data(blobs(), 300.0)),
        "sigmoid, inputs not scaled": lambda: patient(
            plain(2, "sigmoid"), _loud_data(blobs(), 1000.0), adam()
        ),
        "one tanh module for all": lambda: patient(
            scaled(OneActivation(3, "tanh"), 500.0, "layers.1"), blobs()
        ),
        "after too large a rate": lambda: trained(
            patient(drawn(plain(3, "tanh"), "xavier"), blobs(), sgd(300.0)), 8, rate=0.01
        ),
        "biases far out": lambda: patient(
            filled(plain(2, "tanh"), 12.0, "2.bias"), blobs(), adam()
        ),
        "sigmoid, biases far below zero": lambda: patient(
            filled(plain(3, "sigmoid"), -9.0, "2.bias"), blobs(), adam()
        ),
        "bfloat16": lambda: patient(plain(2, "tanh"), _loud_data(blobs(), 300.0), dtype=BF16),
        "eval": lambda: evaluated(
            patient(plain(2, "tanh", dropout=0.2), _loud_data(blobs(), 300.0), adam())
        ),
        "leftover gradients": lambda: stale(
            patient(scaled(plain(2, "tanh"), 100.0), blobs(), momentum())
        ),
        "sigmoid out, wrong ends": lambda: patient(
            filled(plain(2, outputs=1, last=nn.Sigmoid()), 12.0, "4.bias"),
            _flipped(yes_or_no()),
            sgd(0.1),
            squares,
        ),
        "loss times 1e9": lambda: patient(
            scaled(plain(3, "tanh"), 500.0, "2."), blobs(), sgd(0.1 / 1e9), times(1e9)
        ),
        "tied autoencoder": lambda: patient(
            Autoencoder(), _loud_data(itself(), 400.0), adam(), squares
        ),
    },
    "cnn": {
        "tanh, pixels to 255": lambda: patient(Cnn(2, "tanh"), _loud_data(pictures(), 255.0)),
        "functions": lambda: patient(
            scaled(FunctionCnn(2, "tanh"), 300.0, "convs.0"), pictures(), adam()
        ),
        "sigmoid, pixels to 255": lambda: patient(
            Cnn(2, "sigmoid"), _loud_data(pictures(), 2000.0), adam()
        ),
    },
    "residual_cnn": {
        "tanh branches": lambda: patient(
            scaled(
                ResNet(2, norm=None, act="tanh", scale=0.3, outside=False), 1000.0, "blocks.0.conv1"
            ),
            pictures(),
            adam(),
        )
    },
    "rnn": {
        "looped, large input weights": lambda: patient(
            scaled(Looped("rnn", every=True), 900.0, "weight_ih"), each_step(), adam()
        ),
        "by hand, inputs not scaled": lambda: patient(
            HandRnn(every=True), _loud_data(each_step(), 500.0)
        ),
        "by hand, biases": lambda: patient(
            filled(HandRnn(every=True), 9.0, "inward.bias"), each_step(), adam()
        ),
    },
    "lstm": {
        "by hand, inputs not scaled": lambda: patient(
            HandLstm(every=True), _loud_data(each_step(), 3000.0), adam()
        )
    },
    "gru": {
        "by hand, inputs not scaled": lambda: patient(
            HandGru(every=True), _loud_data(each_step(), 3000.0), adam()
        )
    },
    "transformer": {
        "tanh in a block": lambda: patient(
            filled(Transformer(2, act="tanh"), 15.0, "blocks.0.one.bias"), text(), adam()
        )
    },
    "tied_lm": {
        "tanh layers": lambda: patient(
            filled(TiedLm("mlp", 2), 15.0, "body.0.bias"), text(), adam()
        )
    },
    "finetune": {
        "new tanh head, features not scaled": lambda: patient(
            WithHead(scaled(backbone(), 60.0), plain(1, "tanh", features=32)), blobs(), adam()
        )
    },
}


class _Damped(ResNet):
    """A residual net that halves its skip and its branch at every block."""

    def __init__(self, blocks, keep=0.12):
        super().__init__(blocks, norm=None, scale=0.1, outside=False, channels=4)
        self.post, self.keep = True, keep

    def forward(self, x):
        """Logits of shape (batch, outputs)."""
        x = self.stem(x)
        for block in self.blocks:
            x = self.keep * block(x)
        return self.out(x.flatten(1))


def _until_dead(it, rate, most=200):
    """Train at far too large a rate until not a unit of some layer is alive; then go on at `rate`."""
    for _ in range(most):
        it = trained(it, 1)
        with recording(it.model) as states:
            it.output()
        if any((s.h <= 0).movedim(1, -1).flatten(0, -2).all(0).all() for s in states):
            break
    return trained(it, 0, rate=rate)


def _body(model, init, gain):
    """Draw the layers of a language model's body anew, and leave its embedding."""
    drawn(model.body, init, gain)
    return model


def _loud(model, gain):
    """Multiply the recurrent matrices."""
    return scaled(model, gain, "weight_hh")


def _quiet(model, gain=1e-4):
    """Begin with small embeddings, so that what grows over the blocks stays within float32."""
    return scaled(scaled(model, gain, "embed"), gain, "place")


def _flipped(data):
    """The same inputs, all answers zero."""
    x, y = data
    return x, torch.zeros_like(y)


def _loud_data(data, factor):
    """Inputs of another unit, such as pixels up to 255."""
    x, y = data
    return x * factor, y

"""The known remedies: what each changes, which factor of the product it touches, and what it does when measured."""

TITLE = "Each fix but clipping changes a factor of the product, and each has a net that it does not save"


def rows(quote):
    """One row per remedy; the numbers are factors per layer of the norm of ∂L/∂h, the signal."""

    def change(net: str, before: str, after: str) -> str:
        return f"{net}: {quote(before, '3')} → {quote(after, '3')}"

    gain, norms = "signal_gain.{}.measured".format, "normalization.{}.factor".format
    return [
        "Fix",
        "What it changes",
        "What it touches in the product",
        "Signal per layer, before → after",
        "Not enough when",
    ], [
        [
            "ReLU, Leaky ReLU, ELU, GELU ([@nair2010], [@maas2013], [@clevert2015], [@hendrycks2016])",
            "the activation",
            "the slopes: one for active units, instead of a quarter at most",
            change(
                "sigmoid → ReLU, default weights", gain("sigmoid.default"), gain("relu.default")
            ),
            "the weights do not fit: half of the slopes are zero, and default weights are too small",
        ],
        [
            "Xavier initialization ([@glorot2010])",
            "the variance of the weights at the start",
            "the weights, for a slope of one at zero",
            change("tanh, default → Xavier", gain("tanh.default"), gain("tanh.xavier")),
            f"the slope at zero is not one: sigmoid stays at {quote(gain('sigmoid.xavier'))}, ReLU at {quote(gain('relu.xavier'))}",
        ],
        [
            "He initialization ([@he2015b])",
            "the variance of the weights at the start",
            "the weights, twice as much for ReLU's inactive half",
            change("ReLU, default → He", gain("relu.default"), gain("relu.he")),
            f"the activation is another (sigmoid stays at {quote(gain('sigmoid.he'))}), or depth is large against width",
        ],
        [
            "Batch normalization ([@ioffe2015])",
            "each unit's pre-activations, to unit variance over the batch",
            "the slopes, which stay in range, and the scale of the weights",
            f"{change('sigmoid, Xavier', norms('sigmoid.none'), norms('sigmoid.batch'))}; "
            f"{change('ReLU, He', norms('relu.none'), norms('relu.batch'))}",
            "the net is deep and has no skips: the signal explodes, slowly",
        ],
        [
            "Layer normalization ([@ba2016])",
            "each example's pre-activations, to unit variance over the layer",
            "the slopes, which stay in range, and the scale of the weights",
            f"{change('sigmoid, Xavier', norms('sigmoid.none'), norms('sigmoid.layer'))}; "
            f"{change('ReLU, He', norms('relu.none'), norms('relu.layer'))}",
            "the activation is sigmoid",
        ],
        [
            "Skip connections ([@he2015])",
            "each layer adds to its input instead of replacing it",
            "every factor J becomes I + J",
            change(
                "ReLU, default weights, without → with",
                "deep_stack.relu.default.factor",
                "deep_stack.residual.default.factor",
            ),
            "the branches are not scaled: the signal explodes",
        ],
        [
            "Scaled skip connections ([@radford2019])",
            "the branches, divided by the root of the depth",
            "J becomes small against I",
            change(
                "two-layer branches, He, unscaled → scaled",
                "residual.two.he.plain.at30.factor",
                "residual.two.he.scaled.at30.factor",
            ),
            "a branch's J is near −I: the block then passes nothing",
        ],
        [
            "Gated recurrent cells ([@hochreiter1997], [@cho2014])",
            "the state is carried on through a gate",
            "the recurrent factor, per time step",
            f"{change('tanh RNN → LSTM, default', 'recurrent.rnn.factor', 'recurrent.lstm.factor')}; "
            f"with a forget bias of {quote('recurrent.forget')}: {quote('recurrent.lstm_open.factor')}",
            "the gates start half closed, as they do by default ([@jozefowicz2015])",
        ],
        [
            "Gradient clipping ([@pascanu2013])",
            "the step, after the gradient has been computed",
            "nothing",
            "unchanged, or smaller in all layers at once",
            "the gradient vanishes: it is a cure for exploding gradients only",
        ],
    ]

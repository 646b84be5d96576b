"""Who found what, in order: the problem, its names, its cures and its theory."""

TITLE = "From the first chain rule on a computer to nets of a thousand layers"

STEPS = [
    (
        "linnainmaa1970",
        "Reverse-mode differentiation, published for any chain of computations",
        "tool",
    ),
    ("rumelhart1986", "Backpropagation becomes the way to train a net", "tool"),
    (
        "hochreiter1991",
        "Finds the problem: error signals shrink or grow exponentially on their way back",
        "problem",
    ),
    (
        "bengio1994",
        "Shows for recurrent nets why long memories are hard to learn by gradient descent",
        "problem",
    ),
    ("hochreiter1997", "LSTM: a state carried on unchanged, with input and output gates", "cure"),
    ("hochreiter1998", "The problem told in English, and what was known against it", "problem"),
    (
        "lecun1998",
        "Practical advice: centered inputs, scaled weights, activations that do not saturate at the start",
        "cure",
    ),
    (
        "gers2000",
        "The forget gate, which makes the LSTM's memory a product again, and a learned one",
        "cure",
    ),
    ("stanley2002", "NEAT: wiring and weights evolved, without a gradient", "other route"),
    ("hinton2006", "Deep belief nets, trained one layer at a time without labels", "other route"),
    (
        "ciresan2010",
        "Deep plain nets trained by backpropagation alone, given enough computing",
        "cure",
    ),
    (
        "glorot2010",
        "Looks at the gradient of each layer, and derives Xavier initialization",
        "cure",
    ),
    ("nair2010", "ReLU in deep learning", "cure"),
    ("krizhevsky2012", "AlexNet: eight layers with ReLU, on graphics cards", "cure"),
    ("maas2013", "Leaky ReLU", "cure"),
    (
        "pascanu2013",
        "What suffices for recurrent gradients to vanish, what it takes for them to explode; clipping by the norm",
        "problem",
    ),
    ("saxe2013", "Exact theory of deep linear nets; orthogonal initialization", "theory"),
    ("cho2014", "GRU", "cure"),
    ("kingma2014", "Adam", "tool"),
    ("ioffe2015", "Batch normalization", "cure"),
    ("he2015b", "He initialization and PReLU", "cure"),
    ("srivastava2015", "Highway networks: gated skips", "cure"),
    ("he2015", "Residual networks: skips without gates", "cure"),
    ("he2016", "Residual blocks with normalization and activation before the weights", "cure"),
    ("ba2016", "Layer normalization", "cure"),
    ("hendrycks2016", "GELU", "cure"),
    ("poole2016", "Mean-field theory of signals in random nets: order and chaos", "theory"),
    ("schoenholz2017", "How deep a signal reaches, forward and backward: depth scales", "theory"),
    ("balduzzi2017", "Shattered gradients: sound norms, and yet noise", "problem"),
    ("vaswani2017", "The Transformer, with normalization after each sum", "tool"),
    ("ramachandran2017", "Swish, found by search", "cure"),
    (
        "hanin2018",
        "Finite width: why the spread of gradients grows with depth over width",
        "theory",
    ),
    ("radford2019", "GPT-2 moves the normalization to the input of each block", "cure"),
    (
        "yang2019",
        "Batch normalization makes the gradients of deep plain nets explode at the start",
        "theory",
    ),
    ("xiong2020", "Why post-norm transformers need warm-up and pre-norm ones do not", "theory"),
    ("yilmaz2022", "Sigmoid nets trained deep after all, with weights of a negative mean", "cure"),
    ("gu2023", "Mamba: recurrent states whose decay depends on the input", "cure"),
    (
        "fronk2025",
        "Vanishing gradients in neural ordinary differential equations that are stiff",
        "problem",
    ),
]


def rows(quote):
    """One row per source, in the order of the years."""
    return ["Source", "What it brought", "Kind"], [
        [f"[@{key}]", what, kind] for key, what, kind in STEPS
    ]

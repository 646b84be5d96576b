"""Six thirty-layer nets on handwritten digits: rate, loss, accuracy and movement."""

TITLE = "Six nets after training, each at its own best rate"

NETS = {
    "sigmoid": "sigmoid, default weights",
    "relu": "ReLU, default weights",
    "tanh": "tanh, Xavier weights",
    "relu_he": "ReLU, He weights",
    "bn": "ReLU, He weights, BatchNorm",
    "res_scaled": "ReLU, He weights, scaled skips",
}


def rows(quote):
    """One row per net; medians over the seeds, and how many of them learned."""
    header = [
        "Net",
        "Best rate",
        "Training loss",
        "Training accuracy",
        "Test accuracy",
        "Learned",
        "First layer moved",
        "Last layer moved",
    ]
    return header, [
        [
            label,
            quote(f"training.{net}.rate"),
            quote(f"training.{net}.loss.final", "3"),
            quote(f"training.{net}.accuracy.final"),
            quote(f"training.{net}.test.final"),
            f"{quote(f'training.{net}.learned')} of {quote('training.seeds')}",
            quote(f"training.{net}.moved.layer1.final"),
            quote(f"training.{net}.moved.layer30.final"),
        ]
        for net, label in NETS.items()
    ]

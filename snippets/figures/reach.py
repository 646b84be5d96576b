"""How far five recurrent nets learn to reach on two tasks: each seed a dot."""

from snippets.figures import _counts

RESULTS = ("reach",)
TITLE = "On the recall an orthogonal start reaches furthest, on delayed adding the GRU does"
SUB = (
    "One dot for each of {reach.seeds} seeds, filled where it learned; {reach.units} units, Adam, {reach.recall.budget} steps on the "
    "recall and {reach.adding.budget} on the adding task; columns: steps from the first input to the answer"
)
ALT = (
    "A grid of dots. On the recall, all seeds of the orthogonal tanh net learn spans up to {reach.recall.orthogonal.all}, those of the "
    "ReLU net from the identity up to {reach.recall.identity.all}, the default GRU up to {reach.recall.gru.all}; no span is learned by "
    "all seeds of the default tanh net and of the default LSTM. On the adding task only the GRU learns every span up to "
    "{reach.adding.gru.all} in all seeds."
)

NETS = {
    "tanh": "tanh, default",
    "orthogonal": "tanh, orthogonal",
    "identity": "ReLU, identity",
    "lstm": "LSTM, default",
    "gru": "GRU, default",
}
TASKS = {"recall": "recall", "adding": "delayed adding"}


def draw(results, ax):
    """A row for each net, a column for each span."""
    found = results["reach"]
    rows = [
        (label, [found[f"{task}.{net}.learned"].value for task in TASKS])
        for net, label in NETS.items()
    ]
    _counts.dots(
        ax,
        rows,
        [(named, found[f"{task}.spans"].value) for task, named in TASKS.items()],
        found["seeds"].value,
    )


def data(results):
    """One row per net, task and span."""
    return _counts.table(NETS, results["reach"], TASKS)

"""How far LSTM and GRU learn to reach with three choices of gate biases: each seed a dot."""

from snippets.figures import _counts

RESULTS = ("reach",)
TITLE = "Gates that start open reach further, if the input gate starts nearly closed as well"
SUB = (
    "One dot for each of {reach.seeds} seeds, filled where it learned; {reach.units} units, Adam, {reach.recall.budget} steps on the "
    "recall and {reach.adding.budget} on the adding task; open: a bias of {reach.bias} on the forget or update gate, shut: its negative "
    "on the input gate"
)
ALT = (
    "A grid of dots. With default biases no span is learned by all seeds of the LSTM; with an open forget gate all learn the "
    "recall up to {reach.recall.lstm_open.all} steps, and with the input gate shut as well up to {reach.recall.lstm_shut.all}. The GRU "
    "reaches {reach.recall.gru.all} steps by default and {reach.recall.gru_open.all} with an open update gate. On the adding task the "
    "GRU reaches {reach.adding.gru.all} steps either way, the LSTM only with both biases."
)

NETS = {
    "lstm": "LSTM, default",
    "lstm_open": "forget open",
    "lstm_shut": "and input shut",
    "gru": "GRU, default",
    "gru_open": "update open",
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

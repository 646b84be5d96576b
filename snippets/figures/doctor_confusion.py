"""What each judge says of each kind of net: five confusion matrices on one scale."""

from snippets.figures.style import FLARE, INK, INK2, LINE, SCALE

RESULTS = ("doctor_benchmark",)
TITLE = "The doctor's verdicts lie on the diagonal; the published rules call most faults healthy or something else"
SUB = (
    "Rows: what the net has. Columns, in the same order: what was said, the last one “inconclusive”. The area of a mark is its share "
    "of the row; filled is right. Reporting half, {doctor_benchmark.nets.reporting} nets"
)
ALT = (
    "Five matrices side by side, of thirteen rows each. The doctor's has nearly all its weight on the diagonal, "
    "{doctor_benchmark.doctor.reporting.right} of {doctor_benchmark.nets.reporting} nets. The four rule sets have marks scattered over "
    "the columns and many in the first, “healthy”. SageMaker Debugger is right on {doctor_benchmark.sagemaker.reporting.right} nets, "
    "AUTOTRAINER on {doctor_benchmark.autotrainer.reporting.right}, DeepDiagnosis on "
    "{doctor_benchmark.deepdiagnosis.reporting.right}, TheDeepChecker on {doctor_benchmark.thedeepchecker.reporting.right}."
)

JUDGES = {
    "doctor": "doctor",
    "sagemaker": "SageMaker",
    "autotrainer": "AUTOTRAINER",
    "deepdiagnosis": "DeepDiagnosis",
    "thedeepchecker": "DeepChecker",
}
LABELS = {
    "healthy": "healthy",
    "nonfinite_input": "NaN input",
    "nonfinite_layer": "NaN layer",
    "disconnected_layers": "disconnected",
    "symmetric_init": "all alike",
    "underflow": "underflow",
    "dead_units": "dead",
    "saturated_units": "saturated",
    "exploding": "exploding",
    "vanishing": "vanishing",
    "learning_rate_too_large": "rate too large",
    "learning_rate_too_small": "rate too small",
    "frozen_layers": "frozen",
}
WIDTH = 17.0  # columns from one matrix to the next


def draw(results, ax):
    """The matrices side by side; each row's shares sum to one."""
    found = results["doctor_benchmark"]
    for place, (judge, name) in enumerate(JUDGES.items()):
        left = place * WIDTH
        ax.plot(
            [left - 0.6, left + len(LABELS) - 0.4],
            [-0.6, len(LABELS) - 0.4],
            color=LINE,
            linewidth=0.9,
            zorder=0,
        )
        ax.text(
            left + 6.5, -1.5 - place % 2, name, ha="center", va="center", color=INK, fontsize=8.5
        )
        for row, counts in enumerate(found[f"{judge}.reporting.confusion"].value):
            for column, count in enumerate(counts):
                if count:
                    right = row == column
                    color = SCALE["s0"] if right else FLARE
                    size = 5.6 * (count / sum(counts)) ** 0.5
                    ax.plot(
                        left + column,
                        row,
                        marker="o",
                        linestyle="none",
                        markersize=size,
                        markeredgecolor=color,
                        markeredgewidth=0.8,
                        markerfacecolor=color if right else "none",
                    )
    for row, label in enumerate(LABELS.values()):
        ax.text(-1.2, row, label, ha="right", va="center", color=INK, fontsize=8.5)
    ax.set_xlim(-1, len(JUDGES) * WIDTH - 2)
    ax.set_ylim(len(LABELS) - 0.3, -3.1)
    ax.set_xticks(
        [place * WIDTH for place in range(len(JUDGES))], ["healthy"] * len(JUDGES), fontsize=8.5
    )
    ax.set_yticks([])
    ax.grid(False)
    ax.set_xlabel("what was said", color=INK2)


def data(results):
    """One row per judge and label, one column per verdict."""
    found = results["doctor_benchmark"]
    return ["judge", "label", *LABELS, "inconclusive"], [
        [judge, label, *counts]
        for judge in JUDGES
        for label, counts in zip(LABELS, found[f"{judge}.reporting.confusion"].value, strict=True)
    ]

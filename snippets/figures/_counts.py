"""Rows of dots, one for each seed: filled where it learned."""

from snippets.figures.style import INK, INK2, SCALE


def dots(
    ax, rows: list[tuple[str, list[list[int]]]], groups: list[tuple[str, list[int]]], seeds: int
) -> None:
    """One row for each net, one group of columns for each task, one column for each span, `seeds` dots in each cell.

    rows: (name of the net, for each task its counts by span). groups: (name of the task, its spans).
    """
    across, ticks = [], []
    for task, spans in groups:
        start = ticks[-1][0] + 1.7 if ticks else 0.0
        places = [start + 1.0 * i for i in range(len(spans))]
        ticks += [(x, str(span)) for x, span in zip(places, spans, strict=True)]
        across.append(places)
        ax.text((places[0] + places[-1]) / 2, -0.95, task, ha="center", va="center", color=INK)
    for row, (net, counts) in enumerate(rows):
        ax.text(-0.75, row, net, ha="right", va="center", color=INK)
        for places, learned in zip(across, counts, strict=True):
            for x, count in zip(places, learned, strict=True):
                for seed in range(seeds):
                    at = x + 0.19 * (seed - (seeds - 1) / 2)
                    ax.plot(
                        at,
                        row,
                        marker="o",
                        markersize=4,
                        linestyle="none",
                        color=SCALE["s0"],
                        markeredgecolor=SCALE["s0"],
                        markerfacecolor=SCALE["s0"] if seed < count else "none",
                        markeredgewidth=0.8,
                    )
    ax.set_xlim(-0.6, ticks[-1][0] + 0.6)
    ax.set_ylim(len(rows) - 0.4, -1.5)
    ax.set_xticks([x for x, _ in ticks], [label for _, label in ticks])
    ax.set_yticks([])
    ax.grid(False)
    ax.set_xlabel("steps from the first input to the answer", color=INK2)


def table(nets: dict[str, str], found, tasks: dict[str, str]) -> tuple[list[str], list[list]]:
    """(header, one row for each net, task and span)."""
    seeds = found["seeds"].value
    return ["net", "task", "span", "seeds that learned", "seeds"], [
        [label, named, span, count, seeds]
        for net, label in nets.items()
        for task, named in tasks.items()
        for span, count in zip(
            found[f"{task}.spans"].value, found[f"{task}.{net}.learned"].value, strict=True
        )
    ]

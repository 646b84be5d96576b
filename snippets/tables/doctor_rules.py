"""How the gradient doctor decides: the causes in the order in which they are tried, and the limits of each."""

TITLE = "Causes in the order in which the doctor tries them"


def rows(quote):
    """One row per verdict; every limit is a setting of the recipe."""

    def limit(name):
        return quote(f"doctor_limits.limit.{name}")

    ratio = "first over last signal"
    return ["Tried", "Verdict", "It holds when"], [
        [
            "first",
            "`nonfinite_input`",
            "the loss or a gradient is not finite, and inputs or targets hold NaN or infinity",
        ],
        [
            "then",
            "`nonfinite_layer`",
            "the loss or a gradient is not finite; the first operation to give such a value is named",
        ],
        ["then", "`disconnected_layers`", "a trainable parameter gets no gradient at all"],
        [
            "then",
            "`symmetric_init`",
            "in a hidden layer all units compute the same and get the same gradient",
        ],
        [
            "then",
            "`underflow`",
            f"{limit('lost')} of a layer's weight gradient is lost or {limit('gone')} of its entries round to zero; in "
            "float64, else with the loss scaled up, the pass is sound",
        ],
        [
            "then",
            "`dead_units`",
            f"in some layer more than {limit('dead')} of the units are inactive on the whole batch",
        ],
        [
            "then",
            "`saturated_units`",
            f"in some layer more than {limit('saturated')} of the units are pinned, their slope below "
            f"{limit('flat')} of its largest, on more than {limit('pinned_samples')} of the samples; in a last "
            f"layer only if it misses more than {limit('missed')} of its targets, too",
        ],
        [
            "then",
            "`vanishing`",
            f"{ratio} is below {limit('vanishing')}, falling steadily: r² of at least {limit('steady')} over depth, "
            f"no step above {limit('cliff')} of the whole; or it is below {limit('sound_low')} and the first layers' "
            f"relative updates are below {limit('starved')} of the last layers'",
        ],
        [
            "then",
            "`exploding`",
            f"the mirror image: above {limit('exploding')}, or above {limit('sound_high')} with the updates to match",
        ],
        [
            "then",
            "`learning_rate_too_small`",
            f"no weight matrix moves by {limit('rate_too_small')} of its size, nor the loss by "
            f"{limit('still')} of its own; and the net has neither learned (loss above "
            f"{limit('learned')} of that with answers shuffled) nor come to rest (gradient times "
            f"weights above {limit('at_rest')} of the loss)",
        ],
        [
            "then",
            "`learning_rate_too_large`",
            f"more than {limit('most')} of the weight matrices move by more than "
            f"{limit('rate_too_large')} times their size, and the loss rises",
        ],
        [
            "then",
            "`frozen_layers`",
            "a parameter can't change: `requires_grad` is off, or the optimizer does not hold it",
        ],
        [
            "else",
            "`healthy`",
            f"{ratio} is within {limit('sound_low')} to {limit('sound_high')}, or the first layers' updates are within "
            f"{limit('fed')} and its inverse of the last layers'",
        ],
        [
            "else",
            "`inconclusive`",
            "the evidence does not suffice; the report says what would settle it",
        ],
    ]

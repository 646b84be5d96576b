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
        [
            "then",
            "`disconnected_layers`",
            "a parameter gets no gradient, although the loss changes with its values",
        ],
        [
            "then",
            "`unregistered_parameters`",
            "the forward pass reads leaves that require a gradient and stand in no `parameters()` and no optimizer",
        ],
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
            f"layer only if the loss pulls more than {limit('missed')} of the pinned values back inside",
        ],
        [
            "then",
            "`vanishing`",
            f"{ratio} is below {limit('vanishing')}, falling steadily: r² of at least {limit('steady')} over depth, "
            f"no step above {limit('cliff')} of the whole; or it is below {limit('sound_low')} and the first layers' "
            f"relative updates are below {limit('starved')} of the last layers'. Not if ten steps of the optimizer bring "
            f"the ratio to {limit('healed')} or more",
        ],
        [
            "then",
            "`exploding`",
            f"the mirror image: above {limit('exploding')}, or above {limit('sound_high')} with the updates to match. Or "
            f"forward: the loss is above {limit('above_guess')} times that of a constant guess, and outputs have a size of "
            f"{limit('large_output')} or more",
        ],
        [
            "then",
            "`collapsed_activations`",
            f"of the last hidden layer's output less than {limit('alike')} differs between rows, where {limit('differing')} did "
            "before",
        ],
        [
            "then",
            "`zero_gradient`",
            "a part that the forward pass uses has a gradient of exactly zero beside others that live, and a few steps don't "
            f"wake it; an expert only if its gate is below {limit('gate')} on every row",
        ],
        ["then", "`nonfinite_update`", "gradients are finite, and the optimizer's step is not"],
        [
            "then",
            "`lost_updates`",
            f"a step leaves {limit('rounded')} of the entries of half-precision weights as they are, and would move them in "
            "float32",
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
            "`training_loop`",
            "`watch` alone: `zero_grad` is missing or in the wrong place, no step is made or a scaler skips them, weight decay "
            "outweighs the gradient, statistics of a norm are not finite",
        ],
        [
            "then",
            "`frozen_layers`",
            "a gradient flows to parameters that no given optimizer moves, or nothing can change at all; `requires_grad` off "
            "is otherwise a note",
        ],
        [
            "then",
            "`bad_targets`",
            "all targets are one class, or their shape spreads over the outputs'",
        ],
        [
            "then",
            "`bad_batch`",
            "all rows are alike, integers are fed as numbers, or a recurrent module runs along the batch",
        ],
        [
            "then",
            "`unscaled_data`",
            f"inputs, or targets, have a size above {limit('large_data')} or below {limit('small_data')}",
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

"""Where PyTorch's float32 prints zero, inf or no change although the mathematics says otherwise."""

TITLE = "What float32 prints is not always what is there"


def rows(quote):
    """One row per operation: from where on, and what it gives."""
    rate, adam = quote("factors.update.rate"), quote("factors.adam.rate")
    return ["Operation", "When", "What you get"], [
        [
            "`tensor.norm()`",
            f"every entry is below {quote('factors.norm.zero')}",
            "`0.0`: it squares the entries first",
        ],
        [
            "`tensor.norm()`",
            f"the norm is above {quote('factors.norm.inf')}",
            "`inf`, for the same reason",
        ],
        [
            "Backward of sigmoid",
            f"the input is above {quote('factors.saturated.sigmoid.above')}",
            "exactly zero",
        ],
        [
            "Backward of sigmoid",
            f"the input is below {quote('factors.saturated.sigmoid.below')}",
            "exactly zero: the two sides are not alike",
        ],
        [
            "Backward of tanh",
            f"the input is beyond ±{quote('factors.saturated.tanh')}",
            "exactly zero",
        ],
        [
            "Backward of GELU",
            f"the input is below {quote('slopes.gelu.float32_zero')}",
            "exactly zero",
        ],
        [
            "Backward of ELU",
            f"the input is below {quote('slopes.elu.float32_zero')}",
            "exactly zero",
        ],
        [
            f"SGD at rate {rate}, gradient {quote('factors.quarter.at10')}",
            f"the weight is above {quote('factors.update.lost.at10')}",
            f"the update of {quote('factors.update.at10')} rounds away",
        ],
        [
            f"Adam at rate {adam}, gradient {quote('factors.adam.gradient.at_eps')}",
            f"ε is {quote('factors.adam.eps')}",
            f"steps of {quote('factors.adam.share.at_eps', '1')} times the rate",
        ],
        [
            f"Adam at rate {adam}, gradient {quote('factors.adam.gradient.tiny')}",
            f"the weight is {quote('factors.adam.weight')}",
            f"no change in {quote('factors.adam.steps')} steps",
        ],
    ]

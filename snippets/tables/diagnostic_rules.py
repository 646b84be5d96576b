"""The rules by which two published tools call a training sick, with their default thresholds as their authors state them."""

TITLE = "Published rules for sick trainings, with their default thresholds"


def rows(quote):
    """One row per tool and fault; every threshold is cited."""
    share = f"in more than {quote('sagemaker_rules.layer')} percent of a layer"
    amazon, zhang = "SageMaker Debugger ([@sagemaker_rules])", "AUTOTRAINER ([@zhang2021])"
    return ["Tool", "Fault", "Rule"], [
        [
            amazon,
            "vanishing",
            f"a gradient's mean size is below {quote('sagemaker_rules.vanishing')}",
        ],
        [amazon, "saturated tanh", f"an input beyond ±{quote('sagemaker_rules.tanh')}, {share}"],
        [
            amazon,
            "saturated sigmoid",
            f"an input below {quote('sagemaker_rules.sigmoid_low')} or above {quote('sagemaker_rules.sigmoid_high')}, {share}",
        ],
        [
            zhang,
            "vanishing",
            f"first weight gradient over the last is below {quote('zhang2021.ratio')}, "
            f"and the first is below {quote('zhang2021.first')}",
        ],
        [
            zhang,
            "exploding",
            f"first weight gradient over the last is above {quote('zhang2021.explode')}, or anything is not finite",
        ],
        [
            zhang,
            "dying ReLU",
            f"a share of at least {quote('zhang2021.zeros')} of all gradient entries is exactly zero",
        ],
    ]

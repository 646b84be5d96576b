"""Where published transformers normalize."""

TITLE = "Post-norm up to GPT-1, pre-norm from GPT-2 on"


def rows(quote):
    """One row per model, in order of time."""
    return ["Model", "Year", "Norm", "How we know"], [
        [
            "Transformer",
            quote("vaswani2017.year"),
            "post, LayerNorm",
            "“LayerNorm(x + Sublayer(x))” ([@vaswani2017])",
        ],
        [
            "GPT-1",
            quote("gpt1_code.year"),
            "post, LayerNorm",
            "`norm(x+a)`, then `norm(n+m)` in its code ([@gpt1_code])",
        ],
        [
            "GPT-2",
            quote("radford2019.year"),
            "pre, LayerNorm; residual weights scaled",
            "norm “moved to the input of each sub-block”, one added at the end ([@radford2019])",
        ],
        [
            "GPT-3",
            quote("brown2020.year"),
            "pre, LayerNorm",
            "GPT-2's, “including the modified initialization, pre-normalization” ([@brown2020])",
        ],
        [
            "Llama",
            quote("touvron2023.year"),
            "pre, RMSNorm",
            "“instead of normalizing the output” ([@touvron2023])",
        ],
    ]

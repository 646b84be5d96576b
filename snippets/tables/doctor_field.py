"""What the gradient doctor says of models as other people's libraries draw them, by library."""

TITLE = "Verdicts on {doctor_field.all.sound} sound models of {doctor_field.libraries} libraries"

LIBRARIES = (
    "transformers",
    "torch_geometric",
    "monai",
    "x-transformers",
    "stable-baselines3",
    "normflows",
    "zuko",
    "nflows",
    "deepctr-torch",
    "diffusers",
    "FrEIA",
    "pytorch-forecasting",
    "rtdl_revisiting_models",
    "sb3-contrib",
    "vector-quantize-pytorch",
    "e3nn",
    "egnn-pytorch",
    "g-mlp-pytorch",
    "performer-pytorch",
    "perceiver-pytorch",
    "pykan",
    "pytorch-tabnet",
    "siren-pytorch",
    "tab-transformer-pytorch",
    "conformer",
    "linformer",
    "local-attention",
    "mambapy",
    "mixture-of-experts",
    "mlp-mixer-pytorch",
    "nystrom-attention",
    "reformer-pytorch",
    "st-moe-pytorch",
)
COLUMNS = ("sound", "healthy", "unsure", "false", "crashes", "changed")


def rows(quote):
    """One row for each library, those with most models first, and one for all."""
    made = [
        [f"`{library}`", *(quote(f"doctor_field.{library}.{column}") for column in COLUMNS)]
        for library in LIBRARIES
    ]
    total = ["together", *(quote(f"doctor_field.all.{column}") for column in COLUMNS)]
    return [
        "Library",
        "Sound models",
        "Healthy",
        "Inconclusive",
        "False alarms",
        "Crashes",
        "Changed",
    ], [*made, total]

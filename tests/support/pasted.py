"""What people paste into *Read my gradients*, and what the page should make of it. All numbers are made up.

A case is (text, kind, what it says, what is read). Of *layers* the page says a verdict of the doctor's, or None where it must ask, and
reads a norm for each name; of a *series* it says what the norm does over time, and reads its values; of *other* it says what the text
is, and reads nothing.
"""

import math

NAMES = "encoder.conv1.weight", "encoder.conv2.weight", "encoder.conv3.weight", "head.fc.weight"
VALUES = "3.1e-9", "0.0000022", "0.0014", "0.52"
FOUR = dict(
    zip(
        ("encoder.conv1", "encoder.conv2", "encoder.conv3", "head.fc"),
        map(float, VALUES),
        strict=True,
    )
)
ENTRIES = {f"entry {i + 1}": value for i, value in enumerate(FOUR.values())}


def each(line: str, join: str = "\n", names=NAMES, values=VALUES) -> str:
    """A line for each of four layers, whose gradient fades toward the input."""
    return join.join(
        line.format(name=name, value=value, i=i)
        for i, (name, value) in enumerate(zip(names, values, strict=True))
    )


def numbered(name: str) -> dict[str, float]:
    """What is read of four layers that have numbers."""
    return {name.format(i): value for i, value in enumerate(FOUR.values())}


def over_time(line: str, values, start: int = 0, by: int = 10) -> str:
    """A line for each step."""
    return "\n".join(
        line.format(step=start + by * i, value=value, loss=f"{2.5 - 0.01 * i:.2f}")
        for i, value in enumerate(values)
    )


STEADY = [1.1, 0.9, 1.3, 1.0, 0.8, 1.2, 1.1, 0.95]
JUMP = [1.1, 0.9, 1.3, 1.0, 0.8, 95.0, 1.1, 0.95]
GROWS = [round(0.5 * 1.6**i, 3) for i in range(14)]
FADES = [float(f"{3 * 0.2**i:.3g}") for i in range(14)]

FIELD = {  # the formats of the collection from the field
    "an error of the anomaly mode": (
        "RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.",
        "other",
        "anomaly",
        None,
    ),
    "mmdet": (
        "2023-01-01 12:00:00,123 - mmdet - INFO - Epoch [1][50/7330]\tlr: 1.978e-03, eta: 1 day, 2:10:11, time: 0.6, "
        "loss_cls: 1.2, loss: 3.4, grad_norm: 9.7\n"
        "2023-01-01 12:00:30,456 - mmdet - INFO - Epoch [1][100/7330]\tlr: 3.978e-03, eta: 1 day, 2:10:11, time: 0.6, "
        "loss_cls: 1.1, loss: 3.1, grad_norm: 812.5",
        "series",
        "jump",
        [9.7, 812.5],
    ),
    "whole tensors, elided": (
        each(
            "{name} tensor([[ {value}, -{value},  ..., {value}],\n        ...,\n"
            "        [ {value}, {value},  ..., {value}]], device='cuda:0')"
        ),
        "other",
        "tensors",
        None,
    ),
    "epoch, layer and grad norm": (
        each(
            "Epoch 1, Layer {name}, grad norm {value}",
            names=[f"fc{i}.weight" for i in (1, 2, 3, 4)],
        ),
        "layers",
        "vanishing",
        dict(zip(("fc1", "fc2", "fc3", "fc4"), FOUR.values(), strict=True)),
    ),
    "arrows, a mean": (
        each(
            "-->name: {name} -->grad_requirs: True --weight tensor(0.0012, device='cuda:0') "
            "-->grad_value: tensor({value}, device='cuda:0')"
        ),
        "layers",
        "vanishing",
        FOUR,
    ),
    "detectron2's loss_dict": (
        "FloatingPointError: Loss became infinite or NaN at iteration=27!\n"
        "loss_dict = {'loss_cls': tensor(nan, device='cuda:0', grad_fn=<NllLossBackward>), "
        "'loss_box_reg': tensor(0.2576, device='cuda:0', grad_fn=<DivBackward0>)}",
        "other",
        "losses",
        None,
    ),
    "arrows on two lines": (
        each("-->name: {name} -->grad_requirs: True\n -->grad_value: tensor({value})"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "tensors of Keras": (
        "[" + each("<tf.Tensor: shape=(), dtype=float32, numpy={value}>", ",\n ") + "]",
        "layers",
        "vanishing",
        ENTRIES,
    ),
    "lines of JSON": (
        each('{{"step": 10, "name": "{name}", "grad_norm": {value}}}'),
        "layers",
        "vanishing",
        FOUR,
    ),
    "JSON under the key layers": (
        '{"layers": {' + each('"{name}": {value}', ", ") + "}}",
        "layers",
        "vanishing",
        FOUR,
    ),
    "parameter name and gradient": (
        each("Parameter name: {name}, Gradient: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "mean, max and norm": (
        each("Layer: {name} | Mean: 1.0e-12 | Max: 9.3e-9 | Norm: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "the weight's norm beside": (
        each("{name} | weight norm 8.1 | grad norm {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "Megatron": (
        " iteration     5426/  250000 | consumed samples:        43408 | elapsed time per iteration (ms): 4247.9 | "
        "learning rate: 2.999E-04 | global batch size:     8 | lm loss: 2.38E+00 | loss scale: 1.0 | grad norm: 0.227 | "
        "number of skipped iterations:   0 | number of nan iterations:   0 |\n"
        " iteration     5427/  250000 | consumed samples:        43416 | elapsed time per iteration (ms): 4225.8 | "
        "learning rate: 2.999E-04 | global batch size:     8 | loss scale: 1.0 | grad norm: nan | "
        "number of skipped iterations:   0 | number of nan iterations:   0 |",
        "series",
        "nonfinite",
        [0.227, math.nan],
    ),
    "Lightning's progress bar": (
        "Epoch 80:  67% 10/15 [02:53<01:18, 15.76s/it, loss=0.429, v_num=l1_0, "
        + each("grad_2.0_norm_{name}_step={value}", ", ")
        + ", grad_2.0_norm_total_step=0.53]",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a Series of pandas": (
        each("{name}    {value}") + "\ndtype: float64",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a DataFrame": (
        "              layer     grad_norm\n" + each("{i}  {name}  {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "name and grad on two lines": (
        each("name: {name}\ngrad: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "an array": (f"array([{', '.join(VALUES)}], dtype=float32)", "layers", "vanishing", ENTRIES),
    "a tensor of norms": (f"tensor([{', '.join(VALUES)}])", "layers", "vanishing", ENTRIES),
    "a dict of dicts": (
        "{" + each("'{name}': {{'mean': 1e-12, 'norm': {value}}}", ",\n ") + "}",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a layer's number in brackets": (
        each("[layer {i}] grad norm = {value}"),
        "layers",
        "vanishing",
        numbered("layer {}"),
    ),
    "a shape before the norm": (each("{name} (64, 64) {value}"), "layers", "vanishing", FOUR),
    "a tree of JAX": (
        "{'params': {'Dense_0': {'bias': Array(1.2e-09, dtype=float32), 'kernel': Array(3.1e-09, dtype=float32)}, "
        "'Dense_1': {'bias': Array(0.2, dtype=float32), 'kernel': Array(0.52, dtype=float32)}}}",
        "layers",
        None,
        {"Dense_0": 1.2e-9, "Dense_1": 0.2},
    ),
    "one line of HF Trainer": (
        "{'loss': 1.0778, 'grad_norm': 12.4, 'learning_rate': 1e-05, 'epoch': 0.0}",
        "series",
        "few",
        [12.4],
    ),
    "layer - gradient norm": (
        each("Layer {name} - Gradient Norm: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "grad_fn": (
        each(
            "{name} tensor({value}, device='cuda:0', dtype=torch.float64, grad_fn=<LinalgVectorNormBackward0>)"
        ),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a truth before the norm": (each("{name} True {value}"), "layers", "vanishing", FOUR),
    "a list of np.float32": (
        f"[{', '.join(f'np.float32({v})' for v in VALUES)}]",
        "layers",
        "vanishing",
        ENTRIES,
    ),
    "arrays of JAX": (
        "{'Dense_0': Array(3.1e-09, dtype=float32), 'Dense_1': Array(0.52, dtype=float32)}",
        "layers",
        None,
        {"Dense_0": 3.1e-9, "Dense_1": 0.52},
    ),
}

TWELVE = {f"layer{i}": float(f"{10.0 ** (i - 12):.1e}") for i in range(1, 13)}

OWN = {
    # ---------- norms by layer
    "JSON with a prefix and a loss": (
        '{"loss": 2.3, "lr": 0.001, ' + each('"grad_norm/{name}": {value}', ", ") + "}",
        "layers",
        "vanishing",
        FOUR,
    ),
    "gradients/ of W&B": (each("gradients/{name}: {value}"), "layers", "vanishing", FOUR),
    "Markdown": (
        "| layer | params | grad norm |\n|---|---:|---:|\n" + each("| `{name}` | 4096 | {value} |"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a table of rich": (
        "┏━━━━━━━━━┳━━━━━━━━┓\n┃ Layer ┃ Grad norm ┃\n┡━━━━━╇━━━━━━┩\n"
        + each("│ {name} │ {value} │")
        + "\n└──────┴──────┘",
        "layers",
        "vanishing",
        FOUR,
    ),
    "PrettyTable": (
        "+------+-------+-------+\n| Parameter | Weight norm | Gradient norm |\n+------+-------+-------+\n"
        + each("| {name} | 8.25 | {value} |")
        + "\n+------+-------+-------+",
        "layers",
        "vanishing",
        FOUR,
    ),
    "tabulate": (
        "name                    grad norm    weight norm\n--------------------  -----------  -------------\n"
        + each("{name}  {value}         8.1"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a list of tuples": (
        "[" + each("('{name}', {value})", ", ") + "]",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a list of pairs with tensors": (
        "grads = [" + each('["{name}", tensor({value}, device="cuda:0")]', ",\n") + "]",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a minus sign and powers of ten": (
        "fc1.weight: 3.1 × 10⁻⁹\nfc2.weight: 2.2×10⁻⁶\nfc3.weight: 1.4e−3\nfc4.weight: 5.2·10^-1",
        "layers",
        "vanishing",
        {"fc1": 3.1e-9, "fc2": 2.2e-6, "fc3": 1.4e-3, "fc4": 0.52},
    ),
    "colors of a terminal": (
        each("\x1b[32mINFO\x1b[0m \x1b[1m{name}\x1b[0m grad_norm=\x1b[36m{value}\x1b[0m"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "an address and a time": (
        each(
            "2024-05-01T12:00:0{i}.123Z 10.0.0.17 worker-3 INFO trainer.py:214 {name} grad={value}"
        ),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a size before the norm": (
        each("{name}: torch.Size([64, 3, 3, 3]) {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "64x64 and a count": (each("{name:24} | 64x64 | 4096 | {value}"), "layers", "vanishing", FOUR),
    "mean of absolute values": (
        each("{name} grad abs mean: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "only the largest": (each("{name} max grad {value}"), "layers", "vanishing", FOUR),
    "|g|": (each("{name} |g|={value} |w|=8.1"), "layers", "vanishing", FOUR),
    "bars and nabla": (each("{name}: ‖∇W‖ = {value}, ‖W‖ = 8.1"), "layers", "vanishing", FOUR),
    "thousands": (
        each(
            "Layer {i}: gradient norm {value}",
            values=("12,345,678.9", "123,456.7", "1,234.5", "12.3"),
        ),
        "layers",
        "exploding",
        {"Layer 0": 12345678.9, "Layer 1": 123456.7, "Layer 2": 1234.5, "Layer 3": 12.3},
    ),
    "German, with commas": (
        each(
            "Schicht {i}: Gradientennorm {value}",
            values=("0,0000000031", "0,0000022", "0,0014", "0,52"),
        ),
        "layers",
        "vanishing",
        numbered("Schicht {}"),
    ),
    "Chinese": (each("第{i}层 梯度范数: {value}"), "layers", "vanishing", numbered("第{}层")),
    "numbers in quotes": (
        "{" + each('"{name}": "{value}"', ", ") + "}",
        "layers",
        "vanishing",
        FOUR,
    ),
    "falling indices": (
        "\n".join(f"layer {3 - i} grad norm {v}" for i, v in enumerate(reversed(VALUES))),
        "layers",
        "vanishing",
        numbered("layer {}"),
    ),
    "sorted as words": (
        "\n".join(f"{name}.weight: {TWELVE[name]}" for name in sorted(TWELVE)),
        "layers",
        "vanishing",
        TWELVE,
    ),
    "variables of TensorFlow": (
        each(
            "{name} tf.Tensor({value}, shape=(), dtype=float32)",
            names=[f"dense_{i}/kernel:0" for i in range(4)],
        ),
        "layers",
        "vanishing",
        numbered("dense_{}"),
    ),
    "keys that are tuples": (
        "{"
        + each(
            "('params', '{name}', 'kernel'): Array({value}, dtype=float32)",
            ", ",
            names=[f"Dense_{i}" for i in range(4)],
        )
        + "}",
        "layers",
        "vanishing",
        numbered("Dense_{}"),
    ),
    "a tree of Flax": (
        "FrozenDict({\n    params: {\n"
        + each(
            "        {name}: {{\n            kernel: Array({value}, dtype=float32),\n        }},",
            names=[f"Dense_{i}" for i in range(4)],
        )
        + "\n    },\n})",
        "layers",
        "vanishing",
        numbered("Dense_{}"),
    ),
    "a printed array": (
        "[3.1e-09 2.2e-06\n 1.4e-03 5.2e-01]",
        "layers",
        "vanishing",
        ENTRIES,
    ),
    "a Series with numbers for names": (
        "0    3.1e-09\n1    2.2e-06\n2    1.4e-03\n3    5.2e-01\nName: grad_norm, dtype: float64",
        "layers",
        "vanishing",
        numbered("{}"),
    ),
    "a DataFrame with more columns": (
        "                   mean       std      norm\n" + each("{name}  1.0e-12  2.0e-11  {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "layers side by side": (
        "step," + ",".join(NAMES) + "\n0,1,1,1,1\n10,1,1,1,1\n20," + ",".join(VALUES),
        "layers",
        "vanishing",
        FOUR,
    ),
    "an export of W&B by layer": (
        '"Step",'
        + each('"calm-tree-7 - gradients/{name}"', ",")
        + '\n"10","1","1","1","1"\n"20",'
        + each('"{value}"', ","),
        "layers",
        "vanishing",
        FOUR,
    ),
    "metrics.csv of Lightning": (
        "epoch,"
        + each("grad_2.0_norm/{name}", ",")
        + ",grad_2.0_norm_total,step,train_loss\n0,"
        + ",".join(VALUES)
        + ",0.53,49,\n0,,,,,,49,2.31",
        "layers",
        "vanishing",
        FOUR,
    ),
    "two epochs": (
        "Epoch 1\n"
        + each("{name}: {value}", values=("1", "1", "1", "1.5"))
        + "\nEpoch 2\n"
        + each("{name}: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a last step that is cut off": (
        "step 10\n" + each("{name}: {value}") + "\nstep 20\nencoder.conv1.weight: 0.7",
        "layers",
        "vanishing",
        FOUR,
    ),
    "YAML": (
        each("{name}:\n  mean: 1.0e-12\n  grad_norm: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "the norm first": (each("{value}  {name}"), "layers", "vanishing", FOUR),
    "a sentence": (each("The gradient of {name} is {value}."), "layers", "vanishing", FOUR),
    "all on one line": (
        "fc1: 3.1e-9, fc2: 0.0000022, fc3: 0.0014, fc4: 0.52",
        "layers",
        "vanishing",
        dict(zip(("fc1", "fc2", "fc3", "fc4"), FOUR.values(), strict=True)),
    ),
    "None among norms": (
        "embed.weight None\n" + each("{name} tensor({value})"),
        "layers",
        "disconnected_layers",
        FOUR,
    ),
    "nan in a layer": (
        "fc1.weight grad norm: 0.1\nfc2.weight grad norm: nan\nfc3.weight grad norm: 0.3",
        "layers",
        "nonfinite_layer",
        {"fc1": 0.1, "fc2": math.nan, "fc3": 0.3},
    ),
    "Infinity in JSON": (
        '{"fc1.weight": Infinity, "fc2.weight": 0.2, "fc3.weight": 0.3}',
        "layers",
        "nonfinite_layer",
        {"fc1": math.inf, "fc2": 0.2, "fc3": 0.3},
    ),
    "indices in brackets": (
        each("model.layers[{i}].weight.grad.norm() = {value}"),
        "layers",
        "vanishing",
        numbered("model.layers[{}]"),
    ),
    "carriage returns": (
        "\r".join(
            f"{k}%|█  | {k}/100 [00:01<00:02,  1.52it/s, "
            + each("{name}={value}", ", ", names=("l1", "l2", "l3", "l4"))
            + "]"
            for k in (1, 2, 3)
        ),
        "layers",
        "vanishing",
        dict(zip(("l1", "l2", "l3", "l4"), FOUR.values(), strict=True)),
    ),
    "numbers cut by the window's edge": (
        "encoder.conv1.weight: 3.1e-\n09\nencoder.conv2.weight: 2.2e-06\nencoder.conv3.weight: 1.4e-03\n"
        "head.fc.weight: 5.2e-\n01",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a part for weights, a part for gradients": (
        "Gradient norms:\n"
        + each("  {name}: {value}")
        + "\n\nWeight norms:\n"
        + each("  {name}: {value}", values=("8.1", "8.2", "8.3", "8.4")),
        "layers",
        "vanishing",
        FOUR,
    ),
    "statistics under a heading": (
        "Gradient statistics after backward\n"
        + each("{name}: mean=-1.2e-12, std={value}, max=1.0"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a total at the end": (
        each("{name}: {value}") + "\ntotal grad norm: 0.53\nloss: 2.31",
        "layers",
        "vanishing",
        FOUR,
    ),
    "biases beside weights": (
        each("{name} grad norm: 1.0")
        + "\n"
        + each("{name} grad norm: {value}", names=[n.replace("weight", "bias") for n in NAMES]),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a plus-minus": (each("{name}: {value} ± 0.3"), "layers", "vanishing", FOUR),
    "an index before the name": (each("({i}) {name}: {value}"), "layers", "vanishing", FOUR),
    "entries after a word": (
        f"step 100 layer grad norms: [{', '.join(VALUES)}]",
        "layers",
        "vanishing",
        ENTRIES,
    ),
    "two columns of lists": (
        "{'layer': ['a1', 'a2', 'a3', 'a4'], 'grad_norm': [3.1e-9, 2.2e-6, 1.4e-3, 0.52]}",
        "layers",
        "vanishing",
        dict(zip(("a1", "a2", "a3", "a4"), FOUR.values(), strict=True)),
    ),
    "level": (
        "fc1.weight grad norm 0.21\nfc2.weight grad norm 0.18\nfc3.weight grad norm 0.25\nfc4.weight grad norm 0.3",
        "layers",
        "healthy",
        {"fc1": 0.21, "fc2": 0.18, "fc3": 0.25, "fc4": 0.3},
    ),
    # ---------- norms by layer that call for a question
    "two layers": ("fc1.weight: 1e-9\nfc2.weight: 0.5", "layers", None, {"fc1": 1e-9, "fc2": 0.5}),
    "statistics of who knows what": (
        each("{name}: mean={value}, std=0.11, max=1.0"),
        "layers",
        None,
        None,
    ),
    "two numbers without a word": (each("{name} 8.15 {value}"), "layers", None, None),
    "shuffled": (
        "layer 2: 1e-5\nlayer 0: 1e-9\nlayer 3: 1e-3\nlayer 1: 1e-7\nlayer 4: 0.1",
        "layers",
        None,
        None,
    ),
    "two nets": (
        "generator.fc1.weight 1e-9\ngenerator.fc2.weight 2e-9\ndiscriminator.fc1.weight 0.5\n"
        "discriminator.fc2.weight 0.6",
        "layers",
        None,
        None,
    ),
    "classes for names": (
        "Linear 0.3\nReLU 0.2\nLinear 0.25\nReLU 0.2\nLinear 0.22",
        "layers",
        None,
        None,
    ),
    "logarithms": (
        each("{name} log10 grad norm: {value}", values=("-8.5", "-5.7", "-2.9", "-0.3")),
        "layers",
        None,
        None,
    ),
    "bare numbers that are level": ("2.31\n2.29\n2.2\n2.15\n2.1", "layers", None, None),
    "the same number everywhere": (
        each("{name} grad {value}", values=("64.0",) * 4),
        "layers",
        None,
        None,
    ),
    "packages": ("numpy 1.26\nwheel 0.41\nsix 1.16\npip 23.2", "layers", None, None),
    # ---------- one norm over time
    "HF Trainer in a log": (
        "***** Running training *****\n  Num examples = 1,000\n"
        + over_time(
            "{{'loss': {loss}, 'grad_norm': {value}, 'learning_rate': 1e-05, 'epoch': 0.{step}}}",
            JUMP,
            10,
        )
        + "\nSaving model checkpoint to out/checkpoint-500",
        "series",
        "jump",
        JUMP,
    ),
    "HF Trainer with nan": (
        "{'loss': 2.31, 'grad_norm': 1.2, 'learning_rate': 1e-05, 'epoch': 0.1}\n"
        "{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 1e-05, 'epoch': 0.2}\n"
        "{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 1e-05, 'epoch': 0.3}",
        "series",
        "nonfinite",
        [1.2, math.nan, math.nan],
    ),
    "nanoGPT with a norm": (
        over_time("iter {step}: loss {loss}, time 135.32ms, mfu 31.20%, grad norm {value}", STEADY),
        "series",
        "steady",
        STEADY,
    ),
    "DeepSpeed": (
        "\n".join(
            f"[2023-01-01 12:00:0{i},123] [INFO] [loss_scaler.py:183:update_scale] [deepspeed] OVERFLOW! Rank 0 "
            f"Skipping step. Attempted loss scale: {2**a}, reducing to {2 ** (a - 1)}"
            for i, a in enumerate((16, 15, 14, 13))
        ),
        "series",
        "scale",
        None,
    ),
    "TensorBoard": (
        "Wall time,Step,Value\n" + over_time("1690000000.1,{step},{value}", JUMP),
        "series",
        "jump",
        JUMP,
    ),
    "W&B": (
        '"Step","calm-tree-7 - grad_norm","calm-tree-7 - grad_norm__MIN","calm-tree-7 - grad_norm__MAX"\n'
        + over_time('"{step}","{value}","{value}","{value}"', STEADY),
        "series",
        "steady",
        STEADY,
    ),
    "fairseq": (
        over_time(
            '2023-01-01 12:00:00 | INFO | train_inner | {{"epoch": 1, "update": 0.05, "loss": "{loss}", "ppl": "300", '
            '"wps": "12000", "num_updates": "{step}", "lr": "1e-05", "gnorm": "{value}", "clip": "0", "loss_scale": "128"}}',
            STEADY,
        ),
        "series",
        "steady",
        STEADY,
    ),
    "logged after clipping": (
        over_time("step {step} | loss {loss} | grad_norm {value}", [1.0] * 10),
        "series",
        "clipped",
        [1.0] * 10,
    ),
    "zero at every step": (
        over_time("step={step} loss={loss} grad_norm={value}", [0.0] * 6),
        "series",
        "zero",
        [0.0] * 6,
    ),
    "it grows": (
        over_time("Step {step}, Loss: {loss}, Gradient norm: {value}", GROWS),
        "series",
        "grows",
        GROWS,
    ),
    "it fades": (
        over_time("Iter: {step} Loss: {loss} Total norm: {value}", FADES),
        "series",
        "fades",
        FADES,
    ),
    "Keras": (
        "\n".join(
            f"Epoch {i + 1}/8\n100/100 ━━━━━━━━━━ 2s 15ms/step - accuracy: 0.51 - grad_norm: {v} - loss: 1.2"
            for i, v in enumerate(STEADY)
        ),
        "series",
        "steady",
        STEADY,
    ),
    "mmengine": (
        over_time(
            "2023/05/01 12:00:00 - mmengine - INFO - Epoch(train)  [1][{step:3}/500]  lr: 1.0e-03  eta: 1:10:11  "
            "time: 0.3512  data_time: 0.0100  memory: 5120  grad_norm: {value}  loss: {loss}",
            JUMP,
        ),
        "series",
        "jump",
        JUMP,
    ),
    "Lightning's total": (
        over_time(
            "Epoch 0:  67%|██ | {step}/150 [00:53<00:18, 15.7it/s, v_num=3, train_loss={loss}, grad_2.0_norm_total={value}]",
            STEADY,
        ),
        "series",
        "steady",
        STEADY,
    ),
    "log_history": (
        "["
        + ", ".join(
            f"{{'loss': 2.1, 'grad_norm': {v}, 'learning_rate': 5e-05, 'epoch': 0.1, 'step': {i}}}"
            for i, v in enumerate(STEADY)
        )
        + "]",
        "series",
        "steady",
        STEADY,
    ),
    "torchtitan": (
        over_time(
            "[rank0]:[titan] 2024-07-01 12:00:00,100 - root - INFO - step: {step:2}  loss: {loss}  grad_norm: {value}  "
            "memory: 40.20GiB(42.3%)  tps: 1,234  mfu: 31.20%",
            STEADY,
        ),
        "series",
        "steady",
        STEADY,
    ),
    "trainer_log.jsonl": (
        over_time(
            '{{"current_steps": {step}, "total_steps": 900, "loss": {loss}, "lr": 5e-05, "grad_norm": {value}, '
            '"epoch": 0.1, "percentage": 1.5, "elapsed_time": "0:00:21", "remaining_time": "0:31:12"}}',
            STEADY,
        ),
        "series",
        "steady",
        STEADY,
    ),
    "one layer over time": (
        over_time("step {step} fc1.weight grad norm {value}", STEADY),
        "series",
        "steady",
        STEADY,
    ),
    # ---------- something else
    "torchinfo": (
        "==========================================\nLayer (type:depth-idx)   Output Shape   Param #\n"
        "==========================================\nNet                      [1, 10]        --\n"
        "├─Linear: 1-1            [1, 64]        4,160\n├─ReLU: 1-2              [1, 64]        --\n"
        "├─Linear: 1-3            [1, 10]        650\nTotal params: 4,810\nTrainable params: 4,810\n"
        "Input size (MB): 0.00\nForward/backward pass size (MB): 0.01",
        "other",
        "summary",
        None,
    ),
    "a printed model": (
        "Sequential(\n  (0): Linear(in_features=64, out_features=64, bias=True)\n  (1): ReLU()\n"
        "  (2): Linear(in_features=64, out_features=10, bias=True)\n)",
        "other",
        "summary",
        None,
    ),
    "shapes of a state dict": (
        each("{name} \t torch.Size([64, 64])"),
        "other",
        "summary",
        None,
    ),
    "source": (
        "import torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.fc1 = nn.Linear(784, 256)\n        self.fc2 = nn.Linear(256, 10)\n\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.01)\nfor epoch in range(10):\n    loss.backward()\n    opt.step()",
        "other",
        "source",
        None,
    ),
    "a question": (
        "Hi, my loss has been stuck at 2.303 for 30 epochs, and the accuracy is 10 %. I use 20 layers with sigmoid. "
        "What should I do?",
        "other",
        "words",
        None,
    ),
    "nanoGPT without a norm": (
        over_time("iter {step}: loss {loss}, time 135.32ms, mfu 31.20%", STEADY),
        "other",
        "losses",
        None,
    ),
    "losses and accuracies": (
        "Epoch 1/3\n1875/1875 [==============================] - 5s 2ms/step - loss: 0.2912 - accuracy: 0.9142 - "
        "val_loss: 0.1433 - val_accuracy: 0.9571\nEpoch 2/3\n1875/1875 [==============================] - 4s 2ms/step "
        "- loss: 0.1402 - accuracy: 0.9583 - val_loss: 0.1011 - val_accuracy: 0.9688",
        "other",
        "losses",
        None,
    ),
    "a nan loss": (
        "epoch 1 train loss 2.31 val loss 2.30\nepoch 2 train loss nan val loss nan\nepoch 3 train loss nan val loss nan",
        "other",
        "losses",
        None,
    ),
    "an optimizer's state": (
        "{'state': {0: {'step': tensor(100.), 'exp_avg': tensor([[1e-3, 2e-3]]), 'exp_avg_sq': tensor([[1e-6, 2e-6]])}}, "
        "'param_groups': [{'lr': 0.001, 'betas': (0.9, 0.999), 'eps': 1e-08, 'weight_decay': 0, 'params': [0, 1]}]}",
        "other",
        "optimizer",
        None,
    ),
    "no attribute norm": (
        'Traceback (most recent call last):\n  File "train.py", line 48, in <module>\n'
        "    print(name, p.grad.norm())\nAttributeError: 'NoneType' object has no attribute 'norm'",
        "other",
        "error",
        None,
    ),
    "out of memory": (
        "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 11.17 GiB total capacity; 9.71 GiB "
        "already allocated; 1.04 GiB free; 9.87 GiB reserved in total by PyTorch)",
        "other",
        "error",
        None,
    ),
    "whole gradients": (
        "fc1.weight tensor([[ 0.0012, -0.0034],\n        [ 0.0005,  0.0021]])\nfc1.bias tensor([0.0100, 0.0200])\n"
        "fc2.weight tensor([[ 0.12, -0.34],\n        [ 0.05,  0.21]])\nfc2.bias tensor([0.1000, 0.2000])",
        "other",
        "tensors",
        None,
    ),
    "weights and nothing else": (
        each("{name} weight norm: 8.1{i}"),
        "other",
        "weights",
        None,
    ),
    "histograms of W&B": (
        '{"_step": 10, '
        + each(
            '"gradients/{name}": {{"_type": "histogram", "values": [1, 5, 20, 5, 1], '
            '"bins": [-0.2, -0.1, 0, 0.1, 0.2, 0.3]}}',
            ", ",
        )
        + "}",
        "other",
        "histograms",
        None,
    ),
    "nothing": ("  \n\t\n", "", None, None),
    "a warning": (
        "/opt/conda/lib/python3.10/site-packages/torch/optim/lr_scheduler.py:138: UserWarning: Detected call of "
        "`lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the "
        "opposite order.",
        "other",
        "words",
        None,
    ),
    "nvidia-smi": (
        "| NVIDIA-SMI 535.104.05   Driver Version: 535.104.05   CUDA Version: 12.2 |\n"
        "|   0  NVIDIA A100-SXM...  On   | 00000000:00:04.0 Off |                    0 |\n"
        "| N/A   34C    P0    55W / 400W |   1024MiB / 40960MiB |      0%      Default |",
        "other",
        "words",
        None,
    ),
    "settings": (
        "lr: 0.001\nbatch_size: 64\nepochs: 30\nhidden: 256\nseed: 1\nweight_decay: 0.01",
        "other",
        "words",
        None,
    ),
    "describe()": (
        "          grad_norm\ncount  1000.000000\nmean      1.250000\nstd       0.310000\nmin       0.420000\n"
        "25%       1.010000\n50%       1.220000\n75%       1.430000\nmax      12.100000",
        "other",
        "summarized",
        None,
    ),
    "all None": (
        "fc1.weight None\nfc1.bias None\nfc2.weight None\nfc3.weight None",
        "other",
        "none",
        None,
    ),
}

FC = dict(zip(("fc1", "fc2", "fc3", "fc4"), FOUR.values(), strict=True))
FCS = tuple(f"fc{i}.weight" for i in (1, 2, 3, 4))

LATER = {
    # ---------- norms by layer
    "a colon and a tensor with device": (
        each("{name}: tensor({value}, device='cuda:0')"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "grad of a parameter": (each("{name}.grad: {value}"), "layers", "vanishing", FOUR),
    "gradient norm of": (each("Gradient norm of {name}: {value}"), "layers", "vanishing", FOUR),
    "gradient norm for layer": (
        each("gradient norm for layer {name} = {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "grad norm, then the name in brackets": (
        each("grad_norm[{name}] = {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "grad norm, then the name in parentheses": (
        each("grad_norm({name}): {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "quotes and commas": (each('"{name}",{value}'), "layers", "vanishing", FOUR),
    "a tuple a line": (each("('{name}', tensor({value}))"), "layers", "vanishing", FOUR),
    "an arrow": (each("{name} -> {value}"), "layers", "vanishing", FOUR),
    "dots between": (each("{name} ........ {value}"), "layers", "vanishing", FOUR),
    "minus and percent": (
        each("{name:22} norm {value} (sparsity 12.5%, lr 1e-3)"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "requires_grad and grad norm": (
        each("{name} requires_grad=True shape=torch.Size([64, 64]) grad_norm={value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "numbered list": (each("{i}. {name}: {value}"), "layers", "vanishing", FOUR),
    "bullets": (each("- {name}: {value}"), "layers", "vanishing", FOUR),
    "bold in Markdown": (each("* **{name}**: `{value}`"), "layers", "vanishing", FOUR),
    "grad norm and l2": (each("{name} L2={value} Linf=1.0"), "layers", "vanishing", FOUR),
    "update ratio beside": (
        each("{name} grad_norm: {value} weight_norm: 8.2 update_ratio: 1e-3"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a step before each": (
        each("step 100 | {name} | grad_norm: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "iteration and layers of two steps": (
        each("[it 100] {name} {value}", values=("1", "1", "1", "1.2"))
        + "\n"
        + each("[it 200] {name} {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "loss between steps": (
        "Epoch 1 loss 2.31\n"
        + each("{name}: {value}", values=("1", "1", "1", "1.2"))
        + "\nEpoch 2 loss 2.30\n"
        + each("{name}: {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a nested dict by module": (
        "{"
        + each(
            "'{name}': {{'weight': {value}, 'bias': {value}}}", ", ", names=("a1", "a2", "a3", "a4")
        )
        + "}",
        "layers",
        "vanishing",
        dict(zip(("a1", "a2", "a3", "a4"), FOUR.values(), strict=True)),
    ),
    "JSON with lists of names and norms": (
        '{"names": ["fc1.weight", "fc2.weight", "fc3.weight", "fc4.weight"], "norms": [3.1e-9, 2.2e-6, 1.4e-3, 0.52]}',
        "layers",
        "vanishing",
        FC,
    ),
    "records in a list": (
        "[" + each('{{"param": "{name}", "grad_norm": {value}}}', ", ") + "]",
        "layers",
        "vanishing",
        FOUR,
    ),
    "a DataFrame without an index": (
        "               layer  grad_norm  weight_norm\n" + each("{name}  {value}  8.1"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "CSV with an index": (
        ",layer,grad_norm\n" + each("{i},{name},{value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "long CSV": (
        "step,layer,grad_norm\n"
        + each("10,{name},{value}", values=("1", "1", "1", "1.2"))
        + "\n"
        + each("20,{name},{value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "semicolons and decimal commas": (
        "layer;grad_norm\nfc1.weight;0,0000000031\nfc2.weight;0,0000022\nfc3.weight;0,0014\nfc4.weight;0,52",
        "layers",
        "vanishing",
        FC,
    ),
    "tf.print": (
        each("{name} gradient norm: {value}", names=[f"conv2d_{i}/kernel:0" for i in range(4)]),
        "layers",
        "vanishing",
        numbered("conv2d_{}"),
    ),
    "numpy= in Keras": (
        each(
            "{name}: tf.Tensor({value}, shape=(), dtype=float32)",
            names=[f"dense_{i}" for i in range(4)],
        ),
        "layers",
        "vanishing",
        numbered("dense_{}"),
    ),
    "hooks with classes and numbers": (
        each("Linear-{i} grad_output norm: {value}"),
        "layers",
        "vanishing",
        numbered("Linear-{}"),
    ),
    "time steps of a recurrent net": (
        each("t={i}: |dL/dh| = {value}"),
        "other",
        "words",
        None,
    ),
    "head first": (
        "\n".join(f"{n}: {v}" for n, v in reversed(list(zip(NAMES, VALUES, strict=True)))),
        "layers",
        "vanishing",
        FOUR,
    ),
    "exploding, with inf as a word": (
        "Layer 1: gradient norm inf\nLayer 2: gradient norm 1.2e30\nLayer 3: gradient norm 3.4\nLayer 4: gradient norm 0.5",
        "layers",
        "nonfinite_layer",
        {"Layer 1": math.inf, "Layer 2": 1.2e30, "Layer 3": 3.4, "Layer 4": 0.5},
    ),
    "names with spaces": (
        each("Conv block {i} gradient: {value}"),
        "layers",
        "vanishing",
        numbered("block {}"),
    ),
    "French": (
        each("couche {i} : norme du gradient = {value}"),
        "layers",
        "vanishing",
        numbered("couche {}"),
    ),
    "Russian": (
        each("слой {i}: норма градиента {value}"),
        "layers",
        "vanishing",
        numbered("слой {}"),
    ),
    "Sequential's names": (
        each("{name} {value}", names=("0.weight", "2.weight", "4.weight", "6.weight")),
        "layers",
        "vanishing",
        dict(zip("0246", FOUR.values(), strict=True)),
    ),
    "a warning among norms": (
        "/usr/lib/python3/site-packages/torch/nn/modules/module.py:1352: UserWarning: Using a non-full backward hook\n"
        "  warnings.warn(\n" + each("{name} {value}"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a prompt": (
        ">>> for n, p in net.named_parameters(): print(n, p.grad.norm())\n"
        + each("{name} tensor({value})"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "mean of the gradient in scientific notation, signs": (
        each("{name} grad mean: {value}", values=("-3.1e-9", "2.2e-6", "-1.4e-3", "0.52")),
        "layers",
        "vanishing",
        FOUR,
    ),
    "max and mean": (
        each("{name} grad max {value} grad mean 1e-12"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "a level mean": (
        each("{name} grad mean {value}", values=("0.1", "0.2", "0.15", "0.12")),
        "layers",
        None,
        None,
    ),
    "shares": (each("{name} grad {i}2.5%"), "other", "words", None),
    "numbers of parameters": (
        "fc1.weight 50176\nfc2.weight 65536\nfc3.weight 2560\ntotal 118272",
        "layers",
        None,
        None,
    ),
    "steps of one number each": ("10 0.51\n20 0.48\n30 0.55\n40 0.5", "layers", None, None),
    "losses in a list": ("losses = [2.31, 2.1, 1.9, 0.01, 0.0001]", "other", "losses", None),
    # ---------- one norm over time
    "clip_grad_norm_'s return": (
        over_time("step {step} total_norm=tensor({value}, device='cuda:0')", STEADY),
        "series",
        "steady",
        STEADY,
    ),
    "detectron2": (
        over_time(
            "[05/01 12:00:00 d2.utils.events]:  eta: 1:02:03  iter: {step}  total_loss: {loss}  loss_cls: 0.51  "
            "grad_norm: {value}  time: 0.4510  data_time: 0.0120  lr: 0.00025  max_mem: 5120M",
            JUMP,
        ),
        "series",
        "jump",
        JUMP,
    ),
    "a list over time": (
        "grad_norm_history = [1.1, 0.9, 1.3, 1.0, 0.8, 1.2, 1.1, 0.95]",
        "layers",
        None,
        None,
    ),
    "Lightning's csv": (
        "epoch,grad_norm,step,train_loss\n" + over_time("0,{value},{step},{loss}", STEADY),
        "series",
        "steady",
        STEADY,
    ),
    "tensors of Accelerate": (
        over_time(
            "{step}/1000 loss: {loss} grad_norm: tensor({value}, device='cuda:0', grad_fn=<Foo0>)",
            STEADY,
        ),
        "series",
        "steady",
        STEADY,
    ),
    "apex": (
        "\n".join(
            f"Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to {2.0**a}"
            for a in (15, 14, 13, 12)
        ),
        "series",
        "scale",
        None,
    ),
    "a table over time": (
        "| step | loss | grad_norm |\n|---|---|---|\n"
        + over_time("| {step} | {loss} | {value} |", STEADY),
        "series",
        "steady",
        STEADY,
    ),
    "a grad norm that is None at first": (
        "step 0 grad_norm None\n" + over_time("step {step} grad_norm {value}", STEADY, 10),
        "series",
        "steady",
        [None, *STEADY],
    ),
    "MLflow": (
        '{"key": "grad_norm", "value": 1.1, "step": 1}\n{"key": "grad_norm", "value": 90.5, "step": 2}',
        "series",
        "jump",
        [1.1, 90.5],
    ),
    # ---------- something else
    "Parameter containing": (
        "Parameter containing:\ntensor([[ 0.0012, -0.0034],\n        [ 0.0005,  0.0021]], requires_grad=True)",
        "other",
        "tensors",
        None,
    ),
    "an elided array": (
        "[[ 1.2e-09 -3.4e-10 ...  2.2e-09]\n [ 1.2e-09 -3.4e-10 ...  2.2e-09]\n ...\n [ 1.2e-09 -3.4e-10 ...  2.2e-09]]",
        "other",
        "tensors",
        None,
    ),
    "log_softmax": (
        "RuntimeError: Function 'LogSoftmaxBackward0' returned nan values in its 0th output.",
        "other",
        "anomaly",
        None,
    ),
    "no grad_fn": (
        "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
        "other",
        "error",
        None,
    ),
    "accuracy by epoch": (
        "epoch,train_acc,val_acc\n1,0.10,0.11\n2,0.12,0.10\n3,0.11,0.12",
        "other",
        "losses",
        None,
    ),
    "a confusion matrix": ("[[50  2  1]\n [ 3 45  5]\n [ 0  4 48]]", "other", "tensors", None),
    "German prose": (
        "Mein Netz lernt nicht, der Verlust bleibt bei 2.303 stehen. Woran kann das liegen?",
        "other",
        "words",
        None,
    ),
    "a link": ("https://discuss.pytorch.org/t/vanishing-gradients/12345/2", "other", "words", None),
    "latex": ("\\frac{\\partial L}{\\partial W} = 0.25^{30}", "other", "words", None),
    "a git log": (
        "commit 3f1c2a9d\nAuthor: A <a@b.c>\nDate: Mon Jan 1 12:00:00 2024 +0100\n\n    Fix layer 3",
        "other",
        "words",
        None,
    ),
}

ABC = {"a": 1e-9, "b": 1e-5, "c": 0.5}

PERCENT = ("0.91", "0.84", "0.88", "0.79")

LAST = {
    "names without numbers": (
        "embed: 3.1e-9\nlayer1: 0.0000022\nlayer2: 0.0014\nhead: 0.52",
        "layers",
        "vanishing",
        dict(zip(("embed", "layer1", "layer2", "head"), FOUR.values(), strict=True)),
    ),
    "all after a heading in one line": (
        "Grad norms per layer: conv1=3.1e-9 conv2=0.0000022 conv3=0.0014 fc=0.52",
        "layers",
        "vanishing",
        dict(zip(("conv1", "conv2", "conv3", "fc"), FOUR.values(), strict=True)),
    ),
    "before and after clipping": (
        over_time("step {step} loss {loss} grad norm before clipping: {value}", JUMP),
        "series",
        "jump",
        JUMP,
    ),
    "a number and a class": (
        each("fc {i} grad norm {value}"),
        "layers",
        "vanishing",
        numbered("fc {}"),
    ),
    "times of layers": (each("{name} 0.5{i} ms"), "other", "words", None),
    "accuracies of classes": (
        each("class{i}: {value}", values=PERCENT),
        "layers",
        None,
        None,
    ),
    "cosines": (each("{name} grad cos sim {value}", values=PERCENT), "other", "words", None),
    "outputs": (each("{name} output mean 0.1{i} std 0.9{i}"), "other", "activations", None),
    "models and accuracies": (
        "model,params,accuracy\nresnet18,11.7,0.70\nresnet34,21.8,0.73\nresnet50,25.6,0.76",
        "other",
        "losses",
        None,
    ),
    "steps side by side": (
        "layer,step0,step100,step200\nfc1.weight,1.1,1.2,1.3\nfc2.weight,1.1,1.2,1.3\nfc3.weight,1.1,1.2,1.3",
        "layers",
        None,
        None,
    ),
    "rates of groups": (each("{name} lr 1e-{i}"), "other", "words", None),
    "one number": ("2.303", "other", "words", None),
    "short names": ("grads = {'a': 1e-9, 'b': 1e-5, 'c': 0.5}", "layers", "vanishing", ABC),
    "names of all kinds in a dict": (
        "{'conv1': 1e-9, 'pool': 1e-5, 'c': 0.5}",
        "layers",
        None,
        {"conv1": 1e-9, "pool": 1e-5, "c": 0.5},
    ),
    "names of all kinds in lines": (
        "conv1: 1e-9\nconv2: 1e-7\nconv3: 1e-5\npool: 1e-3\nc: 0.5",
        "layers",
        None,
        {"conv1": 1e-9, "conv2": 1e-7, "conv3": 1e-5},
    ),
    "tqdm before the dicts of HF Trainer": (
        "  0%|          | 0/1000 [00:00<?, ?it/s]\n"
        + over_time(
            "  1%|          | {step}/1000 [00:02<03:20,  4.93it/s]{{'loss': {loss}, 'grad_norm': {value}, 'epoch': 0.{step}}}",
            STEADY,
            10,
        ),
        "series",
        "steady",
        STEADY,
    ),
    "a total before the layers": (
        "grad_norm: 0.53 | fc1: 3.1e-9 | fc2: 0.0000022 | fc3: 0.52",
        "layers",
        "vanishing",
        {"fc1": 3.1e-9, "fc2": 0.0000022, "fc3": 0.52},
    ),
    "Fortran": (
        each("Layer {i}: {value}", values=("3.1D-09", "2.2D-06", "1.4D-03", "5.2D-01")),
        "layers",
        "vanishing",
        numbered("Layer {}"),
    ),
    "numbers before the names' parts": (
        "layer_0_grad_norm: 3.1e-9\nlayer_1_grad_norm: 2.2e-6\nlayer_2_grad_norm: 0.52",
        "layers",
        "vanishing",
        {"layer_0": 3.1e-9, "layer_1": 2.2e-6, "layer_2": 0.52},
    ),
    "weights and biases on one line": (
        each("Layer {i} - Weights Gradient: 0.5, Bias Gradient: {value}"),
        "layers",
        "vanishing",
        numbered("Layer {}"),
    ),
    "a name, a shape and a norm on three lines": (
        each("{name}\ntorch.Size([64, 64, 3, 3])\ntensor({value})"),
        "layers",
        "vanishing",
        FOUR,
    ),
    "modules as Python prints them": (
        each("Linear(in_features=64, out_features=64, bias=True) grad norm {value}"),
        "layers",
        None,
        None,
    ),
    "derivatives": (
        each("∂L/∂W{i} = {value}"),
        "layers",
        "vanishing",
        numbered("∂L/∂W{}"),
    ),
    "bare numbers that fall": ("[2.31, 0.4, 0.021, 0.0013, 0.00002]", "layers", None, None),
    "a total alone": ("total_norm = 0.53", "series", "few", [0.53]),
}

CASES = {**FIELD, **OWN, **LATER, **LAST}

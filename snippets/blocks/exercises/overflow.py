import math

import torch

for name in ("float16", "bfloat16", "float32"):
    dtype = getattr(torch, name)
    layers, exact = 0, 1.0
    while torch.tensor(exact, dtype=dtype).isfinite():
        layers, exact = layers + 1, exact * 1.5
    by_hand = math.log(torch.finfo(dtype).max) / math.log(1.5)
    print(f"{name:8} by logarithm, after {by_hand:.1f}")
    print(f"{name:8} first infinite at   {layers}")

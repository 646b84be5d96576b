import torch
from torch import nn

print("first entry  norm  clipped to")
for first in (0.0, 1e20, float("inf"), float("nan")):
    w = nn.Parameter(torch.zeros(3))
    w.grad = torch.tensor([first, 3.0, 4.0])
    norm = nn.utils.clip_grad_norm_([w], 1.0)
    entries = ", ".join(f"{g:.1f}" for g in w.grad)
    print(f"{first:11}{norm:6.1f}  {entries}")

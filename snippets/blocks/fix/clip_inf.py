import torch
from torch import nn

def clipped(first):
    w = nn.Parameter(torch.zeros(3))
    w.grad = torch.tensor([first, 3.0, 4.0])
    norm = nn.utils.clip_grad_norm_([w], 1.0)
    after = w.grad.tolist()
    print(f"first entry {first:5}: norm {norm:5.3g}, clipped to {after}")

clipped(0.0)
clipped(1e20)
clipped(float("inf"))
clipped(float("nan"))

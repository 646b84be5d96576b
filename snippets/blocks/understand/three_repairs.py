import math

import torch
from torch import nn

DEPTH, WIDTH = 30, 64


def signal_ratio(phi, gain, branch_scale=None):
    torch.manual_seed(0)
    x = h = torch.randn(8, WIDTH).double().requires_grad_()
    for _ in range(DEPTH):
        W = gain / math.sqrt(WIDTH) * torch.randn(WIDTH, WIDTH).double()
        branch = phi(h @ W.T)
        h = branch if branch_scale is None else h + branch_scale * branch
    at_loss = torch.randn_like(h)
    (at_input,) = torch.autograd.grad(h, x, at_loss)
    return at_input.norm() / at_loss.norm()


print(f"ReLU, default scale   {signal_ratio(torch.relu, math.sqrt(1 / 3)):.1e}")
print(f"ReLU, He scale        {signal_ratio(torch.relu, math.sqrt(2)):.1e}")
print(f"skips, He scale       {signal_ratio(torch.relu, math.sqrt(2), 1.0):.1e}")
scaled = 1 / math.sqrt(DEPTH)
print(f"skips, scaled branch  {signal_ratio(torch.relu, math.sqrt(2), scaled):.1e}")

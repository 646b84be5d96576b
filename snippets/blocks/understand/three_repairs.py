import math

import torch

DEPTH, WIDTH = 30, 64


def reaches_input(gain, branch_scale=None):
    torch.manual_seed(0)
    x = h = torch.randn(8, WIDTH).double().requires_grad_()
    for _ in range(DEPTH):
        W = gain / math.sqrt(WIDTH) * torch.randn(WIDTH, WIDTH).double()
        branch = torch.relu(h @ W.T)
        h = branch if branch_scale is None else h + branch_scale * branch
    at_loss = torch.randn_like(h)
    (at_input,) = torch.autograd.grad(h, x, at_loss)
    return at_input.norm() / at_loss.norm()


default, he, scaled = math.sqrt(1 / 3), math.sqrt(2), 1 / math.sqrt(DEPTH)
print(f"ReLU, default weights  {reaches_input(default):.1e}")
print(f"ReLU, He weights       {reaches_input(he):.1e}")
print(f"plain skips            {reaches_input(he, branch_scale=1):.1e}")
print(f"scaled skips           {reaches_input(he, branch_scale=scaled):.1e}")

import torch
from torch import nn


def first_gradient(phi, skip):
    torch.manual_seed(0)
    layers = [nn.Linear(64, 64) for _ in range(30)]
    h = torch.randn(8, 64)
    for layer in layers:
        branch = phi(layer(h))
        h = h + branch if skip else branch
    loss = h.pow(2).mean()
    loss.backward()
    return layers[0].weight.grad.norm()


print(f"sigmoid       {first_gradient(torch.sigmoid, skip=False):.1e}")
print(f"ReLU          {first_gradient(torch.relu, skip=False):.1e}")
print(f"ReLU + skips  {first_gradient(torch.relu, skip=True):.1e}")

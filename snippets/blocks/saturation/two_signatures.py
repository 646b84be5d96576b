import torch
from torch import nn

def signal(net, x):
    """The gradient at the first layer's pre-activations: inputs x units."""
    z = net[0](x)
    z.retain_grad()
    net[1:](z).square().mean().backward()
    return z.grad.abs()

def stack(phi, depth):
    torch.manual_seed(0)
    return nn.Sequential(*(f for _ in range(depth) for f in (
        nn.Linear(6, 6, dtype=torch.float64), phi())))

x = torch.randn(100, 6, dtype=torch.float64,
                generator=torch.Generator().manual_seed(1))
dying, vanishing = stack(nn.ReLU, 2), stack(nn.Sigmoid, 12)
dying[0].bias.data[2] = -5

print("largest |dL/dz| of each unit over 100 inputs")
for name, net in ("dying", dying), ("vanishing", vanishing):
    units = signal(net, x).max(0).values
    print(f"{name:10}", *(f"{u:.0e}" for u in units))

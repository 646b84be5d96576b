import torch
from torch import nn


class Skip(nn.Module):
    def __init__(self, branch, scale):
        super().__init__()
        self.branch, self.scale = branch, scale

    def forward(self, h):
        return h + self.scale * self.branch(h)


def linear(init):
    layer = nn.Linear(64, 64, dtype=torch.float64)
    init(layer.weight)
    return layer


def signal(make, depth=30):
    torch.manual_seed(0)
    blocks = [make() for _ in range(depth)]
    h = [torch.randn(128, 64).double().requires_grad_()]
    for block in blocks:
        h.append(block(h[-1]))
    top = torch.randn_like(h[-1])
    first = torch.autograd.grad(h[-1], h[1], top)[0].norm() / top.norm()
    return first, first ** (1 / (depth - 1))


xavier, he = nn.init.xavier_normal_, nn.init.kaiming_normal_
designs = {
    "sigmoid, default": lambda: nn.Sequential(linear(lambda W: W), nn.Sigmoid()),
    "sigmoid, Xavier": lambda: nn.Sequential(linear(xavier), nn.Sigmoid()),
    "tanh, Xavier": lambda: nn.Sequential(linear(xavier), nn.Tanh()),
    "ReLU, default": lambda: nn.Sequential(linear(lambda W: W), nn.ReLU()),
    "ReLU, He": lambda: nn.Sequential(linear(he), nn.ReLU()),
    "ReLU, BatchNorm": lambda: nn.Sequential(
        linear(he), nn.BatchNorm1d(64, dtype=torch.float64), nn.ReLU()),
    "ReLU, skips": lambda: Skip(nn.Sequential(linear(he), nn.ReLU()), 1),
    "ReLU, scaled": lambda: Skip(nn.Sequential(nn.ReLU(), linear(he)), 30**-0.5),
}
print("design             at layer 1  per layer")
for name, make in designs.items():
    first, factor = signal(make)
    print(f"{name:18}{first:11.1e}{factor:11.2f}")

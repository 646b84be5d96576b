import torch
from torch import nn


class Skip(nn.Module):
    def __init__(self, scale, *branch):
        super().__init__()
        self.scale, self.branch = scale, nn.Sequential(*branch)

    def forward(self, h):
        return h + self.scale * self.branch(h)


def linear(init=None):
    layer = nn.Linear(64, 64, dtype=torch.float64)
    if init:
        init(layer.weight)
    return layer


def signal(make, depth=30):
    torch.manual_seed(2)
    blocks = [nn.Sequential(*make()) for _ in range(depth)]
    h = [torch.randn(128, 64).double().requires_grad_()]
    for block in blocks:
        h.append(block(h[-1]))
    top = torch.randn_like(h[-1])
    first = torch.autograd.grad(h[-1], h[1], top)[0].norm() / top.norm()
    return first, first ** (1 / (depth - 1))


norm, xavier = nn.BatchNorm1d, nn.init.xavier_normal_
he = nn.init.kaiming_normal_
designs = {
    "sigmoid, default": lambda: [linear(), nn.Sigmoid()],
    "sigmoid, Xavier": lambda: [linear(xavier), nn.Sigmoid()],
    "tanh, Xavier": lambda: [linear(xavier), nn.Tanh()],
    "ReLU, default": lambda: [linear(), nn.ReLU()],
    "ReLU, He": lambda: [linear(he), nn.ReLU()],
    "ReLU, BatchNorm": lambda: [linear(he), norm(64).double(), nn.ReLU()],
    "ReLU, skips": lambda: [Skip(1, linear(he), nn.ReLU())],
    "ReLU, scaled": lambda: [Skip(30**-0.5, nn.ReLU(), linear(he))],
}
print("design             at layer 1  per layer")
for name, make in designs.items():
    first, factor = signal(make)
    print(f"{name:18}{first:11.1e}{factor:11.2f}")

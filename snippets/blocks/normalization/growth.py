import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def reaches_input(depth, norm, skip):
    torch.manual_seed(0)
    x = h = torch.randn(64, 128).requires_grad_()
    for _ in range(depth):
        linear = nn.Linear(128, 128)
        nn.init.kaiming_normal_(linear.weight)
        block = nn.Sequential(norm(128), nn.ReLU(), linear)
        h = h + block(h) if skip else block(h)
    at_top = torch.randn_like(h)
    (at_input,) = torch.autograd.grad(h, x, at_top)
    return at_input.norm() / at_top.norm()


for depth in (10, 30, 100):
    plain = reaches_input(depth, nn.BatchNorm1d, skip=False)
    batch = reaches_input(depth, nn.BatchNorm1d, skip=True)
    layer = reaches_input(depth, nn.LayerNorm, skip=True)
    print(f"{depth:3} blocks  BatchNorm, plain  {plain:.1e}")
    print(f"{depth:3} blocks  BatchNorm, skips  {batch:.1e}")
    print(f"{depth:3} blocks  LayerNorm, skips  {layer:.1e}")

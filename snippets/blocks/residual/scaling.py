import math

import torch

torch.set_default_dtype(torch.float64)
WIDTH = 128


def growth(depth, scale):
    torch.manual_seed(0)
    x = h = torch.randn(1, WIDTH).requires_grad_()
    for _ in range(depth):
        W1, W2 = math.sqrt(2 / WIDTH) * torch.randn(2, WIDTH, WIDTH)
        h = h + scale * torch.relu(h @ W1.T) @ W2.T
    g = torch.randn_like(h)
    (at_x,) = torch.autograd.grad(h, x, g)
    return at_x.norm() / g.norm(), h.norm() / x.norm()


for depth in (10, 100):
    for name, s in (("1", 1), ("1/√N", depth**-0.5), ("1/N", 1 / depth)):
        signal, state = growth(depth, s)
        label = f"{depth:3} blocks, scale {name:4}"
        print(f"{label}  signal {signal:.1e}  state {state:.1e}")

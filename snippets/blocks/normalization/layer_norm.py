import torch
from torch.nn import functional as F

torch.manual_seed(0)
x = torch.randn(64).double().requires_grad_()
g = torch.randn(64).double()


def backward(x, g):
    y = F.layer_norm(x, (64,), eps=0.0)
    return torch.autograd.grad(y, x, g)[0]


sigma = x.std(unbiased=False)
y = (x - x.mean()) / sigma
by_hand = (g - g.mean() - y * (g * y).mean()) / sigma
before, after = backward(x, g), backward(x, 1000 * g)
larger = backward(10 * x, g)
constant, along = backward(x, torch.ones_like(x)), backward(x, y)

print(f"by hand, by autograd    {(by_hand - before).norm():.6f} apart")
print(f"gradient times 1000     {after.norm() / before.norm():.0f} times")
print(f"input times 10          {larger.norm() / before.norm():.2f} times")
print(f"a constant gradient     {constant.norm():.6f}")
print(f"a gradient along y      {along.norm():.6f}")

import torch
from torch import nn

masked = torch.full((3,), float("-inf"))
one = torch.tensor([[0.5, 2.0]])

print("                              value  gradient")
for name, f, at in (
        ("log of zero", torch.log, torch.zeros(1)),
        ("root of zero", torch.sqrt, torch.zeros(1)),
        ("root of zero, plus 1e-4", lambda x: (x + 1e-4).sqrt(),
         torch.zeros(1)),
        ("norm of zeros", torch.linalg.vector_norm, torch.zeros(2)),
        ("length of zeros, by hand", lambda x: x.square().sum().sqrt(),
         torch.zeros(2)),
        ("p log p at zero", lambda p: p * p.log(), torch.zeros(1)),
        ("softmax, all masked", lambda x: (x + masked).softmax(0)[0],
         torch.zeros(3)),
        ("std of a batch of one", lambda x: x.std(0).sum(), one),
        ("exp of 100 in float32", torch.exp, torch.tensor([100.0]))):
    x = at.clone().requires_grad_()
    value = f(x).sum()
    value.backward()
    print(f"{name:27}{value.item():9.3g}{x.grad.flatten()[0].item():10.3g}")
try:
    nn.BatchNorm1d(2)(one)
except ValueError as error:
    print("BatchNorm, a batch of one:", type(error).__name__)

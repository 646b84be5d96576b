import torch
from torch import nn

torch.manual_seed(0)
linears = [nn.Linear(64, 64) for _ in range(30)]
states = [torch.randn(8, 64)]
for linear in linears:
    states.append(torch.sigmoid(linear(states[-1])))
    states[-1].retain_grad()
states[-1].pow(2).mean().backward()

print("layer   signal   weight gradient   float32 norm")
for l in (1, 10, 20, 30):
    signal = states[l].grad.double().norm()
    grad = linears[l - 1].weight.grad
    print(f"{l:5}   {signal:.1e}  {grad.double().norm():.1e}           {grad.norm():.1e}")

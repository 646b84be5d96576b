import torch
from torch import nn

torch.manual_seed(0)
layers = [nn.Linear(64, 64) for _ in range(30)]
h = [torch.randn(8, 64)]
for layer in layers:
    h.append(torch.sigmoid(layer(h[-1])))
    h[-1].retain_grad()
h[-1].pow(2).mean().backward()

print("layer  signal   weights  weights, float32 norm")
for l in (1, 10, 20, 30):
    signal = h[l].grad.double().norm()
    weights = layers[l - 1].weight.grad
    row = f"{signal:.1e}  {weights.double().norm():.1e}  {weights.norm():.1e}"
    print(f"{l:5}  {row}")

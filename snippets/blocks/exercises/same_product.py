import torch
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
layers = [nn.Linear(64, 64, bias=False) for _ in range(6)]
h, outputs = torch.randn(16, 64), []
for layer in layers:
    h = torch.relu(layer(h))
    h.retain_grad()
    outputs.append(h)
(h.square().sum() / 2).backward()

print(f"sum of squared outputs  {h.square().sum():.2e}")
for i, (layer, h) in enumerate(zip(layers, outputs, strict=True), 1):
    product = (layer.weight * layer.weight.grad).sum()
    print(f"layer {i}: ⟨W, ∂L/∂W⟩ {product:.2e}")
    print(f"layer {i}: signal {h.grad.norm():.1e}")

import math

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
depth = 50
width = math.ceil(5 * depth / (4 * math.log(2)))
kept = []
for _ in range(100):
    x = h = torch.randn(width).requires_grad_()
    for _ in range(depth):
        W = torch.randn(width, width) * (2 / width) ** 0.5
        h = torch.relu(W @ h)
    g = torch.randn(width)
    (back,) = torch.autograd.grad(h, x, g)
    kept.append((back.norm() / g.norm()).item())
kept.sort()

print(f"width                     {width}")
print(f"median of a hundred nets  {kept[50]:.2f}")
print(f"a tenth keep less than    {kept[10]:.2f}")
print(f"a tenth keep more than    {kept[-11]:.2f}")

import torch
from torch import nn

first, last = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(2))
cuts = {
    "by norm": nn.utils.clip_grad_norm_,
    "by value": nn.utils.clip_grad_value_,
}
for name, cut in cuts.items():
    first.grad = torch.tensor([0.01])
    last.grad = torch.tensor([30.0, 40.0])
    cut([first, last], 1.0)
    a, b = last.grad.tolist()
    print(f"{name}, first layer  {first.grad.item():.1e}")
    print(f"{name}, last layer   ({a:.2f}, {b:.2f})")
    print(f"{name}, second entry over first  {b / a:.2f}")

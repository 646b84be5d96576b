import torch
from torch import nn

print("                         signal  weight grad  step/weight")
for init, move in ("default", "SGD"), ("default", "Adam"), ("He", "SGD"):
    torch.manual_seed(0)
    layers = [nn.Linear(64, 64, bias=False, dtype=torch.float64)
              for _ in range(30)]
    h = [torch.randn(64, 64).double()]
    for layer in layers:
        if init == "He":
            nn.init.kaiming_normal_(layer.weight)
        h.append(torch.relu(layer(h[-1])))
        h[-1].retain_grad()
    optimizer = getattr(torch.optim, move)
    opt = optimizer([layer.weight for layer in layers], lr=1e-3)
    (h[-1] - 1).square().mean().backward()
    old = [layer.weight.detach().clone() for layer in layers]
    opt.step()
    for l in (1, 30):
        W, g = old[l - 1], layers[l - 1].weight.grad
        step = (layers[l - 1].weight - W).norm() / W.norm()
        name = f"{init}, {move}, layer {l}"
        print(f"{name:22}{h[l].grad.norm():9.0e}{g.norm():12.0e}{step:12.0e}")

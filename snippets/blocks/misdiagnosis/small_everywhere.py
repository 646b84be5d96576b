import math

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:20] / 16)
y = torch.eye(10).double()[digits.target[:20]]

def look(name, phi, scale=1, train=False):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(6):
        net.extend([nn.Linear(64, 64, dtype=x.dtype), phi()])
        nn.init.xavier_normal_(net[-2].weight)
    net.append(nn.Linear(64, 10, dtype=x.dtype))
    opt = torch.optim.LBFGS(net.parameters(), max_iter=150,
                            tolerance_grad=0, tolerance_change=0)

    def norms():
        opt.zero_grad()
        loss = scale * (net(x) - y).square().mean()
        loss.backward()
        return loss, *(net[i].weight.grad.norm().item() for i in (0, 10))

    before = norms()[1]
    if train:
        opt.step(lambda: norms()[0])
    loss, first, last = norms()
    sizes = loss.item(), before, first, last / first
    powers = (f"1e{round(math.log10(size))}" for size in sizes)
    print(f"{name:12}", *(f"{power:>12}" for power in powers))

print("power of ten         loss layer 1 then          now  layer 6 / 1")
look("healthy", nn.Tanh)
look("scaled loss", nn.Tanh, scale=1e-7)
look("converged", nn.Tanh, train=True)
look("vanishing", nn.Sigmoid)

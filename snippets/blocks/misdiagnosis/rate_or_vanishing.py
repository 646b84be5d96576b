import copy

import torch
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

print("moved in 20 steps  layer 1   layer 8   last/first")
for phi in nn.Sigmoid, nn.Tanh:
    for optimizer in optim.SGD, optim.Adam:
        torch.manual_seed(0)
        net = nn.Sequential()
        for _ in range(8):
            net.extend([nn.Linear(64, 64, dtype=x.dtype), phi()])
            nn.init.xavier_normal_(net[-2].weight)
        net.append(nn.Linear(64, 10, dtype=x.dtype))
        old, opt = copy.deepcopy(net), optimizer(net.parameters(), lr=1e-4)
        for _ in range(20):
            opt.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            opt.step()
        first, last = (((net[i].weight - old[i].weight).norm()
                        / old[i].weight.norm()).item() for i in (0, 14))
        name = f"{phi.__name__} {optimizer.__name__}"
        print(f"{name:16}{first:10.1e}{last:10.1e}{last / first:12.2g}")

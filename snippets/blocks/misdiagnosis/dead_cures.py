import copy

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def train(net, rate, steps):
    opt = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"loss after {steps} steps at rate {rate}: {loss:.1f}")

torch.manual_seed(0)
net = nn.Sequential()
for _ in range(6):
    net.extend([nn.Linear(64, 64, dtype=x.dtype), nn.ReLU()])
    nn.init.kaiming_normal_(net[-2].weight)
net.append(nn.Linear(64, 10, dtype=x.dtype))
fresh = copy.deepcopy(net)
train(net, 0.2, 10)
for name, rate in ("the same rate", 0.2), ("a lower rate", 0.001):
    print(f"go on at {name}:", end=" ")
    train(copy.deepcopy(net), rate, 100)
for i in range(1, 12, 2):
    net[i] = nn.LeakyReLU(0.01)
print("go on with leaky ReLU:", end=" ")
train(net, 0.001, 100)
print("start afresh:", end=" ")
train(fresh, 0.001, 100)

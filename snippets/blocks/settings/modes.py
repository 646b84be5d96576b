import copy

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)
by_class = y[:1024].argsort(stable=True)

def share(net, i, size):
    net = copy.deepcopy(net)
    said = torch.cat([net(x[part]) for part in i.split(size)])
    return (said.argmax(1) == y[i]).double().mean()

def look(name, size=64, steps=100, order=None, norm=None, momentum=0.1):
    torch.manual_seed(0)
    norm = norm or nn.BatchNorm1d(32, momentum=momentum)
    net = nn.Sequential(nn.Linear(64, 32), norm, nn.ReLU(),
                        nn.Linear(32, 10)).double()
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    order = torch.arange(1024) if order is None else order
    for step in range(steps):
        i = order[torch.arange(step * size, (step + 1) * size) % 1024]
        sgd.zero_grad()
        nn.functional.cross_entropy(net(x[i]), y[i]).backward()
        sgd.step()
    new = torch.arange(1024, 1792)
    sorted_new = 1024 + y[1024:1792].argsort(stable=True)
    trained = share(net, order, size)
    mixed, alike = share(net, new, 64), share(net, sorted_new, 64)
    net.eval()
    print(f"{name:20}{trained:9.0%}{share(net, order, size):7.0%}"
          f"{share(net, new, 64):9.0%}{mixed:9.0%}{alike:13.0%}")

print("right:                  same images       new images   never eval():")
print("                        train   eval     eval    mixed       sorted")
look("batches of 64")
look("five steps", steps=5)
look("five, share of 0.5", steps=5, momentum=0.5)
look("batches of 4", 4, 100)
look("sorted by class", order=by_class)
look("sorted, LayerNorm", order=by_class, norm=nn.LayerNorm(32))
look("LayerNorm", norm=nn.LayerNorm(32))

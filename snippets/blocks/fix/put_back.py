import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy

digits = load_digits()
x = torch.tensor(digits.data[:100] / 16)
y = torch.tensor(digits.target[:100])

print("         layer 1 moved by  loss now  layer 1 put back")
for phi in nn.Sigmoid, nn.Tanh:
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(15):
        net.extend([nn.Linear(64, 64, dtype=x.dtype), phi()])
        nn.init.xavier_normal_(net[-2].weight)
    net.append(nn.Linear(64, 10, dtype=x.dtype))
    first = net[0].weight
    start = first.detach().clone()
    opt = torch.optim.Adam(net.parameters(), eps=1e-30)
    for _ in range(30):
        opt.zero_grad()
        loss = cross_entropy(net(x), y)
        loss.backward()
        opt.step()
    moved, now = (first - start).norm() / start.norm(), cross_entropy(net(x), y)
    first.data = start
    back = cross_entropy(net(x), y)
    print(f"{phi.__name__:9}{moved:16.2f}{now:10.4f}{back:18.4f}")

import torch
from gradient_doctor import examine
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def look(name, start, width=64, phi=nn.Tanh, depth=2):
    torch.manual_seed(0)
    layers = []
    for i in range(depth):
        layers += [nn.Linear(width if i else 64, width, dtype=x.dtype), phi()]
    net = nn.Sequential(*layers, nn.Linear(width, 10, dtype=x.dtype))
    for p in net.parameters():
        if start is not None:
            nn.init.constant_(p, start)
    sgd, loss_fn = optim.SGD(net.parameters(), lr=0.3), nn.CrossEntropyLoss()
    said = examine(net, loss_fn, x, y, optimizer=sgd).diagnosis
    for _ in range(300):
        sgd.zero_grad()
        loss = loss_fn(net(x), y)
        loss.backward()
        sgd.step()
    g = net[0].weight.grad
    rows = (g / g.abs().max().clamp_min(1e-99)).round(decimals=6).unique(dim=0)
    print(f"{name:22}{len(rows):5} of {width:<4}{loss:8.2f}  {said}")

print("                      different rows  loss")
look("all at 0.01", 0.01)
look("all at 0.01, wider", 0.01, 128)
look("all at zero", 0.0)
look("drawn at random", None)
look("sigmoid, ten layers", None, phi=nn.Sigmoid, depth=10)

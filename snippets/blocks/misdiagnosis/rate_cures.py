import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def losses(phi, rate, skip=0):
    torch.manual_seed(0)
    layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(8))
    for layer in layers:
        nn.init.xavier_normal_(layer.weight)
    net = nn.ModuleList([*layers, nn.Linear(64, 10)]).double()
    opt = torch.optim.SGD(net.parameters(), lr=rate)
    for _ in range(101):
        h = x
        for layer in layers:
            h = skip * h + phi(layer(h))
        loss = nn.functional.cross_entropy(net[-1](h), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        yield loss.item()

for phi in torch.tanh, torch.sigmoid:
    for rate, skip in (1e-4, 0), (1e-4, 1), (0.1, 0), (10, 0), (0.1, 1):
        name = f"{phi.__name__}, rate {rate}{', skips' * skip}"
        first, *_, last = losses(phi, rate, skip)
        print(f"{name:27}: loss {first:.1f}, after 100 steps {last:.1f}")

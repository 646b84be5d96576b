import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])

def final_loss(scale, optimizer, skip=0, **options):
    torch.manual_seed(0)
    layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(3))
    net = nn.ModuleList([*layers, nn.Linear(64, 10)]).double()
    opt = optimizer(net.parameters(), **options)
    for _ in range(60):
        h = x
        for layer in layers:
            h = skip * h + torch.tanh(layer(h))
        loss = nn.functional.cross_entropy(net[-1](h), y)
        opt.zero_grad()
        (scale * loss).backward()
        opt.step()
    return f"{loss.item():.1f}"

SGD, Adam = torch.optim.SGD, torch.optim.Adam
print("loss after 60 steps, the loss scaled by")
print("1,    SGD:                ", final_loss(1, SGD, lr=0.5))
print("1e-6, SGD:                ", final_loss(1e-6, SGD, lr=0.5))
print("1e-6, SGD with skips:     ", final_loss(1e-6, SGD, skip=1, lr=0.5))
print("1e-6, SGD at 1e6 times:   ", final_loss(1e-6, SGD, lr=0.5e6))
print("1,    Adam:               ", final_loss(1, Adam, lr=1e-3))
print("1e-6, Adam:               ", final_loss(1e-6, Adam, lr=1e-3))
print("1e-6, Adam with eps 1e-16:", final_loss(1e-6, Adam, lr=1e-3, eps=1e-16))

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)
known, few, new = slice(0, 1000), slice(1000, 1020), slice(1100, 1797)
ask = nn.functional.cross_entropy

def make():
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(),
                        nn.Linear(64, 10)).double()
    return net, torch.optim.Adam(net.parameters(), lr=0.01)

def train(net, adam, part, steps):
    for _ in range(steps):
        adam.zero_grad()
        ask(net(x[part]), y[part]).backward()
        adam.step()

torch.manual_seed(0)
old, adam = make()
train(old, adam, known, 100)
kept, moments = old.state_dict(), adam.state_dict()
wrapped = {f"module.{name}": t for name, t in kept.items()}

def look(name, weights, scale=1.0, steps=0):
    torch.manual_seed(1)
    net, adam = make()
    found = net.load_state_dict(weights, strict=False)
    adam.load_state_dict(moments)
    first = ask(net(scale * x[known]), y[known])
    train(net, adam, few, steps)
    right = (net(scale * x[new]).argmax(1) == y[new]).double().mean()
    missing = len(found.missing_keys)
    print(f"{name:26}{missing:6}{right:7.0%}{first:8.2f}")

print(f"before saving {ask(old(x[known]), y[known]):29.2f}")
try:
    make()[0].load_state_dict(wrapped)
except RuntimeError as error:
    print("strict:", str(error).splitlines()[1].strip()[:46])
print("                       missing  right   loss")
look("names match", kept)
look("a prefix", wrapped)
look("a prefix, 300 steps more", wrapped, steps=300)
look("pixels scaled twice", kept, 1 / 16)

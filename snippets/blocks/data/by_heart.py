import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier
from torch import nn, optim

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)
torch.manual_seed(1)
mixed, noise = y[torch.randperm(len(y))], torch.rand_like(x)

def fit(x, y, width=64, steps=100, by=optim.Adam, rate=0.01, decay=0, he=False):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, width), nn.Tanh(), nn.Linear(width, 10))
    if he:
        nn.init.kaiming_normal_(net[0].weight)
    opt = by(net.double().parameters(), lr=rate, weight_decay=decay)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return net, loss

def look(name, x, y, images=200, few=False, **how):
    loss = fit(x[:20], y[:20], **how)[1]
    net = fit(x[:images], y[:images], **how)[0]
    hit = (net(x).argmax(1) == y).double()
    simple = KNeighborsClassifier(1).fit(x[:images], y[:images])
    near = simple.score(x[1000:], y[1000:])
    old = "-" if few else f"{hit[:images].mean():.0%}"
    print(f"{name:22}{loss:7.2f}{old:>15}{near:18.0%}"
          f"{hit[1000:].mean():10.0%}")

print("               loss of twenty   old right  nearest neighbor  new right")
look("nothing wrong", x, y)
look("labels mixed", x, mixed)
look("mixed, with SGD", x, mixed, by=optim.SGD, rate=0.3)
look("inputs are noise", noise, y)
look("noise, wider", noise, y, width=128)
look("30 images", x, y, images=30)
look("30, other weights", x, y, images=30, he=True)
look("30, penalty", x, y, images=30, decay=0.01)
look("1000 images", x, y, images=1000)
look("one unit", x, y, few=True, width=1)
look("500 steps, one unit", x, y, few=True, width=1, steps=500)
look("two units", x, y, few=True, width=2)

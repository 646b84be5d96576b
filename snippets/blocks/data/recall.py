import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as loss_fn

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target == 8).double()
torch.manual_seed(1)
kept = torch.cat([(y == 0).nonzero()[:, 0], (y == 1).nonzero()[:60, 0]])
kept = kept[torch.randperm(len(kept))]
(x, new_x), (y, new_y) = x[kept].chunk(2), y[kept].chunk(2)
odds = y.mean() / (1 - y.mean())

def train(steps, weight=None, bias=None):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)).double()
    if bias is not None:
        nn.init.constant_(net[2].bias, bias)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    for _ in range(steps):
        losses.append(loss_fn(net(x)[:, 0], y, pos_weight=weight))
        opt.zero_grad()
        losses[-1].backward()
        opt.step()
    return net(new_x).detach(), f"{losses[0]:.2f}"

def score(name, out, first=""):
    yes = out[:, 0] > 0
    cross = ((out > 0) == new_y).double().mean()
    print(f"{name:24}{first:>10}{cross:18.1%}"
          f"{(yes == new_y).double().mean():10.1%}"
          f"{yes[new_y == 1].double().mean():12.0%}")

print("                        first loss  column on row  accuracy  rare found")
score("a perfect answer", new_y[:, None] - 0.5)
score("always the frequent one", 0 * new_y[:, None] - 1)
score("100 steps", *train(100))
score("1000 steps", *train(1000))
score("bias at the shares", *train(100, bias=odds.log()))
score("rare ones weighted", *train(100, 1 / odds))

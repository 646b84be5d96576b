import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.autograd import grad
from torch.nn.functional import cross_entropy

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def train(name, weight, rate=0.1, clip=torch.inf):
    torch.manual_seed(0)
    net = nn.ModuleList([nn.Linear(*s) for s in ((64, 32), (32, 10), (32, 64))])
    opt, sums = torch.optim.SGD(net.double().parameters(), lr=rate), []
    for step in range(200):
        h = net[0](x[:200]).tanh()
        classes = cross_entropy(net[1](h), y[:200])
        pixels = weight * ((net[2](h) - x[:200]) ** 2).sum()
        if step == 0:
            norms = [grad(term, net[0].weight, retain_graph=True)[0].norm()
                     for term in (classes, pixels)]
        opt.zero_grad()
        (classes + pixels).backward()
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        opt.step()
        sums.append((classes + pixels).item())
    new = net[1](net[0](x[1000:]).tanh()).argmax(1) == y[1000:]
    print(f"{name:22}{norms[0]:6.1f}{norms[1]:9.1f}{sums[-1] / sums[0]:9.2f}"
          f"{classes:9.2f}{new.double().mean():10.0%}")

print("           gradient: classes   pixels  sum/start  classes  new right")
train("pixels summed", 1)
train("summed, small rate", 1, 0.00001)
train("summed, clipped", 1, clip=1)
train("pixels averaged", 1 / 200 / 64)
train("no pixels", 0)

import math
import torch
from sklearn.datasets import load_diabetes, load_wine
from torch import nn

wine, sugar = load_wine(), load_diabetes(scaled=False)
x, kinds = torch.tensor(wine.data), torch.tensor(wine.target)
blood, worse = torch.tensor(sugar.data), torch.tensor(sugar.target)[:, None]

def standardize(x):
    return (x - x.mean(0)) / x.std(0)

def train(name, x, y, rate=0.1, clip=torch.inf):
    torch.manual_seed(0)
    loss_fn, outputs, guess = nn.MSELoss(), 1, y.double().var()
    if not y.is_floating_point():
        loss_fn, outputs, guess = nn.CrossEntropyLoss(), 3, math.log(3)
    net = nn.Sequential(nn.Linear(x.shape[1], 32), nn.ReLU(),
                        nn.Linear(32, outputs)).double()
    opt = torch.optim.SGD(net.parameters(), lr=rate)
    losses = []
    for _ in range(301):
        loss = loss_fn(net(x), y)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        opt.step()
        losses.append(loss / guess)
    spread = x.std(0)
    print(f"{name:24}{spread.min():8.1g}{spread.max():8.1g}"
          f"{losses[0]:13.2g}{losses[-1]:11.2g}")

print("                        spread of inputs   loss over that of a guess")
print("                        smallest largest        start      after")
train("raw inputs", x, kinds)
train("inputs, rate 0.001", x, kinds, 0.001)
train("inputs, rate 0.00001", x, kinds, 0.00001)
train("inputs, clipped at 1", x, kinds, clip=1)
train("inputs standardized", standardize(x), kinds)
blood = standardize(blood)
train("raw targets", blood, worse)
train("targets, rate 0.001", blood, worse, 0.001)
train("targets, clipped at 1", blood, worse, clip=1)
train("targets standardized", blood, standardize(worse))

import copy

import torch
from torch import nn

def train(net, batches, skip=True):
    opt = torch.optim.SGD(net.train().parameters(), lr=0.1)
    for x in batches:
        loss = (net(x) - x.sum(1, keepdim=True)).square().mean()
        opt.zero_grad()
        loss.backward()
        if loss.isfinite() or not skip:
            opt.step()

def say(name, net):
    now = []
    for mode in True, False:
        out = copy.deepcopy(net).train(mode)(x)
        now.append(f"{(out - x.sum(1, keepdim=True)).square().mean():10.2f}")
    bad = sum(not t.isfinite().all() for t in net.state_dict().values())
    print(f"{name:30}{bad:6}{now[0]}{now[1]}")

torch.manual_seed(0)
x = torch.randn(64, 4, dtype=torch.float64)
net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.Tanh(),
                    nn.Linear(16, 1)).double()
hole = x.clone()
hole[3, 2] = float("nan")
print("clean data in mode           not finite  training  evaluation")
train(net, [x] * 300)
say("before", net)
saved, taken = copy.deepcopy(net), copy.deepcopy(net)
train(net, [hole])
say("one nan batch, step skipped", net)
train(net, [x] * 300)
say("300 clean batches later", net)
net[1].reset_running_stats()
train(net, [x] * 100)
say("statistics reset, 100 more", net)
train(taken, [hole], skip=False)
taken[1].reset_running_stats()
train(taken, [x] * 100)
say("step taken, statistics reset", taken)
say("checkpoint from before", saved)

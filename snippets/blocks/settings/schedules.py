import torch
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def look(name, per, curve, kind=optim.SGD, rate=0.5, epochs=10):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(),
                        nn.Linear(32, 10)).double()
    opt, rates = kind(net.parameters(), lr=rate), []
    schedule = optim.lr_scheduler.LambdaLR(opt, curve)
    for _ in range(epochs):
        for batch in torch.arange(1024).split(64):
            rates.append(opt.param_groups[0]["lr"])
            loss = nn.functional.cross_entropy(net(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
            if per == "step":
                schedule.step()
        if per == "epoch":
            schedule.step()
    loss = nn.functional.cross_entropy(net(x), y).item()
    print(f"{name:28}{rates[0]:8.4f}{rates[0]:9.1e}{rates[16]:9.1e}"
          f"{rates[-1]:9.1e}{loss:7.2f}")

def decay(t):
    return 0.7**t

print("rate in force               step 1   step 1  step 17     last   loss")
look("decay, stepped per epoch", "epoch", decay)
look("decay, stepped per batch", "step", decay)
look("the same with Adam", "step", decay, optim.Adam, 0.01)
look("warm-up from 0, per epoch", "epoch", lambda t: min(1, t / 100))
look("warm-up from 1/100, per step", "step", lambda t: min(1, (t + 1) / 100))
look("Adam at a small rate", "step", lambda t: 1, optim.Adam, 4e-5)

import torch
from torch import nn

torch.manual_seed(0)
x = torch.rand(200, 2, dtype=torch.float64) * 2 - 1
y = 3 * x[:, :1] * x[:, 1:] + x[:, :1]  # a column, as the net's output is

def train(name, y, end=nn.Identity, width=32, rate=0.03, scale=1):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, 1))
    net.append(end()).double()
    opt = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(300):
        loss = ((net(x) - y / scale) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    out = scale * net(x).detach()
    share = scale ** 2 * loss / y.var()
    print(f"{name:24}{y.min():6.1f}{y.max():5.1f}{out.min():z10.1f}"
          f"{out.max():z5.1f}{share:17.1f}")

print("                      targets from to  outputs from to  loss / variance")
train("column against column", y)
train("column against row", y[:, 0])
train("row, tenfold width", y[:, 0], width=320)
train("tanh at the end", y, nn.Tanh)
train("tanh, larger rate", y, nn.Tanh, rate=0.1)
train("tanh, scaled targets", y, nn.Tanh, scale=5)
train("ReLU at the end", y, nn.ReLU)

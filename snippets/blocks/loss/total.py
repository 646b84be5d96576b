import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def train(name, reduction, rate=0.1, clip=torch.inf):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    opt = torch.optim.SGD(net.double().parameters(), lr=rate)
    loss_fn = nn.CrossEntropyLoss(reduction=reduction)
    norms = []
    for images in 400, *[200] * 101:  # the first is only looked at
        opt.zero_grad()
        loss_fn(net(x[:images]), y[:images]).backward()
        norms.append(nn.utils.clip_grad_norm_(net.parameters(), clip).item())
        if images == 200:
            opt.step()
    new = (net(x[1000:]).argmax(1) == y[1000:]).double().mean()
    print(f"{name:20}{norms[1]:10.2g}{norms[0]:12.2g}{new:12.0%}")

print("gradient norm of  200 images  400 images   new right")
train("mean", "mean")
train("sum", "sum")
train("sum, clipped", "sum", clip=1)
train("sum, rate / 200", "sum", 0.1 / 200)

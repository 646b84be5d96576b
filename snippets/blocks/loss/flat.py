import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import logsigmoid

digits = load_digits()
x, y = torch.tensor(digits.data[:500] / 16), torch.tensor(digits.target[:500])
y = y == 8
losses = {
    "squared error": lambda out, y: (out.sigmoid() - y) ** 2,
    "cross-entropy": lambda out, y: -logsigmoid((2 * y - 1) * out),
    "generator, saturating": lambda out, y: logsigmoid(-out),
    "generator, non-saturating": lambda out, y: -logsigmoid(out),
}

def train(name, loss, width=32, steps=200):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 1))
    nn.init.constant_(net.double()[2].bias, -10)  # sure of no for every image
    opt = torch.optim.SGD(net.parameters(), lr=0.3)
    for _ in range(steps):
        opt.zero_grad()
        loss(net(x)[:, 0], y.double()).mean().backward()
        opt.step()
    print(f"{name:29}{(net(x)[y] > 0).double().mean():5.0%}")

print("gradient where the answer should be yes and the output is")
print("                                -10        -3         0         3")
for name, loss in losses.items():
    out = torch.tensor([-10, -3, 0, 3], dtype=torch.float64, requires_grad=True)
    loss(out, torch.ones(4)).sum().backward()
    print(f"{name:25}", *(f"{g:9.1e}" for g in out.grad))
print("eights found after training from -10")
squared, cross = losses["squared error"], losses["cross-entropy"]
train("squared, 200 steps", squared)
train("squared, 1000 steps", squared, steps=1000)
train("squared, eightfold width", squared, width=256)
train("cross-entropy, 200 steps", cross)

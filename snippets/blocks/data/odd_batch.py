import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def train(name, odd=None, rate=0.3, clip=torch.inf, guard=0, skip=False):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    opt, at = torch.optim.SGD(net.double().parameters(), lr=rate), ("", "")
    for step in range(200):
        rows = slice(step * 50 % 1000, step * 50 % 1000 + 50)
        images, mask = x[rows].clone(), torch.ones(50)
        if step == 100:
            if skip:
                continue
            if odd == "extreme":
                images[0] = 1000 * images[1]  # and labeled as images[0]
            if odd == "masked":
                mask *= 0
        losses = cross_entropy(net(images), y[rows], reduction="none")
        loss = (losses * mask).sum() / mask.sum().clamp_min(guard)
        opt.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(net.parameters(), clip)
        if step == 100:
            at = f"{loss:.1g}", f"{norm:.1g}"
        opt.step()
    new = (net(x[1000:]).argmax(1) == y[1000:]).double().mean()
    print(f"{name:20}{at[0]:>10}{at[1]:>10}{new:19.0%}")

print("                    odd step: loss      norm   new right at end")
train("no odd batch")
train("an extreme example", "extreme")
train("extreme, left out", "extreme", skip=True)
train("extreme, clipped", "extreme", clip=1)
train("extreme, rate / 10", "extreme", rate=0.03)
train("no batch, rate / 10", rate=0.03)
train("all masked", "masked")
train("masked, clipped", "masked", clip=1)
train("masked, guarded", "masked", guard=1)

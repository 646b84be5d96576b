import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x, y = torch.tensor(digits.data[:200] / 16), torch.tensor(digits.target[:200])
same = y[:, None] == y

def train(name, hardest=True, squared=True, unit=False, steps=60):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8)).double()
    opt = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(steps):
        out = nn.functional.normalize(net(x)) if unit else net(x)
        length = out.square().sum(1)
        far = (length[:, None] + length - 2 * out @ out.T).clamp_min(1e-12)
        far = far if squared else far.sqrt()
        if hardest:
            positive = (far * same).amax(1)
            negative = far.masked_fill(same, torch.inf).amin(1)
        else:
            positive = (far * same).sum(1) / same.sum(1)
            negative = (far * ~same).sum(1) / (~same).sum(1)
        loss = (positive - negative + 1).relu().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"{name:28}{out.std(0).mean():8.0e}{loss:9.2f}")

print("triplets with a margin of 1   spread     loss")
train("hardest pairs")
train("hardest, 300 steps", steps=300)
train("hardest, outputs normalized", unit=True)
train("hardest, plain distance", squared=False)
train("mean over all pairs", hardest=False)

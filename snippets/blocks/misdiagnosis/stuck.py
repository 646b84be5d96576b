import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)
torch.manual_seed(0)
shuffled = y[torch.randperm(len(y))]

def train(images, x, y, final=None):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    net.append(final or nn.Identity()).double()
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(100):
        loss = nn.functional.cross_entropy(net(x[:images]), y[:images])
        opt.zero_grad()
        loss.backward()
        opt.step()
    new = (net(x[1000:]).argmax(1) == y[1000:]).double().mean()
    return f"{loss:12.2f}", f"{100 * new:12.0f}"

print("loss after 100 steps   20 images  500 images  % of new ones right")
for name, *case in (("nothing wrong", x, y), ("labels shuffled", x, shuffled),
                    ("pixels / 255 twice", x / 255**2, y),
                    ("softmax twice", x, y, nn.Softmax(1))):
    print(f"{name:18}", train(20, *case)[0], *train(500, *case))

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
pixels = torch.tensor(digits.data * 255 / 16).to(torch.uint8)
y = torch.tensor(digits.target)
right = pixels / 255
torch.manual_seed(1)
noise = torch.rand(right.shape)

def train(name, x, y, outputs=10, ignored=-100, steps=100, rate=0.3,
          width=64):
    x = x.double()
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, width), nn.ReLU(),
                        nn.Linear(width, outputs)).double()
    opt = torch.optim.SGD(net.parameters(), lr=rate)
    loss_fn = nn.CrossEntropyLoss(ignore_index=ignored)
    try:
        for _ in range(steps):
            loss = loss_fn(net(x[:300]), y[:300])
            opt.zero_grad()
            loss.backward()
            opt.step()
    except IndexError as error:
        return print(f"{name:24}    IndexError: {error}")
    hit = (net(x).argmax(1) == y)[1000:].double()
    zeros = hit[digits.target[1000:] == 0].mean()
    print(f"{name:24}{x.min():8.1f}{x.max():7.1g}{x.std(0).mean():7.1g}"
          f"{loss:6.2f}{zeros:12.0%}{hit.mean():5.0%}")

print("                     inputs from     to spread  loss zeros right  all")
train("pixels / 255", right, y)
train("pixels // 255", pixels // 255, y)
train("(pixels - 128) / 128", (pixels - 128) / 128, y)
train("divided twice", right / 255, y)
train("twice, rate times ten", right / 255, y, rate=3)
train("twice, fourfold width", right / 255, y, width=256)
train("noise instead", noise, y)
train("ids from one, 10 outputs", right, y + 1)
train("ids from one, 11 outputs", right, y + 1, 11)
train("zeros ignored", right, y, ignored=0)
train("zeros ignored, longer", right, y, ignored=0, steps=1000)

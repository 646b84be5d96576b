import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
pixels, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def errors(images, depth, phi=nn.ReLU, scale=1):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(depth):
        net.extend([nn.Linear(64, 64), phi()])
        nn.init.kaiming_normal_(net[-2].weight)
    net.append(nn.Linear(64, 10)).double()
    opt = torch.optim.Adam(net.parameters(), lr=0.001)
    x = pixels * scale
    for _ in range(60):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x[:images]), y[:images]).backward()
        opt.step()
    wrong = 100 * (net(x).argmax(1) != y).double()
    return wrong[1000:].mean(), wrong[:images].mean()

print("error in percent      new images   the training images")
for name, *case in (("30 images, 2 layers", 30, 2),
                    ("200 images, 2 layers", 200, 2),
                    ("200 images, 10 layers", 200, 10),
                    ("200 images, 40 layers", 200, 40),
                    ("sigmoid, 2 layers", 200, 2, nn.Sigmoid),
                    ("sigmoid, 10 layers", 200, 10, nn.Sigmoid),
                    ("pixels / 255 twice, 2", 200, 2, nn.ReLU, 255**-2),
                    ("pixels / 255 twice, 10", 200, 10, nn.ReLU, 255**-2)):
    new, seen = errors(*case)
    print(f"{name:24}{new:8.0f}{seen:20.0f}")

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
pixels, y = torch.tensor(digits.data / 16), torch.tensor(digits.target)

def errors(images, depth, rate, phi=nn.ReLU, scale=1):
    torch.manual_seed(0)
    x, net = pixels * scale, nn.Sequential()
    for _ in range(depth):
        net.extend([nn.Linear(64, 64, dtype=x.dtype), phi()])
        nn.init.kaiming_normal_(net[-2].weight)
    net.append(nn.Linear(64, 10, dtype=x.dtype))
    opt = torch.optim.SGD(net.parameters(), lr=rate)
    for _ in range(60):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x[:images]), y[:images]).backward()
        opt.step()
    wrong = 100 * (net(x).argmax(1) != y).double()
    return wrong[1000:].mean(), wrong[:images].mean()

print("error in percent        new images   the training images")
for name, *case in (("30 images, 2 layers", 30, 2, 0.1),
                    ("200 images, 2 layers", 200, 2, 0.03),
                    ("200 images, 10 layers", 200, 10, 0.03),
                    ("200 images, 40 layers", 200, 40, 0.03),
                    ("sigmoid, 2 layers", 200, 2, 3, nn.Sigmoid),
                    ("sigmoid, 10 layers", 200, 10, 3, nn.Sigmoid),
                    ("faint, 2 layers", 200, 2, 0.03, nn.ReLU, 1e-5),
                    ("faint, 10 layers", 200, 10, 0.03, nn.ReLU, 1e-5)):
    new, seen = errors(*case)
    print(f"{name:24}{new:10.1f}{seen:20.1f}")

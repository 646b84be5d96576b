import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16)
y = torch.tensor(digits.target[:200])
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10)).double()

def hard(z):
    return (z.argmax(1) == 0).double().mean()

def soft(z):
    return z.softmax(1)[:, 0].mean()

for term in hard, soft:
    size = []
    for beta in 0, 1000:
        net.zero_grad()
        z = net(x)
        loss = nn.functional.cross_entropy(z, y) + beta * term(z)
        loss.backward()
        size.append(net[0].weight.grad.norm())
    print(f"{term.__name__}: requires_grad {term(z).requires_grad}, "
          f"gradient at beta 0 {size[0]:.2g}, at beta 1000 {size[1]:.2g}")

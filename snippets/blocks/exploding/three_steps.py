import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:200] / 16).float()
y = torch.tensor(digits.target[:200])
torch.manual_seed(0)
net = nn.Sequential()
for _ in range(20):
    net.extend([nn.Linear(64, 64), nn.ReLU()])
    nn.init.kaiming_normal_(net[-2].weight)
    net[-2].weight.data *= 1.5
net.append(nn.Linear(64, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.003)

print("step  largest output  loss     gradient  its float32 norm")
for step in range(1, 5):
    output = net(x)
    loss = nn.functional.cross_entropy(output, y)
    opt.zero_grad()
    loss.backward()
    g = torch.cat([p.grad.flatten() for p in net.parameters()])
    print(f"{step:4}  {output.detach().abs().max():14.0e}  {loss:<7.0e}"
          f"  {g.double().norm():8.0e}  {g.norm():.0e}")
    opt.step()

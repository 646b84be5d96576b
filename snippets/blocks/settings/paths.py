import torch
from sklearn.datasets import load_digits
from torch import nn, optim
from torch.nn import functional as F

digits = load_digits()
x = torch.tensor(digits.data[:64] / 16).float()
y = torch.tensor(digits.target[:64])

class Transposed(nn.Linear):
    def forward(self, h):
        wrong = h @ self.weight.detach()  # its backward pass transposes
        return super().forward(h.detach()) + (wrong - wrong.detach())

def make(steps=0, optimizer=optim.SGD, rate=0.1, kind=nn.Linear, **how):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(6):
        net.extend([kind(64, 64), nn.Tanh()])
        nn.init.xavier_normal_(net[-2].weight)
    opt = optimizer(net.append(nn.Linear(64, 10)).parameters(), lr=rate, **how)
    for _ in range(steps):
        opt.zero_grad()
        F.cross_entropy(net(x), y).backward()
        opt.step()
    return net

def grads(net, dtype=torch.float32):
    loss = F.cross_entropy(net.to(dtype)(x.to(dtype)), y)
    return torch.autograd.grad(loss, net.parameters())

def compare(name, one, other):
    pairs = [(a.double(), b.double()) for a, b in zip(one, other, strict=True)]
    apart = max((a - b).abs().max() / b.abs().max() for a, b in pairs)
    size = [f"below {t:.0e}" for t in (1e-4, 0.1) if apart < t]
    print(f"{name:32}{[*size, f'{apart:.1f}'][0]:>12}")

exact, (q, k, v) = grads(make(), torch.float64), torch.randn(3, 4, 16, 8)
fast, scores = F.scaled_dot_product_attention(q, k, v), q @ k.transpose(-2, -1)
adams = [make(3, optim.Adam, 1e-3, fused=fused) for fused in (True, False)]
print("largest difference over largest entry")
compare("gradient, float32", grads(make()), exact)
compare("gradient, bfloat16", grads(make(), torch.bfloat16), exact)
compare("weights, fused and plain Adam", *(net.parameters() for net in adams))
compare("attention, written out", [(scores / 8**0.5).softmax(-1) @ v], [fast])
compare("attention, scale forgotten", [scores.softmax(-1) @ v], [fast])
compare("output, transposed backward", [make(kind=Transposed)(x)], [make()(x)])
compare("gradient, transposed backward", grads(make(kind=Transposed)), exact)
for rate in (0.1, 0.3):
    for kind in (nn.Linear, Transposed):
        loss = F.cross_entropy(make(100, rate=rate, kind=kind)(x), y)
        print(f"{f'loss, {kind.__name__}, rate {rate}':32}{loss:12.2f}")

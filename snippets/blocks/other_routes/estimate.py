import torch
from torch.nn.functional import cosine_similarity

torch.manual_seed(0)
x, y = torch.randn(64, 20).double(), torch.randn(64).double()

def loss(W):
    return (torch.tanh(x @ W.view(20, 20)).sum(1) - y).pow(2).mean()

W = torch.randn(400).double().div(20 ** 0.5).requires_grad_()
loss(W).backward()
rises = []
with torch.no_grad():
    for k in range(1, 1001):
        e = torch.randn(400).double()
        rises.append((loss(W + 1e-4 * e) - loss(W - 1e-4 * e)) / 2e-4 * e)
        if k in (1, 10, 100, 1000):
            found = cosine_similarity(sum(rises), W.grad, dim=0)
            print(f"{2 * k:4} losses: cosine {found:.2f}")

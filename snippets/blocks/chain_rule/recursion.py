import torch

torch.manual_seed(0)
DEPTH, WIDTH = 6, 16
W = torch.randn(DEPTH + 1, WIDTH, WIDTH).double() / WIDTH**0.5
W.requires_grad_()
h = [torch.randn(WIDTH).double()]
for l in range(1, DEPTH + 1):
    h.append(torch.sigmoid(W[l] @ h[-1]))
loss = h[-1].square().sum() / 2
loss.backward()

with torch.no_grad():
    slope = [s * (1 - s) for s in h]
    delta = slope[DEPTH] * h[DEPTH]
    weights, slopes = delta, 1
    for l in range(DEPTH, 0, -1):
        same = torch.allclose(torch.outer(delta, h[l - 1]), W.grad[l])
        print(f"layer {l}, by hand as by autograd: {same}")
        if l > 1:
            delta = slope[l - 1] * (W[l].T @ delta)
            weights, slopes = W[l].T @ weights, slopes * slope[l - 1]
    off = (slopes * weights - delta).norm() / delta.norm()
    print(f"slopes collected: off by {off:.0%}")

import torch
from torch import nn

STEPS, WIDTH = 50, 64


def share(orthogonal):
    torch.manual_seed(0)
    rnn = nn.RNN(WIDTH, WIDTH).double()
    if orthogonal:
        nn.init.orthogonal_(rnn.weight_hh_l0)
    first = torch.zeros(1, 8, WIDTH).double().requires_grad_()
    h, _ = rnn(torch.randn(STEPS, 8, WIDTH).double(), first)
    at_loss = torch.randn_like(h[-1])
    (at_start,) = torch.autograd.grad(h[-1], first, at_loss)
    return (at_start.norm() / at_loss.norm()).item()


for name, orthogonal in (("default", False), ("orthogonal", True)):
    left = share(orthogonal)
    print(f"{name:10}  left after {STEPS} steps  {left:.1e}")
    print(f"{name:10}  factor per step  {left ** (1 / STEPS):.2f}")

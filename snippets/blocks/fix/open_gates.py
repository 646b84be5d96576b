import torch
from torch import nn

STEPS, WIDTH = 100, 64


@torch.no_grad()
def hold(cell, bias):
    """Open the gate that keeps the state; in an LSTM, shut the input gate."""
    own, other = cell.bias_ih.view(-1, WIDTH), cell.bias_hh.view(-1, WIDTH)
    own[1], other[1] = bias, 0.0  # LSTM: forget gate; GRU: update gate
    if isinstance(cell, nn.LSTMCell):
        own[0], other[0] = -bias, 0.0


def kept(kind, bias=None):
    torch.manual_seed(0)
    cell = kind(WIDTH, WIDTH).double()
    if bias is not None:
        hold(cell, bias)
    h = state = first = torch.zeros(1, WIDTH).double().requires_grad_()
    for x in torch.randn(STEPS, 1, WIDTH).double():
        if kind is nn.LSTMCell:
            h, state = cell(x, (h, state))
        else:
            state = cell(x, state)
    (at_start,) = torch.autograd.grad(state, first, torch.ones_like(state))
    return (at_start.norm() / WIDTH**0.5).item()


for kind in (nn.LSTMCell, nn.GRUCell):
    print(f"{kind.__name__:8}  default  {kept(kind):.1e}")
    print(f"{kind.__name__:8}  opened  {kept(kind, bias=5.0):.2f}")

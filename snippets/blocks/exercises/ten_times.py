import torch
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
x, target = torch.randn(8, 32), torch.randn(8, 32)
W = torch.randn(32, 32)


def look(scale):
    V = (scale * W).requires_grad_()
    out = F.layer_norm(x @ V.T, (32,), eps=0.0)
    (out - target).square().mean().backward()
    return out.detach(), V.grad


(out, g), (out10, g10) = look(1), look(10)
print(f"outputs differ by         {(out10 - out).norm():.6f}")
print(f"gradients, one over other {g10.norm() / g.norm():.3f}")
relative = g10.norm() / (10 * W).norm() / (g.norm() / W.norm())
print(f"relative step, likewise   {relative:.4f}")

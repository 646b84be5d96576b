import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
h = torch.randn(4).requires_grad_()
g = torch.randn(4)  # the gradient that arrives at h + F(h)
W = torch.randn(4, 4)


def before(F):
    return torch.autograd.grad(h + F(h), h, g)[0]


J = torch.autograd.functional.jacobian(lambda h: torch.tanh(W @ h), h)
after = before(lambda h: torch.tanh(W @ h))

print(f"(I + J)ᵀ g      off by {(after - g - J.T @ g).norm():.2f}")
print(f"1 + g           off by {(after - 1 - g).norm():.2f}")
for share in (-1, -0.5, 0, 1):
    kept = before(lambda h, s=share: s * h).norm() / g.norm()
    print(f"F = {share:4} h      keeps {kept:.2f} of the gradient")

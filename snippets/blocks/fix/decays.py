import torch

STEPS = 1000


def share(step_size):
    """dh_T/dh_0 of h <- exp(-d) h + d x, where the input chooses d."""
    torch.manual_seed(0)
    x = torch.randn(STEPS).double()
    d = step_size * torch.nn.functional.softplus(x)
    h = first = torch.ones(()).double().requires_grad_()
    for decay, step, given in torch.stack([torch.exp(-d), d, x], dim=1):
        h = decay * h + step * given
    return torch.autograd.grad(h, first)[0].item(), torch.exp(-d).prod().item()


for step_size in (0.001, 0.1):
    measured, product = share(step_size)
    print(f"step size {step_size}  dh_T/dh_0  {measured:.2g}")
    print(f"step size {step_size}  product of the decays  {product:.2g}")

import torch

for phi, inputs in ((torch.sigmoid, (5, 20, -20, -80, -120)),
                    (torch.tanh, (5, 10, -10))):
    for z in inputs:
        slopes = []
        for dtype in torch.float32, torch.float64:
            at = torch.full((64,), float(z), dtype=dtype, requires_grad=True)
            phi(at).sum().backward()
            slopes.append(at.grad[0])
        print(f"{phi.__name__:8}{z:5}   float32 {slopes[0]:8.1e}"
              f"   float64 {slopes[1]:8.1e}")

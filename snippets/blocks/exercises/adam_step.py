import torch

for g in (1e-4, 1e-8, 1e-10):
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([w], lr=0.001)
    w.grad = torch.full((1,), g, dtype=torch.float64)
    adam.step()
    share = abs(w.item()) / 0.001
    print(f"gradient {g:.0e}: step, as a share of the rate {share:.4f}")

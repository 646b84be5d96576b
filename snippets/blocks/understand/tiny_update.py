import torch
from torch.optim import SGD, Adam, RMSprop

print("moved by  SGD       momentum  RMSprop   Adam")
for g in (1e-6, 1e-9, 1e-15):
    print(f"g = {g:.0e}", end="")
    for make, options in (
        (SGD, {"lr": 0.01}),
        (SGD, {"lr": 0.01, "momentum": 0.9}),
        (RMSprop, {"lr": 0.001}),
        (Adam, {"lr": 0.001}),
    ):
        w = torch.tensor([0.1], requires_grad=True)
        start, opt = w.item(), make([w], **options)
        for _ in range(100):
            w.grad = torch.tensor([-g])
            opt.step()
        print(f"  {w.item() - start:.2e}", end="")
    print()

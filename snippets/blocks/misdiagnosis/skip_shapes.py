import torch

for branch, skip in (((8, 64), (8, 64)), ((8, 128), (8, 64)),
                     ((8, 64), (8, 1)), ((64, 1), (64,))):
    name = f"branch {branch} + skip {skip}"
    try:
        out = torch.zeros(branch) + torch.zeros(skip)
        print(f"{name:32} gives {tuple(out.shape)}")
    except RuntimeError as error:
        print(f"{name:32} {type(error).__name__}")

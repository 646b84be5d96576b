import torch
from sklearn.datasets import load_digits
from torch import nn

def watch(name, model, x):
    def see(module, inputs, h):
        h = h.detach().flatten(1)
        slope = {nn.Sigmoid: 4 * h * (1 - h), nn.Tanh: 1 - h**2}
        flat = (slope.get(type(module), h + 1) < 0.05).double().mean()
        off = (h == 0).all(0).double().mean()
        seen.append((h.std(0).square().mean().sqrt(), off, flat))

    seen = []
    for module in model.modules():
        if isinstance(module, (nn.Sigmoid, nn.Tanh, nn.ReLU)):
            module.register_forward_hook(see)
    model(x)
    for l in (1, 5, 10):
        spread, off, flat = seen[l - 1]
        print(f"{name:16}{l:5}{spread:12.1e}{off:8.0%}{flat:8.0%}")

def stack(phi, gain, shift=0.0):
    torch.manual_seed(0)
    net = nn.Sequential()
    for _ in range(10):
        net.extend([nn.Linear(64, 64, dtype=torch.double), phi()])
        nn.init.normal_(net[-2].weight, std=gain / 8)
        nn.init.constant_(net[-2].bias, shift)
    return net

x = torch.tensor(load_digits().data[:200] / 16)
print("                layer  spread     off    flat")
watch("ReLU, He", stack(nn.ReLU, 2**0.5), x)
watch("sigmoid, Xavier", stack(nn.Sigmoid, 1), x)
watch("tanh, too wide", stack(nn.Tanh, 4), x)
watch("ReLU, bias -1", stack(nn.ReLU, 2**0.5, shift=-1.0), x)

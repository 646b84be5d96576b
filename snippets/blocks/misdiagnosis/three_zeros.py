import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, depth, phi):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList(nn.Linear(16, 16) for _ in range(depth))
        self.spare, self.phi = nn.Linear(16, 16), phi

    def forward(self, h):
        for layer in self.layers:
            h = self.phi(layer(h))
        return h.square().mean()

x = torch.linspace(-1, 1, 128).reshape(8, 16)
print("first layer      norm()   entries not 0   double().norm()  net.double()")
for name, depth, phi in (("10 sigmoid", 10, torch.sigmoid),
                         ("30 sigmoid", 30, torch.sigmoid),
                         ("60 sigmoid", 60, torch.sigmoid),
                         ("3 dead ReLU", 3, lambda z: torch.relu(z - 9))):
    net, twin = Net(depth, phi), Net(depth, phi).double()
    net(x).backward()
    twin(x.double()).backward()
    g, again = (n.layers[0].weight.grad for n in (net, twin))
    print(f"{name:13}{g.norm():10.1e}{g.count_nonzero():16}"
          f"{g.double().norm():18.1e}{again.norm():14.1e}")
print("a layer that forward() never calls:", net.spare.weight.grad)

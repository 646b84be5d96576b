import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x, y = torch.tensor(digits.images / 16), torch.tensor(digits.target)

class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.read, self.out = nn.Linear(8, 16), nn.Linear(128, 10)
    def forward(self, x):  # (examples, 8 rows, 8 columns)
        rows = x.transpose(0, 1)
        if self.kind == "reshape":
            rows = x.reshape(8, len(x), 8)  # the shape fits, the rows do not
        h = self.read(rows).tanh().transpose(0, 1).flatten(1)
        if self.kind in ("examples", "units", "one"):
            dim = ("examples", "units", "one").index(self.kind)
            h = 100 * h[:, :, None].softmax(dim)[:, :, 0]
        return self.out(h)

def near(share):  # to a twentieth
    return round(20 * share.item()) / 20

def look(name, kind, rate=0.01):
    torch.manual_seed(0)
    net, batch = Net(kind).double(), x[:290].clone()
    batch[3] = x[4]  # another image in the place of one
    change = (net(x[:290]) - net(batch)).abs().amax(1)
    answers = (change > 1e-9).tolist()
    opt = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(100):
        loss = nn.functional.cross_entropy(net(x[:290]), y[:290])
        opt.zero_grad()
        loss.backward()
        opt.step()
    each = torch.cat([net(one[None]) for one in x[1000:1199]])
    alone, together = ((out.argmax(1) == y[1000:1199]).double().mean()
                       for out in (each, net(x[1000:1199])))
    print(f"{name:24}{'yes' if answers.pop(3) else 'no':>4}{sum(answers):9}"
          f"{near(together):16.0%}{near(alone):8.0%}")
print("answers to a change:  itself   others  right: together   alone")
look("transpose", "transpose")
look("reshape", "reshape")
look("softmax over units", "units")
look("softmax over examples", "examples")
look("softmax over one", "one")

import torch
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:128] / 16)
y = torch.tensor(digits.target[:128])
ask = nn.CrossEntropyLoss()

def make():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(),
                         nn.Linear(32, 10)).double()

def train(name, order, rate=0.5, parts=1, share=1, replaced=False):
    net = make()
    sgd = torch.optim.SGD(net.parameters(), lr=rate)
    net = make() if replaced else net
    old, norms, losses = net[0].weight.detach().clone(), [], []
    for _ in range(200):
        for call in order.split(", "):
            if call == "clear":
                sgd.zero_grad()
            elif call == "step":
                sgd.step()
            else:
                losses.append(ask(net(x), y).item())
                for part in torch.arange(128).chunk(parts):
                    (ask(net(x[part]), y[part]) * share).backward()
                norms.append(net[0].weight.grad.norm().item())
    moved = "no" if torch.equal(net[0].weight, old) else "yes"
    learned = "yes" if max(losses[150:]) < 0.3 else "no"
    print(f"{name:26}{moved:>5}{learned:>9}{norms[0]:9.2f}{norms[9]:9.2f}")

print("                        moves  learned  |g|: 1  step 10")
train("clear, backward, step", "clear, backward, step")
train("never cleared", "backward, step")
train("never cleared, rate / 100", "backward, step", 0.005)
train("clear, step, backward", "clear, step, backward")
train("backward, clear, step", "backward, clear, step")
train("model made anew", "clear, backward, step", replaced=True)
train("sum of 8 parts", "clear, backward, step", parts=8)
train("8 parts, divided", "clear, backward, step", parts=8, share=1 / 8)

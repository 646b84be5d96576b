import torch
from torch import nn

class Reader(nn.Module):
    def __init__(self, keeps, drop):
        super().__init__()
        self.rnn, self.head = nn.RNN(3, 8), nn.Linear(8, 1)
        self.keeps, self.drop, self.state = keeps, nn.Dropout(drop), None

    def forward(self, x):
        h, last = self.rnn(x, self.state if self.keeps else None)
        self.state = last.detach() if self.keeps == "detached" else last
        return self.head(self.drop(h[-1]))

def count(loss):
    seen = [loss.grad_fn]
    for node in seen:
        seen += {n for n, _ in node.next_functions if n} - {*seen}
    return len(seen)

def look(name, keeps="", retain=False, drop=0.0, mode=True, rate=0.0):
    torch.manual_seed(0)
    net = Reader(keeps, drop).double().train(mode)
    nn.init.eye_(net.rnn.weight_hh_l0)
    sgd = torch.optim.SGD(net.parameters(), lr=rate)
    x, y = torch.randn(2, 16, 3).double(), torch.randn(16, 1).double()
    losses, end = [], ""
    try:
        for _ in range(10):
            loss = nn.functional.mse_loss(net(x), y)
            losses.append(f"{loss:8.3f}")
            nodes = count(loss)
            loss.backward(retain_graph=retain)
            if rate:
                sgd.step()
    except RuntimeError:
        end = "  RuntimeError"
    print(f"{name:26}{losses[0]}{losses[1]}{len(losses):8}{nodes:7}{end}")

print("one batch                 loss 1  loss 2  passes  nodes")
look("state made anew")
look("state kept", "graph")
look("kept, retain_graph", "graph", True)
look("the same, with steps", "graph", True, rate=0.1)
look("kept, detached", "detached")
look("dropout, train()", drop=0.5)
look("dropout, eval()", drop=0.5, mode=False)

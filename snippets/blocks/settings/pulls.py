import torch
from sklearn.datasets import load_digits
from torch import nn, optim

digits = load_digits()
x = torch.tensor(digits.data[:128] / 16)
y = torch.tensor(digits.target[:128])

def look(name, decay=0.0, drop=0.0, limit=1e9, rate=0.5, width=32,
         kind=optim.SGD):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Dropout(drop),
                        nn.Linear(width, 10)).double()
    opt, norms = kind(net.parameters(), lr=rate, weight_decay=decay), []
    for _ in range(150):
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(net.parameters(), limit).item())
        opt.step()
    cut = sum(norm > limit for norm in norms) / len(norms)
    loss = nn.functional.cross_entropy(net.eval()(x), y).item()
    ended = f"{loss:.2f}" if loss < 3 else "over 3"
    print(f"{name:28}{norms[0]:9.1f}{cut:8.0%}{ended:>8}")

print("training loss                first |g|    cut    loss")
look("nothing added")
look("weight decay 0.5", 0.5)
look("decay 0.5, 8 times wider", 0.5, width=256)
look("weight decay 0.005", 0.005)
look("Adam, weight decay 0.5", 0.5, rate=0.01, kind=optim.Adam)
look("AdamW, weight decay 0.5", 0.5, rate=0.01, kind=optim.AdamW)
look("dropout 0.95", drop=0.95)
look("dropout 0.1", drop=0.1)
look("limit 0.003", limit=0.003)
look("limit 1", limit=1)
look("limit 0.003, rate times 100", limit=0.003, rate=50)
look("limit 1, rate times 100", limit=1, rate=50)

import torch
from torch import nn
from torch.nn import functional as F

DEPTH, WIDTH, HEADS = 24, 32, 4


def feed_forward_gradients(norm_first):
    torch.manual_seed(0)
    shape = (WIDTH, HEADS, 4 * WIDTH, 0.0)
    options = dict(batch_first=True, norm_first=norm_first, dtype=torch.double)
    h, blocks = torch.randn(2, 16, WIDTH).double(), []
    for _ in range(DEPTH):
        block = nn.TransformerEncoderLayer(*shape, **options)
        for weight in (p for p in block.parameters() if p.dim() > 1):
            nn.init.xavier_uniform_(weight)
        h = block(h)
        blocks.append(block)
    out = F.layer_norm(h, (WIDTH,)) if norm_first else h
    scores = out @ nn.init.xavier_uniform_(torch.empty(WIDTH, 10).double())
    F.cross_entropy(scores.flatten(0, 1), torch.randint(10, (32,))).backward()
    return [block.linear2.weight.grad.norm() for block in blocks]


for name, norm_first in (("post-norm", False), ("pre-norm", True)):
    g = feed_forward_gradients(norm_first)
    print(f"{name}  first {g[0]:.2g}  last {g[-1]:.2g}")

import torch
from gradient_doctor import examine
from sklearn.datasets import load_digits
from torch import nn

digits = load_digits()
x = torch.tensor(digits.data[:64] / 16).float()
y = torch.tensor(digits.target[:64])
torch.manual_seed(0)
net = nn.Sequential()
for _ in range(11):
    net.extend([nn.Linear(64, 64), nn.Sigmoid()])
net.append(nn.Linear(64, 10))
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
print(examine(net, nn.CrossEntropyLoss(), x, y, optimizer=sgd))

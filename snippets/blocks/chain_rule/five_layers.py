sigmoid, relu = 1.0, 1.0
print("arrives at     sigmoid  ReLU")
for layer in (5, 4, 3, 2, 1):
    print(f"output of {layer}  {sigmoid:10.5f}  {relu:4.1f}")
    sigmoid, relu = sigmoid * 0.2, relu * 1.0
print(f"the input    {sigmoid:10.5f}  {relu:4.1f}")

weight = {1: 2.0, 2: 0.5, 3: 4.0, 4: 1.0, 5: 3.0}
slope = {1: 0.25, 2: 0.2, 3: 0.1, 4: 0.25, 5: 0.2}

signal = 1.0
for layer in (5, 4, 3, 2, 1):
    print(f"output of layer {layer}  {signal:.3f}")
    signal *= slope[layer] * weight[layer]
print(f"the input          {signal:.3f}")

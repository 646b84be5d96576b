"""The bias of a gate, what it holds at the start, how long it remembers, and what LSTM and GRU keep per step."""

TITLE = "Each unit of bias multiplies the memory; the GRU follows its gate, the LSTM keeps more"
BIASES = (0, 1, 2, 3, 5)


def rows(quote):
    """One row per bias; the factors are of ∂L/∂c in the LSTM and of ∂L/∂h in the GRU, per step."""
    return ["Bias b", "Gate σ(b)", "Remembers, in steps", "LSTM, measured", "GRU, measured"], [
        [
            quote(f"recurrent.bias{b}"),
            *(
                quote(f"recurrent.bias{b}.{column}", "3")
                for column in ("gate", "time", "lstm", "gru")
            ),
        ]
        for b in BIASES
    ]

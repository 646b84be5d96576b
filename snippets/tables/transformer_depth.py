"""The last block's weight gradient at four depths, beside Xiong et al.'s two laws; and the first block's over the last's."""

TITLE = "Deeper, the last block's gradient stays with post-norm and falls with pre-norm"


def rows(quote):
    """One row per depth; the numbers are norms of the gradient of the second feed-forward matrix."""

    def last(net: str, depth: int) -> str:
        return quote(f"transformer.{net}.at{depth}.down.last")

    def against(net: str, depth: int) -> str:
        return "" if depth == 6 else f" (× {quote(f'transformer.{net}.at{depth}.shrink')})"

    def row(depth: int) -> list[str]:
        law = "the start" if depth == 6 else f"× {quote(f'transformer.shrink.predicted.at{depth}')}"
        grown = f"{quote(f'transformer.pre.at{depth}.signal.gain')} ({quote(f'transformer.pre.at{depth}.signal.predicted')})"
        return [
            quote(f"transformer.depth.{depth}"),
            last("post", depth) + against("post", depth),
            last("pre", depth) + against("pre", depth),
            law,
            grown,
        ]

    return [
        "Blocks",
        "Post-norm, last block (against the first row)",
        "Pre-norm, last block (against the first row)",
        "Theory for pre-norm",
        "Pre-norm signal, first block over last (theory)",
    ], [row(depth) for depth in (6, 12, 24, 48)]

"""Mutation testing: break one thing at a time, in a copy, and see which check notices: make mutate.

`makers` draws the mutations from seeds, `host` runs a check or tests in a copy, `judges` decides which ones and in what order,
`score` keeps and tells the result.
"""

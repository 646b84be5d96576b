"""What may be quoted: results, outputs of blocks, sources; and the marks that quote it."""

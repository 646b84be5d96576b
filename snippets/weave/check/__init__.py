"""make check: every fault by file and line, from sources, seals and hashes alone."""

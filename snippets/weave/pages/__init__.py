"""Pages rewritten: regions, quoted numbers, and each generated list."""

"""One file per command: `add_arguments` declares its options, `run` does the work."""

"""One file for each feature of the protocol; each has ``register(server)``."""

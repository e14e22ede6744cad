"""What can go wrong below the server.

DecodingError
├── ModelError      the model file or folder cannot be used; the message says why and what to do
└── BackendMissing  the library behind a backend is not installed
"""


class DecodingError(Exception):
    """Base of every error that decoding raises on purpose."""


class ModelError(DecodingError):
    """The model cannot be loaded or asked; the message names the cause and the way out."""


class BackendMissing(DecodingError):
    """The library that a backend needs is not installed; the message says how to install it."""

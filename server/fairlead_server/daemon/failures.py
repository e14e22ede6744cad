"""Errors on their way through the socket: what the user can mend arrives as what it was."""

from __future__ import annotations

from fairlead_decoding.errors import DecodingError
from fairlead_server.errors import NoInterpreter, UserError


class Defect(Exception):
    """Something is wrong with the model process, not with what it was asked."""


_KINDS: dict[str, type[Exception]] = {
    "interpreter": NoInterpreter,
    "user": UserError,
    "decoding": DecodingError,
    "defect": Defect,
}


def told(error: BaseException) -> tuple[str, str]:
    """Return the kind and the text of `error`; a defect of ours is one of kind ``defect``."""
    for name, kind in _KINDS.items():
        if isinstance(error, kind):
            return name, str(error)
    return "defect", f"{type(error).__name__}: {error}"


def heard(kind: str, text: str) -> Exception:
    """Return the error that was told."""
    return _KINDS.get(kind, Defect)(text)

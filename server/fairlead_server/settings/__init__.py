"""Options, as they come in, and the settings they resolve to.

``values`` says what can be set, ``reading`` checks what was stated, ``files`` finds and reads the
user's and the project's file, and ``layers`` decides between all who state something.
"""

from __future__ import annotations

from fairlead_server.settings.layers import (
    Layer,
    Stack,
    resolve,
    resolve_for,
    stack,
)
from fairlead_server.settings.reading import from_json
from fairlead_server.settings.values import LAYOUTS, Options, Settings, for_completer, stated

__all__ = [
    "LAYOUTS",
    "Layer",
    "Options",
    "Settings",
    "Stack",
    "for_completer",
    "from_json",
    "resolve",
    "resolve_for",
    "stack",
    "stated",
]

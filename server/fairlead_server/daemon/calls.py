"""What can be asked of a model process: the methods of `Completing`, and a few of its own.

Types of arguments and results are read from the signatures, so that these are the only contract.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_type_hints

from fairlead_server.completing import Completing
from fairlead_server.daemon.messages import Unreadable, from_json
from fairlead_server.settings import Settings

NOT_SENT = ("self", "cancelled", "growing", "return")
"""What stays with the caller: a `Cancel` and any number of `Growing` stand for them."""


@dataclass(frozen=True)
class Greeting:
    """The first thing that either side says of itself."""

    version: str
    pid: int


@dataclass(frozen=True)
class Status:
    """What a process is doing; `busy` says that somebody is waiting for the model.

    `uptime` is in seconds; `memory_mb` is None where the system does not tell it. `clients` are the
    projects of the editors that are attached, None for one without a project.
    """

    pid: int
    version: str
    model: str
    loaded: bool
    busy: bool
    clients: tuple[str | None, ...]
    memory_mb: float | None
    uptime: float


@dataclass(frozen=True)
class Opened:
    """The name of the model, and what the user should know of the settings."""

    model: str
    remarks: tuple[str, ...] = ()


class Desk(Protocol):
    """What a process can be asked besides completions."""

    def hello(self, greeting: Greeting) -> Greeting:
        """Begin; whoever is of another version goes no further."""

    def open(self, settings: Settings, project: str | None) -> Opened:
        """Become a client; the model is loaded if need be."""

    def status(self) -> Status:
        """Return what the process is doing."""

    def stop(self) -> None:
        """End the process."""

    def retire(self) -> bool:
        """End the process, if nobody is attached to it; return whether it ends."""


MODEL_CALLS = ("complete", "rank")
"""Those that use the model; they wait for their turn."""

ANALYSIS_CALLS = ("members", "names", "diagnostics", "describe", "rewrite", "review", "warm")
"""Those that need no model."""

ENDED_CALLS = ("members", "rewrite")
"""Those of them that end soon once nobody waits any more."""


def never() -> bool:
    """Let a call go on."""
    return False


def unheard(text: str) -> None:
    """Do without the text while it grows."""


@functools.cache
def method(name: str) -> Callable[..., Any]:
    """Return the method called `name`. Raises `Unreadable` when nobody answers to that."""
    protocol = Completing if name in MODEL_CALLS + ANALYSIS_CALLS else Desk
    found = None if name.startswith("_") else inspect.getattr_static(protocol, name, None)
    if not inspect.isfunction(found):
        raise Unreadable(f"no call is named {name!r}")
    return found


@functools.cache
def _hints(name: str) -> Mapping[str, Any]:
    return get_type_hints(method(name))


def arguments_from(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the arguments of a call. Raises `Unreadable`."""
    kinds = {key: kind for key, kind in _hints(name).items() if key not in NOT_SENT}
    if given.keys() != kinds.keys():
        raise Unreadable(f"{name} takes {', '.join(kinds) or 'nothing'}")
    return {key: from_json(value, kinds[key]) for key, value in given.items()}


def result_from(name: str, value: Any) -> Any:
    """Read the result of a call. Raises `Unreadable`."""
    kind = _hints(name)["return"]
    return None if kind is type(None) else from_json(value, kind)

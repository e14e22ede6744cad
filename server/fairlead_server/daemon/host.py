"""The model that a process holds: loaded when it is first needed, unloaded when it is not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from fairlead_server.completing import Analysing, Completing
from fairlead_server.daemon.identity import size_of
from fairlead_server.daemon.memory import MB, give_back, resident_mb
from fairlead_server.errors import UserError
from fairlead_server.model_files import find_model
from fairlead_server.settings import Settings

log = logging.getLogger(__name__)


class Model(Protocol):
    """A loaded model."""

    @property
    def name(self) -> str:
        """The model's name for people."""

    def forget(self) -> None:
        """Free what is remembered of earlier requests."""

    def close(self) -> None:
        """Free the model; its completers are not used any more."""


M = TypeVar("M", bound=Model)
C = TypeVar("C", bound=Analysing)
Remark = Callable[[str], None]
"""Told what a client's user should know."""


@dataclass(frozen=True)
class Parts(Generic[M, C]):
    """What a process is made of.

    `load` takes seconds. `equip` makes the tools for a project and starts nothing yet. `complete`
    makes a completer of both, which is never closed.
    """

    load: Callable[[Settings], M]
    equip: Callable[[Settings, str | None, Remark], C]
    complete: Callable[[M, C], Completing]


class Host:
    """Holds the model and each client's completer. For the thread that uses the model."""

    def __init__(self, parts: Parts[Any, Any], settings: Settings) -> None:
        self._parts = parts
        self._settings = settings
        self._model: Model | None = None
        self._completers: dict[Analysing, Completing] = {}

    @property
    def loaded(self) -> bool:
        """Whether there is a model in memory."""
        return self._model is not None

    def model(self) -> Model:
        """Return the model, loaded if need be. Raises `UserError`."""
        if self._model is None:
            log.info("loading %s", self._settings.model)
            self._model = self._parts.load(self._settings)
            log.info("%s is loaded", self._model.name)
        return self._model

    def completer(self, tools: Analysing) -> Completing:
        """Return the completer of the client with `tools`, and the model with it."""
        model = self.model()
        if tools not in self._completers:
            self._completers[tools] = self._parts.complete(model, tools)
        return self._completers[tools]

    def part(self, tools: Analysing) -> None:
        """Forget the completer of a client that has left."""
        self._completers.pop(tools, None)

    def unload(self, reason: str) -> None:
        """Free the memory of the model; the next request loads it again."""
        model, self._model = self._model, None
        if model is not None:
            self._completers.clear()
            model.close()
            del model
            give_back()
            log.info("the model is unloaded: %s", reason)

    def keep_within(self, limit: int | None) -> None:
        """Bring the memory of this process below `limit` MB, if it has to be at any price."""
        if not _exceeded(limit):
            return
        self._completers.clear()
        if self._model is not None:
            self._model.forget()
        give_back()
        log.warning("more than %s MB are in use: what was remembered is dropped", limit)
        if _exceeded(limit):
            self.unload(f"{resident_mb():.0f} MB are in use, memory_limit_mb is {limit}")


def require_room(settings: Settings) -> None:
    """Raise `UserError` when the model of `settings` is larger than their memory limit."""
    limit, path = settings.memory_limit_mb, find_model(settings.model)
    size = size_of(path) / MB
    if limit is not None and size > limit:
        raise UserError(
            f"{path}: is {size:.0f} MB, and memory_limit_mb is {limit}: choose a smaller model, "
            "or raise the limit"
        )


def _exceeded(limit: int | None) -> bool:
    used = resident_mb()
    return limit is not None and used is not None and used > limit

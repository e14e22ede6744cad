"""What the server is doing, for the status line of an editor."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from fairlead_server.suggestion import CompletionResult


@dataclass(frozen=True)
class Status:
    """The state of the model and of the last suggestion.

    `state` is ``loading``, ``ready``, ``busy`` (decoding) or ``failed``, for which `message` has
    the reason. `latency` is in seconds, `speed` in tokens per second; both are those of the last
    suggestion that was decoded, None before there was one.
    """

    state: Literal["loading", "ready", "busy", "failed"] = "loading"
    model: str = ""
    message: str = ""
    latency: float | None = None
    speed: float | None = None

    def to_json(self) -> dict[str, object]:
        """Return the parameters of the notification."""
        speed, latency = self.speed, self.latency
        return {
            "state": self.state,
            "model": self.model,
            "message": self.message,
            "latencyMs": None if latency is None else round(1000 * latency, 1),
            "tokensPerSecond": None if speed is None else round(speed, 1),
        }


class StatusLine:
    """Keeps the status and tells `show` about each change; for the event loop only."""

    def __init__(self) -> None:
        self.status = Status()
        self.show: Callable[[Status], None] = lambda status: None
        self._decoding = 0

    def model(self, phase: Literal["loading", "ready", "failed"], name: str, message: str) -> None:
        """Take what has become of the model."""
        busy = phase == "ready" and self._decoding > 0
        self._set(
            replace(self.status, state="busy" if busy else phase, model=name, message=message)
        )

    @contextlib.contextmanager
    def decoding(self) -> Iterator[None]:
        """Be busy, once there is a model, for as long as the context lasts."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def decoded(self, result: CompletionResult) -> None:
        """Take the figures of a suggestion that was decoded."""
        tokens = sum(suggestion.tokens for suggestion in result.suggestions)
        if tokens and result.seconds:
            speed = tokens / result.seconds
            self._set(replace(self.status, latency=result.seconds, speed=speed))

    def _count(self, change: int) -> None:
        self._decoding += change
        if self.status.state in ("ready", "busy"):
            self._set(replace(self.status, state="busy" if self._decoding else "ready"))

    def _set(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self.show(status)

"""What the two sides say to each other: JSON, each message preceded by its length.

A client sends `Call`, `Cancel`, `Kept` and `Ping`; the process answers each call with one `Answer`
or `Failure`, before which there may be any number of `Growing`. The first call is ``hello``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast, get_args

from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn
from cattrs.preconf.json import make_converter

from fairlead_decoding.types import GenerationConfig
from fairlead_server.errors import UserError

T = TypeVar("T")

HEADER = 4
"""Bytes in front of a message that hold its length, the most significant first."""

LARGEST = 64 << 20
"""Bytes; whoever announces more is not one of us."""


class Unreadable(Exception):
    """What came is no message. The connection is of no use any more."""


@dataclass(frozen=True)
class Call:
    """Asks for `name` of `arguments`, and to be told of a text while it is `growing`."""

    id: int
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    growing: bool = False


@dataclass(frozen=True)
class Cancel:
    """Nobody waits any more for the answer to the call with this id."""

    id: int


@dataclass(frozen=True)
class Kept:
    """A text that calls refer to by its place from now on; see `shelf`."""

    place: int
    text: str


@dataclass(frozen=True)
class Ping:
    """Asks for a sign of life."""


@dataclass(frozen=True)
class Pong:
    """The sign of life."""


@dataclass(frozen=True)
class Growing:
    """The text that a completion has come to so far."""

    id: int
    text: str


@dataclass(frozen=True)
class Answer:
    """What a call has returned."""

    id: int
    result: Any = None


@dataclass(frozen=True)
class Failure:
    """What a call has raised: `kind` is one of those in `failures`."""

    id: int
    kind: str
    text: str


Message = Call | Cancel | Kept | Ping | Pong | Growing | Answer | Failure
_KINDS: Mapping[str, type[Any]] = {kind.__name__.lower(): kind for kind in get_args(Message)}


def encode(message: Message) -> bytes:
    """Return `message` as it goes over the socket. Raises `UserError` when it is too long."""
    fields = {"is": type(message).__name__.lower(), **vars(message)}
    data = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(
        errors="surrogatepass"
    )
    if len(data) > LARGEST:
        raise UserError(f"{len(data):,} bytes of text are open: more than one request may hold")
    return len(data).to_bytes(HEADER, "big") + data


def length(header: bytes) -> int:
    """Return how many bytes follow; raises `Unreadable` when nobody of us would send so many."""
    size = int.from_bytes(header, "big")
    if size > LARGEST:
        raise Unreadable(f"a message of {size:,} bytes")
    return size


def decode(data: bytes) -> Message:
    """Read a message without its header. Raises `Unreadable`."""
    try:
        fields = json.loads(data.decode(errors="surrogatepass"))
        return cast(Message, _CONVERTER.structure(fields, _KINDS[fields["is"]]))
    except Exception as error:
        raise Unreadable(f"no message: {type(error).__name__}: {error}") from None


def to_json(value: object) -> Any:
    """Return `value`, made of dataclasses, as a JSON value."""
    return _CONVERTER.unstructure(value)


def from_json(value: Any, kind: type[T]) -> T:
    """Read a JSON value as a `kind`, which may be a union. Raises `Unreadable`."""
    try:
        return _CONVERTER.structure(value, kind)
    except Exception as error:
        raise Unreadable(f"no {kind}: {type(error).__name__}: {error}") from None


_CONVERTER = make_converter(detailed_validation=False)
_write_config = make_dict_unstructure_fn(GenerationConfig, _CONVERTER)
_read_config = make_dict_structure_fn(GenerationConfig, _CONVERTER)


# Two processes need not read the same time on their monotonic clocks: what is left is sent.
@_CONVERTER.register_unstructure_hook
def _left(config: GenerationConfig) -> dict[str, Any]:
    end = config.deadline
    left = None if end is None else end - time.monotonic()
    return {**_write_config(config), "deadline": left}


@_CONVERTER.register_structure_hook
def _until(value: Any, _: type[GenerationConfig]) -> GenerationConfig:
    left = value.get("deadline")
    end = None if left is None else time.monotonic() + float(left)
    return _read_config({**value, "deadline": end}, GenerationConfig)

"""Tables from outside, read with care: every value has its type, and no key goes unnoticed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


class TableReader:
    """A table whose keys are taken one by one, so that those left over can be named.

    Whatever is wrong raises `ValueError`.
    """

    def __init__(self, content: object, path: str) -> None:
        if not isinstance(content, Mapping):
            raise ValueError(f"{path} must be a table")
        self._rest = dict(content)
        self._path = path

    def take(self, key: str, default: Any) -> Any:
        """Return the value of `key`, of the type of `default`."""
        value = self._rest.pop(key, default)
        wanted = (int, float) if isinstance(default, float) else type(default)
        if not isinstance(value, wanted) or isinstance(value, bool) != isinstance(default, bool):
            raise ValueError(f"{key} must be of type {type(default).__name__}")
        return value

    def has(self, key: str) -> bool:
        """Tell whether `key` is there and nobody took it."""
        return key in self._rest

    def take_any(self, key: str, default: Any) -> Any:
        """Return the value of `key`, of whatever type."""
        return self._rest.pop(key, default)

    def table(self, key: str) -> TableReader:
        """Return the table called `key`, an empty one if there is none."""
        return TableReader(self._rest.pop(key, {}), key)

    def strings(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of strings."""
        return tuple(all_of(str, key, self.take(key, list(default))))

    def one_of(self, key: str, known: Collection[str]) -> str:
        """Return one of the `known` strings, an empty one if there is none."""
        value: str = self.take(key, "")
        if value and value not in known:
            raise ValueError(f"{self._path}.{key} must be one of {', '.join(sorted(known))}")
        return value

    def seconds(self, key: str, default: float) -> float:
        """Return a span of time."""
        value: float = self.take(key, default)
        if not value > 0:
            raise ValueError(f"{key} must be more than 0 seconds")
        return value

    def texts(self, key: str) -> Mapping[str, str]:
        """Return a table that has strings only."""
        values: Mapping[str, str] = self.take(key, {})
        if not all(isinstance(value, str) for value in values.values()):
            raise ValueError(f"{key} must have strings only")
        return values

    def numbers(self, key: str, default: tuple[int, ...] = ()) -> frozenset[int]:
        """Return a set of whole numbers."""
        return frozenset(all_of(int, key, self.take(key, list(default))))

    def end(self) -> None:
        """Complain of keys that nobody took."""
        if self._rest:
            raise ValueError(f"unknown key {next(iter(self._rest))!r} in {self._path}")


def all_of(wanted: type, key: str, values: object) -> list[Any]:
    """Return `values` if they are a list and all of them are of the type that is `wanted`."""
    if not isinstance(values, list) or not all(isinstance(value, wanted) for value in values):
        raise ValueError(f"{key} must be a list of {wanted.__name__}")
    return values

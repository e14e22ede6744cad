"""Answers that are shared by all who ask the same, while they are awaited and for a while after."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Shared(Generic[T]):
    task: asyncio.Future[T]
    made: float
    waiting: int = 0


class Memory(Generic[T]):
    """The last `size` answers, none older than `age` seconds. Failures are not kept."""

    def __init__(self, size: int, age: float) -> None:
        self._size = size
        self._age = age
        self._kept: OrderedDict[Hashable, _Shared[T]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Return the answer to `key`, which `make` finds out unless it is known or under way.

        The work is cancelled when everybody who waits for it is.
        """
        now = asyncio.get_running_loop().time()
        shared = self._kept.get(key)
        if shared is None or now - shared.made > self._age:
            self._forget_aged(now)
            shared = self._kept[key] = _Shared(asyncio.ensure_future(make()), now)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        except BaseException:
            if self._kept.get(key) is shared and (shared.task.done() or shared.waiting == 1):
                del self._kept[key]
            raise
        finally:
            shared.waiting -= 1
            if not shared.waiting and not shared.task.done():
                shared.task.cancel()

    def _forget_aged(self, now: float) -> None:
        """Drop the answers that nobody would get any more: their keys may hold whole documents."""
        aged = [k for k, s in self._kept.items() if s.task.done() and now - s.made > self._age]
        for key in aged:
            del self._kept[key]

    def clear(self) -> None:
        """Forget what is known; what is under way goes on."""
        self._kept.clear()

"""What the typist makes of a server that does not tell what it should."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fairlead_server.errors import UserError
from fairlead_server.evaluation.latency import typist
from fairlead_server.evaluation.latency.client import Client
from fairlead_server.evaluation.latency.typist import Typist, Waits

LINE = "%s decoding stopped; tokens after it was not wanted any more: %d"


class Silent(Client):
    """A client of a server that logs `lines` after every request that is cancelled."""

    def __init__(self, *lines: str) -> None:
        super().__init__("")
        self._lines = lines
        self._answer: Future[Any] = Future()

    def text_document_did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        pass

    def begin(self, method: str, params: object, request: str) -> Future[Any]:
        self._answer = Future()
        return self._answer

    async def timed(self, method: str, params: object) -> tuple[Any, float]:
        return None, 0.0

    def cancel_request(self, params: types.CancelParams) -> None:
        self._answer.set_exception(JsonRpcRequestCancelled())
        for line in self._lines:
            self._logged(types.LogMessageParams(types.MessageType.Log, line))


def _cancel(times: int, *lines: str) -> Waits:
    async def work() -> Waits:
        waits = Waits()
        typist = Typist(Silent(*lines), Path("/p/a.py"), "x = 1\n", waits)
        for _ in range(times):
            await typist.cancel_at(4)
        return waits

    return asyncio.run(work())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typist, "_TO_TELL", 0.05)
    monkeypatch.setattr(typist, "_DECODING", 0.01)


def test_late_tokens_are_those_of_the_request() -> None:
    waits = _cancel(2, LINE % ("prefetch", 9), "else", LINE % ("invoked", 3))
    assert waits.late_tokens == [3, 3]
    assert len(waits.cancelled) == 2


@pytest.mark.parametrize(
    "lines", [(), (LINE % ("prefetch", 9),), (LINE % ("invoked", 1), LINE % ("invoked", 2))]
)
def test_a_count_that_is_not_told_is_no_zero(lines: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match=rf"logged {len(lines) if len(lines) != 1 else 0} counts"):
        _cancel(1, *lines)

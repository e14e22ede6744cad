"""What is remembered of a server's document, and of a project's files."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from fairlead_server.analysis.language_server import watch
from fairlead_server.analysis.language_server.document import VERSIONS, Document
from fairlead_server.analysis.language_server.memory import Memory
from fairlead_server.analysis.language_server.sync import Lines
from fairlead_server.analysis.language_server.watch import Watch


def lines(text: str) -> Lines:
    return Lines(text, "utf-16")


def opened() -> Document:
    document = Document("file:///a.x", "x", lines("0"), 0, 0.0)
    document.become(lines("0"), 0)
    return document


def test_findings_that_come_again_without_a_version_replace_the_first() -> None:
    document = opened()
    document.found(None, ["old"])
    document.keep("0", ["old"])
    document.found(None, ["new"])
    assert document.latest == ["new"]
    assert "0" not in document.findings


def test_findings_of_earlier_texts_stay_when_others_come() -> None:
    document = opened()
    document.keep("0", ["zero"])
    document.become(lines("1"), 1)
    document.found(None, ["one"])
    assert document.findings == {"0": ["zero"]}


def test_the_last_texts_are_remembered() -> None:
    document = opened()
    for number in range(2 * VERSIONS):
        document.keep(str(number), [number])
    assert set(document.findings) == {str(n) for n in range(VERSIONS, 2 * VERSIONS)}


def test_who_waits_for_a_look_does_not_take_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = watch.stamps

    def slow(root: str, suffixes: tuple[str, ...]) -> dict[str, watch.Stamp]:
        time.sleep(0.05)
        return real(root, suffixes)

    monkeypatch.setattr(watch, "EVERY", -1.0)
    monkeypatch.setattr(watch, "MOMENT", 60.0)
    monkeypatch.setattr(watch, "stamps", slow)
    told: list[object] = []
    (tmp_path / "a.x").touch()

    async def look_twice(watched: Watch) -> None:
        for _ in range(2):
            await watched.look(told.extend)

    async def all_look() -> None:
        watched = Watch(str(tmp_path), [".x"])
        await asyncio.gather(*(look_twice(watched) for _ in range(3)))
        (tmp_path / "b.x").touch()
        await look_twice(watched)

    asyncio.run(all_look())
    assert told == [{"uri": (tmp_path / "b.x").as_uri(), "type": watch.CREATED}]


def test_answers_that_have_aged_are_let_go() -> None:
    async def asked(age: float) -> int:
        memory: Memory[str] = Memory(size=100, age=age)

        async def answer() -> str:
            return "answer"

        for text in range(10):
            assert await memory.get(text, answer) == "answer"
        return len(memory._kept)

    assert asyncio.run(asked(age=60)) == 10
    assert asyncio.run(asked(age=-1)) == 1

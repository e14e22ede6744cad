"""Rows: full, in order, and with prefix and middle in one piece."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest

from fairlead_server.errors import UserError
from fairlead_server.training.corpus import Document
from tests.server.training.packages import java_text, python_text

pytestmark = pytest.mark.needs("train")

DOCUMENTS = [
    Document("p", f"p/m{i}.py", "python", False, python_text(f"word{i}", 30)) for i in range(12)
] + [Document("j", f"j/M{i}.java", "java", False, java_text(f"word{i}")) for i in range(12)]


def rows(tokenizer: Any, count: int, *, length: int = 257, **mixture: Any) -> list[list[int]]:
    from fairlead_server.training.stream import STABLE_MIXTURE, Stream

    stream = Stream(DOCUMENTS, tokenizer, length, replace(STABLE_MIXTURE, **mixture), seed=1)
    return [row.tolist() for row in islice(stream.rows(), count)]


def examples(tokenizer: Any, **mixture: Any) -> list[list[int]]:
    """Return what lies between two ends of text in some rows."""
    found = []
    for row in rows(tokenizer, 40, **mixture):
        ends = [place for place, token in enumerate(row) if token == 0]
        found += [row[a + 1 : b] for a, b in pairwise(ends)]
    return found


def test_rows_are_full_and_the_same_again(tokenizer: Any) -> None:
    first = rows(tokenizer, 20)
    assert {len(row) for row in first} == {257}
    assert first == rows(tokenizer, 20)
    assert len({tuple(row) for row in first}) == 20


def test_prefix_and_middle_are_tokenised_as_one(tokenizer: Any) -> None:
    from fairlead_server.training.tokenizer import control_ids

    control = control_ids(tokenizer)
    found = [
        e for e in examples(tokenizer, holes=1.0, paths=0.0, length=513) if control.middle in e
    ]
    assert len(found) > 20
    sources = [document.text for document in DOCUMENTS]
    for example in found:
        assert example[:2] == [control.prefix, control.suffix]
        place = example.index(control.middle)
        suffix = tokenizer.decode(example[2:place], skip_special_tokens=False)
        text = tokenizer.decode(example[place + 1 :], skip_special_tokens=False)
        assert tokenizer.encode(text).ids == example[place + 1 :]
        assert any(text + suffix in source for source in sources)


def test_paths_and_repairs_stand_before_the_text(tokenizer: Any) -> None:
    from fairlead_server.training.tokenizer import control_ids

    control = control_ids(tokenizer)
    headed = examples(tokenizer, holes=0.0, paths=1.0)
    assert {e[0] for e in headed if e} == {control.separator}
    assert tokenizer.decode(headed[0][1:]).split("\n")[0].startswith(("p/m", "j/M"))
    mended = examples(tokenizer, repairs=1.0, paths=0.0, length=513)
    assert sum(e[0] == control.fix and control.middle in e for e in mended) > len(mended) / 2


def test_insertions_are_of_unfinished_programs(tokenizer: Any) -> None:
    from fairlead_server.training.lintseq.records import key_of, make
    from fairlead_server.training.stream import SKILLS_MIXTURE, Stream
    from fairlead_server.training.tokenizer import control_ids

    middle = control_ids(tokenizer).middle
    text = python_text("word", 3)
    sequences = [make(key_of("a", text, 0, number), text, "python") for number in range(3)]
    states = {state.rstrip("\n") for record in sequences for state in record.states()}
    mixture = replace(SKILLS_MIXTURE, insertions=1.0)
    stream = Stream(DOCUMENTS[5:], tokenizer, 2049, mixture, 1, sequences)
    whole = 0
    for row in islice(stream.rows(), 10):
        ends = [place for place, token in enumerate(row.tolist()) if token == 0]
        for a, b in pairwise(ends):
            example = row[a + 1 : b].tolist()
            place = example.index(middle) if middle in example else 0
            after = tokenizer.decode(example[2:place], skip_special_tokens=False)
            text = tokenizer.decode(example[place + bool(place) :], skip_special_tokens=False)
            whole += (text + after).rstrip("\n") in states
            assert any(text.rstrip("\n") in state for state in states)
    assert whole > 10


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_languages(tokenizer: Any, share: float) -> None:
    text = tokenizer.decode([i for row in rows(tokenizer, 8, python=share) for i in row])
    assert ("def " in text) == bool(share)
    assert ("public " in text) != bool(share)


def test_documents_are_held_back() -> None:
    from fairlead_server.training.stream import split

    many = [Document("p", f"{i}.py", "python", False, "x") for i in range(5000)]
    learned, watched = split(many)
    assert 20 < len(watched) < 100
    assert len(learned) + len(watched) == 5000
    assert split(many) == (learned, watched)


def test_rows_are_made_ahead(tokenizer: Any) -> None:
    from fairlead_server.training.stream import ahead

    made = ahead(iter([np.array([i]) for i in range(5)]), 2)
    assert [int(next(made)[0]) for _ in range(5)] == [0, 1, 2, 3, 4]
    made.close()

    def broken() -> Any:
        yield np.array([1])
        raise ValueError("no more")

    failing = ahead(broken(), 2)
    next(failing)
    with pytest.raises(ValueError, match="no more"):
        next(failing)


def test_what_is_made_ahead_can_be_switched() -> None:
    from fairlead_server.training.stream import ahead

    def slow() -> Iterator[Any]:
        number = 0
        while True:
            time.sleep(0.002)
            yield np.array([number := number + 1])

    shared = slow()
    last = 0
    for _ in range(10):
        made = ahead(shared, 4)
        found = [int(row[0]) for row in islice(made, 3)]
        made.close()
        assert found == list(range(found[0], found[0] + 3)) and found[0] > last
        last = found[-1]


def test_without_documents(tokenizer: Any) -> None:
    from fairlead_server.training.stream import STABLE_MIXTURE, Stream

    with pytest.raises(UserError, match="no document"):
        Stream([], tokenizer, 64, STABLE_MIXTURE, 0)

"""What ``fairlead eval decoding`` measures with: engines, dictated texts, the model made for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fairlead_decoding.backends.gguf_header import read_header
from fairlead_monitors.engine import Completeness, Kind, Source
from fairlead_server.evaluation.decoding import words
from fairlead_server.evaluation.decoding.engines import known_members, one_list
from fairlead_server.evaluation.decoding.texts import (
    DictatedSession,
    Dictation,
    member_heavy,
    ordinary,
)
from fairlead_server.evaluation.decoding.timing import CLOCKS, clock_for, interleaved
from fairlead_server.evaluation.decoding.wide_model import (
    VOCABULARY_SIZE,
    Shape,
    made_up_tokenizer,
    write_wide_model,
)
from fairlead_server.model_files import EMBEDDED, find_model
from tests.decoding.fakes import BYTES, ScriptedModel

CODE = "self.a.b = f(x).c\nself.d(1.5)\n"


@pytest.mark.parametrize(
    ("before", "own"),
    [
        ("self", {"a", "d"}),
        ("self.a", {"b"}),
        ("y = f(x)", {"c"}),
        ("other", None),
        ("x = (", None),
    ],
)
def test_an_engine_knows_what_a_text_names(before: str, own: set[str] | None) -> None:
    source = Source("a.py", f"{before}.")
    found = known_members(CODE, 20).names(Kind.MEMBER, source, len(source.text)).result()
    assert found.completeness is (Completeness.COMPLETE if own else Completeness.UNKNOWN)
    assert len(found.names) == (20 if own else 0)
    assert found.names >= (own or set())


def test_an_engine_with_one_list() -> None:
    engine = one_list(["a", "b"])
    assert engine.names(Kind.MEMBER, Source("a.py", "x."), 2).result().names == {"a", "b"}
    assert engine.declarations(Source("a.py", "x."), 2).result() == ()


def test_names_are_many_and_drawn_again_alike() -> None:
    assert len(words.names()) > 2000
    drawn = words.some(["own"], 50, seed=1)
    assert (len(set(drawn)), drawn[0]) == (50, "own")
    assert drawn == words.some(["own"], 50, seed=1) != words.some(["own"], 50, seed=2)
    assert len(words.some(words.members("builtins:str"), 5, seed=1)) == 5


def test_passages_have_the_size_asked_for() -> None:
    for passage in (*ordinary(3, 300, 200, seed=0), *member_heavy(3, 200, seed=0)):
        assert len(passage.after) == 200
        assert passage.before.startswith(("def ", "class "))
    assert ordinary(3, 300, 200, seed=0) == ordinary(3, 300, 200, seed=0)


def test_a_dictated_session_prefers_what_comes_next() -> None:
    model = ScriptedModel(BYTES, lambda _: np.zeros(len(BYTES), np.float32))
    inner = model.session()
    inner.forward(b"> ")
    session = DictatedSession(inner, Dictation(model, "héé"), [len(t) for t in BYTES.tokens])

    def top() -> str:
        return chr(int(session.prefer(np.zeros(len(BYTES), np.float32)).argmax()))

    assert top() == "h"
    rows = session.forward_rows("hé".encode())
    assert rows.argmax(axis=1).tolist() == list("éé".encode()[:3])
    fork = session.fork()
    session.rollback(len(session.tokens) - 2)
    assert top() == "\xc3"
    assert int(fork.forward(b"\xc3").argmax()) == 0xA9
    assert (session.passes, fork.passes) == (1, 1)


def test_who_comes_first_changes() -> None:
    order: list[str] = []

    def way(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    taken = list(interleaved([lambda n: way("a", 1 + n), lambda n: way("b", 2 + n)], 3))
    assert taken == [(1, 2), (2, 3), (3, 4)]
    assert "".join(order) == "abbaab"


@pytest.mark.parametrize(
    ("name", "threads", "clock"),
    [("cpu", 1, "cpu"), ("wall", 1, "wall"), ("cpu", 4, "wall"), ("wall", 4, "wall")],
)
def test_the_clock_misses_no_thread(name: str, threads: int, clock: str) -> None:
    told: list[str] = []
    assert clock_for(name, threads, told.append) is CLOCKS[clock]
    assert [text.partition(" times")[0] for text in told] == ["with several threads"] * (
        name != clock
    )


def test_a_made_up_vocabulary() -> None:
    made = made_up_tokenizer(VOCABULARY_SIZE)
    tokens, merges = made["tokenizer.ggml.tokens"], made["tokenizer.ggml.merges"]
    assert len(tokens) == len(set(tokens)) == VOCABULARY_SIZE
    assert len(made["tokenizer.ggml.token_type"]) == VOCABULARY_SIZE
    assert {merge.replace(" ", "") for merge in merges} == set(tokens[257:])
    assert {part for merge in merges for part in merge.split()} <= set(tokens)
    assert {"Ġvalue", ".append", "_count"} <= set(tokens)


@pytest.mark.needs("llama")
def test_a_wide_model_runs_and_takes_the_vocabulary_of_another(
    tmp_path: Path,
) -> None:
    from fairlead_decoding.backends.llama_cpp import load

    path, source = tmp_path / "wide.gguf", find_model(EMBEDDED)
    write_wide_model(path, Shape(64, 1), source, seed=0)
    model = load(str(path), threads=1)
    try:
        assert model.vocabulary.tokens == read_header(str(source)).vocabulary().tokens
        logits = model.session().forward(model.encode("import os"))
        assert np.isfinite(logits).all() and 0.1 < logits.std() < 10
    finally:
        model.close()

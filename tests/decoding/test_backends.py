"""What every backend promises of its sessions, its vocabulary and its tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.backends import llama_cpp, transformers
from fairlead_decoding.errors import ModelError
from fairlead_decoding.model import LanguageModel, Logits, Session

TEXT = "def area(self):\n    return self.width * self.height\n\n\nclass Square:\n    def __init__"
BACKENDS = [
    pytest.param("llama_cpp", marks=pytest.mark.needs("llama")),
    pytest.param("transformers", marks=pytest.mark.needs("transformers")),
]
TEXTS = (
    "",
    " ",
    "x",
    " x",
    "    return self.items\n",
    "\tif (a\t==\tb) {\r\n\t\treturn;\r\n\t}\r\n",
    "größe = 'Straße'  # naïve café",
    "日本語のコメント",
    "\U0001d54f = '😀👩‍👩‍👧 \U0010ffff'",
    "e\u0301 is not \u00e9, and \u212b is not \u00c5",
    "\0\x01\x7f\u00a0\u200b\ufeff",
    "\n\n\n   \n",
    "<|endoftext|><|fim_prefix|><|im_end|> </s> <s><|User|> <|User|> <tool_call>",
    "0123456789 3.14159 0xDEADBEEF",
)


def open_model(backend: str, path: Path, context_length: int | None = None) -> LanguageModel:
    """Load a model so that the two backends compute the same: the KV cache in F32."""
    if backend == "llama_cpp":
        return llama_cpp.load(str(path), context_length=context_length, kv_type="f32")
    return transformers.load(str(path), context_length=context_length)


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(backend: str, f32_gguf: Path) -> Iterator[LanguageModel]:
    loaded = open_model(backend, f32_gguf)
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def spm_model(backend: str, spm_gguf: Path) -> Iterator[LanguageModel]:
    loaded = open_model(backend, spm_gguf)
    yield loaded
    loaded.close()


@pytest.fixture
def session(model: LanguageModel) -> Iterator[Session]:
    opened = model.session()
    yield opened
    opened.close()


def fresh(model: LanguageModel, tokens: list[int]) -> Logits:
    """Evaluate `tokens` in a session of their own."""
    opened = model.session()
    logits = opened.forward(tokens).copy()
    opened.close()
    return logits


def assert_equal(found: Logits, expected: Logits) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("step", [1, 5, 600])
def test_logits_do_not_depend_on_how_a_text_is_cut(
    model: LanguageModel, session: Session, step: int
) -> None:
    # Longer than one batch of llama.cpp.
    tokens = model.encode(TEXT * 25)[:600]
    for start in range(0, len(tokens), step):
        logits = session.forward(tokens[start : start + step])
    assert list(session.tokens) == tokens
    assert logits.shape == (len(model.vocabulary),)
    assert logits.dtype == np.float32
    assert_equal(logits, fresh(model, tokens))


@pytest.mark.parametrize("length", [0, 1, 7, 1000])
def test_after_a_rollback_nothing_is_left_of_what_was_forgotten(
    model: LanguageModel, session: Session, length: int
) -> None:
    tokens, other = model.encode(TEXT), model.encode(".append(value)")
    session.forward(tokens)
    session.rollback(length)
    assert list(session.tokens) == tokens[:length]
    assert_equal(session.forward(other), fresh(model, tokens[:length] + other))


def test_forks_are_independent(model: LanguageModel, session: Session) -> None:
    tokens = model.encode(TEXT)
    session.forward(tokens)
    endings = [model.encode(text) for text in ("(self, side):", " = None", "x")]
    forks = [session.fork() for _ in endings]
    for at in range(2):
        for fork, ending in zip(forks, endings, strict=True):
            fork.forward(ending[at : at + 1] or [1])
    session.rollback(3)
    forks.append(forks[0].fork())
    forks[0].close()
    first = tokens + endings[0][:2]
    assert list(forks[-1].tokens) == first
    assert_equal(forks[-1].forward([5]), fresh(model, [*first, 5]))
    assert_equal(forks[1].forward([5]), fresh(model, [*tokens, *endings[1][:2], 5]))
    assert_equal(session.forward([5]), fresh(model, [*tokens[:3], 5]))
    for fork in forks:
        fork.close()


@pytest.mark.parametrize("sizes", [(), (1,), (1, 1, 1), (3, 1, 7, 2), (300, 300)])
def test_several_sessions_at_once_are_as_one_after_the_other(
    model: LanguageModel, session: Session, sizes: tuple[int, ...]
) -> None:
    start, more = model.encode(TEXT), model.encode(TEXT * 25)
    session.forward(start)
    texts = [more[i : i + size] for i, size in enumerate(sizes)]
    # Sessions of different lengths, and one that is empty.
    sessions = [session.fork() for _ in sizes[1:]] + [model.session() for _ in sizes[:1]]
    for kept, opened in enumerate(sessions[1:], 3):
        opened.rollback(kept)
    held = [list(opened.tokens) for opened in sessions]
    found = model.forward_many(list(zip(sessions, texts, strict=True)))
    assert len(found) == len(sizes)
    for logits, before, text in zip([row.copy() for row in found], held, texts, strict=True):
        assert_equal(logits, fresh(model, before + text))
    for opened, before, text in zip(sessions, held, texts, strict=True):
        assert list(opened.tokens) == before + text
        assert_equal(opened.forward([5]), fresh(model, [*before, *text, 5]))
        opened.close()


@pytest.mark.parametrize("size", [1, 2, 9, 600])
def test_all_rows_are_those_of_one_token_after_another(
    model: LanguageModel, session: Session, size: int
) -> None:
    start, tokens = model.encode(TEXT), model.encode(TEXT * 25)[:size]
    session.forward(start)
    rows = session.forward_rows(tokens).copy()
    assert list(session.tokens) == start + tokens
    assert rows.shape == (size, len(model.vocabulary))
    assert rows.dtype == np.float32
    for place in {0, size // 2, size - 1}:
        assert_equal(rows[place], fresh(model, start + tokens[: place + 1]))
    session.rollback(len(start) + 1)
    assert_equal(session.forward([5]), fresh(model, [*start, tokens[0], 5]))


def test_rows_that_a_session_cannot_take_are_an_error_that_changes_nothing(
    model: LanguageModel, session: Session
) -> None:
    tokens = (model.encode(TEXT) * 100)[: model.context_length - 1]
    session.forward(tokens)
    with pytest.raises(ModelError, match="the context is full"):
        session.forward_rows([5, 5])
    with pytest.raises(ValueError, match="at least one token"):
        session.forward_rows([])
    assert list(session.tokens) == tokens
    session.close()
    with pytest.raises(ModelError, match="the session is closed"):
        session.forward_rows([5])


def test_what_one_of_several_sessions_cannot_take_is_an_error(
    model: LanguageModel, session: Session
) -> None:
    full = model.session()
    full.forward((model.encode(TEXT) * 100)[: model.context_length])
    with pytest.raises(ModelError, match="the context is full"):
        model.forward_many([(session, [5]), (full, [5])])
    with pytest.raises(ValueError, match="at least one token"):
        model.forward_many([(session, []), (full, [])])
    full.close()
    with pytest.raises(ModelError, match="the session is closed"):
        model.forward_many([(full, [5])])


@pytest.mark.needs("llama")
def test_where_llama_cpp_cannot_evaluate_several_sessions_none_changes(
    f32_gguf: Path, spm_gguf: Path
) -> None:
    model, other = (
        llama_cpp.load(str(path), kv_type="f32", sequences=3) for path in (f32_gguf, spm_gguf)
    )
    tokens = model.encode(TEXT) * 50
    first, second, third = (model.session() for _ in range(3))
    for session, size in ((first, 1024), (second, 500), (third, 400)):
        session.forward(tokens[:size])
    with pytest.raises(ModelError, match="the KV cache is full"):
        model.forward_many([(second, tokens[:100]), (third, tokens[:100])])
    assert (len(second.tokens), len(third.tokens)) == (500, 400)
    first.close()
    _, logits = model.forward_many([(second, tokens[500:600]), (third, tokens[400:500])])
    assert_equal(logits, fresh(model, tokens[:500]))
    with pytest.raises(ValueError, match="the session is not one of fairlead-8m-f32"):
        model.forward_many([(other.session(), [5])])
    model.close()
    other.close()


def test_closed_sessions_leave_room_for_new_ones(model: LanguageModel) -> None:
    tokens = model.encode(TEXT * 25)[:600]
    expected = fresh(model, tokens[:60])
    for _ in range(100):
        opened = model.session()
        opened.forward(tokens[:50])
        fork = opened.fork()
        opened.close()
        opened.close()
        logits = fork.forward(tokens[50:60])
        fork.close()
    assert_equal(logits, expected)


def test_a_full_context_is_an_error_that_changes_nothing(
    model: LanguageModel, session: Session
) -> None:
    tokens = (model.encode(TEXT) * 100)[: model.context_length]
    session.forward(tokens[:-1])
    with pytest.raises(ModelError, match="the context is full: 1023 tokens and 2 more exceed 1024"):
        session.forward([5, 5])
    session.forward(tokens[-1:])
    with pytest.raises(ModelError, match="the context is full"):
        session.forward([5])
    assert list(session.tokens) == tokens
    session.rollback(10)
    assert_equal(session.forward([5]), fresh(model, [*tokens[:10], 5]))


@pytest.mark.parametrize(("asked", "given"), [(None, 256), (100, 100), (5000, 256)])
def test_the_context_is_never_longer_than_the_trained_one(
    backend: str, spm_gguf: Path, asked: int | None, given: int
) -> None:
    loaded = open_model(backend, spm_gguf, asked)
    assert loaded.context_length == given
    loaded.close()


def test_misuse_of_a_session_is_a_value_error(session: Session) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        session.forward([])
    with pytest.raises(ValueError, match="cannot keep -1 tokens"):
        session.rollback(-1)


def test_what_is_closed_says_so(backend: str, spm_gguf: Path) -> None:
    loaded = open_model(backend, spm_gguf)
    closed, left_open = loaded.session(), loaded.session()
    closed.close()
    for use in (closed.fork, lambda: closed.forward([5]), lambda: closed.rollback(0)):
        with pytest.raises(ModelError, match="the session is closed"):
            use()
    loaded.close()
    loaded.close()
    for use in (loaded.session, lambda: left_open.forward([5])):
        with pytest.raises(ModelError, match="is closed"):
            use()


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_write_the_text_they_encode(
    model: LanguageModel, spm_model: LanguageModel, text: str
) -> None:
    for tried in (model, spm_model):
        assert tried.vocabulary.text(tried.encode(text)) == text.encode()


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u2581")))
def test_tokens_write_any_text_they_encode(
    model: LanguageModel, spm_model: LanguageModel, text: str
) -> None:
    for tried in (model, spm_model):
        assert tried.vocabulary.text(tried.encode(text)) == text.encode()


def test_control_tokens_write_nothing_and_are_not_encoded(
    model: LanguageModel, spm_model: LanguageModel
) -> None:
    vocabulary = model.vocabulary
    assert len(vocabulary) == 8192
    assert len(vocabulary.special) == 16
    assert vocabulary.special["<|fim_middle|>"] == 2
    for name, token in vocabulary.special.items():
        assert vocabulary.tokens[token] == b""
        assert token not in model.encode(f"x {name} y")
    assert not vocabulary.text([1, 2, 3])
    assert spm_model.vocabulary.special == {
        **{"<s>": 1, "</s>": 2, "▁<PRE>": 304, "▁<EOT>": 305},
        **{"<tool_call>": 306, "<|User|>": 308},
    }
    writes_nothing = [i for i, text in enumerate(spm_model.vocabulary.tokens) if not text]
    assert writes_nothing == [0, 1, 2, 304, 305, 307, 308]
    assert spm_model.vocabulary.end == {2}


def test_metadata_is_what_the_file_states(model: LanguageModel) -> None:
    stated = {
        "general.architecture": "llama",
        "general.name": "fairlead-8m",
        "llama.context_length": "1024",
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.add_bos_token": "false",
        "tokenizer.ggml.fim_pre_token_id": "1",
        "tokenizer.ggml.fim_suf_token_id": "3",
        "tokenizer.ggml.fim_mid_token_id": "2",
    }
    assert stated.items() <= model.metadata.items()
    assert model.name == "fairlead-8m-f32"

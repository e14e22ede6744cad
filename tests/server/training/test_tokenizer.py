"""The tokenizer, and that runtimes split text as it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairlead_server.errors import UserError
from fairlead_server.model_files import EMBEDDED, find_model
from tests.decoding import snippets
from tests.server.training.packages import java_text, python_text

pytestmark = pytest.mark.needs("train")

TEXTS = (
    *(*snippets.PYTHON, java_text("a"), python_text("b")),
    *("naïve — 漢字 🙂\n", "\t\tx  =  1\r\n\r\n   \n", "a" * 300, "x = 0x1F_12345\n", " ", "\n"),
    *("it's they'RE <|fim_prefix|> .name (name _name", "¼ ² ① \u200b\u00a0 e\u0301"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back(tokenizer: Any, text: str) -> None:
    ids = tokenizer.encode(text.replace("<|fim_prefix|>", "")).ids
    assert tokenizer.decode(ids, skip_special_tokens=False) == text.replace("<|fim_prefix|>", "")


def test_a_dot_and_a_name_share_a_token(tokenizer: Any) -> None:
    ids = tokenizer.encode("return this.word").ids
    assert any(tokenizer.decode([i]).startswith(".w") for i in ids)


def test_control_tokens(tokenizer: Any) -> None:
    from fairlead_server.training.tokenizer import CONTROL, control_ids

    assert [tokenizer.token_to_id(name) for name in CONTROL] == list(range(len(CONTROL)))
    ids = control_ids(tokenizer)
    assert (ids.end, ids.prefix, ids.middle, ids.suffix) == (0, 1, 2, 3)


@pytest.mark.needs("llama")
def test_llama_cpp_splits_alike(tokenizer: Any, exported: dict[str, Path]) -> None:
    from fairlead_decoding.backends.llama_cpp import load

    model = load(str(exported["q8_0"]), threads=1)
    try:
        for text in TEXTS:
            plain = text.replace("<|fim_prefix|>", "")
            assert model.encode(plain) == tokenizer.encode(plain).ids, plain
    finally:
        model.close()


@pytest.mark.needs("llama", "transformers")
def test_both_backends_split_alike_with_the_shipped_model() -> None:
    from fairlead_decoding.backends import llama_cpp, transformers

    path = str(find_model(EMBEDDED))
    one, other = llama_cpp.load(path, threads=1), transformers.load(path)
    try:
        for text in TEXTS:
            assert one.encode(text) == other.encode(text)
    finally:
        one.close()
        other.close()


@pytest.mark.parametrize("content", ["", "{}", "no json"])
def test_what_is_no_tokenizer(tmp_path: Path, content: str) -> None:
    from fairlead_server.training.tokenizer import load_tokenizer

    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(UserError, match="is no tokenizer"):
        load_tokenizer(path)


def test_a_tokenizer_without_our_control_tokens(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    from fairlead_server.training.tokenizer import load_tokenizer

    path = tmp_path / "tokenizer.json"
    Tokenizer(models.BPE()).save(str(path))
    with pytest.raises(UserError, match=r"has no <.endoftext.>"):
        load_tokenizer(path)

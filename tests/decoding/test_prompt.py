from __future__ import annotations

import pytest

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.model import Vocabulary
from fairlead_decoding.prompt import (
    FimTokens,
    Layout,
    build_prompt,
    find_fim_tokens,
    preferred_layout,
    split_tail,
)
from tests.decoding.fakes import BYTES, ScriptedModel


def model(
    special: tuple[str, ...] = (),
    context_length: int = 4096,
    metadata: dict[str, str] | None = None,
) -> ScriptedModel:
    ids = {name: len(BYTES) + i for i, name in enumerate(special)}
    tokens = (*BYTES.tokens, *(b"" for _ in special))
    vocabulary = Vocabulary(tokens, BYTES.end, ids)
    return ScriptedModel(vocabulary, lambda _: {}, context_length, metadata)


QWEN = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")


@pytest.mark.parametrize(
    ("special", "metadata", "found"),
    [
        (QWEN, {}, FimTokens(257, 258, 259)),
        (("<fim_prefix>", "<fim_suffix>", "<fim_middle>"), {}, FimTokens(257, 258, 259)),
        (("▁<PRE>", "▁<SUF>", "▁<MID>"), {}, FimTokens(257, 258, 259)),
        (
            ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # noqa: RUF001
            {},
            FimTokens(257, 258, 259),
        ),
        (
            (),
            {
                "tokenizer.ggml.fim_pre_token_id": "1",
                "tokenizer.ggml.fim_suf_token_id": "3",
                "tokenizer.ggml.fim_mid_token_id": "2",
            },
            FimTokens(1, 3, 2),
        ),
        ((), {"tokenizer.ggml.fim_pre_token_id": "1"}, None),
        (("[PREFIX]", "[SUFFIX]"), {}, FimTokens(257, 258, None)),
        (QWEN[:2], {}, None),
        ((), {}, None),
    ],
)
def test_fill_in_the_middle_tokens(
    special: tuple[str, ...], metadata: dict[str, str], found: FimTokens | None
) -> None:
    assert find_fim_tokens(model(special, metadata=metadata)) == found


@pytest.mark.parametrize(
    ("layout", "laid_out"),
    [
        ("psm", [257, *b"x = a", 258, *b"\nz", 259]),
        ("spm", [257, 258, *b"\nz", 259, *b"x = a"]),
        ("left-to-right", [*b"x = a"]),
    ],
)
def test_layout(layout: Layout, laid_out: list[int]) -> None:
    prompt = build_prompt(model(QWEN), "x = a.app", "\nz", layout=layout, max_new_tokens=8)
    assert (list(prompt.tokens), prompt.heal, prompt.format) == (laid_out, b".app", layout)


@pytest.mark.parametrize("layout", ["psm", "spm"])
def test_without_a_middle_token_the_suffix_comes_first(layout: Layout) -> None:
    codestral = model(("[PREFIX]", "[SUFFIX]"))
    prompt = build_prompt(codestral, "x = a.app", "\nz", layout=layout, max_new_tokens=8)
    assert (list(prompt.tokens), prompt.format) == ([258, *b"\nz", 257, *b"x = a"], "spm")


def test_without_fill_in_the_middle_tokens_the_layout_is_left_to_right() -> None:
    prompt = build_prompt(model(), "x = a", "\nz", layout="psm", max_new_tokens=8)
    assert (prompt.format, list(prompt.tokens), prompt.heal) == ("left-to-right", [*b"x ="], b" a")


@pytest.mark.parametrize("prefix", ["", "x", "."])
def test_a_prompt_is_never_empty(prefix: str) -> None:
    prompt = build_prompt(model(), prefix, "", layout="psm", max_new_tokens=8)
    assert list(prompt.tokens) == [256]
    assert prompt.heal == prefix.encode()


def test_a_long_text_is_cut_at_a_line_to_fit_the_context() -> None:
    lines = "".join(f"line_{i:04} = {i}\n" for i in range(200))
    prompt = build_prompt(
        model(QWEN, context_length=256), lines + "x", lines, layout="spm", max_new_tokens=16
    )
    assert len(prompt.tokens) <= 256 - 16
    text = bytes(t for t in prompt.tokens if t < 256)
    assert text.startswith(b"line_0000")  # The suffix comes first.
    assert text.endswith(b"line_0199 = 199\n")
    before = text[text.rindex(b"line_0001") if b"line_0001" in text else 0 :]
    assert before.count(b"line_") > 4


def test_no_room_for_the_prompt_is_an_error() -> None:
    with pytest.raises(DecodingError, match="leaves no room"):
        build_prompt(model(context_length=64), "x", "", layout="psm", max_new_tokens=60)


@pytest.mark.parametrize(
    ("prefix", "tail"),
    [
        ("x = self.get_na", ".get_na"),
        ("x = xs.", "."),
        ("x = ap", " ap"),
        ("f(ap", "(ap"),
        ("if x:\n        ", "        "),
        ("if x:\n\t", "\t"),
        ("if x:\n", ""),
        ("if x:", ":"),
        ("f())", "())"),
        ("größe", "größe"),
        ("x = '😀", " '😀"[1:]),
        ("", ""),
        ("a" * 200, ""),
    ],
)
def test_what_is_healed(prefix: str, tail: str) -> None:
    assert split_tail(prefix) == (prefix[: len(prefix) - len(tail)], tail)


def test_the_preferred_layout_is_psm_unless_a_model_is_known_for_another() -> None:
    assert preferred_layout(model()) == "psm"
    known = model(metadata={"general.name": "bootstrap-code"})
    assert preferred_layout(known) == "spm"
    stating = {"spm": "spm", "left-to-right": "left-to-right", "psm": "psm", "other": "psm"}
    for stated, layout in stating.items():
        assert preferred_layout(model(metadata={"fairlead.prompt_layout": stated})) == layout

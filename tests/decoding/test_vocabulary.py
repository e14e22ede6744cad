"""What tokens write, from the way model files spell them."""

from __future__ import annotations

import pytest

from fairlead_decoding.backends.gguf_header import GgufHeader
from fairlead_decoding.vocabulary import Kind, Spelling, build_vocabulary, token_bytes

BAR = "\uff5c"


@pytest.mark.parametrize(
    ("text", "kind", "spelling", "written"),
    [
        ("Ġself", Kind.NORMAL, "gpt2", b" self"),
        ("ĊĊĠĠ", Kind.NORMAL, "gpt2", b"\n\n  "),
        ("čĊ", Kind.NORMAL, "gpt2", b"\r\n"),
        ("ĉ", Kind.NORMAL, "gpt2", b"\t"),
        ("Ã¤", Kind.NORMAL, "gpt2", "ä".encode()),
        ("ðŁĺ", Kind.NORMAL, "gpt2", "😀".encode()[:3]),
        ("Ā", Kind.NORMAL, "gpt2", b"\0"),
        ("Ń", Kind.NORMAL, "gpt2", b"\xad"),
        ("<0x0A>", Kind.NORMAL, "gpt2", b"<0x0A>"),
        ("日", Kind.NORMAL, "gpt2", "日".encode()),
        ("\udcff", Kind.NORMAL, "gpt2", b"\xff"),
        ("▁\udcff", Kind.NORMAL, "llama", b" \xff"),
        ("▁self", Kind.NORMAL, "llama", b" self"),
        ("▁▁▁", Kind.NORMAL, "llama", b"   "),
        ("日", Kind.NORMAL, "llama", "日".encode()),
        ("<0x0A>", Kind.BYTE, "llama", b"\n"),
        ("<0xfF>", Kind.NORMAL, "llama", b"\xff"),
        ("<0x0A>x", Kind.NORMAL, "llama", b"<0x0A>x"),
        ("  ", Kind.USER_DEFINED, "llama", b"  "),
        ("<tool_call>", Kind.USER_DEFINED, "gpt2", b"<tool_call>"),
        ("Ġx", Kind.USER_DEFINED, "gpt2", "Ġx".encode()),
        ("<|endoftext|>", Kind.CONTROL, "gpt2", b""),
        ("<unk>", Kind.UNKNOWN, "llama", b""),
        ("[PAD151936]", Kind.UNUSED, "gpt2", b""),
    ],
)
def test_token_bytes(text: str, kind: Kind, spelling: Spelling, written: bytes) -> None:
    assert token_bytes(text, kind, spelling) == written


@pytest.mark.parametrize(
    ("name", "kind", "special", "ends"),
    [
        ("<|endoftext|>", Kind.CONTROL, True, True),
        ("<|im_start|>", Kind.CONTROL, True, False),
        # Published files list these as text.
        ("<|fim_prefix|>", Kind.USER_DEFINED, True, False),
        ("<|file_sep|>", Kind.USER_DEFINED, True, True),
        ("<fim_suffix>", Kind.NORMAL, True, False),
        (f"<{BAR}fim▁hole{BAR}>", Kind.NORMAL, True, False),
        ("▁<MID>", Kind.NORMAL, True, False),
        ("</s>", Kind.NORMAL, True, True),
        ("<EOT>", Kind.CONTROL, True, True),
    ],
)
def test_control_tokens_are_known_by_kind_or_name(
    name: str, kind: Kind, special: bool, ends: bool
) -> None:
    found = build_vocabulary(["x", name], [Kind.NORMAL, kind], "llama")
    assert found.tokens == (b"x", b"")
    assert (name in found.special) == special
    assert found.end == ({1} if ends else set())


@pytest.mark.parametrize(
    ("name", "kind", "special"),
    [
        ("<table>", Kind.USER_DEFINED, True),
        ("<tool_call>", Kind.USER_DEFINED, True),
        ("\n\n", Kind.USER_DEFINED, False),
        ("<table>", Kind.NORMAL, False),
        ("<||>", Kind.NORMAL, False),
        ("x<|y|>", Kind.NORMAL, False),
    ],
)
def test_other_tokens_write_their_text(name: str, kind: Kind, special: bool) -> None:
    found = build_vocabulary([name], [kind], "llama")
    assert found.tokens == (name.encode(),)
    assert found.special == ({name: 0} if special else {})


def test_named_ends_are_joined_with_known_ones() -> None:
    found = build_vocabulary(["a", "b", "<|im_end|>"], [Kind.NORMAL] * 3, "gpt2", end=[1])
    assert found.end == {1, 2}


def test_a_header_without_token_types_has_normal_tokens() -> None:
    values = {"tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": ("▁x", "</s>")}
    found = GgufHeader({**values, "tokenizer.ggml.eos_token_id": 1}).vocabulary()
    assert found.tokens == (b" x", b"")
    assert found.end == {1}


def test_an_unknown_spelling_is_an_error() -> None:
    values = {"tokenizer.ggml.model": "bert", "tokenizer.ggml.tokens": ("x",)}
    with pytest.raises(ValueError, match="'bert' is not supported"):
        GgufHeader(values).vocabulary()

"""How other files are laid out in prompts, by model family."""

from __future__ import annotations

import pytest

from fairlead_decoding.background import (
    NO_BACKGROUND,
    FileTokens,
    background,
    file_part,
    find_file_tokens,
)
from fairlead_decoding.errors import DecodingError
from fairlead_decoding.keystrokes import TypedPrompts
from fairlead_decoding.model import Vocabulary
from fairlead_decoding.prompt import Layout, build_prompt
from tests.decoding.fakes import BYTES, ScriptedModel

QWEN = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "<|repo_name|>")
STARCODER2 = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>", "<repo_name>")
CODEGEMMA = (*QWEN[:3], "<|file_separator|>")
CODELLAMA = ("▁<PRE>", "▁<SUF>", "▁<MID>")
BOOTSTRAP = {"general.name": "bootstrap-code"}


def model(
    special: tuple[str, ...], metadata: dict[str, str] | None = None, context_length: int = 4096
) -> ScriptedModel:
    ids = {name: len(BYTES) + i for i, name in enumerate(special)}
    vocabulary = Vocabulary((*BYTES.tokens, *(b"" for _ in special)), BYTES.end, ids)
    return ScriptedModel(vocabulary, lambda _: {}, context_length, metadata)


def shown(of: ScriptedModel, tokens: tuple[int, ...]) -> str:
    """Write tokens out, control tokens by their names."""
    names = {i: name for name, i in of.vocabulary.special.items()}
    texts = (names.get(i, of.vocabulary.tokens[i].decode("latin-1")) for i in tokens)
    return "".join(texts)


# special tokens, metadata, layout -> the prompt
PROMPTS: list[tuple[tuple[str, ...], dict[str, str], Layout, str]] = [
    (
        QWEN,
        {},
        "psm",
        "<|repo_name|>shop\n<|file_sep|>a.py\nx = 1\n<|file_sep|>b.py\ny = 2\n"
        "<|file_sep|>c.py\n<|fim_prefix|>z<|fim_suffix|>\nend\n<|fim_middle|>",
    ),
    (
        STARCODER2,
        {},
        "psm",
        "<repo_name>shop<file_sep>a.py\nx = 1\n<file_sep>b.py\ny = 2\n"
        "<file_sep><fim_prefix>c.py\nz<fim_suffix>\nend\n<fim_middle>",
    ),
    (
        CODEGEMMA,
        {},
        "psm",
        "<|file_separator|>a.py\nx = 1\n<|file_separator|>b.py\ny = 2\n"
        "<|file_separator|>c.py\n<|fim_prefix|>z<|fim_suffix|>\nend\n<|fim_middle|>",
    ),
    (
        CODELLAMA,
        {},
        "psm",
        "▁<PRE># a.py\n# x = 1\n# b.py\n# y = 2\nz▁<SUF>\nend\n▁<MID>",
    ),
    (
        QWEN,
        BOOTSTRAP,
        "spm",
        "<|file_sep|>a.py\nx = 1\n<|file_sep|>b.py\ny = 2\n<|file_sep|>c.py\n"
        "<|fim_prefix|><|fim_suffix|>\nend\n<|fim_middle|>z",
    ),
    (
        QWEN,
        BOOTSTRAP,
        "left-to-right",
        "<|file_sep|>a.py\nx = 1\n<|file_sep|>b.py\ny = 2\n<|file_sep|>c.py\nz",
    ),
    (CODELLAMA, {}, "left-to-right", "# a.py\n# x = 1\n# b.py\n# y = 2\nz"),
]


@pytest.mark.parametrize(("special", "metadata", "layout", "expected"), PROMPTS)
def test_layout(
    special: tuple[str, ...], metadata: dict[str, str], layout: Layout, expected: str
) -> None:
    of = model(special, metadata)
    parts = [file_part(of, "a.py", "x = 1", "#"), file_part(of, "b.py", "y = 2\n", "#")]
    before = background(of, parts, "c.py", "shop")
    prompt = build_prompt(of, "z a", "\nend\n", layout=layout, max_new_tokens=8, background=before)
    assert shown(of, prompt.tokens) == expected
    assert (prompt.heal, prompt.format) == (b" a", layout)


@pytest.mark.parametrize("special", [QWEN, STARCODER2, CODELLAMA])
def test_without_other_files_there_is_nothing(special: tuple[str, ...]) -> None:
    assert background(model(special), [], "c.py", "shop") == NO_BACKGROUND


def test_tokens_are_found_in_the_metadata() -> None:
    metadata = {
        "tokenizer.ggml.fim_sep_token_id": "7",
        "tokenizer.ggml.fim_rep_token_id": "8",
    }
    assert find_file_tokens(model((), metadata)) == FileTokens(7, 8)
    assert find_file_tokens(model((), metadata | BOOTSTRAP)) == FileTokens(7)
    assert find_file_tokens(model((), {"tokenizer.ggml.fim_sep_token_id": "999999"})) is None


@pytest.mark.parametrize("layout", ["psm", "spm", "left-to-right"])
@pytest.mark.parametrize("special", [QWEN, STARCODER2, CODELLAMA])
def test_the_background_is_part_of_the_budget(special: tuple[str, ...], layout: Layout) -> None:
    of = model(special, context_length=512)
    before = background(of, [file_part(of, "a.py", "x = 1\n" * 20, "#")], "c.py", "shop")
    lines = "line = 1\n" * 200
    prompt = build_prompt(of, lines, lines, layout=layout, max_new_tokens=64, background=before)
    assert len(prompt.tokens) <= 512 - 64
    assert len(prompt.tokens) > (512 - 64) / 2
    with pytest.raises(DecodingError, match="leaves no room"):
        build_prompt(of, "", "", layout=layout, max_new_tokens=400, background=before)


def test_typing_on_keeps_the_background_and_another_one_is_laid_out_anew() -> None:
    of = model(QWEN)
    before = background(of, [file_part(of, "a.py", "x = 1", "#")], "c.py", "shop")
    prompts = TypedPrompts(of)

    def build(prefix: str, **options: object) -> tuple[int, ...]:
        found = prompts.build(prefix, "\ny\n", layout="psm", max_new_tokens=8, **options)  # type: ignore[arg-type]
        return found.tokens

    first = build("z = a", background=before)
    assert build("z = a + b + c", background=before)[: len(first)] == first
    assert build("z = a + b + c")[: len(before)] != before.before

"""Prompts for models that follow instructions: the model's own chat template, filled in safely.

The template comes with the model file. It is run in a sandbox, and what is put into it cannot
become a control token, whatever it spells: only what the template itself writes can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NoReturn

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.types import Prompt

FORMAT = "chat"

_KEY = "tokenizer.chat_template"
_MARK = "\u2063fairlead\u2063"
"""Stands for the message while the template is rendered; no template writes it."""

_LONGEST = 100_000
"""Characters that a template may write besides the message."""


def follows_instructions(model: LanguageModel) -> bool:
    """Tell whether the model file has a chat template."""
    return bool(model.metadata.get(_KEY))


def chat_prompt(model: LanguageModel, message: str, opening: str, *, max_new_tokens: int) -> Prompt:
    """Lay out a chat in which the user says `message`, and the answer begins with `opening`.

    Raises `DecodingError` when there is no template, it cannot be rendered, or the context cannot
    hold it all.
    """
    rendered = _rendered(model.metadata.get(_KEY, ""), _named(model))
    before, found, after = rendered.partition(_MARK)
    if not found or _MARK in after or len(rendered) > _LONGEST:
        raise DecodingError(f"the chat template of {model.name} does not say where a message goes")
    tokens = tuple(_encoded(model, [before, message, after + opening]))
    room = model.context_length - max_new_tokens
    if len(tokens) > room:
        raise DecodingError(
            f"the request has {len(tokens)} tokens and {model.name} room for {room}; select less"
        )
    return Prompt(tokens, b"", FORMAT)


def _named(model: LanguageModel) -> Mapping[str, str]:
    """Return the control tokens that templates name."""
    names = {token: name for name, token in model.vocabulary.special.items()}
    found = {}
    for role in ("bos", "eos", "unk", "pad"):
        stated = model.metadata.get(f"tokenizer.ggml.{role}_token_id", "")
        token = int(stated) if stated.isdigit() else -1
        found[f"{role}_token"] = names.get(token, model.metadata.get(f"{role}_token", ""))
    return found


def _rendered(template: str, tokens: Mapping[str, str]) -> str:
    if not template:
        raise DecodingError("the model has no chat template: it follows no instructions")
    messages = [{"role": "user", "content": _MARK}]
    try:
        text: str = _compiled(template).render(
            messages=messages, add_generation_prompt=True, **tokens
        )
    except DecodingError:
        raise
    except Exception as error:
        raise DecodingError(f"the model's chat template cannot be used: {error}") from error
    return text


@cache
def _compiled(template: str) -> Any:
    # Late: only models with a template need it.
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    return environment.from_string(template)


def _refuse(message: str) -> NoReturn:
    raise DecodingError(f"the model's chat template says: {message}")


def _encoded(model: LanguageModel, parts: Sequence[str]) -> Iterator[int]:
    """Yield the tokens of the template around a message; the message, the second part, is text."""
    plain = ""
    for place, part in enumerate(parts):
        for piece in _pieces(model, part) if place != 1 else [part]:
            if isinstance(piece, int):
                yield from model.encode(plain) if plain else ()
                plain = ""
                yield piece
            else:
                plain += piece
    yield from model.encode(plain) if plain else ()


def _pieces(model: LanguageModel, text: str) -> Iterator[int | str]:
    """Yield the control tokens that `text` spells, and what is between them."""
    special = model.vocabulary.special
    names = sorted(special, key=len, reverse=True)
    if not names:
        yield text
        return
    for piece in re.split(f"({'|'.join(map(re.escape, names))})", text):
        if piece:
            yield special.get(piece, piece)

"""A completer that is asked in words: chat prompts, watched by the same monitors."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.types import GenerationConfig
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_analysis
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.decoding.fakes import BYTES, END, ScriptedModel

TEMPLATE = "{% for m in messages %}User: {{ m.content }}\nModel: {% endfor %}"


class Writer:
    """Writes `text` after the prompt, whatever else it is offered, letter by letter."""

    def __init__(self, text: str) -> None:
        self.text = text.encode()
        self.prompts: list[bytes] = []

    def __call__(self, seen: bytes) -> Mapping[int, float]:
        _, _, written = seen.rpartition(b"```\n")
        if not written:
            self.prompts.append(seen)
        if written.endswith(self.text):
            return {END: 9.0}
        for begun in range(len(written) + 1):
            rest = written[begun:]
            if self.text.startswith(rest) and len(self.text) > len(rest):
                return {self.text[len(rest)]: 9.0}
        return {END: 9.0}


def answered(
    text: str, *, chats: bool = True, guided: bool = True, stops: tuple[str, ...] = ()
) -> tuple[CompletionResult, list[bytes]]:
    writer = Writer(text)
    metadata = {"tokenizer.chat_template": TEMPLATE} if chats else {}
    model = ScriptedModel(BYTES, writer, metadata=metadata)
    analysis = build_analysis(Settings(), None, ["python"])
    completer = Completer(Decoder(model), analysis.engines, analysis.monitors)
    before, after = "import math\n\nx = math.", "\n"
    document = DocumentSnapshot("/p/own.py", before + after, "python")
    request = CompletionRequest(
        document,
        len(before),
        GenerationConfig(max_new_tokens=64),
        guided=guided,
        lines=None,
        raw=True,
        patience=60.0,
        context=(),
        ask="Be so kind",
        opening="```\n",
        stops=stops,
        entire=True,
    )
    try:
        return completer.complete(request), writer.prompts
    finally:
        completer.close()


def test_the_prompt_is_a_chat_and_no_more() -> None:
    result, prompts = answered("pi")
    assert result.prompt_format == "chat"
    assert prompts[0] == b"User: Be so kind\nModel: ```\n"
    assert [one.text for one in result.suggestions] == ["pi"]
    assert result.suggestions[0].verified


def test_monitors_watch_the_answer() -> None:
    result, _ = answered("nope", guided=True)
    assert all(not one.text.startswith("nope") for one in result.suggestions)
    result, _ = answered("nope", guided=False)
    assert [one.text for one in result.suggestions] == ["nope"]


@pytest.mark.parametrize("text", ["pi\n```\nAnd so on", "pi\n```"])
def test_it_ends_where_it_is_to_stop(text: str) -> None:
    result, _ = answered(text, stops=("\n```",))
    assert [(one.text, one.finish_reason) for one in result.suggestions] == [("pi", "stop")]


def test_what_does_not_parse_is_not_cut() -> None:
    result, _ = answered("pi\ny = (1\n")
    assert [one.text for one in result.suggestions] == ["pi\ny = (1\n"]


def test_a_model_that_follows_no_instructions_writes_nothing() -> None:
    result, prompts = answered("pi", chats=False)
    assert (result.suggestions, result.prompt_format, prompts) == ((), "", [])
    assert result.remarks == ("scripted follows no instructions",)

"""How a model is asked for tests: in its chat format, or by going on with a test file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from fairlead_decoding.chat import FORMAT
from fairlead_decoding.types import GenerationConfig
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.asking import Question
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.proving.subject import Subject
from fairlead_server.editing.proving.written_tests import WrittenTest, with_tests
from fairlead_server.editing.texts import plain
from fairlead_server.editing.writing import Means, ask
from fairlead_server.suggestion import CompletionRequest

_TOKENS = 256
_SAMPLES = 8
_TEMPERATURE, _TOP_P = 0.6, 0.95


def answers(
    request: EditRequest,
    subject: Subject,
    place: DocumentSnapshot,
    means: Means,
    reasons: list[str],
    cancelled: Callable[[], bool],
) -> Iterator[str]:
    """Yield what the model writes, each a text that begins with the head of a test.

    `place` is the test file as it is. Raises `Cancelled`.
    """
    head = f"def test_{subject.name.lower()}():\n    "
    base = _request(request, subject, place, head)
    chat = replace(base, ask=_message(subject), opening=f"```python\n{head}", stops=("\n```",))
    result = ask(Question(chat), means, reasons, cancelled)
    if result.prompt_format == FORMAT:
        base = chat
    else:
        # Such a model goes on with what it sees: the code, and a check that has been begun.
        begun = "" if subject.is_class else f"assert {subject.name}("
        head += begun
        base = _request(request, subject, place, head)
        stops = ("\n\n\n", "\ndef ", "\nclass ", "\n@", "\nif ")
        lines = 1 if begun else None
        others, context = (request.document,), request.context
        base = replace(base, others=others, context=context, stops=stops, lines=lines)
        result = ask(Question(base), means, reasons, cancelled)
    yield from (head + one.text for one in result.suggestions)
    config = replace(base.config, temperature=_TEMPERATURE, top_p=_TOP_P, seed=1)
    sampled = replace(base, samples=_SAMPLES, config=config)
    result = ask(Question(sampled), means, reasons, cancelled)
    yield from (head + one.text for one in result.suggestions)


def _request(
    request: EditRequest, subject: Subject, place: DocumentSnapshot, head: str
) -> CompletionRequest:
    """Return the request to go on with the test file behind the `head` of a test."""
    nothing = with_tests(plain(place.text), [WrittenTest("", "", ())], subject)
    before = f"{nothing.rstrip()}\n\n\n{head}"
    return CompletionRequest(
        DocumentSnapshot(place.path, before, "python"),
        len(before),
        GenerationConfig(max_new_tokens=_TOKENS, deadline=request.deadline),
        guided=request.guided,
        lines=None,
        raw=True,
        entire=True,
        patience=request.patience,
        context=(),
        urgency="invoked",
    )


def _message(subject: Subject) -> str:
    return (
        f"Write tests for pytest of `{subject.name}`, which is in the module `{subject.module}`:"
        f"\n\n```python\n{subject.code}\n```\n\n"
        "Write several short functions, each of which calls it and asserts what it returns or "
        f"raises. `{subject.name}` is imported already. Answer with the code alone, in one fenced "
        "block."
    )

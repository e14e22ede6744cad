"""Edits that a model writes: what it is asked, what is offered of its answers, in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.types import FinishReason
from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Kind, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.writing import LONGEST_SELECTION, write
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion

TEXT = "def area(r):\r\n    return r * r * 3\r\n\r\nprint(area(2))\r\n"
SELECTED = "    return r * r * 3\r\n"
Written = tuple[str, float, bool]
"""A text, its log-probability, and whether all of its names are known."""


class Model:
    """Writes what it is told, one list for each time that it is asked; `nope` is a wrong name."""

    model_name = "scripted"

    def __init__(
        self,
        answers: Sequence[Sequence[Written] | Exception],
        *,
        chats: bool = True,
        finish: FinishReason = "stop",
        silent: bool = False,
        blind: bool = False,
    ) -> None:
        self.answers = list(answers)
        self.chats = chats
        self.finish = finish
        self.silent = silent
        self.blind = blind
        self.asked: list[CompletionRequest] = []

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        if request.ask and not self.chats:
            return CompletionResult((), ("scripted follows no instructions",))
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else ()
        if isinstance(answer, Exception):
            raise answer
        made = (Suggestion(t, p, self.finish, verified=v, tokens=1) for t, p, v in answer)
        return CompletionResult(tuple(made), prompt_format="chat" if request.ask else "psm")

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        return Names.unknown("test", "")

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        return ""

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        return Rewritten.unable("test")

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        if self.silent:
            return Diagnostics.unknown("test", "")
        if self.blind:
            return Diagnostics((), Completeness.COMPLETE, "test")
        words = re.finditer(r"nope|fairlead_probe_\d+_", document.text)
        found = [Diagnostic(*one.span(), f"{one[0]} is not defined") for one in words]
        return Diagnostics(tuple(found), Completeness.COMPLETE, "test")


def asked(
    model: Model,
    instruction: str = "use the power of two",
    text: str = TEXT,
    selected: str = SELECTED,
    language: str = "python",
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    start = text.index(selected)
    document = DocumentSnapshot("/p/area.py", text, language)
    return write(EditRequest(document, start, start + len(selected), instruction), model, cancelled)


def codes(outcome: Outcome) -> list[str]:
    """Return what each candidate has in the place of the selection."""
    before, _, after = TEXT.partition(SELECTED.strip())
    found = []
    for one in outcome.candidates:
        (edit,) = one.files
        assert edit.old == TEXT and edit.new.startswith(before) and edit.new.endswith(after)
        found.append(edit.new[len(before) : len(edit.new) - len(after)])
    return found


def test_what_a_model_is_asked_that_follows_instructions() -> None:
    model = Model([[("    return r**2 * 3", -1.0, True)]])
    outcome = asked(model)
    assert codes(outcome) == ["return r**2 * 3"]
    (found,) = outcome.candidates
    assert (found.kind, found.by, found.title) == ("model", "scripted", "use the power of two")
    assert found.checked
    code, sampled, free = model.asked
    assert code.opening == "```python\n" and code.stops == ("\n```",)
    assert code.document.text[: code.offset] == "def area(r):\n"
    assert code.document.text[code.offset :] == "\n\nprint(area(2))\n"
    assert code.guided and code.raw and code.entire and code.config.temperature == 0
    assert "Instruction: use the power of two" in code.ask
    assert "```python\n    return r * r * 3\n```" in code.ask
    assert sampled.samples > 1 and sampled.config.temperature > 0
    assert not free.guided and free.opening == "" and free.stops == ()


def test_what_a_model_is_asked_that_fills_holes() -> None:
    model = Model([[("return r**2 * 3", -1.0, True)]], chats=False)
    assert codes(asked(model)) == ["return r**2 * 3"]
    hole, sampled = model.asked
    before, after = hole.document.text[: hole.offset], hole.document.text[hole.offset :]
    assert before == "def area(r):\n    # use the power of two\n    "
    assert after == "\n\nprint(area(2))\n"
    assert hole.stops == ("\nprint(area(2))",) and hole.ask == ""
    assert (sampled.lines, sampled.samples) == (1, 3)


@pytest.mark.parametrize(
    ("language", "comment"), [("java", "// "), ("go", "// "), ("python", "# ")]
)
def test_comments_are_those_of_the_language(language: str, comment: str) -> None:
    model = Model([], chats=False)
    asked(model, "say so", "{\n  a();\n}\n", "a();", language)
    assert model.asked[0].document.text == f"{{\n  {comment}say so\n  \n}}\n"


def test_a_part_of_a_line_is_a_hole_as_well() -> None:
    model = Model([[("r ** 2", -1.0, True)]], chats=False)
    outcome = asked(model, "square it", selected="r * r")
    assert outcome.candidates[0].files[0].new == TEXT.replace("r * r", "r ** 2")
    text, offset = model.asked[0].document.text, model.asked[0].offset
    assert text[:offset] == "def area(r):\n# square it\n    return "
    assert text[offset:] == " * 3\n\nprint(area(2))\n"


def test_candidates_are_ranked_and_the_same_is_offered_once() -> None:
    model = Model(
        [
            [("    return 1", -5.0, True), ("    return 2", -9.0, False)],
            [("    return 3", -2.0, True), ("    return 1", -1.0, True)],
            [("Here:\n```python\nreturn 4\n```", -1.0, False)],
        ]
    )
    outcome = asked(model)
    assert codes(outcome) == ["return 3", "return 1", "return 4", "return 2"]


# (what the model writes, the reason why it is not offered)
REFUSED = [
    ("", "the model wrote nothing"),
    ("    return r * r * 3", "the model changes nothing"),
    ("    return nope", "it would be wrong on line 2: nope is not defined"),
    ("    return (", "it would not parse"),
    ("Sure, here is what you want", "it would not parse"),
    ("fn area(r: f64) -> f64 { r * r }", "it would not parse"),
    ("    return 1\x07", "the model wrote a control character (U+0007)"),
    ("x" * 1_000_000, "characters, far more than it was asked for"),
    ("    # use the power of two\n    return 1", "the model repeats the instruction"),
    (TEXT.replace("3", "4"), "the model wrote the whole file and not what was selected"),
]


@pytest.mark.parametrize(("written", "reason"), REFUSED, ids=lambda text: text[:30])
@pytest.mark.parametrize("chats", [True, False])
def test_what_fails_a_check_is_not_offered(written: str, reason: str, chats: bool) -> None:
    text = written if chats or written == TEXT.replace("3", "4") else written.removeprefix("    ")
    outcome = asked(Model([[(text, -1.0, True)]], chats=chats))
    assert outcome.candidates == ()
    assert any(reason in said for said in outcome.reasons)


def test_what_does_not_end_is_not_offered() -> None:
    outcome = asked(Model([[("    return 1", -1.0, True)]], finish="length"))
    assert outcome.candidates == ()
    assert outcome.reasons == ("the model did not come to an end",)


def test_what_cannot_be_asked_is_told() -> None:
    outcome = asked(Model([DecodingError("the request has 9 tokens and room for 8")] * 3))
    assert outcome.candidates == ()
    assert outcome.reasons == ("the request has 9 tokens and room for 8",)


def test_too_much_is_not_asked_for() -> None:
    text = "x = 1\n" * (LONGEST_SELECTION // 6 + 1)
    model = Model([])
    outcome = asked(model, text=text, selected=text)
    assert outcome.reasons == ("so much is not rewritten at once; select less",)
    assert model.asked == []


def test_without_diagnostics_it_is_told() -> None:
    (found,) = asked(Model([[("    return nope", -1.0, True)]], silent=True)).candidates
    assert not found.checked and "only its syntax was checked" in found.remarks[0]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("    if r is None:\n        return 0\n    return 3", "a condition that is never true"),
        ("    return r\n    print(r)", "some code can never run"),
    ],
)
def test_what_never_runs_is_refused(code: str, reason: str) -> None:
    class Typed(Model):
        def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
            found = super().diagnostics(document, patience)
            dead = document.text.find("return 0")
            kept = (one for one in found.found if not 0 < dead - one.start < 30)
            return replace(found, found=tuple(kept))

    outcome = asked(Typed([[(code, -1.0, True)]]))
    assert outcome.candidates == () and reason in outcome.reasons[0]


def test_what_analysis_does_not_look_at_is_offered_unchecked() -> None:
    (found,) = asked(Model([[("    return nope", -1.0, True)]], blind=True)).candidates
    assert not found.checked
    assert found.remarks == ("analysis takes this code for unreachable, and has not checked it",)


def test_nothing_is_checked_where_there_is_no_grammar() -> None:
    model = Model([[("    return (", -1.0, True)]], silent=True)
    (found,) = asked(model, language="plaintext").candidates
    assert not found.checked
    (remark,) = found.remarks
    assert remark.startswith("nothing was checked: there is no grammar")


def test_cancelled() -> None:
    with pytest.raises(Cancelled):
        asked(Model([[("    return 1", -1.0, True)]]), cancelled=lambda: True)


def test_forms_are_kept() -> None:
    text = "\ufeffdef f():\r\n\tx = 1\r\n\ty = 2\n\treturn x"
    model = Model([[("\tx = 3\n\tz = 4\n\ty = 2", -1.0, True)]])
    (found,) = asked(model, text=text, selected="\tx = 1\r\n\ty = 2").candidates
    assert found.files[0].new == "\ufeffdef f():\r\n\tx = 3\r\n\tz = 4\r\n\ty = 2\n\treturn x"


def test_what_replaces_more_than_the_selection_counts_as_unverified() -> None:
    class Replacing(Model):
        def complete(
            self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
        ) -> CompletionResult:
            result = super().complete(request, cancelled=cancelled)
            changed = tuple(replace(one, replaces=3) for one in result.suggestions[:1])
            return replace(result, suggestions=changed + result.suggestions[1:])

    model = Replacing([[("    return 1", -1.0, True), ("    return 2", -2.0, True)]])
    assert codes(asked(model)) == ["return 2", "return 1"]

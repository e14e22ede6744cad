"""Where a line goes on behind the cursor, the member is chosen that reads best with it."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Kind, Names, Source
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.monitoring import monitors
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.decoding.fakes import ScriptedModel, reading

HEAD = """class Box:
    width = 3

    def height(self) -> int:
        return 1

    def clear(self) -> None: ...


def f(b: Box) -> int:
    return b"""

LINES = {".height()\n": -0.2, ".weight * 2\n": -3.0, ".width * 2\n": -3.5}
"""What the model would read on, with logarithms of likelihood. There is no `weight`."""

MADE = HEAD.replace("def f(b: Box) -> int:\n    return b", "class Crate:\n") + (
    "    lid = 1\n\n    def __init__(self, depth: int) -> None:\n        self"
)
MAKES = {".lid = 2\n": -0.2, "._depth = depth\n": -3.0, ".None = depth\n": -2.0}


def complete(folder: Path, typed: str, rest: str, **request: Any) -> CompletionResult:
    """Return what is offered in the first document."""
    return complete_in(folder, HEAD + typed, rest, reading("return b", LINES), **request)


def complete_in(
    folder: Path, before: str, rest: str, model: ScriptedModel, **request: Any
) -> CompletionResult:
    engine = JediEngine(str(folder), None)
    made = Completer(Decoder(model), {"python": engine}, monitors(["python"]), "left-to-right")
    document = DocumentSnapshot(str(folder / "box.py"), before + rest, "python")
    config = request.pop("config", GenerationConfig(max_new_tokens=20))
    request = {"patience": 60.0, "context": (), **request}
    try:
        asked = CompletionRequest(document, len(before), config, **request)
        return made.complete(asked)
    finally:
        made.close()


@pytest.mark.parametrize(
    ("typed", "rest", "expected"),
    [
        # Nothing follows: what the model writes.
        (".", "\n", "height()"),
        (".", "  \n", "height()"),
        # `weight` would read better still, but there is none.
        (".", " * 2\n", "width"),
        (".wi", " * 2\n", "dth"),
        (".", " * 2\r\n", "width"),
        # What takes the place of a member is judged by what follows that.
        (".", "area * 2\n", "width"),
        # What was written fits.
        (".", "()\n", "height"),
        (".", " * 2\n# half of a character: \ud834", "width"),
        (".", " * 2 # \ud834\n", "width"),
    ],
)
def test_the_member_fits_what_follows(tmp_path: Path, typed: str, rest: str, expected: str) -> None:
    (suggestion,) = complete(tmp_path, typed, rest).suggestions
    assert suggestion.text == expected
    assert suggestion.verified
    assert [name.verdict for name in suggestion.evidence if name.kind == "member"] == ["valid"]


@pytest.mark.parametrize(
    "request_",
    [
        {"guided": False},
        {"config": GenerationConfig(max_new_tokens=20, temperature=0.01), "samples": 2},
        {"beam": True},
        {"raw": True},
        {"config": GenerationConfig(max_new_tokens=20, deadline=0.0)},
    ],
    ids=["unguided", "several", "beam", "raw", "no time"],
)
def test_nothing_is_chosen_where_it_is_not_wanted(tmp_path: Path, request_: dict[str, Any]) -> None:
    found = complete(tmp_path, ".", " * 2\n", **request_).suggestions
    assert [suggestion.text for suggestion in found][:1] != ["width"]


def test_a_chosen_member_says_what_it_is(tmp_path: Path) -> None:
    made = complete(tmp_path, ".", " * 2\n")
    (suggestion,) = made.suggestions
    assert suggestion.finish_reason == "stop"
    assert suggestion.tokens == len(".width")
    assert -4.0 < suggestion.logprob < -2.5
    assert made.tokens >= len(".height()")


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        # It is called what it gets, as nothing that exists fits.
        (" = depth\n", "_depth"),
        # Read, it would have to exist.
        (" == depth\n", "lid"),
        (" = 2\n", "lid"),
    ],
)
def test_a_member_that_is_made_may_be_called_what_it_gets(
    tmp_path: Path, rest: str, expected: str
) -> None:
    model = reading("        self", {**MAKES, "._depth == depth\n": -3.0})
    (suggestion,) = complete_in(tmp_path, MADE + ".", rest, model).suggestions
    assert suggestion.text.split()[0] == expected


PARTS = """class Lid:
    def __init__(self) -> None:
        self.depth = 1


class Box:
    def __init__(self) -> None:
        self.lid = Lid()
        self.name = ""


def f(b: Box) -> int:
    return b"""


def test_what_follows_has_to_be_admitted_as_well(tmp_path: Path) -> None:
    # The model would read on `name.depth`, but text has no depth.
    model = reading("return b", {".name.depth\n": -0.2, ".lid.depth\n": -3.0})
    (suggestion,) = complete_in(tmp_path, PARTS + ".", ".depth\n", model).suggestions
    assert suggestion.text == "lid"


def test_a_member_that_is_there_as_a_whole_is_not_made_longer(tmp_path: Path) -> None:
    before = HEAD.replace("    width = 3", "    width = 3\n    width_max = 4") + ".width"
    model = reading("return b", {".width * 2\n": -0.1, ".width_max * 2\n": -4.0})
    assert not complete_in(tmp_path, before, " * 2\n", model).suggestions
    model = reading("return b", {".width * 2\n": -4.0, ".width_max * 2\n": -0.1})
    (suggestion,) = complete_in(tmp_path, before, " * 2\n", model).suggestions
    assert suggestion.text == "_max"


READS = """class Crate(Unknown):
    def f(self, depth: int) -> None:
        self.lid = 1
        """


@pytest.mark.parametrize(
    ("begun", "rest", "expected"),
    [
        ("if self", ": print(depth)\n", "lid"),
        ("x = y[self", ":depth]\n", "lid"),
        ("self", ": int = depth\n", "depth"),
    ],
)
def test_a_colon_makes_a_member_only_where_it_annotates(
    tmp_path: Path, begun: str, rest: str, expected: str
) -> None:
    lines = {f".depth{rest}": -1.0, f".lid{rest}": -4.0, ".lids\n": -0.5}
    model = reading(begun, lines)
    (suggestion,) = complete_in(tmp_path, READS + begun + ".", rest, model).suggestions
    assert suggestion.text == expected


def test_a_member_for_which_there_is_no_room_is_not_chosen(tmp_path: Path) -> None:
    name = "width" * 12
    before = "x = 1\n" * 100 + HEAD.replace("width", name) + "."
    model = reading("return b", {".height()\n": -0.2, f".{name} * 2\n": -3.0})
    model.context_length = 405
    config = GenerationConfig(max_new_tokens=1)
    assert complete_in(tmp_path, before, " * 2\n", model, config=config).prompt_tokens
    model = reading("return b", LINES)
    model.context_length = 64
    config = GenerationConfig(max_new_tokens=20)
    (suggestion,) = complete_in(tmp_path, HEAD + ".", " * 2\n", model, config=config).suggestions
    assert suggestion.text == "height()"


@pytest.mark.parametrize(
    ("typed", "rest", "most"),
    [(".", " * 2" + " + b.height() * b.width" * 40 + "\n", 20), (".wi", "\n", 2)],
    ids=["a long rest", "no rest"],
)
def test_analysis_is_asked_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, rest: str, most: int
) -> None:
    asked = []
    names = JediEngine.names

    def counted(engine: JediEngine, kind: Kind, source: Source, offset: int) -> Future[Names]:
        asked.append(offset)
        return names(engine, kind, source, offset)

    monkeypatch.setattr(JediEngine, "names", counted)
    assert complete(tmp_path, typed, rest).suggestions
    assert len(asked) <= most

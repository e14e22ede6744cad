"""Code at the end of a document: what the saved text says of it; `|` is the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.types import GenerationConfig
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_analysis
from fairlead_server.settings import Settings
from fairlead_server.standing import END, ending
from fairlead_server.suggestion import CompletionRequest
from tests.decoding.fakes import BYTES, ScriptedModel
from tests.decoding.fakes import END as STOP

CLASS = "class A:\n    def first(self):\n        return 1\n\n    def last(self):\n        return "
FUNCTION = "def f(\n    a,\n):\n    return "


def document(
    path: Path, text: str, saved: str | None, language: str = "python"
) -> DocumentSnapshot:
    if saved is not None:
        path.write_text(saved, encoding="utf-8")
    return DocumentSnapshot(str(path), text, language)


@pytest.mark.parametrize(
    ("text", "saved", "stands"),
    [
        (CLASS + "|", CLASS + "self.first()\n", True),
        (CLASS + "|\n\n", CLASS + "self.first()", True),
        (CLASS + "|", (CLASS + "2\n").replace("\n", "\r\n"), True),
        (CLASS + "|", CLASS + "2\n# That is all.\n", True),
        (FUNCTION + "|", FUNCTION + "a\n", True),
        # It is new, or more stands in the file than in the editor.
        (CLASS + "|", CLASS.replace("last", "other") + "2\n", False),
        (CLASS + "|", CLASS + "2\n\n    def next(self): ...\n", False),
        (CLASS + "|", CLASS + "2\n\nclass B: ...\n", False),
        (CLASS + "|", "", False),
        (CLASS + "|", None, False),
        # Something follows, or there is no function.
        (CLASS + "|\nx = 1\n", CLASS + "2\nx = 1\n", False),
        ("x = |", "x = 1\n", False),
    ],
)
def test_what_stands_there(text: str, saved: str | None, stands: bool, tmp_path: Path) -> None:
    offset = text.index("|")
    shown = document(tmp_path / "a.py", text.replace("|", ""), saved)
    assert ending(shown, offset) == (END if stands else "")


def test_other_languages_are_left_alone(tmp_path: Path) -> None:
    shown = document(tmp_path / "a.java", "def f():\n    ", "def f():\n    x", "java")
    assert ending(shown, len(shown.text)) == ""


@pytest.mark.parametrize("path", ["/no/such/folder/a.py", "untitled:Untitled-1", "a\0.py", "."])
def test_files_that_cannot_be_read(path: str) -> None:
    assert ending(DocumentSnapshot(path, CLASS, "python"), len(CLASS)) == ""


class Writer:
    """Would write a name that is not there, and else one that is."""

    def __call__(self, seen: bytes) -> Mapping[int, float]:
        written = seen.rpartition(b"self.")[2]
        for rank, name in enumerate((b"helper", b"first")):
            if name.startswith(written) and name != written:
                return {name[len(written)]: 9.0 - rank, b"f"[0]: 5.0, STOP: 1.0}
        return {STOP: 9.0}


@pytest.mark.parametrize(
    ("saved", "written"), [(CLASS + "self.first\n", "first"), (None, "helper")]
)
def test_no_name_is_made_up_in_what_stands_there(
    saved: str | None, written: str, tmp_path: Path
) -> None:
    shown = document(tmp_path / "a.py", CLASS + "self.", saved)
    analysis = build_analysis(Settings(), None, ["python"])
    model = ScriptedModel(BYTES, Writer())
    completer = Completer(Decoder(model), analysis.engines, analysis.monitors)
    request = CompletionRequest(
        shown,
        len(shown.text),
        GenerationConfig(max_new_tokens=16),
        patience=60.0,
        context=(),
    )
    try:
        (suggestion,) = completer.complete(request).suggestions
    finally:
        completer.close()
    assert suggestion.text == written

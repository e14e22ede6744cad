"""The completer on a real analysis, with a model that wants certain texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Source
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import ProjectIndex
from fairlead_server.monitoring import monitors
from fairlead_server.project_imports import ProjectImports
from fairlead_server.suggestion import CompletionRequest
from tests.decoding.fakes import BYTES, ScriptedModel

FILES = {"shop/cart.py": "from gone import Qaway\nimport json\n", "shop/__init__.py": ""}
BEFORE, AFTER = "import os\n\n\ndef f(s):\n    return ", "\n\n\nX = 1\n"


def wants(*texts: str) -> ScriptedModel:
    """Return a model that likes `texts` behind `BEFORE`, the first one most."""

    def script(text: bytes) -> Mapping[int, float]:
        # The blank at the end of the prompt is written anew.
        begun = text[text.rindex(b"return") + len(b"return") :].decode()
        following = [(f" {t}", t) for t in reversed(texts) if f" {t}".startswith(begun)]
        scores = {
            ord(whole[len(begun)]): 20.0 - texts.index(t)
            for whole, t in following
            if whole != begun
        }
        return scores or {min(BYTES.end): 10.0}

    return ScriptedModel(BYTES, script)


def complete(folder: Path, model: ScriptedModel) -> tuple[str, tuple[str, ...]]:
    """Return the first suggestion and its imports."""
    imports = ProjectImports()

    def read(source: Source) -> ProjectIndex:
        document = DocumentSnapshot(source.path, source.text, "python")
        return imports.index(str(folder), document)

    engine = ImportableEngine(JediEngine(str(folder), None), "python", read)
    completer = Completer(Decoder(model), {"python": engine}, monitors(["python"]), "left-to-right")
    try:
        document = DocumentSnapshot(str(folder / "shop" / "new.py"), BEFORE + AFTER, "python")
        config = GenerationConfig(max_new_tokens=40)
        request = CompletionRequest(document, len(BEFORE), config, patience=60.0, context=())
        suggestion = completer.complete(request).suggestions[0]
        return suggestion.text, suggestion.imports
    finally:
        completer.close()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("json.dumps(s)",), ("json.dumps(s)", ("import json",))),
        # No import of the name is found that holds: it is not named at all.
        (("Qaway()", "os.sep"), ("os.sep", ())),
    ],
)
def test_a_name_that_needs_an_import_gets_it_or_is_not_named(
    tmp_path: Path, texts: tuple[str, ...], expected: tuple[str, tuple[str, ...]]
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert complete(tmp_path, wants(*texts)) == expected

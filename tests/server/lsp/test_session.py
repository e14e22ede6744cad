"""A long random editing session ends with both sides of one mind. A failure prints its seed:
``FAIRLEAD_SEED=7 pytest tests/server/lsp/test_session.py`` replays it."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.server.lsp.editor import Editor
from tests.server.lsp.random_session import Session
from tests.server.lsp.session_server import digest

SESSION = (sys.executable, "-m", "tests.server.lsp.session_server")
STATED = os.environ.get("FAIRLEAD_SEED")
EDITS = 10_000


@pytest.mark.parametrize("part", range(2))
def test_both_sides_end_with_the_same_text(tmp_path: Path, part: int) -> None:
    seed = int(STATED) if STATED else random.randrange(2**32)
    print(f"FAIRLEAD_SEED={seed}")
    with Editor(SESSION, root=tmp_path) as editor:
        session = Session(editor, seed)
        uris = [(tmp_path / name).as_uri() for name in ("a.py", "größe 😀.py", "c.java")]
        session.run(EDITS // 2, uris)
        session.settle()
        for document in session.documents.values():
            (item,) = editor.inline(document.uri, 0, 0)
            assert item.insert_text == digest(document.text), f"FAIRLEAD_SEED={seed}"
        assert not [line for line in editor.logs if "Traceback" in line], f"FAIRLEAD_SEED={seed}"
    assert "Traceback" not in editor.stderr, f"FAIRLEAD_SEED={seed}"

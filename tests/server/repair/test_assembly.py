"""What a repair is put together of: answers are kept where what they depend on is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.engine import Kind, Source
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair import assembly
from fairlead_server.repair.assembly import assembled
from fairlead_server.settings import Settings
from tests.server.lsp.idle import IdleCompleter

TEXT = "import beside\nbeside."


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    idle: Any = IdleCompleter()
    monkeypatch.setattr(assembly, "load_decoder", lambda settings: None)
    monkeypatch.setattr(assembly, "Completer", lambda *_: idle)


@pytest.mark.parametrize(
    ("has_project", "asked"), [(True, [1, 0, 1]), (False, [1, 1, 1])], ids=["project", "none"]
)
def test_answers_change_with_the_files_beside(
    tmp_path: Path, has_project: bool, asked: list[int]
) -> None:
    folder, memo = tmp_path / "folder", tmp_path / "answers.sqlite"
    folder.mkdir()
    source = Source(str(folder / "a.py"), TEXT)
    found = []
    for name in ("one", "one", "two"):
        (folder / "beside.py").write_text(f"{name} = 1\n")
        document = DocumentSnapshot(source.path, TEXT, "python")
        project = str(folder) if has_project else None
        settings = Settings(engines={"python": "jedi"})
        with assembled(settings, project, document, memo) as made:
            assert made.engine is not None
            for _ in range(2):
                answer = made.engine.names(Kind.MEMBER, source, len(TEXT)).result(60)
                assert {"one", "two"} & answer.names == {name}
            found.append(made.engine.asked)
    assert found == asked and memo.exists() == has_project

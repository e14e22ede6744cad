"""Imports that are offered have been checked: by the real analysis, in a real project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.server.lsp.editor import Editor, span
from tests.server.lsp.test_code_action import (
    LITERAL,
    OPTIONS,
    SERVER,
    actions,
    asked,
    capabilities,
    diagnostic,
    run,
)

FILES = {
    "goods.py": "class Apple: ...\n\nclass Path: ...\n",
    # It does not exist: what imports it is offered to nobody.
    "wrong.py": "from no_such_module import Pear\nimport no_such_module as nsm\n",
    "users.py": "from goods import Apple\nimport xml.etree.ElementTree as ET\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def editor(project: Path) -> Iterator[Editor]:
    can = capabilities(LITERAL, None)
    with Editor(SERVER, root=project, options=OPTIONS, capabilities=can) as editor:
        yield editor


# (text, the name that is missing, titles)
OFFERS = [
    ("x = Apple()\n", "Apple", ["Add `from goods import Apple`"]),
    ("x = ET.parse('a')\n", "ET", ["Add `import xml.etree.ElementTree as ET`"]),
    ("x = json.dumps(1)\n", "json", ["Add `import json`"]),
    (
        "x = Path('a')\n",
        "Path",
        # The class in goods.py takes no argument: with it, the call would be wrong.
        ["Add `from pathlib import Path`", "Add `from zipfile import Path`"],
    ),
    ("x = datetime.now()\n", "datetime", ["Add `from datetime import datetime`"]),
    ("x = datetime.timedelta()\n", "datetime", ["Add `import datetime`"]),
    ("x = Pear()\n", "Pear", []),
    ("x = nsm.y\n", "nsm", []),
    ("x = nowhere\n", "nowhere", []),
    # The editor is wrong, or speaks of something else.
    ("import json\nx = json\n", "json", []),
]


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize(("text", "name", "titles"), OFFERS)
def test_offers(
    editor: Editor, project: Path, text: str, name: str, titles: list[str], shown: bool
) -> None:
    uri = (project / f"new_{name}_{len(text)}_{shown}.py").as_uri()
    editor.open(uri, text)
    line = text[: text.rindex("x = ")].count("\n")
    place = span(line, 4, 4 + len(name))
    wrong = (diagnostic(place, f'"{name}" is not defined'),) if shown else ()
    found = actions(editor, asked(uri, place, wrong))
    ours = [action for action in found if action.title.startswith("Add")]
    assert [action.title for action in ours] == titles
    assert all(list(action.diagnostics or ()) == list(wrong) for action in ours)


def test_an_editor_that_asks_by_itself_shows_its_diagnostics(editor: Editor, project: Path) -> None:
    uri = (project / "automatic.py").as_uri()
    editor.open(uri, "x = json\n")
    params = asked(uri, span(0, 4, 8))
    params.context.trigger_kind = types.CodeActionTriggerKind.Automatic
    assert [a.title for a in actions(editor, params) if "json" in a.title] == []


def test_the_import_is_added(editor: Editor, project: Path) -> None:
    uri = (project / "added.py").as_uri()
    editor.open(uri, '"""Doc."""\n\nimport sys\n\nx = Apple()\n')
    place = span(4, 4, 9)
    found = actions(editor, asked(uri, place, (diagnostic(place, "undefined name 'Apple'"),)))
    (ours,) = [action for action in found if action.title.startswith("Add")]
    assert run(editor, ours.command.command, *ours.command.arguments) is True
    assert edits(editor, uri) == [(4, 0, "from goods import Apple\n\n")]


# (text, statements) -> the edits, by line, column and text
COMMANDS: list[tuple[str, list[str], list[tuple[int, int, str]]]] = [
    ("x = 1\n", ["import os"], [(0, 0, "import os\n\n")]),
    ("import os\n", ["import os"], []),
    ("import os\n", [], []),
    ("import os\n\nx = 1\n", ["import re", "import sys"], [(1, 0, "import re\nimport sys\n")]),
    ("from a import b\n", ["from a import c"], [(0, 15, ", c")]),
    ("import os\r\n", ["import sys"], [(1, 0, "import sys\r\n")]),
]


@pytest.mark.parametrize(("text", "statements", "expected"), COMMANDS)
def test_the_command(
    editor: Editor,
    project: Path,
    text: str,
    statements: list[str],
    expected: list[tuple[int, int, str]],
) -> None:
    uri = (project / f"command_{len(text)}_{len(statements)}_{len(expected)}.py").as_uri()
    editor.open(uri, text)
    assert run(editor, "fairlead.addImport", uri, statements) is True
    assert (edits(editor, uri) if expected else []) == expected
    assert not editor.edits


def test_the_command_for_java(editor: Editor, project: Path) -> None:
    uri = (project / "A.java").as_uri()
    editor.open(uri, "package a;\n\nclass A {}\n", "java")
    assert run(editor, "fairlead.addImport", uri, ["import java.util.List;"]) is True
    assert edits(editor, uri) == [(2, 0, "import java.util.List;\n\n")]


def edits(editor: Editor, uri: str) -> list[tuple[int, int, str]]:
    """Return what was last applied, by line, column and text; nothing is replaced."""
    changes: Any = editor.edits.pop().edit.changes
    assert all(edit.range.start == edit.range.end for edit in changes[uri])
    return [(e.range.start.line, e.range.start.character, e.new_text) for e in changes[uri]]

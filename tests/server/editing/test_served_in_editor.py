"""`fairlead.edit` in an editor, done by a language server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.server.editing.test_in_editor import COMMAND, client, done
from tests.server.lsp.editor import Editor
from tests.server.lsp.test_code_action import OPTIONS, REQUEST_FAILED, SERVER, failure
from tests.setup import npm

pytestmark = pytest.mark.needs("typescript")

SHOP = "export function area(width: number): number {\n  return width * 2;\n}\n"
USE = 'import { area } from "./shop";\nexport const x = area(3);\n'
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 1}}


def test_two_files_are_edited(tmp_path: Path) -> None:
    (tmp_path / "use.ts").write_text(USE)
    environ = {"PATH": npm.SEARCH}
    with Editor(
        SERVER, root=tmp_path, options=OPTIONS, capabilities=client(), environ=environ
    ) as editor:
        path = tmp_path / "shop.ts"
        path.write_text(SHOP)
        uri = path.as_uri()
        editor.open(uri, SHOP, "typescript")
        result = editor.command(COMMAND, uri, RANGE, "rename area to surface")
        assert (result["kind"], result["files"]) == ("refactoring", 2)
        assert (result["by"], result["checked"]) == ("typescript-language-server", True)
        applied = editor.edits.pop()
        assert applied.label == "Rename `area` to `surface` (typescript-language-server)"
        changes: Any = applied.edit.document_changes
        found = {change.text_document.uri: change.edits for change in changes}
        assert list(found) == [uri, (tmp_path / "use.ts").as_uri()]
        texts = [done(text, found[u]) for text, u in zip((SHOP, USE), found, strict=True)]
        assert texts == [text.replace("area", "surface") for text in (SHOP, USE)]
        wanted = [uri, RANGE, "rename number to n"]
        params = types.ExecuteCommandParams(COMMAND, wanted)
        code, message = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
        assert (code, message) == (REQUEST_FAILED, "there is no `number` in the file")

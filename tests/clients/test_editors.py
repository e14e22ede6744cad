"""Real editors, headless, with the server as it ships."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients.capabilities import recorded
from tests.clients.sessions import Session, Step, drive
from tests.server.lsp.processes import SEES_PROCESSES, alive
from tests.server.lsp.scripted import LIMIT

pytestmark = pytest.mark.needs("llama")

TEXT = "# é\nxs = [3, 1]\n"
FIRST = TEXT.count("\n")
"""The line at which steps begin to write."""

# (lines written, type of the object whose members are asked for)
MEMBERS: list[tuple[list[str], type]] = [
    (["xs."], list),
    (["s = '😀'; s."], str),
    (["if xs:", "\txs."], list),
    (["xs.ap"], list),
]
UNBOUND = ["print(json.dumps(xs))"]
ACTION = "Add `import json`"
STATEMENT = "from collections import deque"


def steps(folder: Path) -> list[Step]:
    uri = (folder / "edited.py").as_uri()
    return [
        *({"kind": "complete", "lines": lines} for lines, _ in MEMBERS),
        {"kind": "act", "lines": UNBOUND, "on": "json", "title": ACTION},
        {
            "kind": "command",
            "lines": ["queue = deque()"],
            "command": "fairlead.addImport",
            "arguments": [uri, [STATEMENT]],
        },
    ]


@dataclass(frozen=True)
class Expected:
    """What is true of an editor: how it counts columns, and under what name it is on record."""

    encoding: str
    record: str


EDITORS = {
    "neovim-0.7": Expected("utf-16", "neovim-0.7"),
    "neovim": Expected("utf-8", "neovim-0.11"),
    "emacs": Expected("utf-16", "emacs-28"),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.needs(name)) for name in EDITORS],
)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Expected, Session]:
    folder = tmp_path_factory.mktemp(request.param)
    return EDITORS[request.param], drive(request.param, folder, TEXT, steps(folder))


def test_no_errors_and_an_end(seen: tuple[Expected, Session]) -> None:
    _, session = seen
    assert not session.errors
    # Eglot ends the server's process as soon as it has told it to exit.
    assert session.exit in (None, {"code": 0, "signal": 0})
    end = time.monotonic() + LIMIT
    while SEES_PROCESSES and alive(session.server):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_is_on_record(seen: tuple[Expected, Session]) -> None:
    expected, session = seen
    assert session.encoding == expected.encoding
    # Neovim lists some kinds in an order that changes from run to run.
    assert _sorted(session.said["capabilities"]) == _sorted(recorded(expected.record))


def test_members(seen: tuple[Expected, Session]) -> None:
    expected, session = seen
    for (lines, kind), answer in zip(MEMBERS, session.answers, strict=False):
        assert answer["position"]["line"] == FIRST + len(lines) - 1
        assert answer["position"]["character"] == _columns(lines[-1], expected.encoding)
        names = {item["label"] for item in answer["members"]["items"]}
        public = {name for name in dir(kind) if not name.startswith("_")}
        # Stubs give texts some special methods of sequences that they do not have.
        assert public <= {name for name in names if not name.startswith("__")} <= set(dir(kind))
        shown = set(answer.get("shown", names))
        assert {name for name in public if name.startswith(_typed(lines))} <= shown <= names
        for range in _ranges(answer["members"]):
            assert range["end"] == answer["position"]
            assert _length(range) == len(_typed(lines))


def test_inline_completions(seen: tuple[Expected, Session]) -> None:
    _, session = seen
    for (lines, kind), answer in zip(MEMBERS, session.answers, strict=False):
        items = answer["inline"]["items"]
        assert items
        for item in items:
            assert re.split(r"\W", _typed(lines) + item["insertText"])[0] in dir(kind)
            assert item["range"]["start"] == answer["position"]
            assert item["range"]["end"]["line"] == answer["position"]["line"]
        # The first one was accepted.
        accepted = "\n".join([*TEXT.splitlines(), *lines]) + items[0]["insertText"]
        assert "\n".join(answer["text"]) == accepted


def test_a_code_action_adds_the_import(seen: tuple[Expected, Session]) -> None:
    _, session = seen
    answer = session.answers[len(MEMBERS)]
    assert ACTION in answer["titles"]
    assert answer["changed"]
    assert sorted(_code(answer)) == sorted(["import json", "xs = [3, 1]", *UNBOUND])
    assert _code(answer)[0] == "import json"


def test_a_command_changes_the_buffer(seen: tuple[Expected, Session]) -> None:
    _, session = seen
    answer = session.answers[len(MEMBERS) + 1]
    assert answer["changed"]
    assert answer["result"] is True
    assert _code(answer) == [STATEMENT, "xs = [3, 1]", "queue = deque()"]


def _typed(lines: list[str]) -> str:
    return lines[-1].rpartition(".")[2]


def _columns(line: str, encoding: str) -> int:
    width = {"utf-8": 1, "utf-16": 2}[encoding]
    return len(line.encode(f"{encoding}-le" if width > 1 else encoding)) // width


def _ranges(members: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the items take the place of, without that which they would take over."""
    shared = (members.get("itemDefaults") or {}).get("editRange")
    edits = [item.get("textEdit") or {"range": shared} for item in members["items"]]
    found = [edit.get("range") or edit["insert"] for edit in edits]
    return [range.get("insert", range) for range in found]


def _length(range: dict[str, Any]) -> int:
    return int(range["end"]["character"]) - int(range["start"]["character"])


def _code(answer: dict[str, Any]) -> list[str]:
    """Return the lines of the buffer that hold code."""
    return [line for line in answer["text"] if line and not line.startswith("#")]


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=json.dumps)
    return value

"""`fairlead serve` with the process that ships: the embedded model, over real editors' pipes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types

from fairlead_server.daemon.inquiry import statuses, stop_all
from tests.server.daemon.bench import LIMIT, wait_for
from tests.server.lsp.editor import FAIRLEAD, Editor, inline_params, items_of, labels
from tests.server.lsp.processes import SEES_PROCESSES, alive, children

pytestmark = pytest.mark.needs("llama")

# Nothing here is about speed: on a busy machine analysis may take its time.
OPTIONS = {"patience": LIMIT, "completion": "items"}
TEXT = "xs = [3, 1]\nxs."
INLINE = types.TEXT_DOCUMENT_INLINE_COMPLETION
TOP = types.Range(types.Position(0, 0), types.Position(0, 0))


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    stop_all()
    yield
    started = [status.pid for status in statuses()]
    below = [child for pid in started for child in children(pid)]
    stop_all()
    wait_for(lambda: not any(map(alive, [*started, *below])))


def _project(folder: Path, name: str) -> tuple[Path, str]:
    """Make a project; return it and the URI of its document."""
    project = folder / name
    project.mkdir()
    return project, (project / "code.py").as_uri()


def _names(editor: Editor, uri: str) -> set[str]:
    return {re.split(r"\W", str(item.insert_text))[0] for item in editor.inline(uri, 1, 3)}


def test_two_editors_share_a_model_and_have_their_own_projects(tmp_path: Path) -> None:
    first, uri_a = _project(tmp_path, "first")
    second, uri_b = _project(tmp_path, "second")
    (first / "shapes.py").write_text("class Circle:\n    radius = 3\n")
    (second / "shapes.py").write_text("class Square:\n    side = 3\n")
    with (
        Editor(FAIRLEAD, root=first, options=OPTIONS) as a,
        Editor(FAIRLEAD, root=second, options=OPTIONS) as b,
    ):
        a.open(uri_a, "import shapes\nshapes.Circle.")
        b.open(uri_b, "import shapes\nshapes.Square.")
        assert "radius" in labels(a.members(uri_a, 1, 14))
        assert "side" in labels(b.members(uri_b, 1, 14))
        for editor, uri in ((a, uri_a), (b, uri_b)):
            editor.open(f"{uri}2.py", TEXT)
            assert _names(editor, f"{uri}2.py") <= set(dir(list))
        (status,) = statuses()
        assert set(status.clients) == {str(first), str(second)}
        assert not SEES_PROCESSES or not _loads_a_model(a.pid)
        assert not SEES_PROCESSES or _loads_a_model(status.pid)
    wait_for(lambda: not statuses()[0].clients)


def _loads_a_model(pid: int) -> bool:
    return "libllama" in Path(f"/proc/{pid}/maps").read_text()


def test_killing_the_process_during_a_request(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    with Editor(FAIRLEAD, root=project, options={**OPTIONS, "log_level": "debug"}) as editor:
        editor.open(uri, TEXT)
        assert _names(editor, uri)
        (before,) = statuses()
        # It takes in nothing more, so that the request is under way when it dies.
        os.kill(before.pid, signal.SIGSTOP)
        editor.logs.clear()
        editor.change(uri, 2, (TOP, "y = 1\n"))
        answer = editor.begin(INLINE, inline_params(uri, 2, 3, invoked=False))
        wait_for(lambda: "the model process is asked: complete" in editor.logs)
        os.kill(before.pid, signal.SIGKILL)
        assert items_of(answer.result(LIMIT)) == []
        wait_for(lambda: bool(editor.inline(uri, 2, 3)))
        (after,) = statuses()
        assert after.pid != before.pid
        assert len([log for log in editor.logs if "The model process is gone" in log]) == 1
        assert editor.shown == []


def test_a_process_that_is_killed_leaves_no_analysis_behind(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    with Editor(FAIRLEAD, root=project, options=OPTIONS) as editor:
        editor.open(uri, TEXT)
        assert "append" in labels(editor.members(uri, 1, 3))
        (status,) = statuses()
        below = children(status.pid)
        assert below or not SEES_PROCESSES
        os.kill(status.pid, signal.SIGKILL)
        wait_for(lambda: not any(map(alive, below)))


def test_who_leaves_takes_the_analysis_along(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    with Editor(FAIRLEAD, root=project, options=OPTIONS) as editor:
        editor.open(uri, TEXT)
        assert "append" in labels(editor.members(uri, 1, 3))
    (status,) = statuses()
    wait_for(lambda: not children(status.pid))


def test_a_killed_editor_counts_as_gone(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    editor = Editor(FAIRLEAD, root=project, options=OPTIONS)
    editor.initialize()
    editor.open(uri, TEXT)
    assert _names(editor, uri)
    editor.kill()
    editor.finish()
    wait_for(lambda: statuses()[0].clients == ())


def test_what_is_wrong_with_the_model_is_told(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    model = tmp_path / "broken.gguf"
    model.write_bytes(b"GGUF of another kind")
    with Editor(FAIRLEAD, root=project, options={"model": str(model)}) as editor:
        editor.open(uri, TEXT)
        assert editor.inline(uri, 1, 3) == []
        assert len(editor.shown) == 1
        assert "broken.gguf" in editor.shown[0]


def test_an_idle_model_frees_its_memory(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    options = {**OPTIONS, "idle_minutes": 1 / 60}
    with Editor(FAIRLEAD, root=project, options=options) as editor:
        editor.open(uri, TEXT)
        first = _names(editor, uri)
        wait_for(lambda: not statuses()[0].loaded)
        assert "append" in labels(editor.members(uri, 1, 3))
        editor.change(uri, 2, (TOP, "y = 1\n"))
        assert editor.inline(uri, 2, 3)
        assert first


def _fairlead(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "fairlead_server.cli", "daemon", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_command_line(tmp_path: Path) -> None:
    assert _fairlead("--status") == (1, "no model process is running\n")
    assert _fairlead("--status", "--json") == (1, "[]\n")
    assert _fairlead("--stop")[0] == 1
    project, uri = _project(tmp_path, "p")
    with Editor(FAIRLEAD, root=project, options=OPTIONS) as editor:
        editor.open(uri, TEXT)
        assert _names(editor, uri)
        code, text = _fairlead("--status")
        assert code == 0
        assert str(project) in text
        (found,) = json.loads(_fairlead("--status", "--json")[1])
        assert found["clients"] == [str(project)]
        assert _fairlead("--stop") == (0, "ended: 1\n")
        assert statuses() == []
        # It ended on purpose, but the editor is still there.
        wait_for(lambda: bool(editor.inline(uri, 1, 3)))


def test_the_settings_choose_a_process_inside(tmp_path: Path) -> None:
    project, uri = _project(tmp_path, "p")
    with Editor(FAIRLEAD, root=project, options={**OPTIONS, "process": "inside"}) as editor:
        editor.open(uri, TEXT)
        assert _names(editor, uri)
        assert statuses() == []


# Notes each address that a Python process binds or connects to; imported by all of them.
WITNESS = """
import os, sys
def hook(event, arguments):
    if event in ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"):
        with open(os.environ["WITNESS"], "a") as file:
            file.write(f"{event} {arguments[-1]!r}\\n")
sys.addaudithook(hook)
with open(os.environ["WITNESS"], "a") as file:
    file.write("started\\n")
"""


def test_no_socket_is_opened_but_the_one_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITNESS)
    witness = tmp_path / "witness"
    monkeypatch.setenv("WITNESS", str(witness))
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    project, uri = _project(tmp_path, "p")
    with Editor(FAIRLEAD, root=project, options=OPTIONS) as editor:
        editor.open(uri, TEXT)
        assert _names(editor, uri)
        assert "append" in labels(editor.members(uri, 1, 3))
        (status,) = statuses()
        everybody = [editor.pid, status.pid, *children(status.pid)]
        inodes = {inode for pid in everybody for inode in _sockets(pid)}
        assert inodes.isdisjoint(_internet())
    lines = witness.read_text().splitlines()
    folder = os.path.join(os.environ["XDG_RUNTIME_DIR"], "fairlead")
    assert lines.count("started") >= 3
    assert {line.partition(" ")[0] for line in lines} >= {"socket.bind", "socket.connect"}
    others = [line for line in lines if line != "started" and f"{folder}/" not in line]
    assert others == []


def _sockets(pid: int) -> Iterator[str]:
    """Yield the inodes of the sockets that a process holds; elsewhere than on Linux, none."""
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        target = os.readlink(link)
        if target.startswith("socket:"):
            yield target.strip("socket:[]")


def _internet() -> set[str]:
    """Return the inodes of all sockets that reach beyond files."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        table = Path(f"/proc/net/{name}")
        if table.exists():
            found |= {line.split()[9] for line in table.read_text().splitlines()[1:]}
    return found

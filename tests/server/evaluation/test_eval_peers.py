"""``fairlead eval peers``: its parts, what is left out, and what another server is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.errors import UserError
from fairlead_server.evaluation.peers import BUDGETS, drawn, maskers
from fairlead_server.evaluation.peers.engines import ENGINES
from fairlead_server.evaluation.peers.servers import PEER, Answer, ask_peer, lacks
from fairlead_server.model_files import EMBEDDED, find_model

HARBOUR = Path(__file__).parents[3] / "examples" / "harbour"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["eval", "peers", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_engines_are_put_the_same_lines(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--part", "engines", "--root", str(HARBOUR), "--sample", "12", "--json"]
    code, out, err = run(capsys, *arguments)
    assert code == 0
    figures = json.loads(out)["figures"]
    names = {name for name in ENGINES if f"engines.{name}.names" in figures}
    assert names >= {"ty+jedi", "ty", "jedi"}
    left_out = {line.split()[1] for line in err.splitlines() if "left out" in line}
    assert left_out == ENGINES.keys() - names
    counts = {figures[f"engines.{name}.names"]["value"] for name in names}
    assert len(counts) == 1 and counts.pop() > 0
    for name in names:
        assert figures[f"engines.{name}.over_rejection"]["value"] == 0
        assert 0 < figures[f"engines.{name}.complete"]["value"] <= 1
        assert figures[f"engines.{name}.answer_ms_p95"]["unit"] == "ms"
        assert (f"engines.{name}.line_ratio" in figures) is (name != "ty+jedi")


@pytest.mark.needs("llama")
def test_masks_of_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--part", "masks", "--quick", "--vocabulary", EMBEDDED, "--json")
    peers = [name for name in maskers.MASKERS if f"masks.{name}.vocabulary_ms" in out]
    if len(peers) < 2:
        assert code == 2
        assert err.count("left out") == len(maskers.MASKERS) - 1
        assert "install the peers" in err
        return
    report = json.loads(out)
    assert all(f"masks.{peer}.mask_us_p99.10" in report["figures"] for peer in peers)
    for name, budget in BUDGETS.items():
        if name in report["figures"]:
            assert budget.holds(report["figures"][name]["value"]), name


@pytest.mark.needs("llama")
def test_latency_is_measured_or_said_to_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(
        capsys, "--part", "latency", "--prompts", "2", "--tokens", "6", "--json", "--threads", "1"
    )
    if lacks(find_model(EMBEDDED)):
        assert code == 2 and "latency left out: no uvicorn" in err
        return
    figures = json.loads(out)["figures"]
    assert figures["latency.fairlead.same_text"]["value"] > 0
    for name in ("fairlead", "fairlead-guided", PEER):
        assert figures[f"latency.{name}.first_ms_p50"]["value"] > 0
        assert figures[f"latency.{name}.next_first_ms_p95"]["unit"] == "ms"
    assert figures["latency.fairlead.token_ratio"]["unit"] == "times"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--part", "engines"], "engines left out: name a --root"),
        (["--part", "engines", "--root", "/nowhere"], "no such file or folder"),
        (["--part", "engines", "--package", "no_such"], "no package 'no_such'"),
        (["--part", "everything"], "invalid choice"),
        (["--rounds", "0"], "at least 1"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_folder_without_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.java").write_text("class A {}\n")
    code, _, err = run(capsys, "--part", "engines", "--root", str(tmp_path))
    assert code == 2 and "no Python file to draw lines from" in err


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("masks.xgrammar.new_name_ratio.10", True),
        ("masks.fairlead.list_ms_p50.100", True),
        ("masks.xgrammar.equal", True),
        ("engines.ty.complete", True),
        ("latency.fairlead.first_ms_p50", True),
        ("latency.fairlead.first_ms_p95", False),
        ("masks.fairlead.mask_us_p99.10", False),
    ],
)
def test_what_is_for_people(name: str, shown: bool) -> None:
    assert drawn(name) is shown


class _Speaking(BaseHTTPRequestHandler):
    """Streams `texts` as OpenAI's server does, and keeps what it was asked; or answers `status`."""

    texts: tuple[str, ...] = ()
    status = 200
    asked: Any = None

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        type(self).asked = json.loads(self.rfile.read(size))
        self.send_response(self.status)
        self.end_headers()
        for text in self.texts:
            self.wfile.write(b"data: %s\n\n" % json.dumps({"choices": [{"text": text}]}).encode())
        self.wfile.write(b": a comment\ndata: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def speaking(status: int, *texts: str) -> Iterator[tuple[HTTPConnection, type[_Speaking]]]:
    handler = type("Handler", (_Speaking,), {"texts": texts, "status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with closing(HTTPConnection("127.0.0.1", server.server_port, timeout=30)) as connection:
            yield connection, handler
        server.shutdown()
        thread.join()


def test_another_server_is_asked_greedily() -> None:
    with speaking(200, " as", "", "ös\n") as (connection, handler):
        for _ in range(2):
            answer = ask_peer(connection, "import os", 5)
            assert (answer.text, answer.tokens) == (" asös\n", 2)
            assert 0 < answer.first <= answer.whole
    assert handler.asked == {
        "prompt": "import os",
        "max_tokens": 5,
        "temperature": 0,
        "stream": True,
        "repeat_penalty": 1.0,
    }


def test_a_server_that_writes_nothing() -> None:
    with speaking(200) as (connection, _):
        answer = ask_peer(connection, "", 5)
    assert (answer.text, answer.tokens) == ("", 0)
    assert answer.first == answer.whole > 0


def test_a_server_that_fails() -> None:
    with (
        speaking(500) as (connection, _),
        pytest.raises(UserError, match="answers 500"),
    ):
        ask_peer(connection, "", 5)


@pytest.mark.parametrize(("tokens", "between"), [(3, 1.0), (2, 2.0), (1, 2.0), (0, 2.0)])
def test_time_between_tokens(tokens: int, between: float) -> None:
    assert Answer("", tokens, 1.0, 3.0).between == between


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    assert "not a GGUF file" in lacks(tmp_path)

"""Several monitors, several sequences, one server: nothing is asked twice."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fairlead_monitors.context import Context
from fairlead_monitors.java.instances import JavaInstances
from fairlead_monitors.java.members import JavaMembers
from fairlead_monitors.java.scope import JavaScope
from fairlead_monitors.joint import join
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from tests.server.language_server.faulty import PATIENCE, engine
from tests.server.language_server.replay import apply

PREFIX, SUFFIX = "class A { void f() { ", " } }\n"
# What the sequences write: the server knows alpha, beta and gamma at every place.
SEQUENCES = [
    b"alpha.beta(gamma).alpha(); beta(alpha.gamma);",
    b"alpha.beta(gamma).alpha(); gamma(alpha.beta);",
    b"alpha.beta(beta); new gamma(alpha.beta);",
]


def write(text: bytes, asked: LanguageServerEngine) -> int:
    """Write `text` piece by piece under all monitors; return how many names were checked."""
    context = Context("A.java", PREFIX, SUFFIX, asked, patience=PATIENCE)
    monitor = join([JavaMembers, JavaScope, JavaInstances])(context)
    for start in range(0, len(text), 3):
        piece = text[start : start + 3]
        assert monitor.admitted(piece) == len(piece)
        monitor.advance(piece)
    return sum(evidence.candidates > 0 for evidence in monitor.evidence())


def completions(log: Path) -> Counter[tuple[str, str]]:
    """Return how often the server was asked about each text and position."""
    asked: Counter[tuple[str, str]] = Counter()
    text = ""
    for message in map(json.loads, log.read_text(encoding="utf-8").splitlines()):
        params = message.get("params")
        if message.get("method") == "textDocument/didOpen":
            text = params["textDocument"]["text"]
        elif message.get("method") == "textDocument/didChange":
            text = apply(text, params["contentChanges"][0])
        elif message.get("method") == "textDocument/completion":
            asked[text, json.dumps(params["position"])] += 1
    return asked


def test_eight_sequences_under_three_monitors_ask_each_thing_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    rule = {"complete": True}
    names = {"from": ["insertText"], "member": rule, "scope": rule, "class": rule}
    with engine("none", log, languages={".java": "java"}, names=names, limit=30.0) as asked:
        with ThreadPoolExecutor(8) as threads:
            texts = [SEQUENCES[number % len(SEQUENCES)] for number in range(8)]
            checked = list(threads.map(lambda text: write(text, asked), texts))
        pid = asked.pid
    assert pid is not None and min(checked) >= 4
    asked_for = completions(log)
    assert len(asked_for) >= 10
    assert max(asked_for.values()) == 1

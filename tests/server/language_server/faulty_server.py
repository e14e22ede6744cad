"""A language server that misbehaves as its first argument tells it: a script, not a module.

It knows one thing: what may follow any place is ``alpha``, ``beta`` and ``gamma``. The second
argument, if any, is a file to which it appends a line for each message that it gets.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

FAULT = sys.argv[1]
LOG = sys.argv[2] if len(sys.argv) > 2 else os.devnull
MEMBERS = ("alpha", "beta", "gamma")
HOUR = 3600


def read() -> Any:
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def write(message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sys.stdout.buffer.flush()


def notify(method: str, params: dict[str, Any]) -> None:
    write({"method": method, "params": params})


def item(name: str, **other: Any) -> dict[str, Any]:
    return {"label": f" {name}(int)", "insertText": name, "kind": 2, **other}


def edit(line: int, name: str) -> dict[str, Any]:
    place = {"line": line, "character": 0}
    return {"range": {"start": place, "end": place}, "newText": name}


def completion(line: int) -> Any:
    items = [item(name) for name in MEMBERS]
    answers: dict[str, Any] = {
        "null": None,
        "number": 17,
        "empty": [],
        "incomplete": {"isIncomplete": True, "items": items},
        "labels": [{"label": f"{name}(int) : void", "kind": 2} for name in MEMBERS],
        "nameless": [*items, {"label": "()", "kind": 2}],
        "blank": [*items, {"label": "", "kind": 2}],
        "wrong kinds": [item(name, kind="method") for name in MEMBERS],
        "no kinds": [{"label": name} for name in MEMBERS],
        "guesses": [item(n, additionalTextEdits=[edit(0, "import x\n")]) for n in MEMBERS],
        "not items": [*items, 17],
        "words": [*items, {"label": "word", "kind": 1}],
        "many": [item(f"member{number}") for number in range(100_000)],
        "old version": [item(n, textEdit=edit(line + 7, n)) for n in MEMBERS],
        "wrong edits": [item(n, textEdit={"newText": n, "range": 17}) for n in MEMBERS],
        "plain list": items,
    }
    return answers.get(FAULT, {"isIncomplete": False, "items": items})


def answer(message: dict[str, Any]) -> None:
    method, number = message["method"], message["id"]
    params = message.get("params") or {}
    if method == "initialize":
        sync = {"openClose": True, "change": 1 if FAULT == "whole texts" else 2}
        stated = {"no encoding": None, "odd encoding": ["utf-8"]}.get(FAULT, "utf-8")
        encoding = {"positionEncoding": stated} if stated else {}
        pull = {"diagnosticProvider": {"workspaceDiagnostics": False}}
        pull = pull if FAULT.startswith("pulls") else {}
        result: Any = {
            "capabilities": {"textDocumentSync": sync, "completionProvider": {}, **encoding, **pull}
        }
    elif method == "textDocument/completion":
        misbehave(number)
        result = completion(params["position"]["line"])
    elif method == "textDocument/signatureHelp":
        label = "f(int a, Map<String, Integer> b)"
        result = {
            "signatures": [{"label": label, "parameters": [{"label": [2, 7]}, {"label": [9, 31]}]}]
        }
        result = {"null": None, "number": 17}.get(FAULT, result)
    elif method == "textDocument/diagnostic":
        result = {"items": []} if FAULT == "pulls no error" else None
    elif method == "workspace/executeCommand":
        if FAULT == "hangs at commands":
            time.sleep(HOUR)
        if FAULT == "owes a command":
            return
        if FAULT == "crashes at commands":
            sys.exit(3)
        if FAULT == "knows no commands":
            write({"id": number, "error": {"code": -32601, "message": "no such command"}})
        known = {"path": os.path.dirname(LOG)}
        answers = {"odd sources": 17, "no sources": {"data": []}, "odd folders": {"data": [3, {}]}}
        result = answers.get(FAULT, {"data": [known]})
    else:
        result = None
    write({"id": number, "result": result})


def misbehave(number: int) -> None:
    """Do what is no answer, before answering."""
    if FAULT == "hangs":
        time.sleep(HOUR)
    elif FAULT == "crashes":
        sys.stderr.write("a bug\n")
        sys.exit(3)
    elif FAULT == "crashes once" and first_time():
        sys.exit(3)
    elif FAULT == "shouts":
        sys.stderr.write("x" * 1_000_000)
    elif FAULT == "ends output":
        os.close(1)
        time.sleep(HOUR)
    elif FAULT == "slow":
        time.sleep(0.2)
    else:
        send_something_else(number)


def send_something_else(number: int) -> None:
    """Send what is no answer."""
    if FAULT == "babbles":
        sys.stdout.buffer.write(b"Content-Length: 3\r\n\r\n{]}")
        sys.stdout.buffer.flush()
        time.sleep(HOUR)
    elif FAULT == "overtaken" and first_time():
        write({"id": number, "error": {"code": -32801, "message": "content modified"}})
    elif FAULT == "error":
        write({"id": number, "error": {"code": -32603, "message": "a bug"}})
    elif FAULT == "other answers":
        write({"id": 10_000, "result": []})
        write({"id": None, "result": []})
        write({"result": []})
        notify("no/such/notification", {})
        write({"id": 1, "method": "no/such/request", "params": None})


def first_time() -> bool:
    try:
        os.close(os.open(LOG + ".done", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def opened(params: dict[str, Any]) -> None:
    document = params["textDocument"]
    place = {"line": 0, "character": 0}
    end = {"line": 999 if FAULT == "old version" else 0, "character": 1}
    found = [{"range": {"start": place, "end": end}, "message": f"version {document['version']}"}]
    push: dict[str, Any] = {"uri": document["uri"], "diagnostics": found}
    if FAULT != "no version":
        # Of a text that is gone; to be passed over.
        stale = [{**found[0], "message": "stale"}]
        notify("textDocument/publishDiagnostics", {**push, "version": 0, "diagnostics": stale})
        push["version"] = document["version"]
    if FAULT != "no diagnostics":
        notify("textDocument/publishDiagnostics", push)


def main() -> None:
    if FAULT == "ends at once":
        sys.exit(1)
    if FAULT == "never starts":
        time.sleep(HOUR)
    while (message := read()) is not None:
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps(message) + "\n")
        method = message.get("method")
        if method == "exit":
            return
        if method == "initialized":
            notify("status", {"type": "starting"})
            notify("status", {"type": "ready"})
        if method in ("textDocument/didOpen", "textDocument/didChange"):
            opened(message["params"])
        if FAULT == "deaf" and method == "textDocument/didOpen":
            time.sleep(HOUR)
        if "id" in message and "method" in message:
            answer(message)


main()

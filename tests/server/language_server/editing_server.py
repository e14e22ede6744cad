"""A language server that refactors as its argument tells it: a script, not a module.

It knows the document ``one two one``, and what it makes of that goes by the new name, or by the
title of the code action that is asked for, the word after ``do`` in the document. The argument is a
file to which it appends a line for each message that it gets.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

LOG = sys.argv[1]
HOUR = 3600
URI = ""
WORDS: list[str] = []
CAPABILITIES = {
    "codeActionProvider": True,
    "documentHighlightProvider": True,
    "executeCommandProvider": {"commands": ["server.apply"]},
    "positionEncoding": "utf-8",
    "renameProvider": {"prepareProvider": True},
    "textDocumentSync": 1,
}


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


def edit(start: int, end: int, new: str, line: int = 0, **more: Any) -> dict[str, Any]:
    places = [{"line": line, "character": at} for at in (start, end)]
    return {"range": {"start": places[0], "end": places[1]}, "newText": new, **more}


def renaming(new: str) -> Any:
    both = [edit(0, 3, new), edit(8, 11, new)]
    operation = {"kind": "rename", "oldUri": URI, "newUri": URI + "x"}
    note = {"note": {"label": "a guess", "needsConfirmation": True}}
    sure = [edit(0, 3, new, annotationId="note")]
    old: dict[str, Any] = {"uri": URI, "version": 99}
    document = {"uri": URI, "version": 1}
    return {
        "nothing": None,
        "number": 17,
        "none": {},
        "overlap": {"changes": {URI: [*both, edit(2, 5, new)]}},
        "beyond": {"changes": {URI: [edit(0, 3, new, line=99)]}},
        "outside": {"changes": {URI: both, f"file:///elsewhere/{new}.x": [edit(0, 3, new)]}},
        "library": {"changes": {URI: both, "jar://library/a.x": [edit(0, 3, new)]}},
        "more": {"changes": {URI: [*both, edit(4, 7, "2")]}},
        "moves": {"documentChanges": [{"textDocument": document, "edits": both}, operation]},
        "makes": {"documentChanges": [{"kind": "create", "uri": URI + "y"}]},
        "unsure": {
            "documentChanges": [{"textDocument": document, "edits": sure}],
            "changeAnnotations": note,
        },
        "version": {"documentChanges": [{"textDocument": old, "edits": both}]},
    }.get(new, {"changes": {URI: both}})


def extracting() -> Any:
    return {"changes": {URI: [edit(0, 3, "x"), edit(0, 0, "let x = one; ")]}}


def action(title: str) -> Any:
    command = {"title": title, "command": "server.apply", "arguments": [title]}
    return {
        "null": None,
        "other": [17, {"title": "something else"}],
        "disabled": [{"title": "Extract variable", "disabled": {"reason": "no expression."}}],
        "edit": [{"title": "Extract variable", "edit": extracting()}],
        "resolved": [{"title": "Extract variable", "data": title}],
        "unresolved": [{"title": "Extract variable", "data": title}],
        "bare": [{**command, "title": "Extract variable"}],
        "editor": [{"title": "Extract variable", "command": {**command, "command": "other"}}],
    }.get(title, [{"title": "Extract variable", "command": command}])


def commanded(title: str) -> None:
    for number in range({"idle": 0, "twice": 2}.get(title, 1)):
        write(
            {"id": f"a{number}", "method": "workspace/applyEdit", "params": {"edit": extracting()}}
        )
        read_one()


def answer(message: dict[str, Any]) -> None:
    method, number, params = message["method"], message["id"], message.get("params") or {}
    fixed = None if "fixed" in WORDS else {"placeholder": "one"}
    answers: dict[str, Any] = {
        "initialize": {"capabilities": CAPABILITIES},
        "textDocument/documentHighlight": [edit(0, 3, ""), edit(8, 11, ""), edit(4, 7, "")],
        "textDocument/prepareRename": fixed,
    }
    result = answers.get(method)
    if method == "textDocument/rename":
        misbehave(params["newName"], number)
        result = renaming(params["newName"])
    elif method == "textDocument/codeAction":
        result = action(WORDS[WORDS.index("do") + 1])
    elif method == "codeAction/resolve":
        result = {**params, "edit": extracting()} if params["data"] == "resolved" else None
    elif method == "workspace/executeCommand" and params["arguments"]:
        commanded(params["arguments"][0])
    write({"id": number, "result": result})


def misbehave(new: str, number: int) -> None:
    if new == "late":
        time.sleep(HOUR)
    elif new == "dies":
        sys.exit(3)
    elif new == "error":
        write({"id": number, "error": {"code": -32603, "message": "a bug"}})


def read_one() -> bool:
    global URI
    message = read()
    if message is None or message.get("method") == "exit":
        return False
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(json.dumps(message) + "\n")
    params = message.get("params") or {}
    if message.get("method") in ("textDocument/didOpen", "textDocument/didChange"):
        opened = params["textDocument"]
        texts = [opened, *params.get("contentChanges", ())]
        if os.path.basename(opened["uri"]) == "a.x":
            URI = opened["uri"]
            WORDS[:] = texts[-1]["text"].split()
        if "unasked" in WORDS:
            params = {"edit": {"changes": {URI: [edit(0, 3, "x")]}}}
            write({"id": "unasked", "method": "workspace/applyEdit", "params": params})
    elif "id" in message and "method" in message:
        answer(message)
    return True


while read_one():
    pass

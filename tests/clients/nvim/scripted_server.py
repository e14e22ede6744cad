"""A language server that suggests what a file says: scripted_server.py SCRIPT RECORD.

SCRIPT is a JSON object. `suggestions` are by what the line has before the cursor: a list of items
with `text`, and perhaps `back` and `over`, which are how many characters before and behind the
cursor are replaced, and `command`. `late` are lines whose request is answered when another one
comes, `failing` are those whose request fails; `encoding` is how columns are counted. With `slow`,
an edit comes once its document has changed. SCRIPT is read anew each time. Each message that comes
is written to RECORD, one in a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

Message = dict[str, Any]

WIDTHS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
COMMANDS = ["fairlead.addImport", "fairlead.edit", "fairlead.explain", "fairlead.repair"]
COMMANDS += ["fairlead.status"]
STATUS = {"state": "ready", "model": "scripted", "message": ""}


class Server:
    """Knows the text of every document, and answers what it is asked."""

    def __init__(self, script: Path, record: Path) -> None:
        self._path = script
        self._record = record
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._late: list[Message] = []
        self._slow: list[Message] = []
        self._waiting: Message = {}
        self._encoding = self._script.get("encoding", "utf-16")

    @property
    def _script(self) -> Message:
        found: Message = json.loads(self._path.read_text(encoding="utf-8"))
        return found

    def run(self) -> None:
        while message := _read():
            with self._record.open("a", encoding="utf-8") as record:
                record.write(json.dumps(message) + "\n")
            handler = getattr(self, "_" + message.get("method", "").replace("/", "_"), None)
            if handler:
                handler(message)
            elif message.get("id") == "edit":
                self._edited(message["result"]["applied"])
            elif "id" in message and "method" in message:
                self._answer(message, None)

    def _initialize(self, message: Message) -> None:
        capabilities = {
            "positionEncoding": self._encoding,
            "textDocumentSync": {"openClose": True, "change": 1},
            "inlineCompletionProvider": {},
            "executeCommandProvider": {"commands": COMMANDS},
        }
        result = {"capabilities": capabilities, "offsetEncoding": self._encoding}
        self._answer(message, result)

    def _initialized(self, message: Message) -> None:
        self._send("fairlead/status", STATUS | self._script.get("status", {}))

    def _exit(self, message: Message) -> None:
        sys.exit(0)

    def _textDocument_didOpen(self, message: Message) -> None:
        document = message["params"]["textDocument"]
        self._texts[document["uri"]] = document["text"]
        self._versions[document["uri"]] = document["version"]

    def _textDocument_didChange(self, message: Message) -> None:
        document = message["params"]["textDocument"]
        self._texts[document["uri"]] = message["params"]["contentChanges"][-1]["text"]
        self._versions[document["uri"]] = document["version"]
        while self._slow:
            _write(self._slow.pop())

    def _textDocument_inlineCompletion(self, message: Message) -> None:
        position = message["params"]["position"]
        text = self._texts[message["params"]["textDocument"]["uri"]]
        line = text.split("\n")[position["line"]].rstrip("\r")
        codec, width = WIDTHS[self._encoding]
        before = line.encode(codec)[: position["character"] * width].decode(codec)
        for late in self._late:
            self._answer(late, {"items": [{"insertText": "came late"}]})
        self._late.clear()
        if before in self._script.get("late", ()):
            self._late.append(message)
        elif before in self._script.get("failing", ()):
            error = {"code": -32603, "message": "failed as told"}
            _write({"id": message["id"], "error": error})
        else:
            found = self._script.get("suggestions", {}).get(before, [])
            items = [self._item(one, position["line"], line, len(before)) for one in found]
            automatic = message["params"]["context"]["triggerKind"] == 2
            self._answer(message, {"items": items[:1] if automatic else items})

    def _item(self, one: Message, row: int, line: str, column: int) -> Message:
        codec, width = WIDTHS[self._encoding]

        def place(at: int) -> Message:
            return {"line": row, "character": len(line[:at].encode(codec)) // width}

        first, last = column - one.get("back", 0), column + one.get("over", 0)
        span = {"start": place(first), "end": place(last)}
        item = {"insertText": one["text"], "range": span}
        return item | ({"command": one["command"]} if "command" in one else {})

    def _workspace_executeCommand(self, message: Message) -> None:
        command, arguments = message["params"]["command"], message["params"].get("arguments", [])
        if command == "fairlead.status":
            self._answer(message, STATUS)
        elif command == "fairlead.explain":
            self._answer(message, "as told\nby the script")
        elif command == "fairlead.addImport":
            self._waiting = message
            self._edit(arguments[0], 0, 0, "".join(f"{line}\n" for line in arguments[1]), False)
        else:
            place = arguments[0]
            uri, span = (place["uri"], place["range"]) if isinstance(place, dict) else arguments
            start = span["start"]["line"]
            self._waiting = message
            self._edit(uri, start, start + 1, f"edited = {self._candidate()}\n", True)

    def _candidate(self) -> int:
        """Return which of the candidates is asked for."""
        first = self._waiting["params"]["arguments"][0]
        return int(first.get("candidate", 1)) if isinstance(first, dict) else 1

    def _edited(self, applied: bool) -> None:
        """Answer the command for which there was an edit."""
        result: Any = applied
        if self._waiting["params"]["command"] == "fairlead.edit":
            candidate = {"candidate": self._candidate(), "candidates": self._script.get("edits", 1)}
            done = {"title": "Edit", "by": "script", "remarks": ["as told"], "applied": applied}
            result = candidate | done
        self._answer(self._waiting, result)

    def _edit(self, uri: str, first: int, last: int, text: str, confirm: bool) -> None:
        span = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
        edit = {"range": span, "newText": text, "annotationId": "it"}
        named = {"uri": uri, "version": self._versions[uri]}
        document = {"textDocument": named, "edits": [edit]}
        annotation = {"label": "Edit", "needsConfirmation": confirm}
        changes = {"documentChanges": [document], "changeAnnotations": {"it": annotation}}
        request = {"id": "edit", "method": "workspace/applyEdit", "params": {"edit": changes}}
        if self._script.get("slow"):
            self._slow.append(request)
        else:
            _write(request)

    def _answer(self, message: Message, result: Any) -> None:
        _write({"id": message["id"], "result": result})

    def _send(self, method: str, params: Any) -> None:
        _write({"method": method, "params": params})


def _read() -> Message | None:
    length = 0
    while (line := sys.stdin.buffer.readline().strip()) or not length:
        if not line:
            return None
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    found: Message = json.loads(sys.stdin.buffer.read(length))
    return found


def _write(message: Message) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    Server(Path(sys.argv[1]), Path(sys.argv[2])).run()

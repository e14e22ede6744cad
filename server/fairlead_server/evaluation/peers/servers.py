"""fairlead's model process and the server of llama-cpp-python, with the same model and prompts.

Each of them runs in a process of its own and writes greedily after prompts that end with a line.
A prompt that is new comes first, and then the same with a line more.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fairlead_decoding.types import GenerationConfig
from fairlead_server.analysis.child import kill_group
from fairlead_server.daemon.client import RemoteCompleter, connect
from fairlead_server.daemon.inquiry import stop_all
from fairlead_server.daemon.places import are_possible
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.evaluation.decoding.texts import Passage, ordinary
from fairlead_server.evaluation.figures import Figure, quantile, share
from fairlead_server.model_files import find_model
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest

PEER = "llama-cpp-python"
_MODULES = ("uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings")
_LISTENS = re.compile(r"running on http://([^:/]+):(\d+)")
_TIME_TO_START = 120.0
_POLL = 0.05
_FOLDER = "XDG_RUNTIME_DIR"
_BEFORE, _AFTER = 1500, 400  # characters of a passage


@dataclass(frozen=True)
class Answer:
    """What was written, in so many tokens, with the seconds to the first text and to the last."""

    text: str
    tokens: int
    first: float
    whole: float

    @property
    def between(self) -> float:
        """Seconds from one token to the next, the first left aside."""
        return (self.whole - self.first) / max(1, self.tokens - 1)


Ask = Callable[[str], Answer]


def lacks(model: Path) -> str:
    """Return why the servers cannot be compared, empty where they can."""
    if model.suffix != ".gguf" or find_spec("llama_cpp") is None:
        return f"{PEER} is not installed, or {model.name} is not a GGUF file"
    if not are_possible():
        return "this system has no sockets for model processes"
    absent = [name for name in _MODULES if find_spec(name) is None]
    return f"no {', '.join(absent)}: pip install 'fairlead[peers]'" if absent else ""


def compare_servers(settings: Settings, tokens: int, rounds: int, seed: int) -> dict[str, Figure]:
    """Compare both; guided, fairlead is asked for the same texts once more."""
    passages = ordinary(rounds, _BEFORE, _AFTER, seed)
    with _own(settings) as completer, _peer(settings) as connection:
        ways: dict[str, Ask] = {
            "fairlead": lambda text: _ask_own(completer, text, tokens, guided=False),
            "fairlead-guided": lambda text: _ask_own(completer, text, tokens, guided=True),
            PEER: lambda text: ask_peer(connection, text, tokens),
        }
        for ask in ways.values():
            ask("import os\n")
        taken = list(_rounds(ways, passages))
    return _figures(list(ways), taken, seed)


Round = dict[str, tuple[Answer, Answer]]


def _rounds(ways: dict[str, Ask], passages: Sequence[Passage]) -> Iterator[Round]:
    """Yield the answers to each passage, and to it with a line more; who is first changes."""
    order = list(ways)
    for number, passage in enumerate(passages):
        line = passage.after[: passage.after.index("\n") + 1]
        shift = number % len(order)
        found: Round = {}
        for name in order[shift:] + order[:shift]:
            # Prompts that differ from the first line on: none is helped by the caches of another.
            text = f"# {name}, {number}\n{passage.before}"
            found[name] = (ways[name](text), ways[name](text + line))
        yield found


def _figures(names: Sequence[str], taken: Sequence[Round], seed: int) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    for name in names:
        new, more = ([answers[name][place] for answers in taken] for place in (0, 1))
        for key, part in (
            ("first_ms", [a.first for a in new]),
            ("next_first_ms", [a.first for a in more]),
            ("whole_ms", [a.whole for a in new]),
            ("token_ms", [a.between for a in new]),
        ):
            seconds = [1000 * s for s in part]
            found[f"{name}.{key}_p50"] = quantile(seconds, 0.5, "ms", seed)
            if key.endswith("first_ms"):
                found[f"{name}.{key}_p95"] = quantile(seconds, 0.95, "ms", seed)
    for name in names:
        if name != PEER:
            found |= {f"{name}.{key}": f for key, f in _ratios(name, taken, seed).items()}
    return {f"latency.{name}": figure for name, figure in found.items()}


def _ratios(name: str, taken: Sequence[Round], seed: int) -> dict[str, Figure]:
    """Return the other server's time by fairlead's, the medians over the passages."""
    pairs = [(answers[PEER], answers[name]) for answers in taken]
    same = [peer[0].text == own[0].text for peer, own in pairs]
    first = [peer[0].first / own[0].first for peer, own in pairs]
    following = [peer[1].first / own[1].first for peer, own in pairs]
    between = [peer[0].between / own[0].between for peer, own in pairs if own[0].tokens > 1]
    return {
        "same_text": share(same),
        "first_ratio": quantile(first, 0.5, "times", seed),
        "next_first_ratio": quantile(following, 0.5, "times", seed),
        **({"token_ratio": quantile(between, 0.5, "times", seed)} if between else {}),
    }


@contextlib.contextmanager
def _own(settings: Settings) -> Iterator[RemoteCompleter]:
    """Start a model process that nobody else uses: processes are shared by folder."""
    before = os.environ.get(_FOLDER)
    with tempfile.TemporaryDirectory(prefix="fairlead-") as folder:
        os.environ[_FOLDER] = folder
        try:
            with contextlib.closing(connect(settings, None)) as completer:
                yield completer
        finally:
            stop_all()
            del os.environ[_FOLDER]
            os.environ.update({_FOLDER: before} if before is not None else {})


def _ask_own(completer: RemoteCompleter, text: str, tokens: int, *, guided: bool) -> Answer:
    seen: list[float] = []
    request = CompletionRequest(
        DocumentSnapshot("passage.py", text, "python"),
        len(text),
        GenerationConfig(max_new_tokens=tokens),
        guided=guided,
        lines=None,
        context=(),
        raw=True,
        entire=True,
        urgency="invoked",
    )
    start = time.perf_counter()
    result = completer.complete(request, growing=lambda _: seen.append(time.perf_counter()))
    end = time.perf_counter()
    written = result.suggestions[0].text if result.suggestions else ""
    return Answer(written, result.tokens, (seen or [end])[0] - start, end - start)


@contextlib.contextmanager
def _peer(settings: Settings) -> Iterator[http.client.HTTPConnection]:
    """Start the other server; it chooses a port that is free."""
    threads = str(settings.threads or 1)
    command = [sys.executable, "-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", "0"]
    command += ["--model", str(find_model(settings.model)), "--n_ctx", "0", "--n_threads", threads]
    command += ["--n_threads_batch", threads]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        try:
            host, port = _place(process, log.fileno())
            connection = http.client.HTTPConnection(host, port, timeout=_TIME_TO_START)
            with contextlib.closing(connection):
                yield connection
        finally:
            kill_group(process)
            process.wait()


def _place(process: subprocess.Popen[bytes], log: int) -> tuple[str, int]:
    """Return where the server listens, once it does. Raises `UserError` where it ends instead."""
    end = time.monotonic() + _TIME_TO_START
    while True:
        told = os.pread(log, 1 << 20, 0).decode(errors="replace")
        if found := _LISTENS.search(told):
            return found[1], int(found[2])
        if process.poll() is not None or time.monotonic() > end:
            last = (told.strip().splitlines() or ["it said nothing"])[-1]
            raise UserError(f"the server of {PEER} did not start: {last}")
        time.sleep(_POLL)


def ask_peer(connection: http.client.HTTPConnection, text: str, tokens: int) -> Answer:
    """Ask a server that speaks as OpenAI's does for `tokens` tokens after `text`, as a stream."""
    asked = {"prompt": text, "max_tokens": tokens, "temperature": 0, "stream": True}
    # Its own default would rule out tokens that come again.
    body = json.dumps({**asked, "repeat_penalty": 1.0})
    connection.close()  # what has been idle for a while is closed by the server
    connection.connect()
    start = time.perf_counter()
    connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != http.client.OK:
        raise UserError(f"the server of {PEER} answers {response.status}: {response.read()!r}")
    parts: list[str] = []
    first = 0.0
    for line in response:
        part = _part(line)
        if part:
            parts.append(part)
            first = first or time.perf_counter() - start
    whole = time.perf_counter() - start
    return Answer("".join(parts), len(parts), first or whole, whole)


def _part(line: bytes) -> str:
    kind, _, data = line.decode().strip().partition(": ")
    if kind != "data" or data == "[DONE]":
        return ""
    return str(json.loads(data)["choices"][0]["text"])

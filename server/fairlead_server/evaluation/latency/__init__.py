"""How long an editor waits: a scripted typist works on a real file, on a server of its own.

At places drawn from the file the rest of the line is taken out and a suggestion is asked for, as
editors do without being told to. If there is one, it is typed along, letter by letter, with a
request at each; these are answered from what is known already. Then invoked requests are cancelled
while they are being decoded, and other requests are sent meanwhile. At last the file is edited many
times, to see whether memory still grows when caches are full. Times are those that the client sees.
The server is started as an editor starts it, with a model process that nobody else uses.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.document import read_document
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.figures import Budget, Figure, Measured, exactly, quantile, share
from fairlead_server.evaluation.latency.client import serve
from fairlead_server.evaluation.latency.typist import Typist, Waits, beginnings_of_words
from fairlead_server.settings.values import CHOICES

BUDGETS: Mapping[str, Budget] = {
    "typed_along_ms_p95": Budget(most=20),
    "cancel_tokens_max": Budget(most=1),
    "other_request_ms_p99": Budget(most=20),
    "memory_growth_mb": Budget(most=3),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--file", metavar="FILE", help="default: a module of Python's library")
    parser.add_argument(
        "--process",
        choices=CHOICES["process"],
        default="shared",
        help="where the model runs; what is shared tells its text only every 10 ms",
    )
    parser.add_argument("--lines", type=options.positive, default=2000, help="of the file")
    parser.add_argument("--places", type=options.positive, default=60, help="to type at")
    parser.add_argument("--cancels", type=options.positive, default=20, help="requests to cancel")
    parser.add_argument("--edits", type=options.positive, default=1000, help="to watch memory over")
    parser.add_argument(
        "--warm-up", type=options.natural, default=4000, help="edits before that; default: 4000"
    )


def measure(setting: Setting) -> Measured:
    """Measure all figures."""
    arguments = setting.arguments
    path = Path(arguments.file or _library_module())
    text = "".join(read_document(str(path)).text.splitlines(keepends=True)[: arguments.lines])
    drawn = random.Random(setting.seed)
    spots = beginnings_of_words(text)
    if not spots:
        raise UserError(f"{path}: there is no place in it to type at")
    with tempfile.TemporaryDirectory() as folder:
        waits, model = asyncio.run(_work(setting, Path(folder) / path.name, text, drawn, spots))
    return Measured(model, _figures(waits, setting.seed))


async def _work(
    setting: Setting, path: Path, text: str, drawn: random.Random, spots: list[int]
) -> tuple[Waits, str]:
    arguments, waits = setting.arguments, Waits()
    settings = replace(setting.settings, process=arguments.process)
    async with serve(settings, path.parent) as client:
        typist = Typist(client, path, text, waits)
        for i in range(arguments.places):
            _tell(setting, "place", i, arguments.places)
            await typist.type_at(drawn.choice(spots))
        for i in range(arguments.cancels):
            _tell(setting, "cancelled request", i, arguments.cancels)
            await typist.cancel_at(drawn.choice(spots))
        await typist.watch(arguments.warm_up, arguments.edits, drawn)
        return waits, client.model


def _tell(setting: Setting, what: str, done: int, of: int) -> None:
    if done % 20 == 0:
        setting.remark(f"{what} {done} of {of}")


def _library_module() -> Path:
    return Path(sysconfig.get_path("stdlib")) / "argparse.py"


def _figures(waits: Waits, seed: int) -> dict[str, Figure]:
    def milliseconds(seconds: list[float], part: float) -> Figure:
        return quantile([1000 * s for s in seconds], part, "ms", seed)

    figures = {"answered": share(waits.answered)}
    if waits.first:
        figures["first_suggestion_ms_p50"] = milliseconds(waits.first, 0.5)
        figures["first_suggestion_ms_p95"] = milliseconds(waits.first, 0.95)
    if waits.along:
        figures["typed_along_ms_p50"] = milliseconds(waits.along, 0.5)
        figures["typed_along_ms_p95"] = milliseconds(waits.along, 0.95)
    if waits.late_tokens:
        count = len(waits.late_tokens)
        figures["cancel_tokens_max"] = exactly(max(waits.late_tokens), "tokens", count)
        figures["cancel_answer_ms_p95"] = milliseconds(waits.cancelled, 0.95)
    if waits.others:
        figures["other_request_ms_p50"] = milliseconds(waits.others, 0.5)
        figures["other_request_ms_p99"] = milliseconds(waits.others, 0.99)
    if waits.growth is not None and waits.warming is not None:
        figures["memory_warming_mb"] = exactly(waits.warming / 1e6, "MB")
        figures["memory_growth_mb"] = exactly(waits.growth / 1e6, "MB")
    return figures

"""fairlead and others that do the same, measured in one run, each in turn.

``masks``: what it takes to know which tokens may come next while a name is written, one of a list
of 10, 100 or 1,000, against llguidance, xgrammar and outlines-core. The lists are new or known; the
vocabulary has 151,936 tokens, or is that of --vocabulary. Processor time, with caches swept between
two steps. `equal`, `narrower` and `wider` compare the masks with fairlead's.

``engines``: ty with jedi, which ships, against each of them alone and basedpyright, on lines drawn
from each --root and --package: how many answers are complete, how often a name that people wrote
would have been refused, and the time of an answer. With --trusted engines may run what the
measured code names.

``latency``: fairlead's model process against the server of llama-cpp-python, with the same model
and prompts: the first text and the tokens after it, unguided and guided.

Ratios are the other's time by fairlead's: above 1, fairlead is faster. What is not installed is
left out: pip install 'fairlead[peers]'.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from fairlead_decoding.model import LanguageModel
from fairlead_server.commands import options
from fairlead_server.errors import UserError
from fairlead_server.evaluation import Setting
from fairlead_server.evaluation.decoding.wide_model import Shape, write_wide_model
from fairlead_server.evaluation.figures import Budget, Figure, Measured
from fairlead_server.evaluation.monitors.passages import package_folder
from fairlead_server.evaluation.peers.engines import compare_engines
from fairlead_server.evaluation.peers.maskers import installed, versions
from fairlead_server.evaluation.peers.masks import Sizes, compare_masks
from fairlead_server.evaluation.peers.servers import PEER, compare_servers, lacks
from fairlead_server.model_files import find_model, installed_backends, load_model

BUDGETS: Mapping[str, Budget] = {
    "masks.llguidance.wider": Budget(most=0),
    "masks.outlines-core.wider": Budget(most=0),
    "masks.xgrammar.equal": Budget(least=1),
}

_QUICK = Sizes((3, 10), 2, 2, 5, 1 << 10)
_SMALL = Shape(64, 1)
"""The model is asked for tokens, not for logits."""

_DRAWN = ("_ratio", ".names", ".complete", ".over_rejection", ".equal", ".wider", "_ms_p50")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--part", action="append", choices=list(_PARTS), help="measure it alone, or some of them"
    )
    parser.add_argument(
        "--vocabulary", metavar="GGUF", help="file whose vocabulary masks are measured with"
    )
    parser.add_argument(
        "--rounds", type=options.positive, default=12, help="lists of names of each size"
    )
    parser.add_argument(
        "--root", default=[], action="append", metavar="PATH", help="Python sources, for engines"
    )
    parser.add_argument(
        "--package", default=[], action="append", metavar="NAME", help="installed package, likewise"
    )
    parser.add_argument(
        "--sample", type=options.positive, default=200, help="lines of each root or package"
    )
    parser.add_argument(
        "--trusted", action="store_true", help="let engines run what the measured code names"
    )
    parser.add_argument("--prompts", type=options.positive, default=30, help="for latency")
    parser.add_argument("--tokens", type=options.positive, default=48, help="after each prompt")
    parser.add_argument("--quick", action="store_true", help="short lists: to see that it works")


def drawn(name: str) -> bool:
    """Tell whether a figure is for people; all are in the JSON."""
    return name.endswith(_DRAWN) or "_ratio." in name or ".list_ms" in name


def measure(setting: Setting) -> Measured:
    """Measure all parts that are asked for. Raises `UserError` where nothing could be."""
    settings = replace(setting.one_thread(), trusted=setting.arguments.trusted)
    setting = replace(setting, settings=settings)
    figures: dict[str, Figure] = {}
    for part in setting.arguments.part or _PARTS:
        figures |= _PARTS[part](setting)
    if not figures:
        raise UserError("nothing to measure: name a --root or a --package, or install the peers")
    name = find_model(settings.model).stem
    return Measured(f"{name}; {versions(_NAMED)}", figures)


_NAMED = ("llguidance", "xgrammar", "outlines-core", "jedi", "ty", "basedpyright", PEER)


def _masks(setting: Setting) -> dict[str, Figure]:
    arguments = setting.arguments
    names = list(installed(setting.remark))
    if len(names) < 2:
        return {}
    sizes = _QUICK if arguments.quick else Sizes(rounds=arguments.rounds)
    with _wide(setting) as model:
        return compare_masks(model, names, sizes, setting.seed, setting.remark)


@contextmanager
def _wide(setting: Setting) -> Iterator[LanguageModel]:
    """Load a model with the vocabulary of --vocabulary, or with one that is as large as others."""
    stated = setting.arguments.vocabulary
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wide.gguf"
        write_wide_model(path, _SMALL, find_model(stated) if stated else None, setting.seed)
        backends = installed_backends()
        if not backends:
            raise UserError("masks need a model backend: pip install 'fairlead[llama]'")
        own = replace(setting.settings, model=str(path), backend=backends[0])
        with closing(load_model(own)) as model:
            yield model


def _engines(setting: Setting) -> dict[str, Figure]:
    arguments = setting.arguments
    roots = [*map(Path, arguments.root), *map(package_folder, arguments.package)]
    if not roots:
        setting.remark("engines left out: name a --root or a --package")
        return {}
    return compare_engines(roots, setting)


def _latency(setting: Setting) -> dict[str, Figure]:
    arguments, settings = setting.arguments, setting.settings
    if lacking := lacks(find_model(settings.model)):
        setting.remark(f"latency left out: {lacking}")
        return {}
    return compare_servers(settings, arguments.tokens, arguments.prompts, setting.seed)


_PARTS: Mapping[str, Callable[[Setting], dict[str, Figure]]] = {
    "masks": _masks,
    "engines": _engines,
    "latency": _latency,
}

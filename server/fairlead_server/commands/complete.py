"""Complete a file at a position.

Prints the text to insert. FILE:LINE:COL is 1-based, as compilers print it; columns count
characters. The completion is one line, or the body of a block where FILE has an empty one, unless
--lines says otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace

from fairlead_decoding.errors import DecodingError
from fairlead_decoding.types import GenerationConfig
from fairlead_server.commands import options
from fairlead_server.context.privacy import is_secret
from fairlead_server.context.siblings import siblings
from fairlead_server.context.source import NAMES, OPEN_FILES, SIMILAR, unknown_sources
from fairlead_server.document import (
    DocumentSnapshot,
    decode,
    language_of,
    offset_at,
    read_document,
)
from fairlead_server.engine import build_completer
from fairlead_server.errors import UserError
from fairlead_server.explain import explain
from fairlead_server.settings import Settings, resolve_for
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("position", metavar="FILE:LINE:COL")
    parser.add_argument("--stdin", action="store_true", help="read the text that FILE stands for")
    parser.add_argument("-n", type=options.positive, default=1, help="how many samples to draw")
    parser.add_argument(
        "--beam",
        action="store_true",
        help="with -n: print the most probable texts, found by beam search, instead of samples",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    parser.add_argument("--unguided", action="store_true", help="let the model name anything")
    parser.add_argument("--explain", action="store_true", help="say what was checked and vetoed")
    parser.add_argument(
        "--lines",
        type=options.natural,
        help="stop after so many lines, 0: no limit; default: one, or a block where one is empty",
    )
    parser.add_argument("--raw", action="store_true", help="print what the model wrote, unfinished")
    parser.add_argument("--max-tokens", type=options.positive, help="default: 64")
    parser.add_argument(
        "--temperature", type=float, default=None, help="0 is greedy; default 0, with -n 0.6"
    )
    parser.add_argument("--top-k", type=options.natural, default=0)
    parser.add_argument("--top-p", type=float, default=None, help="default 1, with -n 0.95")
    parser.add_argument("--min-p", type=float, default=0.0)
    parser.add_argument(
        "--reweight",
        action="store_true",
        help="with -n: draw samples again by weight, which undoes what masking distorts",
    )
    parser.add_argument("--seed", type=options.natural, default=0)
    parser.add_argument(
        "--context",
        metavar="NAME,...",
        type=sources,
        help=f"other text for the prompt: none, or some of {', '.join(NAMES)}; "
        "the files beside FILE count as open",
    )
    options.add_model_arguments(parser)


def sources(text: str) -> tuple[str, ...]:
    """Read the names of context sources, or ``none``."""
    names = () if text == "none" else tuple(text.split(","))
    if unknown := unknown_sources(names):
        known = ", ".join(("none", *NAMES))
        raise argparse.ArgumentTypeError(f"no source is called {unknown[0]!r}; known are {known}")
    return names


def run(arguments: argparse.Namespace) -> int:
    """Complete, print, and return the exit code."""
    document, offset = read_position(arguments.position, stdin=arguments.stdin)
    document = replace(document, path=os.path.abspath(document.path))
    if is_secret(document.path):
        raise UserError(f"{document.path}: is taken for a secret by its name, and not completed")
    found = resolve_for(document.path, options.from_arguments(arguments))
    options.show_complaints(found)
    settings = found.settings()
    request = CompletionRequest(
        document,
        offset,
        config=_config(arguments, settings),
        samples=arguments.n,
        beam=arguments.beam,
        guided=settings.guided and not arguments.unguided,
        lines=1 if arguments.lines is None else arguments.lines or None,
        blocks=arguments.lines is None,
        raw=arguments.raw,
        patience=settings.patience,
    )
    completer = build_completer(settings, found.project, languages=[document.language])
    try:
        stated = settings.context if arguments.context is None else arguments.context
        names = completer.context_sources(stated)
        others = siblings(document.path) if {OPEN_FILES, SIMILAR} & {*names} else ()
        result = completer.complete(replace(request, context=names, others=others))
        if arguments.explain:
            print(explain(result, completer.model_name), file=sys.stderr)
    except DecodingError as error:
        raise UserError(str(error)) from error
    finally:
        completer.close()
    _show(result, as_json=arguments.json)
    return 0 if any(s.text.strip() for s in result.suggestions) else 1


def read_position(position: str, *, stdin: bool) -> tuple[DocumentSnapshot, int]:
    """Read the document that ``FILE:LINE:COL`` names; return it and the character offset."""
    parts = position.rsplit(":", 2)
    if len(parts) != 3 or not (parts[1] + parts[2]).isdecimal():
        raise UserError(f"{position!r} is not of the form FILE:LINE:COL, e.g. src/app.py:12:9")
    path, line, column = parts[0], int(parts[1]), int(parts[2])
    if stdin:
        text = decode(sys.stdin.buffer.read(), "standard input")
        document = DocumentSnapshot(os.path.abspath(path), text, language_of(path))
    else:
        document = read_document(path, "no such file (to complete unsaved text, use --stdin)")
    return document, offset_at(document.text, line, column, path)


def _config(arguments: argparse.Namespace, settings: Settings) -> GenerationConfig:
    several = arguments.n > 1 and not arguments.beam
    temperature = arguments.temperature if arguments.temperature is not None else 0.6 * several
    top_p = arguments.top_p if arguments.top_p is not None else 1 - 0.05 * several
    try:
        return GenerationConfig(
            max_new_tokens=arguments.max_tokens or settings.max_new_tokens,
            temperature=temperature,
            top_k=arguments.top_k,
            top_p=top_p,
            min_p=arguments.min_p,
            seed=arguments.seed,
            reweight=arguments.reweight,
        )
    except ValueError as error:
        raise UserError(str(error)) from None


def _show(result: CompletionResult, *, as_json: bool) -> None:
    for remark in result.remarks:
        print(f"fairlead: {remark}", file=sys.stderr)
    if as_json:
        print(json.dumps([to_json(s) for s in result.suggestions], ensure_ascii=False))
        return
    for number, suggestion in enumerate(result.suggestions, 1):
        if len(result.suggestions) > 1:
            checked = "checked" if suggestion.verified else "unchecked"
            print(f"# {number}: log-probability {suggestion.logprob:.2f}, {checked}")
        print(suggestion.text)
        for statement in suggestion.imports:
            print(f"fairlead: suggestion {number} needs `{statement}`", file=sys.stderr)


def to_json(suggestion: Suggestion) -> dict[str, object]:
    """Return the JSON shape of a suggestion that scripts rely on.

    `replaces`, of characters after the cursor, and `imports` are only there where there are any.
    """
    shape: dict[str, object] = {
        "text": suggestion.text,
        "logprob": suggestion.logprob,
        "finish_reason": suggestion.finish_reason,
        "verified": suggestion.verified,
        "evidence": [
            {
                "name": e.name,
                "kind": e.kind,
                "verdict": e.verdict,
                "engine": e.engine,
                "candidates": e.candidates,
                "vetoed": list(e.vetoed),
            }
            for e in suggestion.evidence
        ],
    }
    if suggestion.replaces:
        shape["replaces"] = suggestion.replaces
    return shape | ({"imports": list(suggestion.imports)} if suggestion.imports else {})

"""Check a model: that it loads, tokenises, completes, and uses the text after the cursor.

Exit code 0 when all is well, 1 when a check fails.
"""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from dataclasses import asdict, replace

from fairlead_decoding.errors import DecodingError
from fairlead_server.commands import options
from fairlead_server.errors import UserError
from fairlead_server.model_check import check_model
from fairlead_server.model_files import load_model
from fairlead_server.settings import Options, resolve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", metavar="PATH|NAME", help="default: the one in use")
    parser.add_argument("--backend", help="llama_cpp or transformers; default: what suits")
    parser.add_argument("--threads", type=options.positive, help="threads the model may use")
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def run(arguments: argparse.Namespace) -> int:
    """Check, print, and return the exit code."""
    settings = resolve(Options(backend=arguments.backend, threads=arguments.threads))
    settings = replace(settings, model=arguments.name or settings.model)
    with closing(load_model(settings)) as model:
        try:
            findings = list(check_model(model))
        except DecodingError as error:
            raise UserError(str(error)) from error
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        print(f"{model.name} loads")
        for finding in findings:
            print(f"{'ok  ' if finding.good else 'FAIL'} {finding.name}: {finding.seen}")
    return 0 if all(finding.good for finding in findings) else 1

"""List the models that are known by name; a star marks the one that is used by default."""

from __future__ import annotations

import argparse
import json

from fairlead_server.model_choice import models_folder
from fairlead_server.model_facts import size_of
from fairlead_server.model_files import find_model, known_models
from fairlead_server.settings import resolve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def run(arguments: argparse.Namespace) -> int:
    """Print the list."""
    chosen = resolve().model
    names = known_models()
    rows = [(name, find_model(name)) for name in names]
    listed = [
        {
            "name": name,
            "path": str(path),
            "megabytes": round(size_of(path) / 1e6, 1),
            "default": name == chosen,
        }
        for name, path in rows
    ]
    if chosen not in names:
        listed.append({"name": chosen, "path": chosen, "megabytes": None, "default": True})
    if arguments.json:
        print(json.dumps(listed, ensure_ascii=False))
        return 0
    for row in listed:
        size = "" if row["megabytes"] is None else f"{row['megabytes']:,} MB"
        print(f"{'*' if row['default'] else ' '} {row['name']:<40} {size:>12}")
    print(f"Further models are looked for in {models_folder()}")
    return 0

"""The command line: ``fairlead COMMAND``, with a module in `commands` for each of `COMMANDS`.

A command of two words is one like any other; what the first word alone takes cannot be its second.

Results go to standard output, progress and remarks to standard error. Exit codes: 0 done; 1 done,
nothing acceptable found; 2 bad input or a missing component, in one line; 3 a defect of fairlead.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from fairlead_server import __version__
from fairlead_server.errors import UserError

COMMANDS = (
    "complete",
    "repair",
    "repair batch",
    "repair resume",
    "repair report",
    "edit",
    "serve",
    "doctor",
    "demo",
    "eval",
    "eval report",
    "model",
    "daemon",
)


class _Parser(argparse.ArgumentParser):
    """Reports a wrong command line as any other bad input: in one line, with exit code 2."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UserError(f"{message} (see {self.prog} --help)")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = _Parser(
        prog="fairlead",
        description="Code completion by a local model, steered by static analysis.",
    )
    top.add_argument("--version", action="version", version=f"fairlead {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"fairlead_server.commands.{name.replace(' ', '_')}")
        text = (module.__doc__ or "").partition("\n")[0]
        sub = commands.add_parser(
            name,
            help=text,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        options = parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except UserError as error:
        print(f"fairlead: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has left; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("FAIRLEAD_DEBUG"):
            traceback.print_exc()
        print(
            f"fairlead: defect: {type(error).__name__}: {error} "
            "(set FAIRLEAD_DEBUG=1 for the traceback, and please report it)",
            file=sys.stderr,
        )
        return 3


def _joined(arguments: Sequence[str]) -> list[str]:
    """Return the words with those of a command joined."""
    name = " ".join(arguments[:2])
    return [name, *arguments[2:]] if name in COMMANDS else list(arguments)


if __name__ == "__main__":
    raise SystemExit(main())

"""Evaluations: a third front end beside editor and command line, so what is measured is what ships.

`EVALS` names them. Each is a module, or a package, of that name in here, with a docstring for
``fairlead eval --help`` and what `Eval` asks for; nothing else has to change for a further one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Protocol, cast

from fairlead_server.evaluation.figures import Budget, Measured
from fairlead_server.settings import Settings

EVALS = ("decoding", "model", "monitors")


class Eval(Protocol):
    """What a module in here offers."""

    @property
    def BUDGETS(self) -> Mapping[str, Budget]:
        """What the figures are to keep to, by name."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare options, besides those that all have."""

    def measure(
        self, arguments: argparse.Namespace, settings: Settings, remark: Callable[[str], None]
    ) -> Measured:
        """Measure. `remark` takes what the user should know, such as what was left out and why."""


def load(name: str) -> Eval:
    """Import one of `EVALS`."""
    return cast(Eval, import_module(f"{__name__}.{name}"))

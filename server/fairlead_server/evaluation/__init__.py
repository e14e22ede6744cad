"""Evaluations: a third front end beside editor and command line, so what is measured is what ships.

`EVALS` names them. Each is a module, or a package, of that name in here, with a docstring for
``fairlead eval --help`` and what `Eval` asks for; nothing else has to change for a further one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol, cast

from fairlead_server.evaluation.figures import Budget, Measured
from fairlead_server.settings import Settings

EVALS = (
    "completion",
    "copilot",
    "decoding",
    "dotprompts",
    "edit",
    "latency",
    "model",
    "monitors",
    "peers",
)


@dataclass(frozen=True)
class Setting:
    """What an eval is asked for.

    `arguments` are the options of its own, and those that all have. `remark` takes what the user
    should know, such as what was left out and why.
    """

    arguments: argparse.Namespace
    settings: Settings
    remark: Callable[[str], None]

    @property
    def seed(self) -> int:
        """Where all that is drawn begins."""
        return int(self.arguments.seed)

    def one_thread(self) -> Settings:
        """Return the settings with one thread unless another number is stated.

        Others who use the machine as well then disturb less.
        """
        return replace(self.settings, threads=self.settings.threads or 1)


class Eval(Protocol):
    """What a module in here offers."""

    @property
    def BUDGETS(self) -> Mapping[str, Budget]:
        """What the figures are to keep to, by name."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare options, besides those that all have."""

    def measure(self, setting: Setting) -> Measured:
        """Measure."""


def load(name: str) -> Eval:
    """Import one of `EVALS`."""
    return cast(Eval, import_module(f"{__name__}.{name}"))

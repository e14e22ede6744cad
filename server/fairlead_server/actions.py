"""What an editor offers at a place in a document: the seam to what can be offered.

A source knows nothing of the protocol. It is asked often, whenever the cursor moves: what takes
time belongs into `ActionSource.text`, which is asked once the user has chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fairlead_monitors.engine import Diagnostic
from fairlead_server.document import DocumentSnapshot

QUICK_FIX = "quickfix"
REWRITE = "refactor.rewrite"


@dataclass(frozen=True)
class Selection:
    """What the user looks at: `document` from `start` to `end`, in characters.

    `diagnostics` are those that the editor shows there, whoever found them. `invoked` says that
    the user asks, and not the editor by itself. `kinds` are those that are wanted, or what they
    begin with; none means all.
    """

    uri: str
    document: DocumentSnapshot
    start: int
    end: int
    diagnostics: tuple[Diagnostic, ...] = ()
    invoked: bool = False
    kinds: tuple[str, ...] = ()

    def wants(self, kind: str) -> bool:
        """Tell whether actions of `kind` are asked for: ``refactor`` stands for all below it."""
        return not self.kinds or any(f"{kind}.".startswith(f"{one}.") for one in self.kinds)


@dataclass(frozen=True)
class Offer:
    """Something that could be done.

    `data` is what the source needs to do it: little, and JSON. `mends` names the diagnostics of the
    selection that it is for, by their places. `generated` says that a model writes the text, and
    `confirm` that the user should see the edits before they are made. With a `command`, that of the
    editor is run with `data`, and the source is not asked again.
    """

    title: str
    kind: str
    data: Mapping[str, Any]
    mends: tuple[int, ...] = ()
    preferred: bool = False
    generated: bool = False
    confirm: bool = False
    command: str = ""


class ActionSource(Protocol):
    """Offers actions. Both methods run on the event loop and are cancelled with their request."""

    @property
    def name(self) -> str:
        """A name that no other source has."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of what is offered; others are not asked for."""

    async def offers(self, selection: Selection) -> Sequence[Offer]:
        """Return what could be done, the best first."""

    async def text(self, uri: str, document: DocumentSnapshot, data: Mapping[str, Any]) -> str:
        """Return `document` with the action done whose offer had `data`.

        Raises `UserError` when it cannot be done, and `ValueError` when `data` makes no sense.
        """

"""Code actions in the forms that clients of different abilities understand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.workspace import PositionCodec

from fairlead_monitors.engine import Diagnostic
from fairlead_server.actions import Offer, Selection
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert

APPLY = "fairlead.applyAction"
"""The command by which clients apply an action that they do not resolve."""


@dataclass(frozen=True)
class Abilities:
    """What a client can do with code actions; `confirms`: have the user confirm their edits."""

    literals: bool = False
    resolves: bool = False
    confirms: bool = False
    preferred: bool = False
    generated: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Abilities:
        """Read them off what the client says of itself."""
        document = capabilities.text_document
        can = document.code_action if document else None
        if can is None:
            return cls()
        resolved = can.resolve_support.properties if can.resolve_support else ()
        tags = can.tag_support.value_set if can.tag_support else ()
        return cls(
            can.code_action_literal_support is not None,
            bool(can.data_support) and "edit" in resolved,
            bool(can.honors_change_annotations),
            bool(can.is_preferred_support),
            types.CodeActionTag.LlmGenerated in tags,
        )


@dataclass(frozen=True)
class Ticket:
    """What brings a chosen action back to its source, for one version of a document."""

    source: str
    uri: str
    version: int
    title: str
    confirm: bool
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the ticket for the client to keep."""
        return {**vars(self), "data": dict(self.data)}

    @classmethod
    def from_json(cls, value: object) -> Ticket:
        """Read a ticket that came back. Raises `ValueError`."""
        kinds = {"source": str, "uri": str, "version": int, "title": str, "confirm": bool}
        if not isinstance(value, Mapping):
            raise ValueError(f"{value!r} is no action of fairlead")
        for key, kind in {**kinds, "data": Mapping}.items():
            if not isinstance(value.get(key), kind):
                raise ValueError(f"{value!r} is no action of fairlead: {key} is missing or wrong")
        return cls(**{key: value[key] for key in (*kinds, "data")})


def selection_of(
    params: types.CodeActionParams, document: DocumentSnapshot, codec: PositionCodec
) -> Selection | None:
    """Return what the user looks at, None when the range is outside of `document`."""
    start = convert.offset_at(document.text, params.range.start, codec)
    end = convert.offset_at(document.text, params.range.end, codec)
    if start is None or end is None or end < start:
        return None
    context = params.context
    return Selection(
        params.text_document.uri,
        document,
        start,
        end,
        tuple(_diagnostic(one, document.text, codec) for one in context.diagnostics),
        context.trigger_kind is not types.CodeActionTriggerKind.Automatic,
        tuple(str(getattr(kind, "value", kind)) for kind in context.only or ()),
    )


def _diagnostic(found: types.Diagnostic, text: str, codec: PositionCodec) -> Diagnostic:
    """Return a diagnostic of the client; one that is outside of the text is about nothing."""
    start = convert.offset_at(text, found.range.start, codec)
    end = convert.offset_at(text, found.range.end, codec)
    severity = found.severity.value if found.severity else 1
    code = "" if found.code is None else str(found.code)
    message = str(found.message)
    if start is None or end is None:
        return Diagnostic(len(text), len(text), message, severity, code)
    return Diagnostic(start, max(start, end), message, severity, code)


def action(
    offer: Offer, ticket: Ticket, shown: list[types.Diagnostic], can: Abilities
) -> types.CodeAction | types.Command:
    """Return `offer` as the client understands it; `shown` are its diagnostics that are mended.

    Where the user is to confirm, and the client would not ask, the command has the edit applied.
    """
    if offer.command:
        own = types.Command(offer.title, offer.command, arguments=[dict(offer.data)])
        return types.CodeAction(offer.title, offer.kind, command=own) if can.literals else own
    resolves = can.resolves and (can.confirms or not offer.confirm)
    command = types.Command(offer.title, APPLY, arguments=[ticket.to_json()])
    if not can.literals:
        return command
    return types.CodeAction(
        offer.title,
        offer.kind,
        shown or None,
        is_preferred=True if offer.preferred and can.preferred else None,
        command=None if resolves else command,
        data=ticket.to_json() if resolves else None,
        tags=[types.CodeActionTag.LlmGenerated] if offer.generated and can.generated else None,
    )

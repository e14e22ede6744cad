"""From a new text to the edits of the protocol: as small as can be, and for one version only."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.workspace import PositionCodec

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.workspace import split_lines

log = logging.getLogger(__name__)

_PREVIEW = "fairlead"
_PARTS = re.compile(r"\w+|\r\n|\s|.", re.DOTALL)
_MANY = 250_000
"""How many pairs of parts are compared; where there are more, all of them are replaced."""


@dataclass(frozen=True)
class Change:
    """`document`, which the editor calls `uri`, is to have the text `text`.

    `label` says in a few words what for, and `by` who says so. With `confirm` the user is shown the
    edits before they are made, where the editor can do that. A document that is not `opened` is
    the file on disk.
    """

    uri: str
    document: DocumentSnapshot
    text: str
    label: str
    confirm: bool = False
    by: str = "Suggested by fairlead"
    opened: bool = True


class MovedOn(Exception):
    """The document is not what the change was made for."""

    def __init__(self) -> None:
        super().__init__("the document has changed meanwhile; ask again")


def text_edits(old: str, new: str, codec: PositionCodec) -> list[types.TextEdit]:
    """Return edits, in order and apart from one another, that make `new` of `old`."""
    return [
        types.TextEdit(convert.range_at(old, start, end, codec), text)
        for start, end, text in differences(old, new)
    ]


def differences(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """Yield what is replaced: from where to where in `old`, and by what.

    Whole lines are compared first, then the words in those that differ. No difference begins or
    ends inside a word or between the two characters of a line break.
    """
    for start, removed, added in _unequal(split_lines(old), split_lines(new), 0):
        for at, cut, put in _unequal(_PARTS.findall(removed), _PARTS.findall(added), start):
            yield at, at + len(cut), put


def _unequal(old: list[str], new: list[str], place: int) -> Iterator[tuple[int, str, str]]:
    """Yield the offset, text and new text of what differs; `old` begins at the offset `place`."""
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    place += sum(map(len, old[:first]))
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if len(old) * len(new) > _MANY:
        yield place, "".join(old), "".join(new)
        return
    starts = list(accumulate(map(len, old), initial=place))
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield starts[i], "".join(old[i:j]), "".join(new[k:m])


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many parts both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(old), len(new)))


def workspace_edit(
    change: Change,
    codec: PositionCodec,
    capabilities: types.ClientCapabilities,
    others: Sequence[Change] = (),
) -> types.WorkspaceEdit:
    """Return `change` in the best form that a client with `capabilities` understands.

    That is edits of one version of the document, with an annotation that asks for confirmation; or
    without the annotation; or of the document in whatever version it is. The `others` are made
    together with it, under its label.
    """
    found = [(one, text_edits(one.document.text, one.text, codec)) for one in (change, *others)]
    can = _edit_capabilities(capabilities)
    if can is None or not can.document_changes:
        return types.WorkspaceEdit(changes={one.uri: edits for one, edits in found})
    if not can.change_annotation_support:
        plain = [types.TextDocumentEdit(_version(one), edits) for one, edits in found]
        return types.WorkspaceEdit(document_changes=plain)
    annotated = [
        types.TextDocumentEdit(
            _version(one),
            [types.AnnotatedTextEdit(_PREVIEW, e.range, e.new_text) for e in edits],
        )
        for one, edits in found
    ]
    annotation = types.ChangeAnnotation(change.label, change.confirm, change.by)
    return types.WorkspaceEdit(
        document_changes=annotated, change_annotations={_PREVIEW: annotation}
    )


def _version(change: Change) -> types.OptionalVersionedTextDocumentIdentifier:
    version = change.document.version if change.opened else None
    return types.OptionalVersionedTextDocumentIdentifier(change.uri, version)


def _edit_capabilities(
    capabilities: types.ClientCapabilities,
) -> types.WorkspaceEditClientCapabilities | None:
    return capabilities.workspace.workspace_edit if capabilities.workspace else None


def edit_of(
    server: FairleadServer, change: Change, others: Sequence[Change] = ()
) -> types.WorkspaceEdit:
    """Return `change`, and `others` with it, for the client of `server`. Raises `MovedOn`."""
    for one in (change, *others):
        if one.opened and snapshot_of(server.workspace, one.uri) != one.document:
            raise MovedOn
    return workspace_edit(
        change, server.workspace.position_codec, server.client_capabilities, others
    )


async def apply(server: FairleadServer, change: Change, others: Sequence[Change] = ()) -> bool:
    """Have the client make `change`; tell whether it did, and the user why if it did not.

    Raises `MovedOn`.
    """
    edit = edit_of(server, change, others)
    workspace = server.client_capabilities.workspace
    if workspace is None or not workspace.apply_edit:
        return _tell(server, f"{change.label}: the editor takes no edits from a language server")
    try:
        params = types.ApplyWorkspaceEditParams(edit, change.label)
        result = await server.workspace_apply_edit_async(params)
    except JsonRpcException as error:
        return _tell(server, f"{change.label}: {error}")
    if not result.applied and change.confirm and not result.failure_reason:
        return False  # The user was asked and said no.
    if not result.applied:
        reason = result.failure_reason or "the editor did not make the edit"
        return _tell(server, f"{change.label}: {reason}")
    return True


def _tell(server: FairleadServer, text: str) -> bool:
    """Show why there is no edit; return False."""
    log.warning("%s", text)
    server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))
    return False

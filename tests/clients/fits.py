"""Whether what a server sends fits what the client has said that it can take.

Each rule names a place in a message, and the capability on which the protocol makes it depend.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# A place is a path of keys; [] stands for the items of a list, and * for the keys of an object.
# Where the capability is a list, or a bound, it tells which values may stand there; otherwise
# something may stand there only if the capability is true.
Rule = tuple[str, str]

ITEM = "textDocument.completion.completionItem"
ACTION = "textDocument.codeAction"
EDIT = "workspace.workspaceEdit"

COMPLETION: list[Rule] = [
    ("itemDefaults.*", "textDocument.completion.completionList.itemDefaults"),
    ("itemDefaults.editRange.insert", f"{ITEM}.insertReplaceSupport"),
    ("applyKind", "textDocument.completion.completionList.applyKindSupport"),
    ("items[].kind", "textDocument.completion.completionItemKind.valueSet"),
    ("items[].labelDetails", f"{ITEM}.labelDetailsSupport"),
    ("items[].textEdit.insert", f"{ITEM}.insertReplaceSupport"),
    ("items[].preselect", f"{ITEM}.preselectSupport"),
    ("items[].deprecated", f"{ITEM}.deprecatedSupport"),
    ("items[].commitCharacters", f"{ITEM}.commitCharactersSupport"),
    ("items[].insertTextMode", f"{ITEM}.insertTextModeSupport.valueSet"),
    ("items[].insertTextFormat", f"{ITEM}.snippetSupport"),
    ("items[].tags[]", f"{ITEM}.tagSupport.valueSet"),
    ("items[].documentation.kind", f"{ITEM}.documentationFormat"),
]

RESOLVED: list[Rule] = [
    (place.replace("items[].", ""), capability)
    for place, capability in COMPLETION
    if place.startswith("items[].")
]

WORKSPACE_EDIT: list[Rule] = [
    ("documentChanges", f"{EDIT}.documentChanges"),
    ("documentChanges[].kind", f"{EDIT}.resourceOperations"),
    ("documentChanges[].edits[].annotationId", f"{EDIT}.changeAnnotationSupport"),
    ("documentChanges[].edits[].snippet", f"{EDIT}.snippetEditSupport"),
    ("changeAnnotations", f"{EDIT}.changeAnnotationSupport"),
]

CODE_ACTIONS: list[Rule] = [
    ("[].kind", f"{ACTION}.codeActionLiteralSupport"),
    ("[].edit", f"{ACTION}.codeActionLiteralSupport"),
    ("[].isPreferred", f"{ACTION}.isPreferredSupport"),
    ("[].disabled", f"{ACTION}.disabledSupport"),
    ("[].data", f"{ACTION}.dataSupport"),
    ("[].tags[]", f"{ACTION}.tagSupport.valueSet"),
    *((f"[].edit.{place}", capability) for place, capability in WORKSPACE_EDIT),
]

MESSAGES: dict[str, str] = {
    "$/progress": "window.workDoneProgress",
    "window/workDoneProgress/create": "window.workDoneProgress",
    "window/showDocument": "window.showDocument.support",
    "workspace/applyEdit": "workspace.applyEdit",
    "workspace/configuration": "workspace.configuration",
    "workspace/workspaceFolders": "workspace.workspaceFolders",
    "workspace/codeLens/refresh": "workspace.codeLens.refreshSupport",
    "workspace/diagnostic/refresh": "workspace.diagnostics.refreshSupport",
    "workspace/inlayHint/refresh": "workspace.inlayHint.refreshSupport",
    "workspace/semanticTokens/refresh": "workspace.semanticTokens.refreshSupport",
    "fairlead/status": "experimental.fairlead.status",
}
"""The messages of a server that a client need not know, and what says that it does."""

EVERYBODYS = {
    "client/registerCapability",
    "client/unregisterCapability",
    "telemetry/event",
    "textDocument/publishDiagnostics",
    "window/logMessage",
    "window/showMessage",
    "window/showMessageRequest",
}

_UNSAID: dict[str, object] = {
    # What the protocol takes for granted of those who do not say.
    "textDocument.completion.completionItemKind.valueSet": range(1, 19),
    f"{ITEM}.documentationFormat": ["plaintext"],
}
_PLAIN_TEXT = ("items[].insertTextFormat", "insertTextFormat")


def misfits(message: object, rules: list[Rule], capabilities: dict[str, Any]) -> list[str]:
    """Return what stands in `message` that a client of `capabilities` does not take."""
    return [
        f"{place}: {value!r}; {capability} is {stated!r}"
        for place, capability in rules
        for value in at(message, place)
        for stated in [said(capabilities, capability)]
        if not (_allows(stated, value) or (place in _PLAIN_TEXT and value == 1))
    ]


def unused(
    message: object, places: list[str], rules: list[Rule], capabilities: dict[str, Any]
) -> list[str]:
    """Return those of `places` where the client takes something and nothing stands."""
    of_rules = dict(rules)
    return [
        place
        for place in places
        if said(capabilities, of_rules[place]) not in (None, False, [])
        and not any(True for _ in at(message, place))
    ]


def unknown_messages(received: list[dict[str, Any]], capabilities: dict[str, Any]) -> list[str]:
    """Return the messages of a server that the client need not know, and registrations.

    What a client registers has to be dynamic there: ``textDocument/hover`` where
    ``textDocument.hover.dynamicRegistration`` is true.
    """
    registered = [
        one["method"]
        for message in received
        if message["method"] == "client/registerCapability"
        for one in message["params"]["registrations"]
    ]
    return [
        *(m["method"] for m in received if not _is_known(m["method"], capabilities)),
        *(
            f"registration of {method}"
            for method in registered
            if not said(capabilities, f"{method.replace('/', '.')}.dynamicRegistration")
        ),
    ]


def unknown_commands(message: Any, known: list[str]) -> list[str]:
    """Return the commands anywhere in `message` that the server does not say it has."""
    if isinstance(message, list):
        return [name for item in message for name in unknown_commands(item, known)]
    if not isinstance(message, dict):
        return []
    name = message.get("command")
    own = [name] if isinstance(name, str) and name not in known else []
    return own + unknown_commands(list(message.values()), known)


def said(capabilities: dict[str, Any], path: str) -> Any:
    """Return what a client says of a capability, None when it says nothing."""
    return next(iter(at(capabilities, path)), _UNSAID.get(path))


def at(value: Any, place: str) -> Iterator[Any]:
    """Yield all that stands at `place`."""
    key, _, rest = place.partition(".")
    if not place:
        yield value
    elif key.endswith("[]"):
        for found in at(value, key[:-2]):
            for item in found if isinstance(found, list) else ():
                yield from at(item, rest)
    elif isinstance(value, dict) and key == "*":
        yield from value
    elif isinstance(value, dict) and value.get(key) is not None:
        yield from at(value[key], rest)


def _allows(stated: object, value: object) -> bool:
    if isinstance(stated, (list, range)):
        return value in stated
    # An object states a capability by being there.
    return stated is True or isinstance(stated, dict)


def _is_known(method: str, capabilities: dict[str, Any]) -> bool:
    return method in EVERYBODYS or bool(
        method in MESSAGES and said(capabilities, MESSAGES[method]) is True
    )

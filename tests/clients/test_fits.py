from __future__ import annotations

from typing import Any

import pytest

from tests.clients import fits


def ability(path: str, value: object = True) -> dict[str, Any]:
    """Return the capabilities of a client that states only this."""
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


ITEMS = {"items": [{"label": "x"}, {"label": "y", "kind": 25, "tags": [1]}]}
BADGE = {"items": [{"label": "x", "labelDetails": {"description": "d"}}]}
SNIPPET = {"items": [{"label": "x", "insertTextFormat": 2}]}
PLAIN = {"items": [{"label": "x", "insertTextFormat": 1, "documentation": {"kind": "plaintext"}}]}
DEFAULTS = {"items": [], "itemDefaults": {"data": 1, "editRange": {}}}
LIST = "textDocument.completion.completionList.itemDefaults"
ANNOTATED = {"documentChanges": [{"edits": [{"newText": "", "annotationId": "a"}]}]}
CREATED = {"documentChanges": [{"kind": "create", "uri": "file:///x"}]}

# (message, rules, capabilities, places that do not fit)
CASES: list[tuple[Any, list[fits.Rule], dict[str, Any], list[str]]] = [
    (ITEMS, fits.COMPLETION, {}, ["items[].kind", "items[].tags[]"]),
    (
        ITEMS,
        fits.COMPLETION,
        ability("textDocument.completion.completionItemKind.valueSet", [25]),
        ["items[].tags[]"],
    ),
    (BADGE, fits.COMPLETION, {}, ["items[].labelDetails"]),
    (BADGE, fits.COMPLETION, ability(f"{fits.ITEM}.labelDetailsSupport"), []),
    (BADGE, fits.COMPLETION, ability(f"{fits.ITEM}.labelDetailsSupport", False), ["items[]"]),
    (SNIPPET, fits.COMPLETION, {}, ["items[].insertTextFormat"]),
    (SNIPPET, fits.COMPLETION, ability(f"{fits.ITEM}.snippetSupport"), []),
    (PLAIN, fits.COMPLETION, {}, []),
    (DEFAULTS, fits.COMPLETION, {}, ["itemDefaults.*: 'data'", "itemDefaults.*: 'editRange'"]),
    (DEFAULTS, fits.COMPLETION, ability(LIST, ["data"]), ["itemDefaults.*: 'editRange'"]),
    ([{"title": "t", "command": "c"}], fits.CODE_ACTIONS, {}, []),
    ([{"title": "t", "kind": "quickfix"}], fits.CODE_ACTIONS, {}, ["[].kind"]),
    ([{"title": "t", "isPreferred": True}], fits.CODE_ACTIONS, {}, ["[].isPreferred"]),
    ({"changes": {}}, fits.WORKSPACE_EDIT, {}, []),
    (
        ANNOTATED,
        fits.WORKSPACE_EDIT,
        ability(f"{fits.EDIT}.documentChanges"),
        ["documentChanges[].edits[].annotationId"],
    ),
    (
        CREATED,
        fits.WORKSPACE_EDIT,
        {
            "workspace": {
                "workspaceEdit": {"documentChanges": True, "resourceOperations": ["rename"]}
            }
        },
        ["documentChanges[].kind: 'create'"],
    ),
]


@pytest.mark.parametrize(("message", "rules", "capabilities", "places"), CASES)
def test_misfits(
    message: Any, rules: list[fits.Rule], capabilities: dict[str, Any], places: list[str]
) -> None:
    found = fits.misfits(message, rules, capabilities)
    assert len(found) == len(places)
    assert all(text.startswith(place) for text, place in zip(found, places, strict=True))


# (message, capabilities, places where nothing stands)
UNUSED: list[tuple[Any, dict[str, Any], list[str]]] = [
    (BADGE, ability(f"{fits.ITEM}.labelDetailsSupport"), []),
    (ITEMS, ability(f"{fits.ITEM}.labelDetailsSupport"), ["items[].labelDetails"]),
    (ITEMS, ability(f"{fits.ITEM}.labelDetailsSupport", False), []),
    (ITEMS, ability(LIST, ["data"]), ["itemDefaults.*"]),
    (ITEMS, {}, []),
]


@pytest.mark.parametrize(("message", "capabilities", "places"), UNUSED)
def test_unused(message: Any, capabilities: dict[str, Any], places: list[str]) -> None:
    asked = ["items[].labelDetails", "itemDefaults.*"]
    assert fits.unused(message, asked, fits.COMPLETION, capabilities) == places


def registration(method: str) -> dict[str, Any]:
    return {
        "method": "client/registerCapability",
        "params": {"registrations": [{"method": method}]},
    }


HOVER = "textDocument/hover"
# (message, capabilities, whether the client has to know it)
MESSAGES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"method": "window/logMessage"}, {}, True),
    ({"method": "fairlead/status"}, {}, False),
    ({"method": "fairlead/status"}, ability("experimental.fairlead.status"), True),
    ({"method": "$/progress"}, {}, False),
    ({"method": "$/progress"}, ability("window.workDoneProgress"), True),
    (registration(HOVER), ability("textDocument.hover.dynamicRegistration"), True),
    (registration(HOVER), ability("textDocument.hover.dynamicRegistration", False), False),
    (registration(HOVER), {}, False),
]


@pytest.mark.parametrize(("message", "capabilities", "known"), MESSAGES)
def test_unknown_messages(
    message: dict[str, Any], capabilities: dict[str, Any], known: bool
) -> None:
    assert (fits.unknown_messages([message], capabilities) == []) == known


COMMAND = {"title": "t", "command": "c", "arguments": [1]}
# (message, commands that are not known)
COMMANDS: list[tuple[Any, list[str]]] = [
    (None, []),
    ({"items": [{"command": COMMAND}]}, ["c"]),
    ([COMMAND, {"command": {**COMMAND, "command": "known"}}], ["c"]),
]


@pytest.mark.parametrize(("message", "unknown"), COMMANDS)
def test_unknown_commands(message: Any, unknown: list[str]) -> None:
    assert fits.unknown_commands(message, ["known"]) == unknown

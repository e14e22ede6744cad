from __future__ import annotations

from lsprotocol import types

from tests.server.lsp.editor import Editor, labels, span


def test_the_dot_triggers_completion(echo: Editor) -> None:
    provider = echo.initialized.capabilities.completion_provider
    assert provider is not None
    assert list(provider.trigger_characters or ()) == ["."]


def test_members_are_listed_public_ones_first(echo: Editor) -> None:
    uri = "file:///p/members.py"
    echo.open(uri, "x.ap")
    found = echo.members(uri, 0, 4)
    assert found is not None
    assert labels(found) == ["append", "x.ap", "_private", "__init__"]
    assert not found.is_incomplete
    assert {item.kind for item in found.items} == {types.CompletionItemKind.Field}
    assert {item.detail for item in found.items} == {"echo: complete list"}
    assert found.items[-1].text_edit == types.TextEdit(span(0, 2, 4), found.items[-1].label)


def test_a_partial_list_is_incomplete(echo: Editor) -> None:
    echo.open("file:///p/partial.py", "partial.")
    found = echo.members("file:///p/partial.py", 0, 8)
    assert found is not None
    assert found.is_incomplete


def test_nothing_is_listed_where_nothing_is_dereferenced(echo: Editor) -> None:
    echo.open("file:///p/none.py", "x")
    assert echo.members("file:///p/none.py", 0, 1) is None
    assert echo.members("file:///p/none.py", 5, 0) is None
    assert echo.members("file:///p/not-open.py", 0, 0) is None


def test_an_exception_is_logged_and_the_list_is_incomplete(echo: Editor) -> None:
    echo.open("file:///p/broken.py", "fail.")
    found = echo.members("file:///p/broken.py", 0, 5)
    assert found is not None
    assert (found.is_incomplete, list(found.items)) == (True, [])
    echo.wait_for(lambda: any("failed as told" in text for text in echo.logs))

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fairlead_server.lsp.ordering import BEST
from tests.server.lsp.editor import ECHO, FAIRLEAD, Editor, labels, span
from tests.server.lsp.scripted import LIMIT
from tests.server.lsp.test_items import ABLE

RANKING = (ECHO[0], "-m", "tests.server.lsp.ranking_server")


@pytest.fixture(scope="module")
def all_items() -> Iterator[Editor]:
    """An editor with the setting ``items`` on a server that ranks nothing."""
    with Editor(ECHO, options={"completion": "items"}) as editor:
        yield editor


@pytest.fixture(scope="module")
def ranking() -> Iterator[Editor]:
    """An editor of the least abilities on a server that ranks names."""
    with Editor(RANKING) as editor:
        yield editor


def test_what_is_advertised(echo: Editor) -> None:
    provider = echo.initialized.capabilities.completion_provider
    assert provider is not None
    assert list(provider.trigger_characters or ()) == [".", ">", ":"]
    assert provider.resolve_provider


def test_members_are_listed_public_ones_first(all_items: Editor) -> None:
    uri = "file:///p/members.py"
    all_items.open(uri, "x.ap")
    found = all_items.members(uri, 0, 4)
    assert found is not None
    assert labels(found) == ["append", "x.ap", "_private", "__init__"]
    assert not found.is_incomplete
    assert {item.kind for item in found.items} == {types.CompletionItemKind.Field}
    assert {item.detail for item in found.items} == {"echo: complete list"}
    assert found.items[-1].text_edit == types.TextEdit(span(0, 2, 4), found.items[-1].label)


def test_a_partial_list_is_incomplete(all_items: Editor) -> None:
    all_items.open("file:///p/partial.py", "partial.")
    found = all_items.members("file:///p/partial.py", 0, 8)
    assert found is not None
    assert found.is_incomplete


def test_nothing_is_listed_where_nothing_is_dereferenced(all_items: Editor) -> None:
    all_items.open("file:///p/none.py", "x")
    assert all_items.members("file:///p/none.py", 0, 1) is None
    assert all_items.members("file:///p/none.py", 5, 0) is None
    assert all_items.members("file:///p/not-open.py", 0, 0) is None


def test_an_exception_is_logged_and_the_list_is_incomplete(all_items: Editor) -> None:
    all_items.open("file:///p/broken.py", "fail.")
    found = all_items.members("file:///p/broken.py", 0, 5)
    assert found is not None
    assert (found.is_incomplete, list(found.items)) == (True, [])
    all_items.wait_for(lambda: any("failed as told" in text for text in all_items.logs))


EVERY = ["alpha", "beta", "better", "delta", "gamma", "zeta", "_own", "__init__"]

# (setting, text) -> (labels in order, isIncomplete); None: no list
SETTINGS: list[tuple[str, str, tuple[list[str], bool] | None]] = [
    ("rank", "x.", (["zeta", "gamma", "delta", "better", "beta"], True)),
    ("rank", "x.be", (["better", "beta"], False)),
    ("rank", "x.no", ([], False)),
    ("rank", "x.alpha", ([], False)),
    ("rank", "late.", ([], True)),
    ("rank", "fail.", ([], True)),
    ("items", "x.be", (["better", "beta", *[n for n in EVERY if n[:2] != "be"]], False)),
    ("items", "late.", (EVERY, True)),
    ("items", "fail.", (EVERY, True)),
    ("off", "x.be", None),
]


@pytest.mark.parametrize(("setting", "text", "expected"), SETTINGS)
def test_settings(
    ranking: Editor, setting: str, text: str, expected: tuple[list[str], bool] | None
) -> None:
    uri = f"file:///p/{setting}/{text}py"
    ranking.configure({"fairlead": {"completion": setting}})
    ranking.open(uri, text)
    found = ranking.members(uri, 0, len(text))
    assert (found and (labels(found), found.is_incomplete)) == expected
    ranking.configure({"fairlead": {}})


def test_the_model_sees_the_place_without_the_rest_of_the_name(ranking: Editor) -> None:
    ranking.open("file:///p/rest.py", "x.betray()")
    assert labels(ranking.members("file:///p/rest.py", 0, 4)) == ["better", "beta"]
    asked = "asked at 4 of 'x.be()' for ['ta', 'tter']"
    ranking.wait_for(lambda: asked in ranking.logs)


# (language, text, the character that was typed, whether there is a list)
TRIGGERS = [
    ("python", "x.", ".", True),
    ("python", "x.y:", ":", False),
    ("python", "x. >", ">", False),
    ("cpp", "p->", ">", True),
    ("cpp", "std::", ":", True),
    ("c", "p->", ">", True),
    ("c", "a::", ":", False),
    ("rust", "std::", ":", True),
    ("go", "x.", ".", True),
]


@pytest.mark.parametrize(("language", "text", "character", "expected"), TRIGGERS)
def test_triggers(
    ranking: Editor, language: str, text: str, character: str, expected: bool
) -> None:
    uri = f"file:///p/trigger-{language}-{len(text)}-{ord(character)}"
    ranking.open(uri, text, language)
    kind = types.CompletionTriggerKind.TriggerCharacter
    params = types.CompletionParams(
        types.TextDocumentIdentifier(uri),
        types.Position(0, len(text)),
        types.CompletionContext(kind, character),
    )
    found = ranking.request(types.TEXT_DOCUMENT_COMPLETION, params)
    assert (found is not None) == expected


def test_a_list_for_a_text_that_has_moved_on_is_empty(ranking: Editor) -> None:
    uri = "file:///p/moved.py"
    ranking.open(uri, "slow.")
    asked = ranking.begin(types.TEXT_DOCUMENT_COMPLETION, _at(uri, 5))
    ranking.wait_for(lambda: "slow" in ranking.logs)
    ranking.change(uri, 2, (span(0, 0, 0), "x = "))
    found = asked.result(LIMIT)
    assert (list(found.items), found.is_incomplete) == ([], True)
    ranking.wait_for(lambda: "ended" in ranking.logs)


def test_a_list_for_a_document_that_is_closed_is_empty(ranking: Editor) -> None:
    uri = "file:///p/closed.py"
    ranking.logs.clear()
    ranking.open(uri, "slow.")
    asked = ranking.begin(types.TEXT_DOCUMENT_COMPLETION, _at(uri, 5))
    ranking.wait_for(lambda: "slow" in ranking.logs)
    ranking.close(uri)
    assert list(asked.result(LIMIT).items) == []


def test_a_list_that_is_cancelled_is_answered(ranking: Editor) -> None:
    uri = "file:///p/cancelled.py"
    ranking.logs.clear()
    ranking.open(uri, "slow.")
    asked = ranking.begin(types.TEXT_DOCUMENT_COMPLETION, _at(uri, 5), "a list")
    ranking.wait_for(lambda: "slow" in ranking.logs)
    ranking.cancel("a list")
    assert isinstance(asked.exception(LIMIT), JsonRpcRequestCancelled)
    ranking.wait_for(lambda: "ended" in ranking.logs)


def test_ranking_ends_when_the_list_does_not_wait_for_it(ranking: Editor) -> None:
    ranking.logs.clear()
    ranking.open("file:///p/given-up.py", "late.")
    ranking.members("file:///p/given-up.py", 0, 5)
    ranking.wait_for(lambda: "given up" in ranking.logs)


def _at(uri: str, character: int) -> types.CompletionParams:
    return types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(0, character))


def resolved(editor: Editor, uri: str, text: str, then: str) -> types.CompletionItem:
    """Return the first item at the end of `text`, resolved when the text is `then`."""
    editor.open(uri, text)
    found = editor.members(uri, 0, len(text))
    assert found is not None
    first = found.items[0]
    if first.data is None and found.item_defaults is not None:
        first.data = found.item_defaults.data
    if then != text:
        editor.change(uri, 2, (span(0, 0, len(text)), then))
    item: types.CompletionItem = editor.request(types.COMPLETION_ITEM_RESOLVE, first)
    return item


# (the text when the list is asked for, and when an item is resolved, its documentation)
RESOLVED: Sequence[tuple[str, str, str | None]] = [
    ("x.be", "x.be", "x.better|"),
    ("x.be", "x.bet + 1", "x.better| + 1"),
    ("x.be", "y.be", None),
    ("blank.be", "blank.be", None),
]


@pytest.mark.parametrize(("text", "then", "expected"), RESOLVED)
def test_resolve(ranking: Editor, text: str, then: str, expected: str | None) -> None:
    item = resolved(ranking, f"file:///p/resolve/{text}/{then}", text, then)
    assert item.label == "better"
    plain = types.MarkupContent(types.MarkupKind.PlainText, expected or "")
    assert item.documentation == (plain if expected else None)


def test_resolve_in_an_able_editor() -> None:
    with Editor(RANKING, capabilities=ABLE) as editor:
        item = resolved(editor, "file:///p/able.py", "x.be", "x.be")
    markdown = types.MarkupKind.Markdown
    assert item.documentation == types.MarkupContent(markdown, "```python\nx.better|\n```")
    assert (item.text_edit, item.preselect) == (None, True)
    assert item.label_details == types.CompletionItemLabelDetails(description="fairlead")


def test_an_item_of_somebody_else_stays_as_it_is(ranking: Editor) -> None:
    item = types.CompletionItem("beta", data={"uri": "file:///p/not-open.py", "start": 0})
    assert ranking.request(types.COMPLETION_ITEM_RESOLVE, item) == item


@pytest.mark.needs("llama")
def test_the_embedded_model_ranks_what_analysis_lists(tmp_path: Path) -> None:
    text = "xs = [3, 1]\nfor x in range(9):\n    xs."
    uri = (tmp_path / "a.py").as_uri()
    with Editor(FAIRLEAD, root=tmp_path, options={"patience": LIMIT}) as editor:
        editor.open(uri, text)
        # On a busy machine the order comes too late at first; the editor asks again.
        best: list[str] = []

        def has_order() -> bool:
            best.extend(labels(editor.members(uri, 2, 7)))
            return bool(best)

        editor.wait_for(has_order)
    assert "append" in best
    assert set(best) < set(dir(list))
    assert len(best) == BEST

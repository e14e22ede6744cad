from __future__ import annotations

import pytest
from lsprotocol import types

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import items
from fairlead_server.lsp.items import Abilities, Order, Spot
from fairlead_server.lsp.workspace import Codec
from tests.server.lsp.editor import labels, span

URI = "file:///a.py"
TEXT = "x = 1\nxs.append + y"
MEMBERS = Names(
    frozenset({"_own", "append", "apply", "__init__", "Zeta"}), Completeness.COMPLETE, "e"
)
AT = len("x = 1\nxs.ap")


def listed(
    members: Names = MEMBERS,
    order: Order = Order(whole=True),  # noqa: B008
    can: Abilities = Abilities(),  # noqa: B008
    *,
    only: bool = False,
) -> types.CompletionList:
    spot = Spot.at(DocumentSnapshot("/a.py", TEXT, "python", 3), AT)
    return items.listed(members, order, spot, URI, can, Codec(), only_ordered=only)


# What the model likes, whether only that is listed -> (labels in order, isIncomplete)
ORDERS = [
    (Order(whole=True), False, ["Zeta", "append", "apply", "_own", "__init__"], False),
    (Order(("apply",), "m", True), False, ["apply", "Zeta", "append", "_own", "__init__"], False),
    (
        Order(("apply", "append"), "m"),
        False,
        ["apply", "append", "Zeta", "_own", "__init__"],
        True,
    ),
    (Order(("apply", "append"), "m", True), True, ["apply", "append"], False),
    (Order(("unlisted", "append"), "m", True), True, ["append"], False),
    (Order(), True, [], True),
]


@pytest.mark.parametrize(("order", "only", "expected", "incomplete"), ORDERS)
def test_orders(order: Order, only: bool, expected: list[str], incomplete: bool) -> None:
    found = listed(order=order, only=only)
    assert labels(found) == expected
    assert found.is_incomplete == incomplete


# (completeness, reason) -> (isIncomplete, detail)
LISTS = [
    (Completeness.COMPLETE, "", (False, "jedi: complete list")),
    (Completeness.PARTIAL, "has __getattr__", (True, "jedi: partial list (has __getattr__)")),
    (Completeness.UNKNOWN, "too late", (True, "jedi: unknown list (too late)")),
]


@pytest.mark.parametrize(("completeness", "reason", "expected"), LISTS)
def test_the_detail_says_what_was_checked(
    completeness: Completeness, reason: str, expected: tuple[bool, str]
) -> None:
    found = listed(Names(frozenset({"append", "b"}), completeness, "jedi", reason))
    assert found.is_incomplete == expected[0]
    assert {item.detail for item in found.items} == {expected[1]}


def test_ranked_names_come_before_those_of_any_server() -> None:
    best = listed(order=Order(("apply", "append"), "m")).items[:2]
    assert [item.sort_text for item in best] == [" 0", " 1"]
    assert {item.detail for item in best} == {"e: complete list; ranked by m"}


TYPED, NAME = span(1, 3, 5), span(1, 3, 9)

# What a client can do, and what it gets of an item and of what all items share.
FORMS = [
    (Abilities(), types.TextEdit(TYPED, "append"), None, None, None),
    (
        Abilities(insert_replace=True),
        types.InsertReplaceEdit("append", TYPED, NAME),
        None,
        None,
        None,
    ),
    (Abilities(default_range=True), None, TYPED, None, None),
    (
        Abilities(default_range=True, insert_replace=True, preselect=True),
        None,
        types.EditRangeWithInsertReplace(TYPED, NAME),
        True,
        None,
    ),
    (
        Abilities(default_data=True, label_details=True),
        types.TextEdit(TYPED, "append"),
        None,
        None,
        "fairlead",
    ),
]


@pytest.mark.parametrize(("can", "edit", "shared", "preselect", "badge"), FORMS)
def test_forms(
    can: Abilities,
    edit: types.TextEdit | types.InsertReplaceEdit | None,
    shared: types.Range | types.EditRangeWithInsertReplace | None,
    preselect: bool | None,
    badge: str | None,
) -> None:
    found = listed(order=Order(("append",), "m"), can=can, only=True)
    (item,) = found.items
    assert item.text_edit == edit
    defaults = found.item_defaults or types.CompletionItemDefaults()
    assert defaults.edit_range == shared
    assert item.preselect == preselect
    assert (item.label_details.description if item.label_details else None) == badge
    assert (item.data is None) == can.default_data
    assert (defaults.data is not None) == can.default_data
    assert item.filter_text == "append"


def test_only_the_first_is_preselected() -> None:
    found = listed(order=Order(("append", "apply"), "m"), can=Abilities(preselect=True))
    assert [item.preselect for item in found.items] == [True, None, None, None, None]


# The text when an item is resolved, and what it is with `apply` put in; None: nothing fits.
INSERTIONS = [
    (TEXT, "x = 1\nxs.apply + y"),
    ("x = 1\nxs. + y", "x = 1\nxs.apply + y"),
    ("x = 1\nxs.", "x = 1\nxs.apply"),
    ("x = 2\nxs.ap", None),
    ("x = 1", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), INSERTIONS)
def test_insertions(text: str, expected: str | None) -> None:
    (item,) = listed(order=Order(("apply",), "m"), only=True).items
    found = items.insertion(item, DocumentSnapshot("/a.py", text, "python", 4))
    assert (found[0] if found else None) == expected
    assert found is None or found[0][: found[1]].endswith(".apply")


@pytest.mark.parametrize("data", [None, 3, {}, {"start": -1}, {"start": "1"}, {"start": 10**9}])
def test_data_that_is_not_ours(data: object) -> None:
    item = types.CompletionItem("a", data=data)
    assert items.insertion(item, DocumentSnapshot("/a.py", TEXT, "python")) is None


# (names, the text before the cursor, what the model is to choose among)
CANDIDATES = [
    (["append", "apply", "b"], "x.ap", {"pend": "append", "ply": "apply"}),
    (["append", "b"], "x.", {"append": "append", "b": "b"}),
    (["append"], "x.append", {}),
    (["append"], "x.Ap", {}),
    (["__init__", "_own"], "x.", {"_own": "_own"}),
    (["__init__", "_own"], "x._", {"_init__": "__init__", "own": "_own"}),
    (["__init__", "own"], "super().", {"__init__": "__init__", "own": "own"}),
    (["__init__", "own"], "super().x.", {"own": "own"}),
]


@pytest.mark.parametrize(("names", "text", "expected"), CANDIDATES)
def test_candidates(names: list[str], text: str, expected: dict[str, str]) -> None:
    spot = Spot.at(DocumentSnapshot("/a.py", text, "python"), len(text))
    assert items.candidates(names, spot) == expected


def test_documentation() -> None:
    plain, markdown = types.MarkupKind.PlainText, types.MarkupKind.Markdown
    assert items.documentation(" ", "c", markdown=True) is None
    assert items.documentation("f()", "c", markdown=False) == types.MarkupContent(plain, "f()")
    assert items.documentation("f()", "c", markdown=True) == types.MarkupContent(
        markdown, "```c\nf()\n```"
    )


def test_abilities_are_read_off_the_capabilities() -> None:
    assert Abilities.of(types.ClientCapabilities()) == Abilities()
    assert Abilities.of(ABLE) == Abilities(True, True, True, True, True, True)


ABLE = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(
                insert_replace_support=True,
                label_details_support=True,
                preselect_support=True,
                documentation_format=[types.MarkupKind.Markdown, types.MarkupKind.PlainText],
            ),
            completion_list=types.CompletionListCapabilities(item_defaults=["editRange", "data"]),
        )
    )
)

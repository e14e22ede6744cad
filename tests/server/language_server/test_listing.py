"""Completion items as names: which of them have to be called, and what is put before the cursor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Kind
from fairlead_server.analysis.language_server import listing
from fairlead_server.analysis.language_server.recipe import load_recipe
from fairlead_server.analysis.language_server.sync import Lines
from tests.server.language_server.faulty import PATIENCE, engine, messages, source
from tests.server.language_server.replay import apply

METHOD, CONSTRUCTOR, FIELD, VARIABLE, CLASS = 2, 4, 5, 6, 7


@pytest.mark.parametrize(
    ("items", "methods", "values"),
    [
        ([("lift", METHOD), ("load", FIELD)], "lift", "load"),
        ([("lift", METHOD), ("lift", METHOD)], "lift", ""),
        ([("lift", METHOD), ("lift", FIELD)], "", ""),
        ([("load", FIELD), ("load", VARIABLE)], "", "load"),
        ([("Crane", CLASS), ("Crane", CONSTRUCTOR), ("load", FIELD)], "", "load"),
        ([("load", FIELD), ("load", None)], "", ""),
        ([("load", FIELD), ("load", 99), ("lift", METHOD)], "", ""),  # a kind that there is not
    ],
)
def test_methods_and_values(items: list[tuple[str, int | None]], methods: str, values: str) -> None:
    rule = load_recipe("jdtls").names
    rule = replace(rule, kinds={Kind.MEMBER: replace(rule.kinds[Kind.MEMBER], foreign=frozenset())})
    raw = [{"label": name, "kind": kind} for name, kind in items]
    read = listing.read(raw, rule, Lines("x.", "utf-16"), 2)
    found = listing.names(read, rule, Kind.MEMBER, "java", "jdtls")
    assert found.methods == frozenset(methods.split())
    assert found.values == frozenset(values.split())


def test_a_lambda_expression_is_no_name() -> None:
    rule = load_recipe("jdtls").names
    raw = [{"label": "(T t) -> : double", "kind": METHOD}, {"label": "Crane", "kind": CLASS}]
    read = listing.read(raw, rule, Lines("x = ", "utf-16"), 4)
    found = listing.names(read, rule, Kind.TYPE, "java", "jdtls")
    assert found.names == {"Crane"}
    assert found.completeness is Completeness.COMPLETE


def test_what_inserts_nothing_is_no_name_wherever_it_is() -> None:
    rule = load_recipe("jdtls").names
    end = {"line": 0, "character": 6}
    hint = {"textEdit": {"range": {"start": end, "end": end}, "newText": ""}}
    raw = [{"label": "Crane()", "kind": METHOD, **hint}, {"label": "load", "kind": VARIABLE}]
    read = listing.read(raw, rule, Lines("x = f()", "utf-16"), 4)
    found = listing.names(read, rule, Kind.SCOPE, "java", "jdtls")
    assert (found.names, found.completeness) == (frozenset({"load"}), Completeness.COMPLETE)


def test_types_that_an_import_would_have_to_bring() -> None:
    rule = load_recipe("jdtls").names
    edits = [{"newText": "import a.Crane;"}]
    raw = [
        {"label": "Crane", "kind": CLASS, "additionalTextEdits": edits},
        {"label": "Tug", "kind": CLASS, "additionalTextEdits": edits},
        {"label": "Tug", "kind": CLASS},
    ]
    read = listing.read(raw, rule, Lines("x = ", "utf-16"), 4)
    for kind in (Kind.TYPE, Kind.CLASS):
        found = listing.names(read, rule, kind, "java", "jdtls")
        assert (found.names, found.importable) == (frozenset({"Tug"}), frozenset({"Crane"}))


def test_what_is_put_before_a_name(tmp_path: Path) -> None:
    log = tmp_path / "log"
    names = {"scope": {"before": "(Any) ", "after": "z", "complete": True}}
    with engine("", log, names=names, limit=20.0) as asked:
        found = asked.names(Kind.SCOPE, source("y(, 1)"), 2).result(PATIENCE)
    assert found.completeness is Completeness.COMPLETE
    (opened,) = messages(log, "textDocument/didOpen")
    assert opened["textDocument"]["text"] == "y(z, 1)"
    (changed,) = messages(log, "textDocument/didChange")
    (edit,) = changed["contentChanges"]
    assert apply("y(z, 1)", edit) == "y((Any) z, 1)"
    completed = messages(log, "textDocument/completion")
    assert [one["position"]["character"] for one in completed] == [2, 8]

"""Which engines are made of settings, and what one that cannot be made costs the others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from fairlead_server.diagnosis import Check, examine
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_completer, build_engines
from fairlead_server.errors import NoInterpreter, UserError
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest

WRONG = "/no/such/recipe.toml"


def settings(**engines: Any) -> Settings:
    return Settings(engines=engines, trusted=True)


# What the settings choose, what is asked for, and which of these languages have an engine.
@pytest.mark.parametrize(
    ("engines", "languages", "expected"),
    [
        ({}, ["python"], {"python"}),
        ({}, ["klingon"], set()),
        ({"zig": WRONG}, ["python", "c"], {"python", "c"}),
        ({"python": WRONG}, ["java"], {"java"}),
    ],
)
def test_only_the_engines_that_are_asked_for_are_made(
    engines: dict[str, str], languages: Collection[str], expected: set[str]
) -> None:
    made = build_engines(settings(**engines), None, languages)
    assert set(made) == expected


def test_an_engine_that_cannot_be_made_is_an_error_to_who_needs_it() -> None:
    for languages in (["zig"], None):
        with pytest.raises(UserError, match="no recipe /no/such"):
            build_engines(settings(zig=WRONG), None, languages)


def test_one_that_cannot_be_made_leaves_the_others() -> None:
    told: dict[str, str] = {}
    chosen = settings(zig=WRONG, nim={"command": []}, ada="no-such-plug-in")
    made = build_engines(chosen, None, refused=lambda name, error: told.update({name: str(error)}))
    assert {"python", "java"} <= set(made)
    assert not {"zig", "nim", "ada"} & set(made)
    assert [told[name][:12] for name in ("zig", "nim", "ada")] == [
        "no recipe /n",
        "recipe setti",
        "no engines p",
    ]


def test_a_python_that_is_not_there_is_an_error_to_all() -> None:
    told: list[str] = []
    with pytest.raises(NoInterpreter, match="--python"):
        build_engines(
            Settings(interpreter="/no/such"), None, refused=lambda name, _: told.append(name)
        )
    assert told == []


def test_a_recipe_that_is_not_trusted_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    build_engines(Settings(engines={"zig": WRONG}), None)
    assert len(caplog.records) == 1


def test_the_doctor_looks_at_each_engine_for_itself(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRLEAD_MULTILSPY", str(tmp_path_factory.mktemp("nothing")))
    checks = {
        check.name: check for check in examine(settings(zig=WRONG, java="multilspy", go="jedi"))
    }
    assert checks["zig engine"].state == "missing"
    assert "no recipe" in checks["zig engine"].finding
    assert checks["java engine"] == Check(
        "java engine", "optional", "multilspy is not there", "fairlead doctor --fix multilspy"
    )
    assert checks["go engine"] == Check("go engine", "ok", "jedi")
    assert checks["python engine"].state == "ok"
    assert "version unknown" not in checks["python engine"].finding


@pytest.mark.needs("llama")
def test_a_language_without_an_engine_is_completed_without_checks() -> None:
    document = DocumentSnapshot("a.py", "import os\nos.", "python")
    request = CompletionRequest(document, len(document.text))
    completer = build_completer(settings(python=WRONG), refused=lambda language, error: None)
    try:
        result = completer.complete(request)
        assert completer.members(document, request.offset, 1.0) is None
    finally:
        completer.close()
    (suggestion,) = result.suggestions
    assert suggestion.text and not suggestion.verified
    assert result.remarks == ("no monitor for python: names are not checked",)

"""Recipes: those that are shipped, and what is wrong with those of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.engine import Kind, Source
from fairlead_server.analysis import choice
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import load_recipe, recipe_of, shipped
from fairlead_server.errors import UserError
from fairlead_server.settings import from_json
from tests.server.language_server.faulty import PATIENCE

LEAST: dict[str, Any] = {"command": ["x"], "languages": {".x": "x"}}


@pytest.mark.parametrize("name", shipped())
def test_shipped_recipes_can_be_read(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name and recipe.remedy
    assert Kind.MEMBER in recipe.names.kinds


# What is wrong, and the complaint.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"command": []}, "command is missing"),
    ({"command": "x"}, "command must be of type list"),
    ({"languages": {}}, "languages must map file name suffixes to language ids"),
    ({"limit": "soon"}, "limit must be of type float"),
    ({"surprise": 1}, "unknown key 'surprise'"),
    ({"names": {"member": {"surprise": 1}}}, "unknown key 'surprise' in member"),
    ({"names": {"pattern": "("}}, "missing )"),
    ({"names": {"from": [1]}}, "from must be a list of str"),
    ({"ready": 1}, "ready must be a table"),
    ({"sources": {"command": 1}}, "command must be of type str"),
    ({"sources": {"folder": ""}}, "unknown key 'folder' in sources"),
    ({"names": {"member": {"alone": 1}}}, "alone must be of type bool"),
    ({"unfinished": {"language": "cobol"}}, "unfinished.language must be one of"),
    ({"signatures": {"style": "cobol"}}, "signatures.style must be one of"),
    ({"types": {"method": "guess"}}, "types.method must be one of hover, typeDefinition"),
    ({"diagnostics": {"method": "guess"}}, "diagnostics.method must be one of pull, push"),
    ({"diagnostics": {"settle": 0}}, "settle must be more than 0 seconds"),
    ({"diagnostics": {"probe": "int x;"}}, "probe must have {mark} in it"),
    ({"rewriting": {"opens": "yes"}}, "opens must be of type bool"),
    ({"rewriting": {"rename": {}}}, "unknown key 'rename' in rewriting"),
    ({"rewriting": {"inline": {"titles": ["x"]}}}, "only is missing"),
    ({"rewriting": {"inline": {"only": ["x"], "titles": ["("]}}}, "missing )"),
    ({"limit": -1.0}, "limit must be more than 0 seconds"),
    ({"start_limit": 0}, "start_limit must be more than 0 seconds"),
    ({"places": {"server": "/opt/x"}}, "server must be a list of str"),
    ({"copies": {"a": 1}}, "copies must have strings only"),
    ({"names": {"member": {"complete": "zig"}}}, "complete must be a list of str"),
    ({"names": {"member": {"complete": 1}}}, "complete must be a list of str"),
]


@pytest.mark.parametrize(("other", "complaint"), WRONG)
def test_what_is_wrong_is_named(other: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError, match="recipe settings: ") as caught:
        recipe_of(LEAST | other)
    assert complaint in str(caught.value)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('command = ["x"]\nlanguages = { ".x" = "x" }\n')
    assert load_recipe(str(path)).name == "x"
    path.write_text('command = ["z"]\nlanguages = { ".x" = "x" }\n')
    assert load_recipe(str(path)).name == "z"
    path = tmp_path / "y.toml"
    path.write_text("command = ")
    with pytest.raises(UserError, match=r"y\.toml"):
        load_recipe(str(path))
    with pytest.raises(UserError, match="no recipe"):
        load_recipe(str(tmp_path / "z.toml"))


def engines(stated: dict[str, Any], *, trusted: bool = True) -> dict[str, Any]:
    chosen = choice.choices(stated, trusted=trusted)
    return {
        language: engine
        for language, engine in choice.engines(chosen, None, None, trusted=trusted).items()
        if language in stated or not stated
    }


def test_engines_from_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('command = ["x"]\nlanguages = { ".x" = "x" }\n')
    made = engines({"x": str(path), "y": LEAST | {"name": "why"}, "python": "jedi"})
    assert {language: engine.name for language, engine in made.items()} == {
        "x": "x",
        "y": "why",
        "python": "jedi",
    }
    answer = made["y"].names(Kind.MEMBER, Source("a.y", "x."), 2).result(PATIENCE)
    assert answer.engine == "why"


def test_recipes_count_only_in_trusted_workspaces(caplog: pytest.LogCaptureFixture) -> None:
    assert engines({"y": LEAST}, trusted=False) == {}
    (record,) = caplog.records
    assert "trusted" in record.getMessage()


def test_languages_with_the_same_server_share_it() -> None:
    made = engines({})
    assert made["c"] is made["cpp"]
    assert isinstance(made["c"], LanguageServerEngine)
    assert made["c"].pid is None


def test_no_such_engine() -> None:
    with pytest.raises(UserError, match="no engines plug-in is called 'nothing'"):
        engines({"python": "nothing"})


def test_settings_of_an_editor() -> None:
    options, warnings = from_json({"engines": {"x": "jedi", "y": {"command": ["y"]}, "z": 3}})
    assert options.engines == {"x": "jedi", "y": {"command": ["y"]}}
    assert warnings == [
        "settings: engines: that of z must be a plug-in, the path of a recipe, or a recipe"
    ]
    assert from_json({"engines": "jdtls"})[1] == ["settings: engines must map languages to engines"]

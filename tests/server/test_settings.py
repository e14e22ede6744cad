from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from fairlead_server.cli import main
from fairlead_server.settings import (
    Layer,
    Options,
    Settings,
    from_json,
    resolve,
    resolve_for,
    stack,
)
from fairlead_server.settings.files import PROJECT_FILE, read_project_file, read_user_file
from fairlead_server.settings.values import (
    CHOICES,
    LEAST,
    NOT_FROM_PROJECTS,
    OF_MODELS,
    OF_REQUESTS,
)

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has set nothing yet."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FAIRLEAD_CONFIG", str(folder / "config.toml"))
    for name in ("MODEL", "BACKEND", "PYTHON", "LOG"):
        monkeypatch.delenv(f"FAIRLEAD_{name}", raising=False)
    return folder


def test_later_layers_win_and_unstated_values_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_MODEL", "from-environment")
    monkeypatch.setenv("FAIRLEAD_BACKEND", "")
    resolved = resolve(Options(threads=2), Options(model="stated", threads=None))
    assert resolved == Settings(model="stated", threads=2)
    assert resolve().model == "from-environment"


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_PYTHON", "/usr/bin/python3")
    monkeypatch.setenv("FAIRLEAD_MODEL", "")
    [layer] = (layer for layer in stack(None).layers if layer.source == "environment")
    assert layer.options == Options(interpreter="/usr/bin/python3")


@pytest.mark.parametrize(
    ("value", "options", "warning"),
    [
        ({"model": "a.gguf", "patience": 1}, Options(model="a.gguf", patience=1), None),
        ({"model": None}, Options(), None),
        (None, Options(), None),
        ({"modle": "x"}, Options(), "unknown key 'modle'; did you mean 'model'?"),
        ({"colour": "x"}, Options(), "unknown key 'colour'; known are backend, completion"),
        ({"threads": "two"}, Options(), "threads must be of type int"),
        ({"threads": True}, Options(), "threads must be of type int"),
        ({"max_new_tokens": 0}, Options(), "max_new_tokens must be at least 1"),
        ({"patience": -1}, Options(), "patience must be at least 0"),
        ({"patience": float("inf")}, Options(), "patience must be at most 1,000,000"),
        ({"idle_minutes": float("nan")}, Options(), "idle_minutes must be at least 0"),
        ({"guided": 1}, Options(), "guided must be of type bool"),
        ({"guided": False}, Options(guided=False), None),
        ({"completion": "items"}, Options(completion="items"), None),
        ({"completion": "all"}, Options(), "must be one of off, rank, items; not 'all'"),
        ({"disabled_languages": ["java"]}, Options(disabled_languages=("java",)), None),
        ({"disabled_languages": "java"}, Options(), "disabled_languages must be a list of names"),
        ({"engines": ["x"]}, Options(), "engines must map languages to engines"),
        ({1: "x"}, Options(), "unknown key '1'"),
        (["model"], Options(), "expected an object, got list"),
    ],
)
def test_json(value: object, options: Options, warning: str | None) -> None:
    found, warnings = from_json(value)
    assert found == options
    assert [warning in w for w in warnings if warning] == ([True] if warning else [])


# (text of a file in the folder F, what it states, warning); F stands for the folder.
FILES: list[tuple[str, Options, str | None]] = [
    ("", Options(), None),
    ("model = 'small'", Options(model="small"), None),
    ("model = 'models/a.gguf'", Options(model="F/models/a.gguf"), None),
    ("model = '/a.gguf'", Options(model="/a.gguf"), None),
    ("interpreter = '.venv/bin/python'", Options(interpreter="F/.venv/bin/python"), None),
    ("interpreter = 'python3.12'", Options(interpreter="python3.12"), None),
    ("engines.zig = 'zls.toml'", Options(engines={"zig": "F/zls.toml"}), None),
    ("engines.zig = 'zls'", Options(engines={"zig": "zls"}), None),
    ("trusted_folders = ['src']", Options(trusted_folders=("F/src",)), None),
    ("model = ", Options(), "line 1"),
    ("guided = true\nguided = false", Options(), "line 2"),
    ("modle = 'x'\nthreads = 2", Options(threads=2), "did you mean 'model'?"),
    ("# \udcff", Options(), "is not UTF-8 (byte 2), and is ignored"),
]


@pytest.mark.parametrize(("text", "options", "warning"), FILES)
def test_file(tmp_path: Path, text: str, options: Options, warning: str | None) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, errors="surrogateescape")
    found, warnings = read_user_file(file)
    assert _relative(found, tmp_path) == options
    assert [w.startswith(f"{file}: ") and (warning or "") in w for w in warnings] == (
        [True] if warning else []
    )
    assert all("\n" not in w for w in warnings)


def _relative(options: Options, folder: Path) -> Options:
    text = repr(options).replace(str(folder), "F")
    found: Options = eval(text, {"Options": Options})
    return found


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    assert read_user_file(tmp_path / "absent.toml") == (Options(), ())
    options, [warning] = read_user_file(tmp_path)
    assert options == Options()
    assert "cannot be read, and is ignored" in warning


def test_a_file_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for number in (1, 22):
        file.write_text(f"threads = {number}")
        assert read_user_file(file) == (Options(threads=number), ())


def test_a_project_has_no_say_in_its_trust(tmp_path: Path) -> None:
    file = tmp_path / PROJECT_FILE
    file.write_text("trusted = true\nignored_files = true\nthreads = 2\n")
    options, warnings = read_project_file(file)
    assert options == Options(threads=2)
    assert [w.split(" ")[1] for w in warnings] == ["trusted", "ignored_files"]
    assert stack(str(tmp_path)).settings() == Settings()


# (user's file, editor, command line) -> trusted; P is the project.
TRUST = [
    ("", None, None, False),
    ("trusted = true", None, None, True),
    ("trusted = true", False, None, False),
    ("", True, None, True),
    ("", None, True, True),
    ("trusted_folders = ['P']", None, None, True),
    ("trusted_folders = ['P/..']", None, None, True),
    ("trusted_folders = ['P/inner']", None, None, False),
    ("trusted_folders = ['P']", False, None, False),
]


@pytest.mark.parametrize(("own", "editor", "command_line", "trusted"), TRUST)
def test_trust(
    home: Path,
    tmp_path: Path,
    own: str,
    editor: bool | None,
    command_line: bool | None,
    trusted: bool,
) -> None:
    (home / "config.toml").write_text(own.replace("P", str(tmp_path)))
    project = tmp_path / PROJECT_FILE
    project.write_text("threads = 3")
    layers = [Layer("editor", Options(trusted=editor))]
    found = stack(str(tmp_path), layers, Options(trusted=command_line))
    assert found.settings().trusted == trusted
    assert found.settings().threads == (3 if trusted else None)
    ignored = f"{project} is ignored: the workspace is not trusted"
    assert found.complaints() == ([] if trusted else [ignored])


def test_the_rank_of_layers(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "models").mkdir()
    (home / "models" / "default").write_text("of-model-use")
    monkeypatch.setenv("FAIRLEAD_MODELS", str(home / "models"))
    own, project = home / "config.toml", tmp_path / PROJECT_FILE
    found = [stack(str(tmp_path), (), Options(trusted=True))]
    own.write_text("model = 'of-user'")
    found.append(stack(str(tmp_path), (), Options(trusted=True)))
    monkeypatch.setenv("FAIRLEAD_MODEL", "of-environment")
    found.append(stack(str(tmp_path), (), Options(trusted=True)))
    project.write_text("model = 'of-project'")
    found.append(stack(str(tmp_path), (), Options(trusted=True)))
    editor = [Layer("editor", Options(model="of-editor"))]
    found.append(stack(str(tmp_path), editor, Options(trusted=True)))
    found.append(stack(str(tmp_path), editor, Options(trusted=True, model="of-command-line")))
    assert [(one.settings().model, one.origins()["model"]) for one in found] == [
        ("of-model-use", "fairlead model use"),
        ("of-user", str(own)),
        ("of-environment", "environment"),
        ("of-project", str(project)),
        ("of-editor", "editor"),
        ("of-command-line", "command line"),
    ]


# (files and folders, the project of a/b/c.py)
PROJECTS: list[tuple[list[str], str | None]] = [
    ([".git/"], ""),
    (["a/.git"], "a"),
    ([".git/", "a/.fairlead.toml"], "a"),
    (["a/.hg/", "a/b/.fairlead.toml"], "a/b"),
]


@pytest.mark.parametrize(("signs", "expected"), PROJECTS)
def test_the_project_of_a_file(tmp_path: Path, signs: list[str], expected: str) -> None:
    for sign in signs:
        (tmp_path / sign).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / sign).mkdir() if sign.endswith("/") else (tmp_path / sign).touch()
    assert resolve_for(str(tmp_path / "a" / "b" / "c.py"), Options()).project == str(
        tmp_path / expected
    )


def test_the_command_line_says_what_is_wrong_and_who_set_what(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config.toml").write_text("max_new_tokns = 3\npatience = 4\n")
    (tmp_path / PROJECT_FILE).write_text("threads = 3")
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--settings", "--trust"]) == 0
    captured = capsys.readouterr()
    assert re.search(rf"^threads +3  \({re.escape(os.fspath(tmp_path))}", captured.out, re.M)
    assert re.search(r"^patience +4  \(.*config\.toml\)$", captured.out, re.M)
    assert re.search(r"^trusted +true  \(command line\)$", captured.out, re.M)
    assert "did you mean 'max_new_tokens'?" in captured.err
    assert captured.err.count("\n") == 1


def test_every_option_is_a_setting() -> None:
    names = [field.name for field in fields(Options)]
    assert names == [field.name for field in fields(Settings)]
    assert {*CHOICES, *LEAST, *OF_REQUESTS, *OF_MODELS, *NOT_FROM_PROJECTS} <= {*names}
    assert Options() == Options(**dict.fromkeys(names, None))


ROW = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.M)


def test_the_table_of_settings_is_complete_and_right() -> None:
    rows = {name: (kind, default) for name, kind, default, _ in ROW.findall(DOCS.read_text())}
    expected = {}
    for field in fields(Settings):
        default = getattr(Settings(), field.name)
        shown = "" if default is None else f"`{_toml(default)}`"
        expected[field.name] = (_kind(field.name, str(field.type)), shown)
    assert rows == expected


def _kind(name: str, type: str) -> str:
    if name in CHOICES:
        return ", ".join(f"`{choice}`" for choice in CHOICES[name])
    plain = type.removesuffix(" | None")
    kinds = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    least = f", at least {LEAST[name]}" if name in LEAST else ""
    if plain.startswith("tuple"):
        return "list of names"
    return kinds.get(plain, "table") + least


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return str(list(value))
    return f'"{value}"' if isinstance(value, str) else str(value)

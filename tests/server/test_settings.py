from __future__ import annotations

import pytest

from fairlead_server.settings import Options, Settings, from_environment, from_json, resolve


def test_later_layers_win_and_unstated_values_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_MODEL", "from-environment")
    monkeypatch.setenv("FAIRLEAD_BACKEND", "")
    resolved = resolve(Options(threads=2), Options(model="stated", threads=None))
    assert resolved == Settings(model="stated", threads=2)
    assert resolve().model == "from-environment"


def test_environment() -> None:
    found = from_environment({"FAIRLEAD_PYTHON": "/usr/bin/python3", "FAIRLEAD_MODEL": ""})
    assert found == Options(interpreter="/usr/bin/python3")


@pytest.mark.parametrize(
    ("value", "options", "warning"),
    [
        ({"model": "a.gguf", "patience": 1}, Options(model="a.gguf", patience=1), None),
        ({"model": None}, Options(), None),
        (None, Options(), None),
        ({"modle": "x"}, Options(), "unknown key 'modle'"),
        ({"threads": "two"}, Options(), "threads must be of type int"),
        ({"threads": True}, Options(), "threads must be of type int"),
        ({"max_new_tokens": 0}, Options(), "max_new_tokens must be at least 1"),
        ({"patience": -1}, Options(), "patience must be at least 0"),
        ({"guided": 1}, Options(), "guided must be of type bool"),
        ({"guided": False}, Options(guided=False), None),
        (["model"], Options(), "expected an object, got list"),
    ],
)
def test_json(value: object, options: Options, warning: str | None) -> None:
    found, warnings = from_json(value)
    assert found == options
    assert [warning in w for w in warnings if warning] == ([True] if warning else [])

from __future__ import annotations

import pytest

from fairlead_monitors.joint import parts
from fairlead_monitors.python.call_arguments import PythonCallArguments
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server.errors import UserError
from fairlead_server.monitoring import RELIABILITY, monitors
from fairlead_server.settings import Options, from_json


def test_the_monitors_of_a_language_are_joined_the_most_reliable_first() -> None:
    found = monitors(["python", "klingon"])
    assert set(found) == {"python"}
    kinds = [part.kind for part in parts(found["python"])]  # type: ignore[attr-defined]
    assert {"member", "call"} <= set(kinds)
    assert kinds == sorted(kinds, key=RELIABILITY.index)


def test_settings_say_which_monitors_are_on() -> None:
    assert monitors(["python"], ["python-members"]) == {"python": MembersMonitor}
    both = monitors(["python"], ["python-call-arguments", "python-members"])["python"]
    assert parts(both) == (MembersMonitor, PythonCallArguments)
    assert monitors(["python"], 2 * ["python-members"]) == {"python": MembersMonitor}
    assert monitors(["python"], []) == {}
    with pytest.raises(UserError, match="no monitor is called 'python-mumbers'"):
        monitors(["python"], ["python-mumbers"])


def test_an_editor_may_name_the_monitors() -> None:
    assert from_json({"monitors": ["python-members"]}) == (
        Options(monitors=("python-members",)),
        [],
    )
    options, (warning,) = from_json({"monitors": ["python-members", "x"]})
    assert options == Options(monitors=("python-members",))
    assert warning.startswith("settings: monitors: no monitor is called 'x'; known are ")
    assert from_json({"monitors": "all"})[1] == ["settings: monitors must be a list of names"]

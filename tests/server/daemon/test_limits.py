"""When the model is unloaded, and when it is not loaded at all."""

from __future__ import annotations

import pytest

from fairlead_server.daemon.memory import resident_mb
from fairlead_server.errors import UserError
from tests.server.daemon.bench import Bench, texts, wait_for

# A second; settings count in minutes.
SOON = 1 / 60


def test_an_idle_model_is_unloaded_and_loaded_again(bench: Bench) -> None:
    client = bench.connect(idle_minutes=SOON)
    assert texts(client, "x") == ["x in p"]
    wait_for(lambda: not bench.status().loaded)
    assert bench.notes()[-1] == "unloaded"
    assert texts(client, "x") == ["x in p"]
    assert bench.status().pid
    assert bench.loads() == 2


def test_a_model_that_panics_when_it_is_unloaded_is_unloaded_the_next_time(bench: Bench) -> None:
    bench.model.write_text("clumsy")
    client = bench.connect(idle_minutes=SOON)
    assert texts(client, "x") == ["x in p"]
    wait_for(lambda: bench.notes().count("unloaded") == 1)
    assert texts(client, "x") == ["x in p"]
    wait_for(lambda: bench.notes().count("unloaded") == 2)


def test_the_client_that_wants_it_longest_decides(bench: Bench) -> None:
    bench.connect("/soon", idle_minutes=0.0)
    late = bench.connect("/late", idle_minutes=30.0)
    assert texts(late, "x") == ["x in late"]
    assert texts(late, "x") == ["x in late"]
    # It may have been idle for a moment before the second one came.
    assert bench.loads() <= 2
    assert bench.status().loaded


def test_a_model_larger_than_the_limit_is_refused(bench: Bench) -> None:
    with bench.model.open("wb") as file:
        file.truncate(3 << 20)
    with pytest.raises(UserError, match=r"echo.gguf: is 3 MB, and memory_limit_mb is 2"):
        bench.connect(memory_limit_mb=2)
    assert bench.loads() == 0
    assert texts(bench.connect(memory_limit_mb=4000), "x") == ["x in p"]


def test_a_process_that_has_grown_too_large_gives_its_memory_back(bench: Bench) -> None:
    client = bench.connect(memory_limit_mb=1)
    if resident_mb() is not None:
        wait_for(lambda: {"forgotten", "unloaded"} <= {*bench.notes()})
    assert texts(client, "x") == ["x in p"]

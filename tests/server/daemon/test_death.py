"""Processes that die, hang or end, and what their clients notice of it."""

from __future__ import annotations

import logging
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fairlead_server.analysis.rewriting import Rewrite
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from tests.server.daemon.bench import LIMIT, Bench, request, texts, wait_for
from tests.server.lsp.processes import alive


def test_a_process_killed_during_a_request_is_replaced(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    client, before = bench.connect(), bench.status().pid
    told = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(client.complete, request("count"), growing=lambda text: told.set())
        assert told.wait(LIMIT)
        with caplog.at_level(logging.WARNING):
            os.kill(before, signal.SIGKILL)
            assert running.result(LIMIT).suggestions == ()
        assert len([r for r in caplog.records if "gone" in r.message]) == 1
    wait_for(lambda: texts(client, "x") == ["x in p"])
    assert bench.status().pid != before
    assert bench.loads() == 2


def test_a_process_that_kills_itself_again_and_again_is_left_alone_for_a_while(
    bench: Bench,
) -> None:
    client = bench.connect()
    for _ in range(3):
        assert texts(client, "die") == []
    # After the second death nothing is started at once.
    assert bench.loads() <= 2
    wait_for(lambda: texts(client, "x") == ["x in p"])


def test_analysis_without_a_process_is_unknown(bench: Bench) -> None:
    client = bench.connect()
    bench.kill()
    wait_for(bench.is_gone)
    document = DocumentSnapshot("/p/a.py", "xs.", "python")
    found = client.members(document, 3, patience=0.0)
    assert found is not None
    assert found.engine == "fairlead"
    client.warm(document)
    assert client.describe(document, 3, patience=0.0) == ""
    gone = client.rewrite(document, Rewrite("rename", 0, 2, "ys"), patience=0.0)
    assert (gone.ways, gone.reason, gone.able) == ((), "the model process is gone", True)


def test_a_stuck_process_is_noticed_and_replaced(bench: Bench) -> None:
    bench.silence = 1.0
    client, before = bench.connect(), bench.status().pid
    assert texts(client, "hang") == []
    wait_for(lambda: not alive(before))
    wait_for(lambda: texts(client, "x") == ["x in p"])


def test_a_process_that_works_long_is_not_stuck(bench: Bench) -> None:
    bench.silence = 2.0
    client = bench.connect()
    seen: list[str] = []
    # Waits without a word, but for the signs of life.
    timer = threading.Timer(3.0, seen.append, ["over"])
    timer.start()
    client.complete(request("wait"), cancelled=lambda: bool(seen))
    assert bench.loads() == 1
    assert texts(client, "x") == ["x in p"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(bench: Bench, number: signal.Signals) -> None:
    client, before = bench.connect(), bench.status().pid
    os.kill(before, number)
    wait_for(lambda: not bench.place().socket.exists() and not alive(before))
    assert {"left", "unloaded"} <= {*bench.notes()}
    wait_for(lambda: texts(client, "x") == ["x in p"])


def test_it_ends_when_nobody_is_attached(tmp_path: Path) -> None:
    bench = Bench(tmp_path, grace=0.2)
    client, process = bench.connect(), bench.status().pid
    client.close()
    wait_for(lambda: not alive(process))
    assert not bench.place().socket.exists()


def test_it_outlives_a_client_for_a_while(bench: Bench) -> None:
    bench.connect().close()
    process = bench.status().pid
    assert texts(bench.connect(), "x") == ["x in p"]
    assert bench.status().pid == process
    assert bench.loads() == 1


def test_what_a_dead_process_left_is_replaced(bench: Bench) -> None:
    bench.connect()
    bench.kill()
    wait_for(bench.is_gone)
    assert bench.place().socket.exists()
    assert texts(bench.connect(), "x") == ["x in p"]


def test_a_process_that_cannot_start_is_told_with_its_log(bench: Bench) -> None:
    bench.command = (bench.command[0], "-c", "raise SystemExit('no way')")
    with pytest.raises(UserError, match=r"does not start; .*\.log says why"):
        bench.connect()
    assert "no way" in bench.place().log.read_text()


def test_a_model_that_kills_the_process_is_told_with_its_log(bench: Bench) -> None:
    bench.model.write_text("deadly")
    with pytest.raises(UserError, match=r"dies while it loads the model; .*\.log says why"):
        bench.connect()
    assert bench.loads() == 2


def test_another_model_retires_a_process_that_serves_nobody(bench: Bench, tmp_path: Path) -> None:
    bench.connect().close()
    wait_for(lambda: not bench.status().clients)
    process = bench.status().pid
    folder = tmp_path / "other"
    folder.mkdir()
    other = Bench(folder)
    try:
        other.connect()
        wait_for(lambda: not alive(process))
    finally:
        other.finish()

"""Several clients of one process."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fairlead_decoding.errors import DecodingError
from fairlead_monitors.engine import Completeness, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten, Way
from fairlead_server.daemon.failures import Defect
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from tests.server.daemon.bench import LIMIT, Bench, request, texts, wait_for


def test_two_clients_share_one_process_and_one_model(bench: Bench) -> None:
    first, second = bench.connect("/first"), bench.connect("/second")
    assert texts(first, "x") == ["x in first"]
    assert texts(second, "y") == ["y in second"]
    assert bench.loads() == 1
    assert set(bench.status().clients) == {"/first", "/second"}
    assert first.model_name == second.model_name == "echo"


def test_of_three_that_start_at_once_one_starts_a_process(bench: Bench) -> None:
    with ThreadPoolExecutor(3) as pool:
        clients = list(pool.map(bench.connect, ["/a", "/b", "/c"]))
    assert [texts(client, "x")[0] for client in clients] == ["x in a", "x in b", "x in c"]
    assert len(bench.status().clients) == 3
    assert bench.loads() == 1


def test_of_two_processes_at_one_place_the_second_leaves(bench: Bench) -> None:
    bench.connect()
    from fairlead_server.daemon import launch

    process = launch._spawn(bench.place(), bench.settings(), launch.Launch(bench.command))
    assert process.wait(LIMIT) == 0
    assert bench.loads() == 1


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("refuse", UserError, "refused as told"),
        ("misfit", DecodingError, "does not fit"),
        ("fail", Defect, "RuntimeError: failed as told"),
        ("panic", Defect, "Panic: panicked as told"),
    ],
)
def test_errors_arrive_as_what_they_were(
    shared: Bench, text: str, kind: type[Exception], message: str
) -> None:
    client = shared.clients[0]
    with pytest.raises(kind, match=f"^{message}$"):
        client.complete(request(text))
    assert texts(client, "x") == ["x in p"]


def test_what_cannot_be_loaded_is_the_users_error(bench: Bench) -> None:
    bench.model.write_text("unusable")
    for _ in range(2):
        with pytest.raises(UserError, match=r"^echo.gguf: cannot be used$"):
            bench.connect()


def test_analysis_answers_while_a_completion_runs(shared: Bench) -> None:
    client = shared.clients[0]
    told, over = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            client.complete,
            request("wait"),
            cancelled=over.is_set,
            growing=lambda text: told.set(),
        )
        assert told.wait(LIMIT)
        found = client.members(DocumentSnapshot("/p/a.py", "xs.", "python"), 3, 1.0)
        assert found == Names(frozenset({"xs."}), Completeness.PARTIAL, "echo", "as told")
        assert client.members(DocumentSnapshot("/p/a.py", "xs", "python"), 2, 1.0) is None
        assert client.review(DocumentSnapshot("/p/a.py", "xs", "python"), 2, "x") == ()
        assert not running.done()
        over.set()
        assert running.result(LIMIT).suggestions == ()


def test_refactorings_are_relayed_and_withdrawn(shared: Bench) -> None:
    client, document = shared.clients[0], DocumentSnapshot("/p/a.py", "xs", "python")
    found = client.rewrite(document, Rewrite("rename", 0, 2, "ys"), LIMIT)
    assert found == Rewritten("echo", (Way("rename", {"/p/a.py": "ys"}),))
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        wanted = Rewrite("rename", 0, 2, "wait")
        running = pool.submit(client.rewrite, document, wanted, LIMIT, cancelled=over.is_set)
        assert client.review(document, 2, "x") == ()
        over.set()
        assert running.result(LIMIT).ways == ()
    wait_for(lambda: "withdrawn" in shared.notes())


def test_growing_texts_are_relayed(shared: Bench) -> None:
    seen: list[str] = []
    shared.clients[0].complete(request("grow"), growing=seen.append)
    assert seen == ["1", "2", "3", "4", "5"]


def test_a_cancel_stops_within_one_token(bench: Bench) -> None:
    client = bench.connect()
    seen: list[str] = []
    result = client.complete(
        request("count"), cancelled=lambda: len(seen) >= 3, growing=seen.append
    )
    assert result.suggestions == ()
    wait_for(lambda: any(note.startswith("counted") for note in bench.notes()))
    counted = next(int(note.split()[1]) for note in bench.notes() if "counted" in note)
    # The third token was told; the fourth may have been under way when that was heard.
    assert counted - 3 <= 1


def test_a_prefetch_gives_way_to_another_client(bench: Bench) -> None:
    first, second = bench.connect("/first"), bench.connect("/second")
    told = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        prefetch = pool.submit(
            first.complete, request("count", "prefetch"), growing=lambda text: told.set()
        )
        assert told.wait(LIMIT)
        assert texts(second, "x") == ["x in second"]
        assert prefetch.result(LIMIT).suggestions == ()


def test_who_leaves_abandons_what_is_under_way(bench: Bench) -> None:
    first, second = bench.connect("/first"), bench.connect("/second")
    told = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first.complete, request("count"), growing=lambda text: told.set())
        assert told.wait(LIMIT)
        first.close()
        assert running.result(LIMIT).suggestions == ()
    assert texts(second, "x") == ["x in second"]
    wait_for(lambda: "left" in bench.notes())
    wait_for(lambda: bench.status().clients == ("/second",))


def test_a_client_needs_no_model_runtime() -> None:
    """What `fairlead serve` imports when the process is shared."""
    code = (
        "import sys, fairlead_server.lsp.app, fairlead_server.commands.serve\n"
        "runtimes = 'llama_cpp', 'numpy', 'torch', 'transformers'\n"
        "print([m for m in runtimes if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

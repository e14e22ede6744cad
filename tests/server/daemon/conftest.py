from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.daemon.bench import Bench


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A process with one client, for tests that neither end it nor count its clients."""
    bench = Bench(tmp_path_factory.mktemp("shared"))
    bench.connect()
    yield bench
    bench.finish()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.finish()

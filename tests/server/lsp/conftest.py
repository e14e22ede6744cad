from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.lsp.editor import ECHO, Editor


@pytest.fixture(scope="package")
def echo() -> Iterator[Editor]:
    """An editor on an echo server that tests share; each opens documents of its own."""
    with Editor(ECHO) as editor:
        yield editor

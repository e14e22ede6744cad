"""Imports: what a statement asks for, what jedi lists there, and the monitor on real modules."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from jedi import InterpreterEnvironment

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing, answered
from fairlead_monitors.python.imports import ImportsMonitor
from fairlead_monitors.python.jedi_imports import Import, import_at, import_names
from fairlead_monitors.python.jedi_script import ask
from fairlead_monitors.python.tokens import logical_lines

COMPLETE, PARTIAL, UNKNOWN = Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNKNOWN

FILES = {
    "shop/__init__.py": "from .orders import *\nVERSION = 1\n",
    "shop/orders.py": "class Order: ...\n_secret = 1\n",
    "shop/deep/__init__.py": "",
    "shop/deep/well.py": "water = 1\n",
    "shop/native.cpython-311-x86_64-linux-gnu.so": "",
    "lazy/__init__.py": "def __getattr__(name): return name\n",
    "own/__init__.py": "import sys\nsys.modules[__name__] = object()\n",
    "spread/__init__.py": "__path__ = extend_path(__path__, __name__)\n",
    "starred/__init__.py": "from nowhere import *\nknown = 1\n",
    "loose/part.py": "",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import ", Import((), 0, False)),
        ("import a.", Import(("a",), 0, False)),
        ("import a.b as c, d.e.", Import(("d", "e"), 0, False)),
        ("from ", Import((), 0, False)),
        ("from .", Import((), 1, False)),
        ("from ...", Import((), 3, False)),
        ("from ..a.b.", Import(("a", "b"), 2, False)),
        ("from a.b import ", Import(("a", "b"), 0, True)),
        ("from . import (c as d,\n  ", Import((), 1, True)),
        ("if a: from b import ", Import(("b",), 0, True)),
        ("import a; import b.", Import(("b",), 0, False)),
        ("yield from ", None),
        ("raise A from ", None),
        ("a.", None),
    ],
)
def test_what_is_asked_for(text: str, found: Import | None) -> None:
    (line,) = logical_lines(text)
    assert import_at(line.tokens) == found


@pytest.mark.parametrize(
    ("text", "verdict", "names"),
    [
        ("from shop import |", COMPLETE, "Order VERSION orders deep native !water"),
        ("from shop import (VERSION, |\n)\n", COMPLETE, "Order"),
        ("from shop.deep.well import |", COMPLETE, "water !well"),
        ("import shop.|", COMPLETE, "orders deep native !Order !VERSION"),
        ("import shop.deep.|", COMPLETE, "well !orders"),
        ("from shop.|", COMPLETE, "orders !Order"),
        ("from shop.orders.|", UNKNOWN, ""),
        ("from os.|", PARTIAL, "path !getcwd"),
        # It is compiled, and its source lies beside it.
        ("from mypy.|", COMPLETE, "nodes checker"),
        ("from mypy.nodes.|", UNKNOWN, ""),
        ("from .|", COMPLETE, "shop lazy loose !os"),
        ("from . import |", COMPLETE, "shop lazy loose !os"),
        ("from loose import |", COMPLETE, "part"),
        ("from os import |", COMPLETE, "path getcwd !getcwdx"),
        ("from collections import |", COMPLETE, "OrderedDict abc"),
        ("from __future__ import |", COMPLETE, "annotations"),
        ("import |", UNKNOWN, ""),
        ("from |", UNKNOWN, ""),
        ("from nowhere import |", UNKNOWN, ""),
        ("import nowhere.|", UNKNOWN, ""),
        ("from lazy import |", PARTIAL, ""),
        ("from own import |", PARTIAL, ""),
        ("from spread import |", PARTIAL, ""),
        ("from starred import |", PARTIAL, "known"),
        # What the code allows for.
        ("try:\n    from shop import |\nexcept ImportError:\n    pass\n", PARTIAL, "Order"),
        ("try:\n    from shop import |", PARTIAL, "Order"),
        ("try:\n    pass\nexcept A:\n    from shop import |\n", PARTIAL, "Order"),
        ("try:\n    from shop import |\nexcept KeyError:\n    pass\n", COMPLETE, "Order"),
        ("try:\n    from shop import |\nfinally:\n    pass\n", COMPLETE, "Order"),
        ("if sys.version_info > (3, 8):\n    from os import |\n", PARTIAL, "path"),
        ("if sys.platform == 'x':\n    pass\nelse:\n    from os import |\n", PARTIAL, "path"),
        ("if a:\n    from os import |\n", COMPLETE, "path"),
    ],
)
def test_what_jedi_lists(project: Path, text: str, verdict: Completeness, names: str) -> None:
    before, _, after = text.partition("|")
    source = Source(str(project / "main.py"), before + after)
    found = ask(import_names, Names.unknown, source, len(before), project=str(project))
    assert (found.completeness, bool(found.reason)) == (verdict, verdict is not COMPLETE)
    listed = {name for name in names.split() if name[0] != "!"}
    absent = {name[1:] for name in names.split() if name[0] == "!"}
    assert (listed - found.names, absent & found.names) == (set(), set())


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("import |", COMPLETE),
        ("from |", COMPLETE),
        ("import os, |", COMPLETE),
        ("import |\nx = 1\n", COMPLETE),
        ("if x:\n    import |", COMPLETE),
        ("def f():\n    from |", PARTIAL),
        ("class A:\n    async def f():\n        if x:\n            from |", PARTIAL),
        ("def f():\n    pass\nif x:\n    from |", COMPLETE),
        ("try:\n    import |\nexcept ImportError:\n    pass\n", PARTIAL),
    ],
)
def test_what_is_installed_where_an_environment_is_stated(
    project: Path, text: str, verdict: Completeness
) -> None:
    before, _, after = text.partition("|")
    source = Source(str(project / "main.py"), before + after)
    environment = InterpreterEnvironment()
    found = ask(
        import_names,
        Names.unknown,
        source,
        len(before),
        environment=environment,
        project=str(project),
    )
    assert (found.completeness, bool(found.reason)) == (verdict, verdict is not COMPLETE)
    assert {"shop", "lazy", "loose", "os", "sys", "pytest"} <= found.names
    assert {"nowhere", "deep"}.isdisjoint(found.names)


class Jedi(Unknowing):
    """jedi in this process."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        assert kind is Kind.IMPORT
        return answered(ask(import_names, Names.unknown, source, offset, project=self._root))


def cases() -> Iterator[tuple[str, str, str]]:
    """Yield the text with its cursor, what is to be written, and how much of it is admitted."""
    for line in (
        "import | os.path, anything",
        "from | shop import Order as Any, VERSION; import nowhere",
        "from shop import | Order, Order/s",
        "from shop im|port deep, /zero",
        "from shop import Or|der",
        "from shop import Or|/ange",
        "from shop import (|VERSION,\n  orders as orders,\n  dee/q",
        "from shop.|deep.we/t",
        "from .|  import shop, lo/st",
        "from .|sho/es import x",
        "from lazy import |anything",
        "x = 1  # from shop import |nothing",
        "'from shop import |nothing'",
        "from shop import Order\nx = |nothing",
        "raise x from |nothing",
    ):
        before, _, data = line.partition("|")
        admitted, _, refused = data.partition("/")
        yield before, admitted + refused, admitted


@pytest.mark.parametrize(("before", "data", "admitted"), [*cases()])
def test_admitted(project: Path, before: str, data: str, admitted: str) -> None:
    context = Context(str(project / "main.py"), before, "", Jedi(project))
    monitor = ImportsMonitor(context)
    assert data.encode()[: monitor.admitted(data.encode())].decode() == admitted

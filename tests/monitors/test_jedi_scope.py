"""The names in scope with what star imports bring; `|` is the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from parso.cache import parser_cache

from fairlead_monitors.engine import Completeness, Names, Source
from fairlead_monitors.python.jedi_scope import names_in_scope
from fairlead_monitors.python.jedi_script import Place, ask

COMPLETE, PARTIAL = Completeness.COMPLETE, Completeness.PARTIAL
PROBES = {"__probe_main__.py", "__probe__.py"}

FILES = {
    "shop/__init__.py": "from .orders import *\nVERSION = 1\n",
    "shop/orders.py": "class Order: ...\n",
    "shop/open.py": "from nowhere import *\nknown = 1\n",
    "shop/filled.py": "globals().update(a=1)\n",
    "shop/lazy.py": "def __getattr__(name): return name\nknown = 1\n",
    "shop/loop.py": "from .loop import *\nknown = 1\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "shop").mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("text", "verdict", "names", "reason"),
    [
        ("|", COMPLETE, "print __name__ ValueError !unicode !VERSION", ""),
        ("from os.path import *\n|", COMPLETE, "join print !getcwd", ""),
        ("from shop import *\n|", COMPLETE, "Order VERSION", ""),
        ("from .orders import *\n|", COMPLETE, "Order !VERSION", ""),
        ("from . import *\nfrom math import *\n|", COMPLETE, "Order VERSION sin", ""),
        ("from shop.lazy import *\n|", COMPLETE, "known", ""),
        ("from shop.loop import *\n|", PARTIAL, "", "deep"),
        ("from shop.open import *\n|", PARTIAL, "", "unresolved import"),
        ("from shop.filled import *\n|", PARTIAL, "", "fills its own"),
        ("from nowhere import *\n|", PARTIAL, "print", "unresolved import"),
        ("class A:\n    |\nb = 1", COMPLETE, "__module__ __qualname__", ""),
        ("class A:\n    def f(): |\nb = 1", COMPLETE, "__class__ !__qualname__", ""),
        ("a = _('b')\n|", COMPLETE, "_", ""),
        ("a = b._()\n|", COMPLETE, "!_", ""),
        ("exec(x)\n|", PARTIAL, "print", "exec"),
        ("def f(a):\n    return |", PARTIAL, "a", "may go on"),
        ("def f(a):\n    return |\nb = 1", COMPLETE, "a b", ""),
        ("import sys\nPY2 = sys.version_info < (3,)\n|", COMPLETE, "unicode", ""),
    ],
)
def test_names(project: Path, text: str, verdict: Completeness, names: str, reason: str) -> None:
    before, _, after = text.partition("|")
    source = Source(str(project / "shop" / "main.py"), before + after)
    found = ask(names_in_scope, Names.unknown, source, len(before), project=str(project))
    assert (found.completeness, reason in found.reason) == (verdict, True)
    assert bool(found.reason) == (verdict is PARTIAL)
    listed = {name for name in names.split() if name[0] != "!"}
    absent = {name[1:] for name in names.split() if name[0] == "!"}
    assert (listed - found.names, absent & found.names) == (set(), set())


def test_a_package_sees_the_modules_beside_it(project: Path) -> None:
    source = Source(str(project / "shop" / "__init__.py"), "from .orders import *\n")
    found = ask(names_in_scope, Names.unknown, source, len(source.text))
    assert {"orders", "Order", "lazy"} <= found.names


def test_other_files_may_have_names_from_outside() -> None:
    found = ask(names_in_scope, Names.unknown, Source("/a/b.ipynb", ""), 0)
    assert found.completeness is PARTIAL


def test_no_text_is_remembered_that_jedi_failed_on(project: Path) -> None:
    source = Source(str(project / "shop" / "main.py"), "x = 1\n")

    def fail(place: Place) -> Names:
        for script in (place.script(place.text), place.script("y = 1\n", short=True)):
            assert script._module_node is not None
        assert remembered() == PROBES
        raise KeyError("a module")

    def remembered() -> set[str]:
        paths = (Path(path) for texts in parser_cache.values() for path in texts if path)
        return {path.name for path in paths if path.parent == project / "shop"} & PROBES

    assert ask(fail, Names.unknown, source, 0).reason == "jedi failed with KeyError"
    assert remembered() == set()

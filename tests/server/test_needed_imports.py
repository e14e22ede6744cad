"""The imports that suggestions need, checked by a real analysis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.analysis.jedi_engine import JediEngine
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import ProjectIndex
from fairlead_server.monitoring import monitors
from fairlead_server.needed_imports import NeededImports
from fairlead_server.project_imports import ProjectImports
from fairlead_server.report import stands
from fairlead_server.review import review
from fairlead_server.suggestion import Suggestion

FILES = {
    "shop/__init__.py": "",
    "shop/orders.py": "class Order:\n    total = 1\n\n\ndef load() -> Order:\n    return Order()\n",
    "shop/cart.py": "import json\nimport os.path\nimport xml.sax as sax\nimport gone\n"
    "from shop.orders import Order\nfrom gone import Away\n",
    "shop/codes.py": "import time\nfrom datetime import datetime\n",
}
DOCUMENT = "import os\n\n\ndef f(s):\n    {}\n\n\nX = 1\n"


@dataclass(frozen=True)
class Shop:
    """A project, and how to complete in it."""

    folder: Path
    engine: ImportableEngine

    def suggest(self, document: str, text: str, file: str = "shop/new.py") -> Suggestion:
        """Return `text`, as if it had been decoded at the mark."""
        before, after = document.split("|")
        path = str(self.folder / file)
        # The analysis is waited for as long as it takes.
        context = Context(path, before, after, self.engine, 60.0)
        factory = monitors(["python"])["python"]
        evidence = review(factory, context, text)
        verified = all(stands(name) for name in evidence)
        decoded = Suggestion(text, -1.0, "stop", verified, evidence)
        return NeededImports(self.engine, factory, context, "python").added(decoded)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("project")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    imports = ProjectImports()

    def read(source: Source) -> ProjectIndex:
        document = DocumentSnapshot(source.path, source.text, "python")
        return imports.index(str(folder), document)

    engine = ImportableEngine(JediEngine(str(folder), None), "python", read)
    engine.prepare(Source(str(folder / "shop" / "new.py"), ""), 60.0)
    engine.prepare(Source(str(folder / "shop" / "orders.py"), ""), 60.0)
    try:
        yield Shop(folder, engine)
    finally:
        engine.close()


# What stands in the body of a function, the suggestion -> the imports that it needs
NEEDED = [
    ("return |", "json.loads(s)", ["import json"]),
    ("return |", "sax.make_parser()", ["import xml.sax as sax"]),
    ("return |", "Order().total", ["from shop.orders import Order"]),
    # What nobody has imported yet, but the project defines; what is well known.
    ("return |", "load().total", ["from shop.orders import load"]),
    ("return |", "Path(s)", ["from pathlib import Path"]),
    # The name is typed already, or begun.
    ("return json.|", "loads(s)", ["import json"]),
    ("return json.lo|", "ads(s)", ["import json"]),
    ("return js|", "on.loads(s)", ["import json"]),
    # Several names; the one of two imports that fits.
    ("return |", "json.loads(Path(s))", ["import json", "from pathlib import Path"]),
    ("return |", "datetime.now()", ["from datetime import datetime"]),
    ("return |", "datetime.timedelta()", ["import datetime"]),
    ("return |", "time.sleep(1)", ["import time"]),
    # Nothing is needed, or nothing is found.
    ("return |", "os.sep", []),
    ("return |", "'json.loads'", []),
    ("return |", "dict(json=1)", []),
    ("return |", "gone.x", []),
    ("return |", "Away()", []),
    ("return |", "json", []),
    ("return |", "[json for json in s]", []),
    ("|", "json = 1; return json", []),
    ("|\n    json = 1", "return json.loads", []),
]


@pytest.mark.parametrize(("place", "text", "expected"), NEEDED)
def test_needed_imports(shop: Shop, place: str, text: str, expected: list[str]) -> None:
    found = shop.suggest(DOCUMENT.format(place), text)
    assert list(found.imports) == expected
    told = {f"with `{statement}`" for statement in expected}
    assert {name.reason for name in found.evidence if name.reason in told} == told
    if expected:
        assert {e.verdict for e in found.evidence if e.kind in ("name", "member")} == {"valid"}


@pytest.mark.parametrize(
    ("document", "text", "file"),
    [
        # A module does not import itself, nor what has no such member.
        ("def f():\n    return |\n", "Order()", "shop/orders.py"),
        ("def f():\n    return |\n\nX = 1\n", "json.lodas(1)", "shop/new.py"),
        ("def f():\n    return |\n\nX = 1\n", "Path(1).read_txt()", "shop/new.py"),
        # There is no telling what is bound.
        ("from gone import *\ndef f():\n    return |\n", "json.loads(1)", "shop/new.py"),
        # It is bound later on: an import would change what is there.
        ("def f():\n    return 1\nx = |\njson = 1\n", "json.loads(1)", "shop/new.py"),
    ],
)
def test_what_stays_as_it_is(shop: Shop, document: str, text: str, file: str) -> None:
    found = shop.suggest(document, text, file)
    assert found.imports == ()


def test_an_import_that_is_there_for_types_alone_is_not_doubled(shop: Shop) -> None:
    document = "if TYPE_CHECKING:\n    import json\n\n\ndef f(s):\n    return |\n"
    assert shop.suggest(document, "json.loads(s)").imports == ()


@pytest.mark.parametrize(
    ("typed", "data", "admitted"),
    [
        ("return |", "json.lodas", "json.lo"),
        ("return json.|", "lodas", "lo"),
        ("return |", "datetime.nowhere", "datetime.now"),
        ("return |", "jsonify", "json"),
        ("return |", "cart.x", "ca"),  # of cast
        ("return |", "Order().totally", "Order().total"),
    ],
)
def test_absent_names_are_refused(shop: Shop, typed: str, data: str, admitted: str) -> None:
    before, after = DOCUMENT.format(typed).split("|")
    path = os.path.join(shop.folder, "shop", "new.py")
    monitor = monitors(["python"])["python"](Context(path, before, after, shop.engine, 60.0))
    assert data[: monitor.admitted(data.encode())] == admitted


class Together(Unknowing):
    """Knows every package, and says so when it has been asked about two."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._pending: list[Future[Names]] = []

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        if kind is not Kind.IMPORT:
            return super().names(kind, source, offset)
        self.asked.append(source.text)
        answer: Future[Names] = Future()
        self._pending.append(answer)
        while len(self.asked) > 1 and self._pending:
            known = Names(frozenset({"List", "Map", "Path"}), Completeness.COMPLETE, self.name)
            self._pending.pop().set_result(known)
        return answer


def test_imports_are_asked_for_together_and_once() -> None:
    together = Together()
    engine = ImportableEngine(together, "java", lambda source: ProjectIndex("java"))
    engine.prepare(Source("A.java", ""), 60.0)
    context = Context("A.java", "class A { Object o = ", "; }", engine, clock=count().__next__)
    needed = NeededImports(engine, monitors(["java"])["java"], context, "java")
    for text in ("List.of(Path.of(Map.of()))", "Map.of(List.of(Path.of()))"):
        found = needed.added(Suggestion(text, -1.0, "stop", False, ()))
        assert sorted(found.imports) == [
            "import java.nio.file.Path;",
            "import java.util.List;",
            "import java.util.Map;",
        ]
    assert together.asked == ["import java.util.", "import java.nio.file."]

"""Imports for Java, checked by Eclipse JDT LS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import parse_import
from fairlead_server.missing_imports import ImportCheck, missing_names
from fairlead_server.questions import Questions
from tests.server.language_server import real
from tests.server.language_server.real import PATIENCE
from tests.server.language_server.test_jdtls import PROJECT

pytestmark = pytest.mark.needs("jdtls")

TEXT = """\
package harbour;

class Pier {
    List<String> names;
    Duration stay = Duration.ofHours(2);
}
"""


@pytest.fixture(scope="module")
def check() -> Iterator[ImportCheck]:
    document = DocumentSnapshot(str(PROJECT / "src/harbour/Pier.java"), TEXT, "java")
    with real.engine("jdtls", PROJECT) as engine:
        questions = Questions({"java": engine})
        yield ImportCheck.of(questions, document, frozenset(), PATIENCE)


# (name, statement, whether it binds the name and breaks nothing)
STATEMENTS = [
    ("List", "import java.util.List;", True),
    ("List", "import java.util.Map;", False),
    ("List", "import java.util.Lists;", False),
    ("Duration", "import java.time.Duration;", True),
    ("Duration", "import javax.xml.datatype.Duration;", False),
]


@pytest.mark.parametrize(("name", "statement", "holds"), STATEMENTS)
def test_statements(check: ImportCheck, name: str, statement: str, holds: bool) -> None:
    missing = {one.name: one for one in missing_names(TEXT, check.before.found)}
    assert set(missing) == {"List", "Duration"}
    line = parse_import(statement, "java")
    assert line is not None
    assert check.holds(missing[name], line) == holds

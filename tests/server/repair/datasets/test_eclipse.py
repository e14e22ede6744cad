"""What Eclipse's compiler is told of a project, and that its language server heeds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness
from fairlead_server.document import read_document
from fairlead_server.engine import build_analysis
from fairlead_server.repair.datasets.eclipse import describe
from fairlead_server.settings import Settings
from tests.server.repair.datasets.benches import write

POM = "<project><modelVersion>4.0.0</modelVersion></project>\n"
FILES = {
    "pom.xml": POM,
    "code/shop/Line.java": "package shop;\n\nclass Line {\n  int price() { return 1; }\n}\n",
    "code/shop/Order.java": (
        "package shop;\n\nclass Order {\n"
        "  int total(Line line) { int price = line.prize(); return price; }\n}\n"
    ),
    "lib/a&b.jar": "",
}


def test_what_is_written(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    describe(tmp_path, "shop", ["code", "code", "absent"], "lib/a&b.jar:lib/gone.jar:code", "1.4")
    lines = (tmp_path / ".classpath").read_text().splitlines()
    assert [line.strip() for line in lines[1:-1]] == [
        '<classpathentry kind="src" path="code"/>',
        '<classpathentry kind="con" path="org.eclipse.jdt.launching.JRE_CONTAINER"/>',
        f'<classpathentry kind="lib" path="{tmp_path}/lib/a&amp;b.jar"/>',
        '<classpathentry kind="output" path=".fairlead/analysed"/>',
    ]
    assert "<name>shop</name>" in (tmp_path / ".project").read_text()
    prefs = (tmp_path / ".settings" / "org.eclipse.jdt.core.prefs").read_text()
    assert "compiler.source=1.4\n" in prefs


@pytest.mark.needs("jdtls")
def test_a_project_with_a_build_file_is_analysed(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "lib/a&b.jar").unlink()
    describe(tmp_path, "shop", ["code"], "", "1.8")
    document = read_document(str(tmp_path / "code/shop/Order.java"))
    analysis = build_analysis(Settings(imports=False), str(tmp_path), ["java"])
    try:
        for _ in range(20):  # The server answers before it has read the project.
            found = analysis.diagnostics(document, 120.0)
            if found.completeness is Completeness.COMPLETE:
                break
    finally:
        analysis.close()
    messages = [one.message for one in found.found]
    assert any("prize() is undefined" in message for message in messages), found

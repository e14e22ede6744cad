"""The package and the imports of Java texts."""

from __future__ import annotations

import pytest

from fairlead_monitors.java.header import header_of


@pytest.mark.parametrize(
    ("text", "package", "imports"),
    [
        ("", "", []),
        ("package a.b;\nimport java.util.List;\nclass A {}", "a.b", ["java.util.List"]),
        ("package a . b ;", "a.b", []),
        ("import static a.B.c;\nimport a.b.*;", "", ["static a.B.c", "a.b.*"]),
        ("import a.B$C;\n\timport a . $D ;", "", ["a.B$C", "a.$D"]),
        ("package a; import a.B; import c.D;import e.F;", "a", ["a.B", "c.D", "e.F"]),
        ("import\n  a.\n  B;", "", ["a.B"]),
        ("\ufeffimport a.B;", "", ["a.B"]),
        # Comments and strings hold no statements, nor do they end or hide any.
        ("// import a.B;\nimport c.D;", "", ["c.D"]),
        ("/*\nimport a.B;\npackage a;\n*/ import c.D;", "", ["c.D"]),
        ("/**\n * A class of its own.\n */\npackage a;\nimport c.D;", "a", ["c.D"]),
        ("// The class here\nimport c.D;", "", ["c.D"]),
        ("import a.B; // of class C\nimport c.D;", "", ["a.B", "c.D"]),
        ("import /* all */ a./* of */ B /* it */;", "", ["a.B"]),
        ('@A("class B { import a.B;")\npackage a;\nimport c.D;', "a", ["c.D"]),
        ('@A("""\nclass B "{ \n""")\npackage a;\nimport c.D;', "a", ["c.D"]),
        ("@A('\"')\npackage a;\nimport c.D; // \"", "a", ["c.D"]),
        ("/* import a.B;", "", []),
        # What is not ended, and what stands in the way.
        ("import a.\nimport c.D;", "", ["c.D"]),
        ("import a.B\nimport c.D;", "", ["c.D"]),
        ("import;\nimport D;\nimport c.D;", "", ["c.D"]),
        ("package\nimport c.D;", "", ["c.D"]),
        ("class\nimport c.D;\nclass A {}", "", ["c.D"]),
        ("import a.record;\nimport a.record\nimport c.D;", "", ["a.record", "c.D"]),
        ('"import a.B;\nimport c.D;', "", ["c.D"]),
        # Names that only look like statements, and what comes too late.
        ("important a.B; $import a.B; x.import a.B;", "", []),
        ("class A {}\nimport a.B;", "", []),
        ("@interface A {}\nimport a.B;", "", []),
    ],
)
def test_header(text: str, package: str, imports: list[str]) -> None:
    header = header_of(text)
    assert header.package == package
    assert [f"{'static ' * i.static}{i}" for i in header.imports] == imports
    for found in header.imports:
        assert found.start is not None
        assert text[found.start :].startswith(found.name)
        assert text[found.begin : found.end].startswith("import")
        assert text[found.begin : found.end].endswith(";")
    assert text[: header.end].endswith(";" * bool(package))


def test_what_is_never_closed_is_read_quickly() -> None:
    for opening in ("/*" + "*" * 50, '"' + "\\" * 51, "import " + "a." * 200, "//" * 200):
        assert header_of(opening * 100).imports == ()

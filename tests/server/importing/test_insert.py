from __future__ import annotations

import pytest

from fairlead_server.importing import add_imports, insert_import, parse_import

OWN = frozenset({"shop"})

# (text, statement, the text with it)
PYTHON = [
    # No imports yet.
    ("", "import os", "import os\n"),
    ("x = os.sep\n", "import os", "import os\n\nx = os.sep\n"),
    ("x = os.sep", "import os", "import os\n\nx = os.sep"),
    ('"""Doc."""\n', "import os", '"""Doc."""\n\nimport os\n'),
    ('"""Doc."""', "import os", '"""Doc."""\n\nimport os\n'),
    ('"""Doc."""\n\nx = 1\n', "import os", '"""Doc."""\n\nimport os\n\nx = 1\n'),
    ('"""Doc."""\nx = 1\n', "import os", '"""Doc."""\n\nimport os\n\nx = 1\n'),
    (
        '"""Doc.\n\nMore.\n"""\n\nx = 1\n',
        "import os",
        '"""Doc.\n\nMore.\n"""\n\nimport os\n\nx = 1\n',
    ),
    (
        "#!/usr/bin/python\n# type: ignore\n\nx = 1\n",
        "import os",
        "#!/usr/bin/python\n# type: ignore\n\nimport os\n\nx = 1\n",
    ),
    ("# a comment\nx = 1\n", "import os", "# a comment\n\nimport os\n\nx = 1\n"),
    # Groups and order.
    ("import os\n", "import sys", "import os\nimport sys\n"),
    ("import sys\n", "import os", "import os\nimport sys\n"),
    ("import sys", "import os", "import os\nimport sys"),
    ("import os", "import sys", "import os\nimport sys"),
    ("from a import b\n", "import os", "import os\n\nfrom a import b\n"),
    ("import os\n\nx = 1\n", "import numpy as np", "import os\n\nimport numpy as np\n\nx = 1\n"),
    (
        "import os\n\nx = 1\n",
        "from shop import till",
        "import os\n\nfrom shop import till\n\nx = 1\n",
    ),
    (
        "import numpy\n\nfrom . import till\n",
        "from shop import goods",
        "import numpy\n\nfrom shop import goods\n\nfrom . import till\n",
    ),
    (
        "import sys\nfrom os import path\n",
        "import re",
        "import re\nimport sys\nfrom os import path\n",
    ),
    ("import sys\n", "from os import path", "import sys\nfrom os import path\n"),
    (
        "from __future__ import annotations\n\nx = 1\n",
        "import os",
        "from __future__ import annotations\n\nimport os\n\nx = 1\n",
    ),
    ("import os  # noqa\nx = 1\n", "import sys", "import os  # noqa\nimport sys\nx = 1\n"),
    ("import os; x = 1\ny = 2\n", "import sys", "import sys\n\nimport os; x = 1\ny = 2\n"),
    # A name joins the statement that imports from its module.
    ("from os import path\n", "from os import sep", "from os import path, sep\n"),
    ("from os import sep\n", "from os import path", "from os import path, sep\n"),
    (
        "from typing import Any\n",
        "from typing import TYPE_CHECKING",
        "from typing import TYPE_CHECKING, Any\n",
    ),
    (
        "from a import (\n    b,\n    d,\n)\n",
        "from a import c",
        "from a import (\n    b,\n    c,\n    d,\n)\n",
    ),
    (
        "from a import (\n    b,\n    c,\n)\n",
        "from a import d",
        "from a import (\n    b,\n    c,\n    d,\n)\n",
    ),
    ("from a import b  # why\n", "from a import c", "from a import b, c  # why\n"),
    (
        "from a import (  # why\n    b,\n)\n",
        "from a import c",
        "from a import (  # why\n    b,\n)\nfrom a import c\n",
    ),
    ("from a import *\n", "from a import c", "from a import *\nfrom a import c\n"),
    (
        f"from a import {'b' * 70}\n",
        "from a import cde",
        f"from a import {'b' * 70}\nfrom a import cde\n",
    ),
    ("import os\n", "from os import path", "import os\nfrom os import path\n"),
    # What is imported already.
    ("import os\n", "import os", "import os\n"),
    ("from a import b as c\n", "from a import b as c", "from a import b as c\n"),
    ("from a import b as c\n", "from a import b", "from a import b, b as c\n"),
    ("x = 1\nimport os\n", "import os", "x = 1\nimport os\n"),
    ("import os, sys\n", "import sys", "import os, sys\n"),
    # An import inside a function is none of the module.
    ("def f():\n    import os\n", "import os", "import os\n\ndef f():\n    import os\n"),
    # Broken code.
    ("import\n", "import os", "import os\n\nimport\n"),
    ("import os\nfrom\ndef f(:\n", "import sys", "import os\nimport sys\nfrom\ndef f(:\n"),
    # Line ends.
    ("import os\r\nx = 1\r\n", "import sys", "import os\r\nimport sys\r\nx = 1\r\n"),
    ('"""D."""\r\n\r\nx = 1\r\n', "import os", '"""D."""\r\n\r\nimport os\r\n\r\nx = 1\r\n'),
    (
        "from a import (\r\n    b,\r\n    d,\r\n)\r\n",
        "from a import c",
        "from a import (\r\n    b,\r\n    c,\r\n    d,\r\n)\r\n",
    ),
]

# (the text below a byte order mark, the statement, the text with it)
MARKED = [
    ("", "import os", "import os\n"),
    ("x = 1\n", "import os", "import os\n\nx = 1\n"),
    ("import sys\n", "import os", "import os\nimport sys\n"),
    ("import os\n", "import os", "import os\n"),
    ("from a import c\n", "from a import b", "from a import b, c\n"),
]

JAVA = [
    ("", "import java.util.List;", "import java.util.List;\n"),
    ("class A {}\n", "import java.util.List;", "import java.util.List;\n\nclass A {}\n"),
    (
        "package a.b;\n\nclass A {}\n",
        "import java.util.List;",
        "package a.b;\n\nimport java.util.List;\n\nclass A {}\n",
    ),
    (
        "package a.b;\nclass A {}\n",
        "import java.util.List;",
        "package a.b;\n\nimport java.util.List;\n\nclass A {}\n",
    ),
    (
        "/* Licence. */\npackage a;\n\nclass A {}\n",
        "import java.util.List;",
        "/* Licence. */\npackage a;\n\nimport java.util.List;\n\nclass A {}\n",
    ),
    (
        "package a;\n\nimport java.util.Map;\n\nclass A {}\n",
        "import java.util.List;",
        "package a;\n\nimport java.util.List;\nimport java.util.Map;\n\nclass A {}\n",
    ),
    (
        "import java.io.File;\n\nimport org.junit.Test;\n",
        "import java.util.List;",
        "import java.io.File;\nimport java.util.List;\n\nimport org.junit.Test;\n",
    ),
    (
        "import java.io.File;\n\nimport static org.junit.A.b;\n",
        "import static org.junit.A.a;",
        "import java.io.File;\n\nimport static org.junit.A.a;\nimport static org.junit.A.b;\n",
    ),
    (
        "import java.io.File;\n",
        "import static a.B.c;",
        "import java.io.File;\n\nimport static a.B.c;\n",
    ),
    ("import java.util.*;\n", "import java.util.List;", "import java.util.*;\n"),
    ("import a.B; import a.D;\n", "import a.D;", "import a.B; import a.D;\n"),
    ("import a.B; import\na.D;\n", "import a.C;", "import a.B;\nimport a.C; import\na.D;\n"),
    ("package a; import b.C;\n", "import b.B;", "package a; import b.B;\nimport b.C;\n"),
    ("package a; class A {}\n", "import b.B;", "package a;\n\nimport b.B;\n\n class A {}\n"),
    ("import a.B$C;\n", "import a.B$D;", "import a.B$C;\nimport a.B$D;\n"),
    # Comments hold no statements and end none; what belongs to one stays with it.
    (
        "// The class of all.\nimport a.B;\n",
        "import a.C;",
        "// The class of all.\nimport a.B;\nimport a.C;\n",
    ),
    (
        "/*\nimport a.B;\npackage a;\n*/\n",
        "import a.B;",
        "import a.B;\n\n/*\nimport a.B;\npackage a;\n*/\n",
    ),
    ("// import a.B;\nimport a.C;\n", "import a.B;", "// import a.B;\nimport a.B;\nimport a.C;\n"),
    ("import/**/a.B;\n", "import a.B;", "import/**/a.B;\n"),
    (
        "import a.B; /* for\nall */ // that\nclass A {}\n",
        "import a.C;",
        "import a.B; /* for\nall */ // that\nimport a.C;\nclass A {}\n",
    ),
    ("/* all\n*/ import a.C;\n", "import a.B;", "/* all\n*/ import a.B;\nimport a.C;\n"),
    (
        "package a; /* all\n*/\nclass A {}\n",
        "import b.B;",
        "package a; /* all\n*/\n\nimport b.B;\n\nclass A {}\n",
    ),
    ("\ufeffimport a.B;\n", "import a.A;", "\ufeffimport a.A;\nimport a.B;\n"),
    ("\ufeffpackage a;\n", "import b.B;", "\ufeffpackage a;\n\nimport b.B;\n"),
    ("import java.util.List;\n", "import java.util.List;", "import java.util.List;\n"),
    ("package a;\n", "import a.B;", "package a;\n"),
    ("class A {}\n", "import java.lang.String;", "class A {}\n"),
    (
        "package a;\r\n\r\nclass A {}\r\n",
        "import java.util.List;",
        "package a;\r\n\r\nimport java.util.List;\r\n\r\nclass A {}\r\n",
    ),
]


@pytest.mark.parametrize(("text", "statement", "expected"), PYTHON)
def test_python(text: str, statement: str, expected: str) -> None:
    check(text, statement, expected, "python")


@pytest.mark.parametrize(("text", "statement", "expected"), MARKED)
def test_a_byte_order_mark_stays_first(text: str, statement: str, expected: str) -> None:
    check("\ufeff" + text, statement, "\ufeff" + expected, "python")


@pytest.mark.parametrize(("text", "statement", "expected"), JAVA)
def test_java(text: str, statement: str, expected: str) -> None:
    check(text, statement, expected, "java")


def check(text: str, statement: str, expected: str, language: str) -> None:
    line = parse_import(statement, language)
    assert line is not None
    assert str(line) == statement
    offset, inserted = insert_import(text, line, OWN)
    assert text[:offset] + inserted + text[offset:] == expected
    assert insert_import(expected, line, OWN)[1] == ""


def test_several_imports_go_in_one_after_the_other() -> None:
    lines = [parse_import(s, "python") for s in ("import sys", "from a import b", "import os")]
    found = add_imports("x = 1\n", [line for line in lines if line])
    assert found == "import os\nimport sys\n\nfrom a import b\n\nx = 1\n"


@pytest.mark.parametrize("text", ["", "x", "import", "from a import", "import a b", "import a; b"])
@pytest.mark.parametrize("language", ["python", "java"])
def test_what_is_no_import_is_not_read_as_one(text: str, language: str) -> None:
    assert parse_import(text, language) is None

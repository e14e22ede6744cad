from __future__ import annotations

import pytest

from fairlead_server.importing import build_index, find_imports, is_standard, read_file
from fairlead_server.importing.index import module_of

# What files of a project hold.
PYTHON = {
    "shop/till.py": "import numpy as np\nfrom shop.goods import Apple\nclass Till: ...\n",
    "shop/goods.py": "import numpy as np\n\nclass Apple: ...\ndef weigh(): ...\n",
    "shop/__init__.py": "from .till import Till\nfrom __future__ import annotations\nVERSION = 1\n",
    "src/tool/run.py": "from typing import (\n    Any,  # all\n    Sequence,\n)\nfrom x import *\n",
    "two-words.py": "def unreachable(): ...\n",
    "marked.py": "\ufeffimport marked_name\n",
    "broken.py": "import (((\nfrom import\nfrom a import\nimport b as\nimport good\n\0",
}
JAVA = {
    "src/Till.java": "package shop;\nimport org.a.Apple;\npublic class Till {}\n",
    "src/Pear.java": "/*\npackage none;\npublic class Gone {}\nimport a.Hidden;\n*/\n"
    "package shop;\nimport a.B; import org.a.Fig; // class\nimport org.a.Nut;\n"
    "public class Pear {}\n",
    "src/Marked.java": "\ufeffpackage marked;\npublic class Marked {}\n",
    "src/Fig.java": "package figs;\n/*\npublic class Kept {}\n*/\npublic class Fig {}\n"
    '/*\npublic class Dropped {}\n*/\nString s = """\npublic class Told {}\n""";\n'
    "public final class Date {}\n",
    "src/Shop.java": "package shop;\nimport org.a.Apple;\nimport x.*;\nimport static a.B.c;\n",
}

# (name, the imports that bind it)
PYTHON_NAMES = [
    ("np", ["import numpy as np"]),
    ("Apple", ["from shop.goods import Apple"]),
    ("weigh", ["from shop.goods import weigh"]),
    ("Till", ["from shop.till import Till"]),
    ("Any", ["from typing import Any"]),
    # The project's own choice comes first.
    ("Sequence", ["from typing import Sequence", "from collections.abc import Sequence"]),
    ("getenv", ["from os import getenv"]),
    ("Path", ["from pathlib import Path", "from zipfile import Path"]),
    ("time", ["import time", "from datetime import time", "from time import time"]),
    ("math", ["import math"]),
    ("sqrt", ["from math import sqrt", "from cmath import sqrt"]),
    ("good", ["import good"]),
    ("marked_name", ["import marked_name"]),
    ("annotations", []),
    ("unreachable", []),
    ("no_such_name", []),
    ("", []),
]
JAVA_NAMES = [
    ("List", ["import java.util.List;"]),
    ("Apple", ["import org.a.Apple;"]),
    ("Till", ["import shop.Till;"]),
    ("Collectors", ["import java.util.stream.Collectors;"]),
    ("Lock", ["import java.util.concurrent.locks.Lock;"]),
    ("c", ["import static a.B.c;"]),
    ("Path", ["import java.nio.file.Path;"]),
    ("Pear", ["import shop.Pear;"]),
    ("Fig", ["import org.a.Fig;", "import figs.Fig;"]),
    ("Nut", ["import org.a.Nut;"]),
    ("Gone", []),
    ("Kept", []),
    ("Dropped", []),
    ("Told", []),
    ("Hidden", []),
    ("Marked", ["import marked.Marked;"]),
    ("NoSuch", []),
]


@pytest.mark.parametrize(("name", "expected"), PYTHON_NAMES)
def test_python(name: str, expected: list[str]) -> None:
    check(PYTHON, "python", name, expected)


@pytest.mark.parametrize(("name", "expected"), JAVA_NAMES)
def test_java(name: str, expected: list[str]) -> None:
    check(JAVA, "java", name, expected)


def check(files: dict[str, str], language: str, name: str, expected: list[str]) -> None:
    index = build_index([read_file(p, t, language) for p, t in files.items()], language)
    assert [str(line) for line in find_imports(name, index)] == expected


# (path relative to the project, the module that it is)
MODULES = [
    ("a.py", "a"),
    ("a/b.py", "a.b"),
    ("a/__init__.py", "a"),
    ("src/a/b.py", "a.b"),
    ("a-b/c.py", ""),
    ("__init__.py", ""),
]


@pytest.mark.parametrize(("path", "module"), MODULES)
def test_modules(path: str, module: str) -> None:
    assert module_of(path) == module


@pytest.mark.parametrize(
    ("module", "standard"), [("os.path", True), ("json", True), ("numpy", False), ("", False)]
)
def test_standard_modules(module: str, standard: bool) -> None:
    assert is_standard(module) == standard

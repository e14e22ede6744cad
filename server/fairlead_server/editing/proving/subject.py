"""What tests are written for, and where they go."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.document import decode
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.refactoring.job import Refused, line_at
from fairlead_server.editing.refactoring.meaning import tree_of
from fairlead_server.editing.texts import plain, plain_offset
from fairlead_server.errors import UserError

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Subject:
    """The function or class `name` of `module`, which is found from the folder `root`.

    The lines `first` to `last` are those that tests are to notice mistakes in; `code` is what they
    are in.
    """

    name: str
    module: str
    root: str
    first: int
    last: int
    code: str
    is_class: bool = False


def subject_of(request: EditRequest) -> Subject:
    """Return what is selected: a function or class of the module, or a method. Raises `Refused`."""
    text = plain(request.document.text)
    start, end = (plain_offset(request.document.text, at) for at in (request.start, request.end))
    first, last = line_at(text, start), line_at(text, end)
    outer = _around(tree_of(text).body, first, last)
    if outer is None:
        raise Refused("select a function or class of the module, or a part of one")
    inner = _around(outer.body, first, last) or outer
    module, root = module_of(request.document.path)
    code = ast.get_source_segment(text, outer) or ""
    end_line, is_class = inner.end_lineno or inner.lineno, isinstance(outer, ast.ClassDef)
    return Subject(outer.name, module, root, inner.lineno, end_line, code, is_class)


def _around(body: list[ast.stmt], first: int, last: int) -> Definition | None:
    """Return the definition in `body` that the lines are in, or the only one that is in them."""
    found = [node for node in body if isinstance(node, Definition)]
    around = [n for n in found if _begin(n) <= first and last <= (n.end_lineno or n.lineno)]
    inside = [n for n in found if first <= n.lineno <= last]
    return around[0] if around else inside[0] if len(inside) == 1 else None


def _begin(node: Definition) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def module_of(path: str) -> tuple[str, str]:
    """Return the dotted name of the module in the file `path`, and the folder it is found from."""
    place = Path(path).absolute()
    names = [] if place.stem == "__init__" else [place.stem]
    folder = place.parent
    while (folder / "__init__.py").exists():
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names), str(folder)


def place_for_tests(request: EditRequest, subject: Subject, stated: str | None) -> str:
    """Return where the tests go: where it is `stated`, in ``tests``, or beside the module."""
    if stated is not None:
        return os.path.abspath(stated)
    name = f"test_{subject.module.rpartition('.')[2]}.py"
    tests = Path(request.project or subject.root, "tests")
    return str((tests if tests.is_dir() else Path(subject.root)) / name)


def text_of(path: str) -> str:
    """Return what is in the test file, nothing if there is none. Raises `UserError`."""
    try:
        return decode(Path(path).read_bytes(), path)
    except FileNotFoundError:
        if not Path(path).parent.is_dir():
            raise UserError(f"{path}: there is no such folder") from None
        return ""
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None

"""What the engines propose, in the process itself; what is offered is in `test_edit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairlead_server.editing.instructions import parse
from fairlead_server.editing.refactoring import rename, roping
from fairlead_server.editing.refactoring.job import Job, with_replacements
from fairlead_server.editing.refactoring.worker import answer
from tests.server.editing.cases import ALL, HINTS, Case


def marked(text: str) -> tuple[str, int, int]:
    """Return `text` without its marks, and what they select; without any, all of it."""
    if "«" not in text:
        return text, 0, len(text)
    start, end = text.index("«"), text.index("»") - 1
    return text.replace("«", "").replace("»", ""), start, end


def asked(case: Case, path: Path) -> dict[str, Any]:
    operation = parse(case.instruction)
    assert operation is not None
    text, start, end = marked(case.before)
    path.write_text(text)
    job = Job(operation.name, operation.arguments, str(path), text, start, end, str(path.parent))
    return answer(job)


@pytest.mark.parametrize("case", ALL, ids=lambda c: f"{c.instruction}: {c.before[:30]!r}")
def test_refactorings(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    found = asked(case, path)
    if case.refused:
        assert case.refused in found["reason"]
        assert found["proposals"] == []
    else:
        assert found["reason"] == ""
        assert found["proposals"][0]["files"] == {str(path): case.after}
    assert path.read_text() == marked(case.before)[0]
    assert [one.name for one in tmp_path.iterdir()] == ["code.py"]


def test_the_package_that_a_file_is_in_comes_last(tmp_path: Path) -> None:
    package = tmp_path / "shop" / "till"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    text = "import os\nfrom shop import b\nimport zlib2\n"
    job = Job("organise_imports", {}, str(package / "a.py"), text, 0, 0, str(package.parent))
    (found,) = answer(job)["proposals"]
    assert found["files"] == {
        job.path: "import os\n\nimport zlib2\n\nfrom shop import b\n",
    }


def test_hints_can_be_made_one_by_one(tmp_path: Path) -> None:
    (found,) = asked(HINTS[0], tmp_path / "code.py")["proposals"]
    assert len(found["parts"]) == 3
    text = with_replacements(HINTS[0].before, (tuple(r) for p in found["parts"] for r in p))
    assert text == HINTS[0].after


PROJECT = {
    "shop.py": "LIMIT = 3\n\n\ndef area(width):\n    return width * LIMIT\n",
    "use.py": "import shop\nfrom shop import LIMIT as L, area\n\nprint(shop.LIMIT, area(L))\n",
    "other.py": "LIMIT = 4\nprint(LIMIT)\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in PROJECT.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def renamed(project: Path, name: str, old: str, new: str) -> dict[str, Any]:
    text = PROJECT[name]
    path = str(project / name)
    return answer(Job("rename", {"old": old, "new": new}, path, text, 0, len(text), str(project)))


@pytest.mark.parametrize("name", ["shop.py", "use.py"])
def test_a_rename_goes_through_all_files(project: Path, name: str) -> None:
    (found,) = renamed(project, name, "area", "surface")["proposals"]
    assert found["by"] == "jedi+rope"
    assert found["files"] == {
        str(project / one): PROJECT[one].replace("area", "surface") for one in ("shop.py", "use.py")
    }


ELSEWHERE = {
    "src/shop/goods.py": "class Tea: ...\n",
    "src/shop/__init__.py": "from .goods import Tea\n",
    "src/app.py": "from shop import Tea as T\nfrom shop.goods import (\n    Tea,\n)\nx: Tea\n",
    "src/other.py": "from elsewhere import Tea\nTea()\n",
    "src/shop/far/near.py": "from ..goods import Tea\nprint(Tea)\n",
}


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let engines see the definition alone, as where they do not find the project's folders."""
    monkeypatch.setattr(rename, "_jedi_places", lambda *_: {})
    monkeypatch.setattr(
        rename, "rope_places", lambda job, text, word, _: {job.path: {(word.line, word.column)}}
    )


@pytest.mark.usefixtures("blind")
def test_files_are_found_that_engines_cannot_follow(tmp_path: Path) -> None:
    for name, text in ELSEWHERE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    path, text = str(tmp_path / "src/shop/goods.py"), ELSEWHERE["src/shop/goods.py"]
    job = Job("rename", {"old": "Tea", "new": "Leaf"}, path, text, 0, len(text), str(tmp_path))
    (found,) = answer(job)["proposals"]
    assert found["files"] == {
        str(tmp_path / name): text.replace("Tea", "Leaf")
        for name, text in ELSEWHERE.items()
        if name != "src/other.py"
    }


@pytest.mark.usefixtures("blind")
def test_a_name_that_is_bound_again_is_not_renamed(tmp_path: Path) -> None:
    text = "def tea(): ...\n"
    (tmp_path / "app.py").write_text("from goods import tea\ntea = 1\n")
    path = tmp_path / "goods.py"
    path.write_text(text)
    job = Job("rename", {"old": "tea", "new": "leaf"}, str(path), text, 0, 9, str(tmp_path))
    found = answer(job)
    assert found["proposals"] == []
    assert found["reason"] == f"{tmp_path / 'app.py'} binds `tea` again, on line 2"


# (whether engines see the definition alone, files of which the first has it, the reason, or else
# the files that are edited)
SEVERAL: list[tuple[bool, dict[str, str], str | set[str]]] = [
    # Folders of scripts, each with helpers of its own.
    (
        False,
        {
            "a/utils.py": "def load(): ...\n",
            "b/utils.py": "def load(): ...\n",
            "b/main.py": "from utils import load\nload()\n",
        },
        "b/main.py imports another `load`, that of {}/b/utils.py, as it seems",
    ),
    (
        True,
        {
            "a/utils.py": "def load(): ...\n",
            "a/main.py": "from utils import load\nload()\n",
            "b/utils.py": "def load(): ...\n",
            "b/main.py": "from utils import load\nload()\n",
        },
        {"a/utils.py", "a/main.py"},
    ),
    # In a package, the module beside is not meant.
    (
        True,
        {
            "utils.py": "def load(): ...\n",
            "app/__init__.py": "",
            "app/utils.py": "def load(): ...\n",
            "app/main.py": "from utils import load\n",
        },
        {"utils.py", "app/main.py"},
    ),
    # `load` of what surely is not the module does not matter.
    (
        True,
        {
            "a/utils.py": "def load(): ...\n",
            "main.py": "import a.utils, json\njson.load()\na.utils.x.load()\n",
        },
        {"a/utils.py"},
    ),
    (
        True,
        {"a/utils.py": "def load(): ...\n", "main.py": "import a.utils\na.utils.load()\n"},
        "main.py names `load` by its module on line 2, and no engine follows the import",
    ),
    (
        True,
        {"a/utils.py": "def load(): ...\n", "main.py": "from a import utils as u\nu.load()\n"},
        "main.py names `load` by its module on line 2, and no engine follows the import",
    ),
    (
        True,
        {"a/utils.py": "def load(): ...\n", "a/main.py": "from . import utils\nutils.load\n"},
        "a/main.py names `load` by its module on line 2, and no engine follows the import",
    ),
    (
        True,
        {"a/utils.py": "def load(): ...\n", "main.py": "from a.utils import *\nload()\n"},
        "main.py names `load` by its module on line 2, and no engine follows the import",
    ),
    (
        True,
        {
            "a/utils.py": "def load(): ...\n",
            "a/__init__.py": "from .utils import load\n",
            "main.py": "import a\na.load()\n",
        },
        "main.py names `load` by its module on line 2, and no engine follows the import",
    ),
    # What engines do follow is renamed.
    (
        False,
        {
            "a/utils.py": "def load(): ...\n",
            "a/__init__.py": "from .utils import *\n",
            "main.py": "import a.utils\nfrom a import load\na.utils.load(load)\n",
        },
        {"a/utils.py", "main.py"},
    ),
]


@pytest.mark.parametrize(("alone", "files", "expected"), SEVERAL)
def test_modules_of_one_name_and_whole_modules(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    alone: bool,
    files: dict[str, str],
    expected: str | set[str],
) -> None:
    if alone:
        request.getfixturevalue("blind")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    first, text = next(iter(files.items()))
    arguments = {"old": "load", "new": "read"}
    found = answer(Job("rename", arguments, str(tmp_path / first), text, 0, 0, str(tmp_path)))
    if isinstance(expected, str):
        assert found == {"proposals": [], "reason": f"{tmp_path}/{expected.format(tmp_path)}"}
    else:
        (proposal,) = found["proposals"]
        assert proposal["files"] == {
            str(tmp_path / name): files[name].replace("load", "read") for name in expected
        }


def test_what_cannot_be_read_is_no_file(project: Path) -> None:
    (project / ".#use.py").symlink_to("someone@host.1:2")
    (proposal,) = renamed(project, "shop.py", "area", "surface")["proposals"]
    assert len(proposal["files"]) == 2


def test_all_files_are_searched_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searches, search = [], roping.rope_places

    def counted(*given: Any) -> Any:
        searches.append(given)
        return search(*given)

    monkeypatch.setattr(rename, "rope_places", counted)
    assert renamed(project, "other.py", "LIMIT", "MOST")["proposals"]
    assert len(searches) == 1


# (instruction, the text with what is selected, another file, who offers something)
NEEDED = [
    ("extract function g", "«X = 1\nprint(X)\n»Y = 2\n", "from code import X\n", ["jedi"]),
    ("extract function g", "«X = 1\nprint(X)\n»Y = 2\n", "from code import Y\n", ["rope", "jedi"]),
    ("extract function g", "«X = 1\nprint(X)\n»Y = X\n", "from code import X\n", ["rope", "jedi"]),
    (
        "extract function g",
        "def f():\n«    X = 1\n    print(X)\n»    f()\n",
        "X = 1\n",
        ["rope", "jedi"],
    ),
    ("inline X", "X = 1\nprint(X)\n", "import code\ncode.X\n", []),
    ("inline X", "X = 1\nprint(X)\n", "import code\ncode.Y\n", ["jedi"]),
]


@pytest.mark.parametrize(("instruction", "text", "other", "expected"), NEEDED)
def test_what_other_files_need_stays(
    tmp_path: Path, instruction: str, text: str, other: str, expected: list[str]
) -> None:
    (tmp_path / "use.py").write_text(other)
    found = asked(Case(instruction, text), tmp_path / "code.py")
    assert [one["by"] for one in found["proposals"]] == expected


def test_a_name_that_another_file_has_is_not_taken(project: Path) -> None:
    found = renamed(project, "shop.py", "LIMIT", "L")
    assert found == {"proposals": [], "reason": "`L` is in use already, on line 2"}


# (name, what the file that does not parse has, what another one has, whether it is refused)
BROKEN = [
    ("go", b"a.go(\n", "", True),
    ("go", b"class (:\n", "from broken import B\n", True),
    ("go", b"gone = (\n", "", False),
    ("go", b"\xff = 1\n", "", False),
    ("go", b"# coding: nothing\n", "", False),
    # rope looks for a local variable in its function alone.
    ("count", b"count(\n", "", False),
]


@pytest.mark.parametrize(("name", "broken", "other", "refused"), BROKEN)
def test_a_file_that_does_not_parse(
    tmp_path: Path, name: str, broken: bytes, other: str, refused: bool
) -> None:
    text = "class A:\n    def go(self):\n        count = 1\n        return count\n"
    over = "from code import A\n\n\nclass B(A):\n    def go(self):\n        pass\n"
    path = tmp_path / "code.py"
    path.write_text(text)
    (tmp_path / "over.py").write_text(over)
    (tmp_path / "broken.py").write_bytes(broken)
    (tmp_path / "other.py").write_text(other)
    job = Job("rename", {"old": name, "new": "new"}, str(path), text, 0, 22, str(tmp_path))
    found = answer(job)
    if refused:
        assert found["proposals"] == []
        assert found["reason"].startswith(f"{tmp_path / 'broken.py'} does not parse")
    else:
        (proposal,) = found["proposals"]
        files = {str(path): text.replace(name, "new")}
        files |= {str(tmp_path / "over.py"): over.replace("go", "new")} if name == "go" else {}
        assert proposal["files"] == files


def test_files_that_do_not_parse_and_import_one_another(tmp_path: Path) -> None:
    files = {
        "code.py": "class A:\n    def go(self): ...\n",
        "over.py": "from code import A\n\n\nclass B(A):\n    def go(self): ...\n",
        "one.py": "import two\nprint 1\n",
        "two.py": "import one\nprint 2\n",
        "env/pyvenv.cfg": "",
        "env/site.py": "import code\nprint code.A().go()\n",
    }
    (tmp_path / "real/env").mkdir(parents=True)
    project = tmp_path / "project"
    project.symlink_to(tmp_path / "real")
    for name, text in files.items():
        (project / name).write_text(text)
    path, text = str(project / "code.py"), files["code.py"]
    job = Job("rename", {"old": "go", "new": "run"}, path, text, 0, 30, str(project))
    (found,) = answer(job)["proposals"]
    assert {Path(one).name for one in found["files"]} == {"code.py", "over.py"}


# (the statements of an `__init__`, and what is told when those in «» are extracted)
INITIALISED = [
    ("self.a = a\n        self.c = a", "`a` and 1 more would be set outside of `__init__`"),
    ("self.a = a", "`a` would be set outside of `__init__`"),
    ("print(a)\n        print(a)", ""),
]


@pytest.mark.parametrize(("selected", "remark"), INITIALISED)
def test_attributes_that_init_sets_no_more_are_told(
    tmp_path: Path, selected: str, remark: str
) -> None:
    text = f"class A:\n    def __init__(self, a):\n«        {selected}\n»        self.b = a\n"
    found = asked(Case("extract function g", text), tmp_path / "code.py")["proposals"]
    assert found
    for one in found:
        assert ["".join(one["remarks"])[: len(remark)], *one["remarks"][1:]] == [remark]


def test_a_document_that_does_not_parse(tmp_path: Path) -> None:
    text = "class A:\n    def go(self): ...\n\n\ndef f(a: A):\n    a.go()\n\n\nx = = 1\n"
    path = tmp_path / "code.py"
    path.write_text(text)
    job = Job("rename", {"old": "go", "new": "run"}, str(path), text, 0, 22, str(tmp_path))
    (found,) = answer(job)["proposals"]
    assert (found["by"], found["files"]) == ("jedi", {str(path): text.replace("go", "run")})
    assert found["remarks"] == (
        "rope does not understand this file: methods that override may have the old name",
    )


def test_what_is_left_alone_is_told(tmp_path: Path) -> None:
    text = (
        "class A:\n    def go(self): ...\n\n\ndef f(a: A, b):\n    a.go()\n    b.go()\n\nx = 'go'\n"
    )
    path = tmp_path / "code.py"
    path.write_text(text)
    job = Job("rename", {"old": "go", "new": "run"}, str(path), text, 0, 22, str(tmp_path))
    (found,) = answer(job)["proposals"]
    assert [remark.split(" is left")[0] for remark in found["remarks"]] == [
        "`.go` on line 7",
        "'go' in a string on line 9",
    ]


def test_what_is_left_alone_in_other_files_is_told(tmp_path: Path) -> None:
    files = {
        "code.py": "class A:\n    def go(self): ...\n",
        "use.py": "from code import A\n\nA().go()\nx.go()\nprint('go', x.go)\n",
        "other.py": "import y\n\ny.go()\nprint('go')\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    path, text = str(tmp_path / "code.py"), files["code.py"]
    job = Job("rename", {"old": "go", "new": "run"}, path, text, 0, 30, str(tmp_path))
    (found,) = answer(job)["proposals"]
    assert sorted(found["files"]) == [path, str(tmp_path / "use.py")]
    assert found["remarks"] == (
        "`.go` on lines 4, 5 of use.py is left alone: it is another's, or nobody knows whose",
        "`.go` in other files is left alone: other.py",
        "'go' in a string on line 5 of use.py is left alone",
    )


def test_a_method_that_only_strangers_call(tmp_path: Path) -> None:
    text = "class A:\n    def go(self): ...\n"
    path = tmp_path / "code.py"
    path.write_text(text)
    (tmp_path / "other.py").write_text("import y\n\ny.go()\n")
    job = Job("rename", {"old": "go", "new": "run"}, str(path), text, 0, 30, str(tmp_path))
    (found,) = answer(job)["proposals"]
    assert found["remarks"] == ("`.go` in other files is left alone: other.py",)


HIDES = "`print` is a builtin of Python, which the new name hides"
# (text, what is renamed to `print`, what is remarked)
HIDING = [
    ("x = 1\n", "x", (HIDES,)),
    ("def f(x):\n    return x\n", "x", (HIDES,)),
    ("class A:\n    def go(self): ...\n", "go", ()),
]


@pytest.mark.parametrize(("text", "old", "expected"), HIDING)
def test_a_builtin_is_hidden(
    tmp_path: Path, text: str, old: str, expected: tuple[str, ...]
) -> None:
    path = tmp_path / "code.py"
    path.write_text(text)
    job = Job("rename", {"old": old, "new": "print"}, str(path), text, 0, len(text), str(tmp_path))
    (found,) = answer(job)["proposals"]
    assert found["remarks"] == expected


def test_a_project_cannot_have_code_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / ".ropeproject").mkdir()
    evil = f"open({str(ran)!r}, 'w')\n"
    (tmp_path / ".ropeproject" / "config.py").write_text(evil)
    (tmp_path / "evil.py").write_text(evil)
    (tmp_path / "pyproject.toml").write_text('[tool.rope]\nextension_modules = ["evil"]\n')
    text = "import evil\n\nx = evil.y\nprint(x)\n"
    path = tmp_path / "code.py"
    path.write_text(text)
    job = Job("rename", {"old": "x", "new": "z"}, str(path), text, 0, len(text), str(tmp_path))
    assert answer(job)["proposals"]
    assert not ran.exists()

"""``fairlead edit``: as a diff, as JSON, and written to the files."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from fairlead_server.cli import main
from fairlead_server.commands.edit import apply, diff, read_place
from fairlead_server.editing.candidate import Candidate, FileEdit
from fairlead_server.errors import UserError

CODE = b"def f(a):\r\n\tb = a  # b\r\n\treturn b"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    path = tmp_path / "code.py"
    path.write_bytes(CODE)
    return path


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = main(("edit", *arguments))
    captured = capfdbinary.readouterr()
    return code, captured.out.decode(), captured.err.decode()


def test_a_diff(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, "code.py", "--instruction", "rename a to x")
    assert code == 0
    assert out == (
        "--- a/code.py\n+++ b/code.py\n@@ -1,3 +1,3 @@\n"
        "-def f(a):\r\n-\tb = a  # b\r\n+def f(x):\r\n+\tb = x  # b\r\n \treturn b\n"
        "\\ No newline at end of file\n"
    )
    assert err == "fairlead: Rename `a` to `x` (refactoring by jedi+rope, checked)\n"
    assert source.read_bytes() == CODE


def test_written(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source.chmod(0o754)
    code, out, err = run(capfdbinary, "code.py:1-3", "-i", "rename a to x", "--apply")
    assert (code, out) == (0, "")
    assert f"{source} was edited" in err
    assert source.read_bytes() == CODE.replace(b"(a)", b"(x)").replace(b"= a", b"= x")
    assert stat.S_IMODE(source.stat().st_mode) == 0o754
    assert sorted(os.listdir(source.parent)) == [".git", "code.py"]


def test_json(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, "code.py", "-i", "rename a to x", "--json")
    (found,) = json.loads(out)
    assert (code, err) == (0, "")
    assert found.keys() == {"kind", "by", "title", "checked", "remarks", "files", "diff"}
    assert (found["kind"], found["checked"]) == ("refactoring", True)
    new = CODE.replace(b"(a)", b"(x)").replace(b"= a", b"= x").decode()
    assert found["files"] == [{"file": str(source), "text": new}]


def test_a_file_that_is_in_no_project(
    source: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (source.parent / ".git").rmdir()
    code, _, err = run(capfdbinary, "code.py", "-i", "rename a to x")
    assert code == 0
    assert "fairlead: no project is around the file" in err


def test_nothing_acceptable(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, "code.py", "-i", "rename b to a", "--json")
    assert (code, out) == (1, "[]\n")
    assert err == "fairlead: `a` already means something else where `b` is used\n"


def test_an_explanation(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source.write_text("a = 1\nprint(b)\n")
    code, out, err = run(capfdbinary, "code.py:2", "-i", "explain this error")
    assert (code, err) == (0, "")
    assert out.startswith("line 2: Name `b`")
    code, out, err = run(capfdbinary, "code.py:1", "-i", "explain this error")
    assert (code, out, err) == (1, "", "fairlead: ty finds nothing wrong on line 1\n")


def test_a_sequence(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source.write_text("def f(a=1):\n    print(a)\n\n\ndef g(b=''):\n    print(b)\n")
    code, out, _ = run(capfdbinary, "code.py", "-i", "add type hints", "--sequence")
    first, second, third = out.split("# step ")
    assert (code, first) == (0, "")
    assert second.startswith("1 of 2\n--- a/code.py") and "+def f(a: int = 1) -> None:" in second
    assert third.startswith("2 of 2\n--- a/code.py") and "+def g(b: str = '') -> None:" in third
    assert "+def f" not in third
    code, out, _ = run(capfdbinary, "code.py", "-i", "add type hints", "--sequence", "--json")
    assert [step.count("\n+def") for step in json.loads(out)[0]["steps"]] == [1, 1]


# (arguments, message)
BAD = [
    ((), "required: FILE"),
    (("code.py",), "say what is to be done, with --instruction"),
    (("absent.py", "-i", "rename a to x"), "absent.py: no such file"),
    (("code.py", "-i", ""), "the instruction is empty"),
    (("code.py", "-i", " \n"), "the instruction is empty"),
    (("code.py", "-i", "a" * 4_001), "the instruction has 4,001 characters; 4,000 are the most"),
    (("code.py", "-i", "rename a\x07 to x"), "a control character (U+0007)"),
    (("code.py", "-i", "rename \udcff to x"), "a control character (U+DCFF)"),
    (("code.py:9", "-i", "rename a to x"), "line 9 is outside the file"),
    (("code.py:0", "-i", "rename a to x"), "line 0 is outside the file"),
    (("code.py:3-1", "-i", "rename a to x"), "the last line is before the first"),
    (("code.py", "-i", "rename a to x", "--candidate", "9"), "there is 1 candidate"),
    (("code.py", "-i", "rename a to x", "--candidate", "0"), "must be at least 1"),
    (("code.py", "-i", "x", "--apply", "--json"), "not allowed with"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input(
    source: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    code, out, err = run(capfdbinary, *arguments)
    assert (code, out) == (2, "")
    assert message in err.splitlines()[-1]
    assert "--stdin" not in err
    assert source.read_bytes() == CODE


@pytest.mark.needs("llama")
def test_the_embedded_model(source: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source.write_bytes(b"def area(width, height):\r\n    return width * height\r\n")
    code, out, err = run(capfdbinary, "code.py:1", "-i", "add a docstring", "--json")
    for found in json.loads(out):
        (edited,) = found["files"]
        header, first, *rest = edited["text"].split("\r\n")
        assert (header, rest[-2:]) == (
            "def area(width, height):",
            ["    return width * height", ""],
        )
        assert first.startswith('    """') and found["kind"] == "model"
        assert (found["by"], found["checked"]) == ("fairlead-8m-q8_0", True)
    assert code == (0 if json.loads(out) else 1)
    code, out, err = run(capfdbinary, "code.py:2", "-i", "add one to the product", "--json")
    for found in json.loads(out):
        (edited,) = found["files"]
        assert edited["text"].startswith("def area(width, height):\r\n")
    assert code == (0 if json.loads(out) else 1), err
    code, _, err = run(capfdbinary, "code.py:2", "-i", "make it fast", "--model", "nobody")
    assert code == 2 and "no model 'nobody'" in err


# (place, what is selected)
PLACES = [
    ("code.py", CODE.decode()),
    ("code.py:2", "\tb = a  # b"),
    ("code.py:1-2", "def f(a):\r\n\tb = a  # b"),
    ("code.py:3", "\treturn b"),
]


@pytest.mark.parametrize(("place", "selected"), PLACES)
def test_places(source: Path, place: str, selected: str) -> None:
    document, start, end = read_place(place)
    assert document.path == str(source)
    assert document.text[start:end] == selected


def test_a_name_with_a_colon(source: Path) -> None:
    (source.parent / "a:1").write_text("x\n")
    assert read_place("a:1")[0].text == "x\n"


def test_files_that_have_changed_are_left_alone(source: Path) -> None:
    other = source.parent / "other.py"
    other.write_text("x\n")
    edits = (FileEdit(str(other), "x\n", "y\n"), FileEdit(str(source), "was", "is"))
    with pytest.raises(UserError, match="has changed meanwhile"):
        apply(Candidate("refactoring", "jedi", "t", edits, checked=True))
    assert other.read_text() == "x\n"


def test_a_link_stays_a_link(source: Path) -> None:
    link = source.parent / "link.py"
    link.symlink_to(source)
    edits = (FileEdit(str(link), CODE.decode(), "x"),)
    apply(Candidate("refactoring", "jedi", "t", edits, checked=True))
    assert link.is_symlink() and source.read_text() == "x"


# (text before, after, diff without its header)
DIFFS = [
    ("a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"),
    ("a", "b\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n"),
    ("", "b", "@@ -0,0 +1 @@\n+b\n\\ No newline at end of file\n"),
    ("a\x0c\n", "a\x0c\nb\n", "@@ -1 +1,2 @@\n a\x0c\n+b\n"),
    # To tools that read diffs, a carriage return alone ends no line.
    ("a\rb\n", "a\rc\n", "@@ -1 +1 @@\n-a\rb\n+a\rc\n"),
    (
        "a\r",
        "b\r",
        "@@ -1 +1 @@\n-a\r\n\\ No newline at end of file\n+b\r\n\\ No newline at end of file\n",
    ),
    ("a\n", "a\n", ""),
]


@pytest.mark.parametrize(("old", "new", "expected"), DIFFS)
@pytest.mark.parametrize("exists", [True, False])
def test_diffs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    exists: bool,
    old: str,
    new: str,
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if exists:
        Path("code.py").write_text(old)
    found = diff(FileEdit("code.py", old, new))
    before = "a/code.py" if exists or old else os.devnull
    header = f"--- {before}\n+++ b/code.py\n" if expected else ""
    assert found == header + expected

"""Datasets in the DotPrompts format: what is read, and what is said of what fits nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server.errors import UserError
from fairlead_server.evaluation.dotprompts.dataset import Case, read

HEAD = "repo,classFileName,methodStartIdx,methodStopIdx,dot_idx\n"
CODE = "class A {\n  int b() {\n    return c.d();\n  }\n}\n"
START, STOP, DOT = 20, 42, 34


@pytest.fixture
def repos(tmp_path: Path) -> Path:
    """Has the repository ``me/a`` with the file A.java, and some that no case can be in."""
    folder = tmp_path / "repos"
    (folder / "me" / "a").mkdir(parents=True)
    (folder / "me" / "a" / "A.java").write_text(CODE)
    (folder / "me" / "a" / "a.py").write_text(CODE)
    (folder / "me" / "a" / "Image.java").write_bytes(b"\0")
    (folder / "me" / "a" / "Latin.java").write_bytes(b"// \xe9")
    return folder


def rows(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dataset.csv"
    path.write_text(text, encoding="utf-8")
    return path


def only(found: tuple[list[Case], dict[str, list[int]]]) -> Case:
    (case,), faults = found
    assert not faults
    return case


def test_a_case(tmp_path: Path, repos: Path) -> None:
    case = only(read(rows(tmp_path, f"{HEAD}me/a,A.java,{START},{STOP},{DOT}\n"), repos))
    assert (case.before, case.wanted) == ("\n    return c.", "d();\n  }")
    assert case.key == ("me/a", "A.java", START, STOP, DOT)
    assert Path(case.path) == repos / "me" / "a" / "A.java"


def test_columns_in_another_order_and_further_ones(tmp_path: Path, repos: Path) -> None:
    text = "\ufeffdot_idx,output,methodStopIdx,methodStartIdx,classFileName,repo\r\n"
    text += f'{DOT},"x\n""y""",{STOP},{START},A.java,me/a\r\n'
    assert only(read(rows(tmp_path, text), repos)).dot == DOT


def test_a_repository_without_its_owner(tmp_path: Path, repos: Path) -> None:
    (repos / "me" / "a").rename(repos / "a")
    data = rows(tmp_path, f"{HEAD}me/a,A.java,{START},{STOP},{DOT}\n")
    assert only(read(data, repos)).folder == str(repos / "a")


@pytest.mark.parametrize("moved", [0, 2])
def test_files_with_other_line_ends(moved: int, tmp_path: Path, repos: Path) -> None:
    """Offsets may count the end of a line as one character, or as two."""
    (repos / "me" / "a" / "A.java").write_bytes(CODE.replace("\n", "\r\n").encode())
    row = (START + moved // 2, STOP + moved * 3 // 2, DOT + moved)
    case = only(read(rows(tmp_path, f"{HEAD}me/a,A.java,{','.join(map(str, row))}\n"), repos))
    assert (case.text, case.row) == (CODE, row)
    assert (case.start, case.stop, case.dot) == (START, STOP, DOT)


def test_offsets_count_characters(tmp_path: Path, repos: Path) -> None:
    (repos / "me" / "a" / "A.java").write_text("// 🦊é\n" + CODE, encoding="utf-8")
    data = rows(tmp_path, f"{HEAD}me/a,A.java,{START + 6},{STOP + 6},{DOT + 6}\n")
    assert only(read(data, repos)).wanted == "d();\n  }"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("me/b,A.java,20,42,34", "no repository me/b in "),
        ("me/a,B.java,20,42,34", "me/a: B.java: No such file"),
        ("me/a,a.py,20,42,34", "a.py: is not Java"),
        ("me/a,Image.java,20,42,34", "Image.java: is a binary file"),
        ("me/a,Latin.java,20,42,34", "Latin.java: is not UTF-8"),
        ("me/a,../../me/a/A.java,20,42,34", "leads out of the folder"),
        ("me/a,/etc/A.java,20,42,34", "leads out of the folder"),
        ("../repos/me/a,A.java,20,42,34", "leads out of the folder"),
        ("me/a,A.java,20,42", "dot_idx is missing"),
        (",A.java,20,42,34", "repo is missing"),
        ("me/a,A.java,20,42,x", "dot_idx 'x' is not a whole number"),
        ("me/a,A.java,20,42,-1", "dot_idx '-1' is not a whole number"),
        ("me/a,A.java,²,42,34", "methodStartIdx '²' is not a whole number"),
        ("me/a,A.java,20,42,42", "dot_idx 42 is not between 20 and 42"),
        ("me/a,A.java,42,20,34", "dot_idx 34 is not between 42 and 20"),
        ("me/a,A.java,20,999,34", "methodStopIdx 999 is outside the file, which has 46 "),
        ("me/a,A.java,20,42,35", "dot_idx 35: 'd' stands there, not '.'; is the repository at"),
        ("me/a,A.java,21,42,34", r"methodStartIdx 21: '\n' stands there, not '{'"),
        ("me/a," + "x" * 200_000 + ",20,42,34", "field larger than field limit"),
        ("me/a,A.java,8,44,34", None),
    ],
)
def test_lines_that_are_no_case(row: str, why: str | None, tmp_path: Path, repos: Path) -> None:
    good = f"me/a,A.java,{START},{STOP},{DOT}\n"
    cases, faults = read(rows(tmp_path, f"{HEAD}{good}{row}\n{good}"), repos)
    assert (cases[0].start, cases[0].stop) == (START, STOP)
    assert faults.pop("states a case again") == [4]
    if why is None:
        assert len(cases) == 2 and not faults
    else:
        ((told, lines),) = faults.items()
        assert why in told and lines == [3]


def test_a_quote_that_is_never_closed(tmp_path: Path, repos: Path) -> None:
    good = f"me/a,A.java,{START},{STOP},{DOT}\n"
    cases, faults = read(rows(tmp_path, f'{HEAD}{good}me/a,"A.java,1,2\n{good}'), repos)
    assert (len(cases), list(faults.values())) == (1, [[4]])


def test_lines_of_one_fault_are_counted_together(tmp_path: Path, repos: Path) -> None:
    _, faults = read(rows(tmp_path, HEAD + "me/b,A.java,1,9,4\nme/b,B.java,1,9,4\n"), repos)
    assert list(faults.values()) == [[2, 3]]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "line 1: no column repo, classFileName, methodStartIdx, methodStopIdx, dot_idx;"),
        ("repo,classFileName\n", "line 1: no column methodStartIdx, methodStopIdx, dot_idx;"),
        (HEAD + "\0", "is a binary file"),
    ],
)
def test_what_is_no_dataset(text: str, error: str, tmp_path: Path, repos: Path) -> None:
    with pytest.raises(UserError, match=error):
        read(rows(tmp_path, text), repos)


def test_places_that_are_not_there(tmp_path: Path, repos: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read(tmp_path / "none.csv", repos)
    with pytest.raises(UserError, match="no such folder"):
        read(rows(tmp_path, HEAD), tmp_path / "none")

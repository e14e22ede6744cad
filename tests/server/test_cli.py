"""The command line: what each kind of bad input is answered with, and real completions."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main

CODE = """import os


class Order:
    def __init__(self, lines):
        self.line_count = len(lines)
        self.total_price = sum(lines)

    def describe(self):
        return f"{self.line_count} lines"


def show(order: Order) -> None:
    print(order.)


done = True
"""
CURSOR = "14:17"
MEMBERS = {"line_count", "total_price", "describe"}
PATIENT = ("--patience", "120")
"""Two runs differ where analysis came too late in one of them."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "orders.py"
    path.write_text(CODE, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def members(out: str) -> list[str]:
    evidence = [e for s in json.loads(out) for e in s["evidence"]]
    return [e["name"] for e in evidence if e["kind"] == "member"]


def dunderless(found: list[str]) -> list[str]:
    return [name for name in found if not name.startswith("__")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["frobnicate"], "invalid choice"),
        (["complete"], "required: FILE:LINE:COL"),
        (["complete", "orders.py"], "not of the form FILE:LINE:COL"),
        (["complete", "orders.py:1"], "not of the form"),
        (["complete", "orders.py:a:b"], "not of the form"),
        (["complete", "absent.py:1:1"], "no such file (to complete unsaved text, use --stdin)"),
        (["complete", ".:1:1"], "is a directory"),
        (["complete", "binary.py:1:1"], "is a binary file"),
        (["complete", "latin.py:1:1"], "is not UTF-8"),
        (["complete", "orders.py:99:1"], "line 99 is outside the file, which has 18"),
        (["complete", "orders.py:1:99"], "column 99 is outside the line"),
        (["complete", "orders.py:1:1", "-n", "0"], "must be at least 1"),
        (["complete", "orders.py:1:1", "--temperature", "-1"], "temperature must be"),
        (["complete", "orders.py:1:1", "--top-p", "2"], "top_p must be"),
        (["complete", "orders.py:1:1", "--layout", "x"], "invalid choice"),
        (["complete", "orders.py:1:1", "--model", "nobody"], "no model 'nobody'"),
        (["complete", "orders.py:1:1", "--model", "empty.gguf"], "empty.gguf"),
        (["complete", "orders.py:1:1", "--model", "corrupt.gguf"], "corrupt.gguf"),
        (["complete", "orders.py:1:1", "--backend", "none"], "no models plug-in is called"),
        (["complete", "orders.py:1:1", "--max-tokens", "5000"], "leaves no room"),
    ],
)
@pytest.mark.needs("llama")
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    source: Path,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(source.parent)
    Path("binary.py").write_bytes(b"\x7fELF\0\0")
    Path("latin.py").write_bytes(b"# caf\xe9\n")
    Path("empty.gguf").write_bytes(b"")
    Path("corrupt.gguf").write_bytes(b"GGUF" + bytes(range(200)))
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("fairlead: ") and err.count("\n") == 1


@pytest.mark.parametrize("command", [["complete", "a.py:1:1"], ["doctor"]])
@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--patience", "inf", "patience must be at most 1,000,000"),
        ("--patience", "1e9", "patience must be at most 1,000,000"),
        ("--patience", "nan", "patience must be at least 0"),
        ("--patience", "-1", "patience must be at least 0"),
        ("--threads", "9" * 20, "threads must be at most 1,000,000"),
    ],
)
def test_numbers_have_the_same_bounds_as_in_files(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: list[str],
    option: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("x\n")
    code, out, err = run(capsys, *command, option, value)
    assert (code, out) == (2, "")
    assert err == f"fairlead: command line: {message}\n"


def test_a_defect_is_one_line_and_exit_code_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("fairlead_server.commands.doctor.examine", fails)
    code, _, err = run(capsys, "doctor")
    assert code == 3
    assert err.startswith("fairlead: defect: RuntimeError: boom") and err.count("\n") == 1


@pytest.mark.needs("llama")
def test_a_guided_completion_names_a_member(
    capsys: pytest.CaptureFixture[str], source: Path
) -> None:
    code, out, err = run(capsys, "complete", f"{source}:{CURSOR}", "--json")
    (suggestion,) = json.loads(out)
    assert code == 0 and err == ""
    assert suggestion.keys() == {"text", "logprob", "finish_reason", "verified", "evidence"}
    first = suggestion["evidence"][0]
    assert first.keys() == {"name", "kind", "verdict", "engine", "candidates", "vetoed"}
    assert (first["kind"], first["verdict"]) == ("member", "valid")
    assert first["engine"] == "ty+jedi"
    assert suggestion["text"].startswith(first["name"])
    assert suggestion["verified"]


@pytest.mark.needs("llama")
@pytest.mark.parametrize("column", [17, 21])
def test_a_name_after_the_cursor_is_taken_as_to_be_replaced(
    capsys: pytest.CaptureFixture[str], source: Path, column: int
) -> None:
    source.write_text(CODE.replace("order.)", "order.line_count)"))
    code, out, err = run(capsys, "complete", f"{source}:14:{column}", "--json")
    (suggestion,) = json.loads(out)
    assert code == 0
    assert "takes the place of" in err
    assert suggestion["verified"]
    assert set(dunderless(members(out))) <= MEMBERS


@pytest.mark.needs("llama")
def test_samples_are_reproducible_checked_and_sorted(
    capsys: pytest.CaptureFixture[str], source: Path
) -> None:
    arguments = (
        "complete",
        f"{source}:{CURSOR}",
        "--json",
        "-n",
        "6",
        "--temperature",
        "1.5",
        *PATIENT,
    )
    first, again = run(capsys, *arguments), run(capsys, *arguments)
    assert first == again
    assert 1 < len(json.loads(first[1])) <= 6
    assert {s["evidence"][0]["verdict"] for s in json.loads(first[1])} == {"valid"}
    starts = {s["evidence"][0]["name"] for s in json.loads(first[1])}
    assert set(dunderless(list(starts))) <= MEMBERS


@pytest.mark.needs("llama")
def test_a_beam_is_reproducible_checked_and_sorted(
    capsys: pytest.CaptureFixture[str], source: Path
) -> None:
    arguments = ("complete", f"{source}:{CURSOR}", "--json", "-n", "3", "--beam", *PATIENT)
    first, again = run(capsys, *arguments), run(capsys, *arguments)
    assert first == again
    found = json.loads(first[1])
    assert len({s["text"] for s in found}) == 3 and all(s["verified"] for s in found)
    assert {*dunderless([s["evidence"][0]["name"] for s in found])} <= MEMBERS


@pytest.mark.needs("llama")
def test_speculation_changes_nothing_but_the_time(
    capsys: pytest.CaptureFixture[str], source: Path
) -> None:
    arguments = ("complete", f"{source}:{CURSOR}", "--lines", "3")
    assert run(capsys, *arguments) == run(capsys, *arguments, "--speculate")


@pytest.mark.needs("llama")
def test_unguided_checks_nothing(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    code, out, _ = run(capsys, "complete", f"{source}:{CURSOR}", "--json", "--unguided")
    (suggestion,) = json.loads(out)
    assert code == 0
    assert (suggestion["verified"], suggestion["evidence"]) == (False, [])


@pytest.mark.needs("llama")
def test_explain_says_what_was_checked(capsys: pytest.CaptureFixture[str], source: Path) -> None:
    code, out, err = run(capsys, "complete", f"{source}:{CURSOR}", "--explain")
    assert code == 0
    assert "member" in err and "valid (jedi, " in err and "spm" in err
    assert "member" not in out


@pytest.mark.needs("llama")
@pytest.mark.parametrize(
    ("code", "position"),
    [
        ("", "1:1"),
        ("\n", "2:1"),
        ("def f(:\n  class\n    x = [1, 'a", "3:14"),
        ("x = '😀'.\n", "1:9"),
        ("def f(x):\r\n\treturn x.\r\n", "2:11"),
        ("x" * 5000, "1:5001"),
        ("\0"[1:] + "if True:\n\t", "2:2"),
        ("x = (((((\n" * 50, "50:6"),
    ],
)
def test_awkward_text_is_completed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    position: str,
) -> None:
    class Stdin:
        buffer = io.BytesIO(code.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    status, out, err = run(capsys, "complete", "--stdin", "--json", f"new.py:{position}")
    assert status in (0, 1), err
    assert len(json.loads(out)) == 1 - status


@pytest.mark.needs("llama")
def test_a_file_of_twenty_thousand_lines(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "long.py"
    body = "".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(10_000))
    path.write_text("import os\n" + body + "print(os.path.)\n")
    code, out, _ = run(capsys, "complete", f"{path}:20002:15", "--json", "--patience", "60")
    (suggestion,) = json.loads(out)
    assert code == 0
    assert suggestion["evidence"][0]["verdict"] == "valid"


@pytest.mark.needs("llama")
def test_line_ends_follow_the_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "crlf.py"
    path.write_bytes(b"def f(x):\r\n    return x\r\n\r\n\r\ndef g(x):")
    _, out, _ = run(capsys, "complete", f"{path}:5:10", "--json", "--lines", "3", "--raw")
    text = json.loads(out)[0]["text"]
    assert text.count("\n") == text.count("\r\n") >= 1


@pytest.mark.needs("llama")
def test_another_language_is_completed_without_checks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.rb"
    path.write_text("class A\n  def size\n    return ")
    code, out, err = run(capsys, "complete", f"{path}:3:12", "--json")
    assert code == 0
    assert json.loads(out)[0]["evidence"] == []
    assert "no monitor for plaintext: names are not checked" in err


@pytest.mark.needs("llama")
def test_the_installed_command_runs(source: Path) -> None:
    command = [sys.executable, "-m", "fairlead_server", "complete", f"{source}:{CURSOR}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.needs("llama")
def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--json")
    checks: dict[str, Any] = {check["name"]: check for check in json.loads(out)}
    assert code == 0
    assert checks["model"]["state"] == checks["python engine"]["state"] == "ok"
    code, out, _ = run(capsys, "doctor", "--model", "nobody")
    assert code == 1
    assert "MISS model: no model 'nobody'" in out

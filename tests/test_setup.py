"""The scripts behind the Makefile, as far as they go without installing anything."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.setup import debian, extras, npm, progress
from tests.setup.errors import SetupError

ROOT = Path(__file__).parents[1]
SH = shutil.which("sh") or "sh"


def test_the_output_of_pip_is_summarised() -> None:
    output = """\
Collecting numpy>=1.24
  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.6 MB)
  Downloading jedi-0.20.1-py2.py3-none-any.whl (0.3 kB)
  Building wheel for llama-cpp-python (pyproject.toml): started
    [1/97] /usr/bin/c++ -O3 a.cpp
    [9/97] /usr/bin/c++ -O3 b.cpp
    [10/97] /usr/bin/c++ -O3 c.cpp
    [97/97] Linking CXX shared library libllama.so
  Building wheel for other (pyproject.toml): started
    [  4%] Building CXX object a.cpp.o
    [ 57%] Building CXX object b.cpp.o
Installing collected packages: numpy, jedi
Successfully installed numpy-2.4.6
"""
    assert list(progress.summarise(output.splitlines(keepends=True))) == [
        "downloading numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl, 16.6 MB",
        "building llama-cpp-python",
        "compiled 5 %",
        "compiled 10 %",
        "compiled 100 %",
        "building other",
        "compiled 55 %",
        "installing 2 packages",
    ]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("fine\n  ERROR: no matching distribution\nERROR: no matching distribution\nbye\n", 1),
        ("1\n2\n" * 20, 12),
        ("", 0),
    ],
)
def test_complaints_are_errors_or_the_end(tmp_path: Path, log: str, expected: int) -> None:
    path = tmp_path / "pip.log"
    path.write_text(log)
    found = progress.complaints(path)
    assert len(found) == expected
    assert ("ERROR" in log) == ("ERROR: no matching distribution" in found)


def test_a_silent_command_gives_signs_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.01)
    seen = tmp_path / "seen"
    code = f"""
import pathlib, time
while not pathlib.Path({str(seen)!r}).exists():
    time.sleep(0.01)
print("[1/1] waited")
"""
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        seen.touch()

    log = io.StringIO()
    assert progress.follow([sys.executable, "-c", code], log, say) == 0
    assert said[0].startswith("still at it after")
    assert "compiled 100 %" in said
    assert log.getvalue() == "[1/1] waited\n"


@pytest.fixture
def fake_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Record what pip is asked for; asked for binaries only, it fails, as it does in fact."""
    calls: list[list[str]] = []

    def pip(log_name: str, arguments: list[str]) -> None:
        calls.append([log_name, *arguments])
        if "--only-binary" in arguments:
            raise SetupError("no matching distribution")

    monkeypatch.setattr(extras, "pip", pip)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CMAKE_BUILD_PARALLEL_LEVEL", "2")
    return calls


def test_an_extra_is_installed_once_for_each_state_of_the_project(
    fake_pip: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert extras.main(["dev", "transformers"]) == 0
    assert [call[0] for call in fake_pip] == ["dev", "transformers"]
    assert extras.main(["dev", "transformers"]) == 0
    assert len(fake_pip) == 2
    changed = tmp_path / "pyproject.toml"
    changed.write_text("[project]")
    monkeypatch.setattr(extras, "SOURCES", (changed,))
    assert extras.main(["dev"]) == 0
    assert len(fake_pip) == 3


def test_without_a_compiler_the_way_out_is_told_and_tried_again(
    fake_pip: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXX", "/nowhere/c++")
    for attempt in (1, 2):
        assert extras.main(["llama"]) == 2
        assert len(fake_pip) == attempt
        message = capsys.readouterr().err
        assert "There is no C++ compiler" in message
        assert "make demo BACKEND=transformers" in message


def test_an_unknown_backend_is_named(
    fake_pip: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert extras.main(["lama"]) == 2
    assert "no extra 'lama' to install; choose dev, llama, transformers" in capsys.readouterr().err
    assert fake_pip == []


def venv(folder: Path, python: str, path: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SH, str(ROOT / "tests/setup/venv.sh"), str(folder)],
        env={"PYTHON": python, "PATH": path or os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
    )


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!{SH}\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (None, "fairlead needs Python 3.10 or later; .*python is missing or older"),
        ("exit 1", "fairlead needs Python 3.10 or later; .*python is missing or older"),
        # It answers that it is recent enough, and can do nothing else.
        ('case "$*" in *version_info*) ;; *) exit 1;; esac', "cannot create a virtual environment"),
    ],
)
def test_an_unsuitable_python_is_told_in_plain_words(
    tmp_path: Path, script: str | None, expected: str
) -> None:
    python = tmp_path / "python"
    if script is not None:
        program(python, script)
    run = venv(tmp_path / "venv", str(python))
    assert run.returncode == 2
    assert re.search(expected, run.stderr)
    assert "apt-get install" in run.stderr
    assert "Traceback" not in run.stderr


def test_no_python_at_all(tmp_path: Path) -> None:
    run = venv(tmp_path / "venv", "", path=str(tmp_path))
    assert run.returncode == 2
    assert "python3 is missing or older" in run.stderr


def test_an_environment_is_made_once_and_again_when_it_was_interrupted(tmp_path: Path) -> None:
    folder = tmp_path / "with space" / ".venv"
    folder.mkdir(parents=True)
    (folder / ".unfinished").touch()
    first = venv(folder, sys.executable)
    assert (first.returncode, first.stderr) == (0, "")
    assert "Creating" in first.stdout
    again = venv(folder, sys.executable)
    assert (again.returncode, again.stdout) == (0, "")


def test_make_says_what_there_is_from_any_directory(tmp_path: Path) -> None:
    run = subprocess.run(
        ["make", "-C", str(ROOT)], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0
    for target in ("demo", "test", "check", "bench", "clean"):
        assert f"make {target} " in run.stdout


_APT = "mkdir -p cache/archives && : >cache/archives/thing_1_all.deb"
_NPM = 'echo "$TOLD in $PWD" >&2\nexit 1'
_DPKG = "echo 'dpkg-deb: no space left' >&2\nexit 2"


def test_a_package_that_cannot_be_unpacked_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "apt-get", _APT)
    program(tmp_path / "bin" / "dpkg", _DPKG)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SetupError) as caught:
        debian.unpack(["thing"], tmp_path / "scratch", tmp_path / "unpacked")
    first, said, way_out = caught.value.lines
    assert first == "dpkg cannot unpack thing_1_all.deb"
    assert said == "dpkg-deb: no space left"
    assert "try again" in way_out


def test_what_npm_says_last_is_told(tmp_path: Path) -> None:
    program(tmp_path / "npm", _NPM)
    with pytest.raises(SetupError) as caught:
        npm.run([str(tmp_path / "npm"), "ci"], tmp_path, {"TOLD": "no lock file"})
    assert caught.value.lines == ("npm ci failed", f"no lock file in {tmp_path}")

"""Install fairlead in place with some of its extras: ``python -m tests.setup.extras dev llama``.

What was installed from which pyproject.toml is remembered in the environment, after it succeeded:
a second run has nothing to do, and an interrupted one is tried again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.setup.errors import SetupError
from tests.setup.progress import pip

EXTRAS = ("dev", "llama", "transformers", "train", "cluster")
CONSTRAINTS = Path("tests/setup/constraints.txt")
SOURCES = (Path("pyproject.toml"), CONSTRAINTS)
COMPILERS = ("c++", "g++", "clang++")

NOTICES = {
    "llama": "llama-cpp-python is compiled from source: about 4 minutes on 2 cores, once.",
    "transformers": "torch is large; on Linux pip takes a CUDA build unless it is told of another.",
}


def install(extra: str) -> None:
    """Install fairlead with `extra` unless that has been done; raises `SetupError`."""
    if extra not in EXTRAS:
        raise SetupError(f"fairlead has no extra {extra!r} to install; choose {', '.join(EXTRAS)}.")
    stamp = Path(sys.prefix) / ".stamps" / extra
    if stamp.is_file() and stamp.read_text() == _key():
        return
    print(f"Installing fairlead[{extra}]. {NOTICES.get(extra, '')}".rstrip(), flush=True)
    _pip_install(extra)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(_key())


def _pip_install(extra: str) -> None:
    arguments = ["install", "--constraint", str(CONSTRAINTS), "--editable", f".[{extra}]"]
    if extra != "llama" or compiler():
        # CMake's Makefiles build one file at a time unless told otherwise.
        os.environ.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
        pip(extra, arguments)
        return
    try:
        pip(extra, [*arguments, "--only-binary", "llama-cpp-python"])
    except SetupError:
        raise SetupError(
            "There is no C++ compiler, and pip has no llama-cpp-python built for this machine.",
            "  Debian, Ubuntu: apt-get install build-essential",
            "  macOS: xcode-select --install",
            "  or do without llama.cpp: make demo BACKEND=transformers",
        ) from None


def compiler() -> str | None:
    """Return a C++ compiler that runs, if there is one."""
    named = os.environ.get("CXX")
    return next((c for c in ((named,) if named else COMPILERS) if _runs(c)), None)


def _runs(program: str) -> bool:
    # On a Mac without developer tools c++ exists, but only asks for them.
    found = shutil.which(program.split()[0])
    return (
        found is not None
        and not subprocess.run([found, "--version"], capture_output=True).returncode
    )


def _key() -> str:
    content = b"".join(path.read_bytes() for path in SOURCES)
    return hashlib.sha256(content).hexdigest()


def main(extras: Sequence[str]) -> int:
    """Install `extras`; failures are told in plain words, with exit code 2."""
    try:
        for extra in extras:
            install(extra)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; run it again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

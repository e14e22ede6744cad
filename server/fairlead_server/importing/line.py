"""One import of one name, in the language's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PYTHON = re.compile(
    r"""\s*(?:from\s+(?P<module>\.*[\w.]*)\s+import\s+(?P<name>\w+)|import\s+(?P<whole>[\w.]+))
    (?:\s+as\s+(?P<alias>\w+))?\s*\Z""",
    re.VERBOSE,
)
_JAVA = re.compile(
    r"\s*import\s+(?P<static>static\s+)?(?P<module>[\w$.]+)\.(?P<name>[\w$]+|\*)\s*;\s*\Z"
)


@dataclass(frozen=True)
class ImportLine:
    """What is imported: `name` out of `module`, or the module itself, perhaps by another name.

    Of Java, `module` is the package, or the class of a static import. `language` is python or java.
    """

    module: str
    name: str = ""
    alias: str = ""
    language: str = "python"
    static: bool = False

    @property
    def binds(self) -> str:
        """The name that can be used after it."""
        return self.alias or self.name or self.module.partition(".")[0]

    def __str__(self) -> str:
        """Return the statement, without a line break."""
        if self.language == "java":
            return f"import {'static ' * self.static}{self.module}.{self.name};"
        named = f" as {self.alias}" if self.alias else ""
        if self.name:
            return f"from {self.module} import {self.name}{named}"
        return f"import {self.module}{named}"


def parse_import(text: str, language: str) -> ImportLine | None:
    """Read the statement that `str` made of an `ImportLine`; None when `text` is none."""
    found = (_JAVA if language == "java" else _PYTHON).match(text)
    if found is None:
        return None
    parts = found.groupdict(default="")
    if language == "java":
        return ImportLine(
            parts["module"], parts["name"], language="java", static=bool(parts["static"])
        )
    return ImportLine(parts["module"] or parts["whole"], parts["name"], parts["alias"])

"""What a user looks at: whether what is offered exists, and what became of the file."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from tests.clients.vscode.window import PATIENCE, Window

HARBOUR = Path(__file__).parents[3] / "examples" / "harbour"
RETYPING = 8.0
"""Seconds after which what was typed is typed again."""


def suggested(window: Window, typed: str, owner: str) -> str:
    """Type, and return the ghost text that comes, which has to name a member of `owner`.

    While one types there is little time for a suggestion. Where the machine is so busy that it does
    not come, or comes before the analysis and says so, the last letter is typed anew.
    """
    known = members(owner)
    window.type(typed)
    end = time.monotonic() + 2 * PATIENCE
    while not is_named(ghost := _appearing(window, typed), known):
        why = explained(window)
        if not re.search(r"analysis\s+came\s+too\s+late", why) or time.monotonic() > end:
            raise AssertionError(f"{owner} has no {ghost}\n{why}")
        window.run("View: Close Editors in Other Groups")
        _retype(window, typed)
    return ghost


def _appearing(window: Window, typed: str) -> str:
    retyped = time.monotonic()

    def ghost() -> str:
        nonlocal retyped
        if time.monotonic() > retyped + RETYPING:
            _retype(window, typed)
            retyped = time.monotonic()
        return window.ghost(typed)

    return window.wait(f"ghost text after {typed}", ghost)


def _retype(window: Window, typed: str) -> None:
    window.press("Escape", "Backspace")
    window.type(typed[-1])


def members(owner: str) -> set[str]:
    """Return what a module, or objects of ``module:Class``, have, by the word of Python itself."""
    module, _, name = owner.partition(":")
    code = f"import {module} as owner\n" + (f"owner = owner.{name}\n" if name else "")
    code += "print(*dir(owner), *getattr(owner, '__annotations__', ()))"
    run = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=HARBOUR, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def is_named(ghost: str, known: set[str]) -> bool:
    """Tell whether ghost text begins with a known name, or, cut off by a time limit, with a part.

    Suggestions that are asked for while typing have two seconds, which a busy machine may exceed.
    """
    first = name(ghost)
    return first in known or (first == ghost and any(one.startswith(first) for one in known))


def explained(window: Window) -> str:
    """Ask for an explanation of the last suggestion, and return it."""
    window.run("fairlead: Explain the Last Suggestion")
    lines = '[data-uri^="fairlead:"] .view-line'
    return window.wait("the explanation", lambda: "\n".join(window.texts(lines)))


def accepted(window: Window, file: str, typed: str, owner: str) -> str:
    """Save, and return what stands behind `typed`: a member of `owner`, and what came with it."""
    line = re.compile(rf"^ *{re.escape(typed)}(\w.*)$", re.MULTILINE)
    found = window.wait(f"more than {typed}", lambda: line.findall(window.saved(file)))
    assert is_named(found[0], members(owner))
    return str(found[0])


def name(text: str) -> str:
    """Return the name that `text` begins with."""
    return re.split(r"\W", text)[0]


def wait_for_saved(window: Window, file: str, expected: str) -> None:
    """Wait until the file holds what is expected."""
    window.wait(f"{expected!r} in the file", lambda: expected in window.saved(file))

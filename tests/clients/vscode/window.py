"""One window of the editor, as a user sees it and types into it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")

PATIENCE = 90.0
"""Seconds that anything may take before it is given up; a busy machine needs many of them."""

STATUS = '.statusbar-item[id="fairlead.fairlead.fairlead.status"]'
_KEY_MS = 40
_PRESSING = 4.0
_SEEN = """
selector => [...document.querySelectorAll(selector)]
  .filter(element => element.checkVisibility())
  .map(element => element.innerText)
"""


@dataclass(frozen=True)
class Window:
    """The page of a browser that shows the project in `project`. Pictures go to `pictures`."""

    page: Any
    project: Path
    pictures: Path

    def open(self, address: str, file: str = "", line: int = 1, column: int = 1) -> None:
        """Show the project, and one of its files with the cursor at a place."""
        place = f"vscode-remote://{address.partition('//')[2]}{self.project / file}:{line}:{column}"
        payload = json.dumps([["gotoLineMode", "true"], ["openFile", place]]) if file else "[]"
        self.page.goto(f"{address}/?folder={quote(str(self.project))}&payload={quote(payload)}")
        self.wait("the window", lambda: self.page.query_selector(STATUS))
        if file:
            self.wait("the file", lambda: self.page.query_selector(".monaco-editor.focused"))

    def show(self, file: str, line: int) -> None:
        """Open a file of the project at a line."""
        self.press("Control+p")
        self.page.wait_for_selector(".quick-input-widget input")
        self.type(f"{file}:{line}")
        self.wait(file, lambda: any(file.endswith(one) for one in self.choices()))
        self.press("Enter")
        self.wait(f"line {line}", lambda: f"Ln {line}, Col 1" in self.texts(".statusbar-item"))

    def close_files(self) -> None:
        """Leave what is going on, save, and close what is open."""
        self.press("Escape", "Escape", "Escape", "Control+1")
        self.save()
        self.run("View: Close All Editors")
        self.wait("an empty window", lambda: not self.page.query_selector(".tab"))

    def type(self, text: str) -> None:
        """Type, as fast as a fast typist."""
        self.page.keyboard.type(text, delay=_KEY_MS)

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def state(self) -> str:
        """Return what the status bar item says to a screen reader."""
        item = self.page.query_selector(f"{STATUS} a")
        return str(item.get_attribute("aria-label")) if item else ""

    def wait_for_state(self, expected: str) -> None:
        """Wait until the status bar item says so."""
        self.wait(expected, lambda: self.state() == f"fairlead: {expected}")

    def ghost(self, after: str) -> str:
        """Return the ghost text behind what was just typed, once the editor shows both."""
        spans = (f".view-line .ghost-text-decoration{kind}" for kind in ("", "-preview"))
        ghost = "".join(self.texts(", ".join(spans)))
        shown = (line.strip() for line in self.texts(".view-line"))
        return ghost if after + ghost in shown else ""

    def texts(self, selector: str) -> list[str]:
        """Return the texts of what matches and is seen, without blanks that keep their width."""
        found = self.page.evaluate(_SEEN, selector)
        return [str(text).replace("\u00a0", " ") for text in found]

    def items(self) -> list[str]:
        """Return the names in the list of completions."""
        rows = self.texts(".suggest-widget.visible .monaco-list-row")
        return [row.partition("\n")[0] for row in rows]

    def choices(self) -> list[str]:
        """Return what the menu at the top offers."""
        return self.texts(".quick-input-list .monaco-list-row .label-name")

    def run(self, command: str) -> None:
        """Run a command by the name that the palette shows."""
        self.press("F1")
        self.page.wait_for_selector(".quick-input-widget input")
        self.type(command)
        self.wait(command, lambda: self.choices()[:1] == [command])
        self.press("Enter")

    def click(self, selector: str) -> None:
        """Click on what matches, once it is there."""
        self.page.click(selector, timeout=1000 * PATIENCE)

    def choose_fix(self, title: str) -> None:
        """Open the list of quick fixes at the cursor, and take one of them."""
        entry = f".action-widget .monaco-list-row >> text={title}"
        self.until(f"the fix {title}", "Control+.", lambda: self.page.query_selector(entry))
        self.picture(f"fix {title}")
        self.click(entry)

    def take_preview(self, name: str) -> None:
        """Wait until changes are shown, and have them made."""
        comparison, answers = ".monaco-diff-editor", ["Apply", "Discard"]
        self.wait(f"the preview of {name}", lambda: self.page.query_selector(comparison))
        self.wait("the question", lambda: [c.strip() for c in self.choices()] == answers)
        self.picture(f"preview of {name}")
        self.press("Enter")
        self.wait("the end of the preview", lambda: not self.page.query_selector(comparison))

    def save(self) -> None:
        """Save; an edit that comes meanwhile has it done again."""
        self.until("saving", "Control+s", lambda: not self.page.query_selector(".tab.dirty"))

    def saved(self, file: str) -> str:
        """Save, and return the text of a file of the project."""
        self.save()
        return (self.project / file).read_text(encoding="utf-8")

    def until(self, what: str, key: str, condition: Callable[[], T]) -> T:
        """Press a key, again every few seconds, until `condition` is true."""
        pressed = 0.0

        def pressing() -> T:
            nonlocal pressed
            found = condition()
            if not found and time.monotonic() > pressed + _PRESSING:
                pressed = time.monotonic()
                self.press(key)
            return found

        return self.wait(what, pressing)

    def wait(self, what: str, condition: Callable[[], T]) -> T:
        """Wait until `condition` is true, and return what it returned."""
        end = time.monotonic() + PATIENCE
        while not (found := condition()):
            if time.monotonic() > end:
                self.picture(f"failed {what}")
                raise AssertionError(f"{what}: not within {PATIENCE:.0f} s; {self.state()}")
            time.sleep(0.05)
        return found

    def told(self) -> list[str]:
        """Return what the user is told just now."""
        return self.texts(".notification-toast .notification-list-item-message")

    def dismiss(self) -> None:
        """Put away what the user is told."""
        self.run("Notifications: Clear All Notifications")

    def picture(self, name: str) -> None:
        """Keep what the window shows."""
        safe = "".join(c if c.isalnum() else "-" for c in name)
        self.page.screenshot(path=str(self.pictures / f"{safe}.png"))

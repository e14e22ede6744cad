"""What Neovim draws, kept as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Screen:
    """A grid of cells that takes the events of Neovim's user interface."""

    def __init__(self) -> None:
        self._cells: list[list[str]] = []
        self.cursor = (0, 0)

    def take(self, events: Sequence[Sequence[Any]]) -> None:
        """Apply one ``redraw``: each event is a name, and the arguments of each time it happens."""
        for name, *calls in events:
            if handler := getattr(self, f"_{name}", None):
                for arguments in calls:
                    handler(*arguments)

    def lines(self) -> list[str]:
        """Return what the user sees, line by line, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in list(self._cells)]

    def _grid_resize(self, grid: int, width: int, height: int) -> None:
        self._cells = [[" "] * width for _ in range(height)]

    def _grid_clear(self, grid: int) -> None:
        self._cells = [[" "] * len(row) for row in self._cells]

    def _grid_cursor_goto(self, grid: int, row: int, column: int) -> None:
        self.cursor = (row, column)

    def _grid_line(
        self, grid: int, row: int, column: int, cells: list[list[Any]], *more: Any
    ) -> None:
        for text, *details in cells:
            times = details[1] if len(details) > 1 else 1
            for _ in range(times):
                self._cells[row][column] = text
                column += 1

    def _grid_scroll(
        self, grid: int, top: int, bottom: int, left: int, right: int, rows: int, columns: int
    ) -> None:
        order = range(top, bottom - rows) if rows > 0 else range(bottom - 1, top - rows - 1, -1)
        for row in order:
            self._cells[row][left:right] = self._cells[row + rows][left:right]

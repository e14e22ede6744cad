"""What of a document a model is to write anew, in plain text."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.texts import plain, plain_offset

_COMMENTS = {"python": "# ", "plaintext": "# "}
_SLASHES = "// "


def comment_sign(language: str) -> str:
    """Return what begins a comment that ends with its line."""
    return _COMMENTS.get(language, _SLASHES)


@dataclass(frozen=True)
class Place:
    """The part of `text`, which has plain line ends, from `start` to `end`.

    It begins with a line where nothing but blanks was before it, and ends before a line end where
    nothing but blanks was after it.
    """

    text: str
    start: int
    end: int
    language: str
    path: str

    @property
    def before(self) -> str:
        """What stands before it, and stays."""
        return self.text[: self.start]

    @property
    def selected(self) -> str:
        """What is to be written anew."""
        return self.text[self.start : self.end]

    @property
    def after(self) -> str:
        """What stands after it, and stays."""
        return self.text[self.end :]

    @property
    def is_lines(self) -> bool:
        """Whether it begins with a line."""
        return not self.before or self.before.endswith("\n")

    @property
    def indent(self) -> str:
        """The blanks before the first line that has something in it, or that are all there is."""
        lines = self.selected.split("\n")
        line = next((one for one in lines if one.strip()), lines[0])
        return line[: len(line) - len(line.lstrip())]

    def with_text(self, code: str) -> str:
        """Return the text with `code` in the place."""
        return self.before + code + self.after


def place_of(request: EditRequest) -> Place:
    """Return the place that is meant: the selection, or the line of the cursor."""
    document = request.document
    text = plain(document.text)
    start, end = (plain_offset(document.text, at) for at in (request.start, request.end))
    if start == end:
        start = text.rfind("\n", 0, start) + 1
        end = text.find("\n", end)
        end = len(text) if end < 0 else end
    start, end = _trimmed(text, start, end)
    return Place(text, start, end, document.language, document.path)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the extent without blank lines around it, and with all of its first line's indent."""
    selected = text[start:end]
    if selected.strip():
        start += len(selected) - len(selected.lstrip())
        end -= len(selected) - len(selected.rstrip())
    else:
        end = start + len(selected.rstrip("\n"))
    begun = text.rfind("\n", 0, start) + 1
    return (begun if not text[begun:start].strip() else start), end

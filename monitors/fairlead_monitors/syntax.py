"""Does a finished text parse where it was inserted?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Tree

from fairlead_monitors.brackets import Balance
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.trees import Grammar, edited, grammar

KIND = "syntax"
_ENGINE = "tree-sitter"
MORE = "more has to follow"
"""The reason that is given for a text that breaks off."""
_LONGEST_REPETITION = 80
"""Bytes after the cursor that the end of a text may repeat."""

Errors = frozenset[tuple[int, int]]


class SyntaxCheck:
    """Judges texts that are inserted between `before` and `after`.

    VALID: no syntax error comes with the text. INVALID: one does, and no end of the text that is
    tried mends it. UNKNOWN: the text breaks off where more has to follow, no text would mend the
    document, or there is no grammar.
    """

    def __init__(self, language: str, before: str, after: str) -> None:
        self._grammar = grammar(language)
        self._language = language
        self._before, self._after = (t.encode(errors="replace") for t in (before, after))
        self._old: tuple[Tree, Errors] | None = None
        self._balance = Balance(language)

    def parses(self, text: str) -> bool:
        """Tell whether no syntax error comes with `text`; True if there is no grammar."""
        data = text.encode(errors="replace")
        if not data:
            return self._grammar is None or not self._without(self._grammar)[1]
        return self._grammar is None or not self._new_errors(self._grammar, data)

    def judge(self, text: str, *, finished: bool = True) -> Evidence:
        """Return the verdict on `text`; unless it is `finished`, nothing is said of its last line.

        A finished text ends with a whole line, though it may lack the lines that belong to it.
        """
        data = text.encode(errors="replace")
        verdict, reason = self._verdict(data) if finished else self._verdict_on_lines(data)
        return Evidence("text", KIND, verdict, _ENGINE, 0, 0, len(data), reason)

    def longest(self, text: str, *, finished: bool = True) -> str:
        """Return as much of `text` as is not known to be wrong.

        That is all but an end that the text after it repeats, or as many whole lines as can be.
        All of it, if the first line is wrong already: what is wrong may still be of use.
        """
        if self.judge(text, finished=finished).verdict is not Verdict.INVALID:
            return text
        lines = text.splitlines(keepends=True)
        shorter = ["".join(lines[:count]).rstrip("\r\n") for count in range(len(lines) - 1, 0, -1)]
        for kept in (*self._without_repetition(text), *shorter):
            if kept.strip() and self.judge(kept).verdict is not Verdict.INVALID:
                return kept
        return text

    def _without_repetition(self, text: str) -> Iterator[str]:
        after = self._after[:_LONGEST_REPETITION].decode(errors="ignore")
        for length in range(min(len(text), len(after)), 0, -1):
            if text.endswith(after[:length]):
                yield text[:-length]

    def _verdict_on_lines(self, data: bytes) -> tuple[Verdict, str]:
        verdict, reason = self._verdict(data)
        whole = data.rpartition(b"\n")[0]
        if verdict is Verdict.INVALID and self._verdict(whole)[0] is not Verdict.INVALID:
            return Verdict.UNKNOWN, MORE
        return verdict, reason

    def _verdict(self, data: bytes) -> tuple[Verdict, str]:
        if self._grammar is None:
            return Verdict.UNKNOWN, f"no grammar for {self._language} is installed"
        if not self._new_errors(self._grammar, data):
            return Verdict.VALID, ""
        if not self._is_mendable:
            return Verdict.UNKNOWN, "the document does not parse without it either"
        if self._can_be_mended(self._grammar, data):
            return Verdict.UNKNOWN, MORE
        return Verdict.INVALID, "it does not parse"

    @cached_property
    def _is_mendable(self) -> bool:
        """Tell whether some text would mend the document."""
        return self._grammar is not None and self._can_be_mended(self._grammar, b"")

    def _can_be_mended(self, found: Grammar, data: bytes) -> bool:
        """Tell whether some way in which the text might go on parses."""
        if not data and not self._without(found)[1]:
            return True
        return any(not self._new_errors(found, data + end) for end in self._ends(data))

    def _without(self, found: Grammar) -> tuple[Tree, Errors]:
        if self._old is None:
            tree = found.parse(self._before + self._after)
            self._old = tree, found.errors_in(tree)
        return self._old

    def _new_errors(self, found: Grammar, data: bytes) -> Errors:
        """Return the errors that are not in the document without `data`."""
        tree, old = self._without(found)
        text = self._before + data + self._after
        new = found.errors_in(found.parse(text, edited(tree, self._before, data)))
        start, length = len(self._before), len(data)
        same = {(b, e) for b, e in old if e <= start} | {
            (b + length, e + length) for b, e in old if b >= start
        }
        return new - same

    def _ends(self, data: bytes) -> Iterator[bytes]:
        """Yield ways in which a text that breaks off might go on."""
        closers = self._balance.missing(self._before + data, self._after)
        if closers is None:
            closers = self._balance.missing(self._before + data, b"") or b""
        line = (self._before[-400:] + data).rpartition(b"\n")[2]
        indent = line[: len(line) - len(line.lstrip())]
        for template in _ENDS.get(self._language, _ENDS_OF_STATEMENTS):
            yield template.replace(b"<", closers).replace(b">", indent)


# Ways to go on; `<` stands for the closing brackets that are missing, `>` for the indentation.
_ENDS_OF_STATEMENTS = (b"<", b"<;", b"x<", b"x<;", b" {}<", b";<", b'"<;', b"*/<", b"<\nx() {}")
_ENDS_WITH_TEMPLATES = (*_ENDS_OF_STATEMENTS, b"`<;", b"}`<;")
_ENDS = {
    "python": (
        b"<",
        b"x<",
        b'"""<\n',
        b"'''<\n",
        b"<:\n>    pass\n",
        b"<\n>    pass\n",
        b"<\n>x\n",
        b"<\n>def f(): pass\n",
        b"<\n>except E:\n>    pass\n",
        b"<\n>case x:\n>    pass\n",
        b"<\n>    case x:\n>        pass\n",
        b"<\n>    pass\n>except E:\n>    pass\n",
    ),
    "javascript": _ENDS_WITH_TEMPLATES,
    "javascriptreact": _ENDS_WITH_TEMPLATES,
    "typescript": _ENDS_WITH_TEMPLATES,
    "typescriptreact": _ENDS_WITH_TEMPLATES,
}

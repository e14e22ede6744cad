"""Where text in a C-family language ends: in code, a string or a comment, and after what.

The text before a cursor is unfinished by nature. What an error-tolerant parser makes of its last
line depends on how it recovers; a lexer needs no recovery, so triggers are found by lexing. Text
is lexed in bytes and in pieces of any size: a state keeps the last tokens as text, because what
follows may still change them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from fairlead_monitors.clike.language import Language, Quote, inside
from fairlead_monitors.clike.statements import begins_expression, begins_statement, ends_label
from fairlead_monitors.clike.tokens import Code, Frame, Sort, Text, Token

_LOOKAHEAD = 24
"""No token depends on bytes further behind its end (the longest: raw strings' closing quotes)."""
_CHUNK = 4096


@dataclass(frozen=True)
class Place:
    """What is known at a place in the text: the levels it is nested in, innermost last.

    `fresh` says that no token stands before it on its line.
    """

    frames: tuple[Frame, ...] = (Code(),)
    fresh: bool = True

    @property
    def code(self) -> Code | None:
        """The innermost level, if it is code."""
        frame = self.frames[-1]
        return frame if isinstance(frame, Code) else None

    @property
    def last(self) -> Token | None:
        """The last token of the statement, when this is code."""
        code = self.code
        return code.recent[-1] if code and code.recent else None

    @property
    def dereferences(self) -> bool:
        """Tell whether a member is named here."""
        last = self.last
        return last is not None and last.sort is Sort.DEREFERENCE


@dataclass(frozen=True)
class LexState:
    """The end of a text. `before` and `rest` are what more text is appended to, at `offset`."""

    end: Place = Place()
    before: Place = Place()
    offset: int = 0
    rest: bytes = b""


def lex(language: Language, state: LexState, data: bytes) -> LexState:
    """Return the state after `data`."""
    while len(data) > _CHUNK:
        state, data = _chunk(language, state, data[:_CHUNK]), data[_CHUNK:]
    return _lex(language, state, data)


def tokens(language: Language, data: bytes) -> list[Token]:
    """Return the tokens of a whole text, with comments, in their order."""
    reader = Reader(language, Place(), 0, data)
    reader.read(len(data))
    reader.end()
    return sorted(reader.found, key=lambda token: token.start)


def _lex(language: Language, state: LexState, data: bytes) -> LexState:
    data = state.rest + data
    reader = Reader(language, state.before, state.offset, data)
    reader.read(len(data) - _LOOKAHEAD)
    before, done = reader.place(), reader.at
    reader.read(len(data))
    return LexState(reader.place(), before, state.offset + done, data[done:])


# While a document is typed into, all its text but the last piece stays what it was.
_chunk = lru_cache(maxsize=1024)(_lex)


class Reader:
    """Reads tokens from `data`, which begins at `offset`.

    `found` holds the tokens read, `opened` the openings of strings and comments.
    """

    def __init__(self, language: Language, place: Place, offset: int, data: bytes) -> None:
        self.at = 0
        self.found: list[Token] = []
        self.opened: list[Token] = []
        self._language = language
        self._offset = offset
        self._data = data
        self._frames = list(place.frames)
        self._fresh = place.fresh

    def place(self) -> Place:
        """Return what is known at the place reached."""
        return Place(tuple(self._frames), self._fresh)

    def read(self, limit: int) -> None:
        """Read the tokens that end at `limit` or before it."""
        while self.step(limit):
            pass

    def step(self, limit: int) -> bool:
        """Read the next token, or piece of a string; return False if it ends beyond `limit`."""
        if self.at >= len(self._data):
            return False
        frame = self._frames[-1]
        if isinstance(frame, Code):
            return self._in_code(frame, limit)
        return self._in_text(frame, limit)

    def end(self) -> None:
        """Add the strings and comments that the text ends in to the tokens found."""
        end = self._offset + self.at
        self.found += [f.token._replace(end=end) for f in self._frames if isinstance(f, Text)]

    def _in_code(self, code: Code, limit: int) -> bool:
        match = self._language.code.match(self._data, self.at)
        assert match is not None  # The last alternative matches any byte.
        kind, end = match.lastgroup or "", match.end()
        quote = self._language.quotes[int(kind[5:])] if kind.startswith("quote") else None
        if quote and not self._may_open(quote, code):
            quote, kind, end = None, "operator", self.at + 1
        elif kind == "number" and self._language.indices and _follows(code, Sort.DEREFERENCE):
            end = self._index_end()
        if end > limit:
            return False
        text = self._data[self.at : end]
        if quote:
            guard = kind.replace("quote", "guard")
            self._open_text(quote, match[guard] if guard in match.re.groupindex else b"", text)
        elif kind == "blank":
            self._fresh = self._fresh or b"\n" in text or b"\r" in text
        else:
            self._token(code, kind, text)
        self.at = end
        return True

    def _in_text(self, text: Text, limit: int) -> bool:
        match = inside(text.quote, text.guard).match(self._data, self.at)
        assert match is not None  # The last alternative matches any byte.
        if match.end() > limit:
            return False
        kind = match.lastgroup
        if kind in ("closes", "line"):
            self.at = match.end() if kind == "closes" else self.at
            self._close_text(text)
            return True
        if kind == "nests":
            self._frames.append(text._replace(token=text.token._replace(start=self._here())))
        elif kind == "field":
            self._frames.append(Code(text.quote.fields, self._here()))
        self.at = match.end()
        return True

    def _here(self) -> int:
        return self._offset + self.at

    def _index_end(self) -> int:
        end = self.at
        while end < len(self._data) and self._data[end] in b"0123456789":
            end += 1
        return end

    def _may_open(self, quote: Quote, code: Code) -> bool:
        if quote.line_start:
            return self._fresh
        return not quote.prefix or begins_expression(code)

    def _open_text(self, quote: Quote, guard: bytes, text: bytes) -> None:
        sort = Sort.LITERAL if quote.operand else Sort.COMMENT
        start = self._here()
        token = Token(sort, text, start, start + len(text), self._fresh)
        self._frames.append(Text(quote, guard, token))
        self.opened.append(token)
        self._fresh = self._fresh and not quote.operand

    def _close_text(self, text: Text) -> None:
        token = text.token._replace(end=self._here())
        self._frames.pop()
        outer = self._frames[-1]
        if isinstance(outer, Code):
            if text.quote.operand:
                self._frames[-1] = _with(self._statement(outer, token), token)
            self.found.append(token)

    def _token(self, code: Code, kind: str, text: bytes) -> None:
        start = self._here()
        sort = self._sort(code, kind, text)
        token = Token(sort, text, start, start + len(text), self._fresh)
        self._fresh = False
        self.found.append(token)
        if sort is Sort.CLOSE:
            self._close(token)
            return
        code = self._statement(code, token)
        if sort is Sort.OPEN:
            self._frames[-1] = code
            self._frames.append(Code(text, start))
        elif sort is Sort.END or ends_label(self._language, code, token):
            self._frames[-1] = Code(code.bracket, code.start)
        else:
            self._frames[-1] = _with(code, token)

    def _statement(self, code: Code, token: Token) -> Code:
        if begins_statement(self._language, code, token):
            return Code(code.bracket, code.start)
        return code

    def _sort(self, code: Code, kind: str, text: bytes) -> Sort:
        last = code.recent[-1] if code.recent else None
        if kind == "word":
            known = text in self._language.keywords and not _follows(code, Sort.DEREFERENCE)
            return Sort.KEYWORD if known else Sort.WORD
        if kind == "dereference":
            receives = last and (last.operand or last.text in self._language.receivers)
            return Sort.DEREFERENCE if receives else Sort.OPERATOR
        if kind == "operator" and text in self._language.postfix and last and last.operand:
            return Sort.POSTFIX
        return _SORTS.get(kind, Sort.OPERATOR)

    def _close(self, token: Token) -> None:
        """Leave the bracket that `token` closes, and any that were left open inside it."""
        for depth in range(len(self._frames) - 1, 0, -1):
            frame = self._frames[depth]
            assert isinstance(frame, Code)  # Text encloses code only in fields, which end the loop.
            if frame.bracket[-1:] == _PAIRS[token.text]:
                self._leave(depth, token)
                return
            if frame.bracket[-1:] == b"{":
                return  # One too many: it closes nothing that encloses the braces.

    def _leave(self, depth: int, token: Token) -> None:
        del self._frames[depth:]
        outer = self._frames[-1]
        if isinstance(outer, Code):
            self._frames[-1] = _with(outer, token)
        else:
            self.found.pop()  # The end of a field belongs to the string.


_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}
_SORTS = {
    "number": Sort.LITERAL,
    "character": Sort.LITERAL,
    "open": Sort.OPEN,
    "close": Sort.CLOSE,
    "end": Sort.END,
}
_HEAD, _RECENT = 4, 15


def _follows(code: Code, sort: Sort) -> bool:
    return bool(code.recent) and code.recent[-1].sort is sort


def _with(code: Code, token: Token) -> Code:
    head = code.head if len(code.head) == _HEAD else (*code.head, token)
    return Code(code.bracket, code.start, head, (*code.recent[-_RECENT:], token))

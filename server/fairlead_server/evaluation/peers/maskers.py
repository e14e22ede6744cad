"""Makers of masks: fairlead's own and those of libraries, each told that one of many names follows.

What follows is one of the names, then, if anything, a byte that no ASCII name goes on with and any
text behind it; the end of the text may follow a complete name. The libraries are asked in the way
that was the fastest of those tried: a regular expression, or, of xgrammar, EBNF whose tail is a
rule of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.trie import TokenTrie
from fairlead_monitors.context import Context
from fairlead_monitors.python.members import MembersMonitor
from fairlead_server.evaluation.decoding.engines import one_list

Bits = NDArray[np.bool_]
"""One for each token, shape (vocabulary size,)."""

_BEFORE = "value = receiver"
_ENDS = r"[\x00-/:-@\[-\^`\{-\x7f]"
_BITS = 32


class Spelling(Protocol):
    """A name that is being written, one of a list."""

    def mask(self) -> None:
        """Find the tokens that may come next, in the form that the library gives them."""

    def allowed(self) -> Bits:
        """Return what `mask` found."""

    def advance(self, token: int) -> bool:
        """Write `token`; tell whether it may come next, without which it is not written."""


class Masker(Protocol):
    """A library, with what it needs to know of a vocabulary."""

    def compile(self, names: Sequence[str]) -> Any:
        """Return what is made once of a list of names."""

    def begin(self, compiled: Any) -> Spelling:
        """Begin to write one of the names."""


class _Own:
    """Fairlead: a monitor for members, whose engine lists the names at once."""

    def __init__(self, model: LanguageModel) -> None:
        self.trie = TokenTrie(model.vocabulary)
        (self._dot,) = model.encode(".")

    def compile(self, names: Sequence[str]) -> MembersMonitor:
        return MembersMonitor(Context("a.py", _BEFORE, "", one_list(names)))

    def begin(self, compiled: MembersMonitor) -> Spelling:
        matcher: Matcher[Monitor] = Matcher(self.trie, compiled.fork())
        matcher.advance(self._dot)
        return _OwnSpelling(matcher)


class _OwnSpelling:
    def __init__(self, matcher: Matcher[Monitor]) -> None:
        self._matcher = matcher
        self._size = len(matcher.vocabulary)
        self._logits = np.zeros(self._size, np.float32)

    def mask(self) -> None:
        self._ids = self._matcher.allowed()
        if self._ids is None:
            self._scores = self._matcher.scores(self._logits)

    def allowed(self) -> Bits:
        if self._ids is None:
            return np.isfinite(self._scores)
        bits = np.zeros(self._size, np.bool_)
        bits[self._ids] = True
        return bits

    def advance(self, token: int) -> bool:
        self._matcher.advance(token)
        return True


class _Words:
    """Room for a mask of one bit for each token."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.words = np.zeros((1, -(-size // _BITS)), np.int32)

    def bits(self) -> Bits:
        found = np.unpackbits(self.words.view(np.uint8), bitorder="little")
        return found[: self._size].astype(np.bool_)


class _LLGuidance:
    """llguidance: Brzozowski derivatives walked along a trie of tokens, lazily."""

    def __init__(self, model: LanguageModel) -> None:
        self._library = import_module("llguidance")
        vocabulary = model.vocabulary
        wrapper = self._library.TokenizerWrapper(_Tokenizer(model))
        end = sorted(vocabulary.end)
        self._tokenizer = self._library.LLTokenizer(wrapper, eos_token=end)
        self._size = len(vocabulary)

    def compile(self, names: Sequence[str]) -> Any:
        make = self._library.LLMatcher
        compiled = make(self._tokenizer, make.grammar_from_regex(pattern(names)))
        if compiled.is_error():
            raise RuntimeError(compiled.get_error())
        return compiled

    def begin(self, compiled: Any) -> Spelling:
        return _LLGuidanceSpelling(compiled.deep_copy(), _Words(self._size))


class _Tokenizer:
    """What llguidance asks of a tokenizer."""

    bos_token_id = None

    def __init__(self, model: LanguageModel) -> None:
        vocabulary = model.vocabulary
        self._encode = model.encode
        self.eos_token_id = min(vocabulary.end)
        self.special_token_ids = [i for i, text in enumerate(vocabulary.tokens) if not text]
        self.tokens = [text or b"\xff<%d>" % i for i, text in enumerate(vocabulary.tokens)]

    def __call__(self, text: bytes | str) -> list[int]:
        return self._encode(text.decode() if isinstance(text, bytes) else text)


class _LLGuidanceSpelling:
    def __init__(self, matcher: Any, room: _Words) -> None:
        self._matcher, self._room = matcher, room
        self._at, self._bytes = room.words.ctypes.data, room.words.nbytes

    def mask(self) -> None:
        self._matcher.unsafe_compute_mask_ptr(self._at, self._bytes)

    def allowed(self) -> Bits:
        return self._room.bits()

    def advance(self, token: int) -> bool:
        return bool(self._matcher.consume_token(token))


class _XGrammar:
    """xgrammar: a pushdown automaton, most of whose masks are computed when it is compiled."""

    def __init__(self, model: LanguageModel) -> None:
        self._library = import_module("xgrammar")
        vocabulary = model.vocabulary
        kind, end = self._library.VocabType.RAW, sorted(vocabulary.end)
        info = self._library.TokenizerInfo(list(vocabulary.tokens), kind, stop_token_ids=end)
        self._compiler = self._library.GrammarCompiler(info, max_threads=1, cache_enabled=False)
        self._size = len(vocabulary)

    def compile(self, names: Sequence[str]) -> Any:
        return self._compiler.compile_grammar(self._library.Grammar.from_ebnf(ebnf(names)))

    def begin(self, compiled: Any) -> Spelling:
        return _XGrammarSpelling(self._library.GrammarMatcher(compiled), _Words(self._size))


class _XGrammarSpelling:
    def __init__(self, matcher: Any, room: _Words) -> None:
        self._matcher, self._room = matcher, room

    def mask(self) -> None:
        # It says that nothing is to be masked by leaving the mask as it is.
        if not self._matcher.fill_next_token_bitmask(self._room.words, 0):
            self._room.words.fill(-1)

    def allowed(self) -> Bits:
        return self._room.bits()

    def advance(self, token: int) -> bool:
        return bool(self._matcher.accept_token(token))


class _OutlinesCore:
    """outlines-core: a finite automaton over tokens, all of it computed when it is compiled.

    It knows one token that ends the text.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._library = import_module("outlines_core")
        vocabulary = model.vocabulary
        listed: dict[bytes, list[int]] = {}
        for token, text in enumerate(vocabulary.tokens):
            if text:
                listed.setdefault(text, []).append(token)
        self._vocabulary = self._library.Vocabulary(min(vocabulary.end), listed)
        self._size = len(vocabulary)

    def compile(self, names: Sequence[str]) -> Any:
        return self._library.Index(pattern(names), self._vocabulary)

    def begin(self, compiled: Any) -> Spelling:
        return _OutlinesSpelling(self._library.Guide(compiled), _Words(self._size))


class _OutlinesSpelling:
    def __init__(self, guide: Any, room: _Words) -> None:
        self._guide, self._room = guide, room
        self._at, self._count = room.words.ctypes.data, room.words.size

    def mask(self) -> None:
        self._guide.write_mask_into(self._at, self._count, _BITS // 8)

    def allowed(self) -> Bits:
        return self._room.bits()

    def advance(self, token: int) -> bool:
        try:
            self._guide.advance(token, False)
        except ValueError:
            return False
        return True


def pattern(names: Sequence[str]) -> str:
    """Return a regular expression for `names` and what may follow one.

    Longer names come before those that they begin with: some libraries look no further than the
    first that matches.
    """
    return rf"({'|'.join(sorted(names, reverse=True))})({_ENDS}[\s\S]*)?"


def ebnf(names: Sequence[str]) -> str:
    """Return the grammar that means the same as `pattern`."""
    listed = " | ".join(json.dumps(name) for name in sorted(names))
    return f"root ::= name tail?\nname ::= {listed}\ntail ::= {_ENDS} [\\x00-\\U0010ffff]*"


OWN = "fairlead"

MASKERS: Mapping[str, Callable[[LanguageModel], Masker]] = {
    OWN: _Own,
    "llguidance": _LLGuidance,
    "xgrammar": _XGrammar,
    "outlines-core": _OutlinesCore,
}
"""By the name that the package index has."""


def installed(remark: Callable[[str], None]) -> Iterator[str]:
    """Yield those of `MASKERS` that can be used; `remark` is told of the others."""
    for name in MASKERS:
        try:
            import_module(name.replace("-", "_"))
        except ImportError as error:
            if name != OWN:
                remark(f"{name} left out ({error}): pip install 'fairlead[peers]'")
                continue
        yield name


def versions(names: Sequence[str]) -> str:
    """Return `names` with their versions, for a report."""
    return ", ".join(f"{name} {_version(name)}".rstrip() for name in names)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

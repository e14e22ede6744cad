"""A member that fits between both sides of the cursor, where the line goes on behind it.

Analysis lists the members, and what follows on the line is known: each can be judged by how well
the line reads with it. What the model wrote competes with them, as it may be more than a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fairlead_decoding.complete import Decoder
from fairlead_decoding.infilling import Filling
from fairlead_monitors.engine import Completeness, Names
from fairlead_server.offering import Site
from fairlead_server.parsing import may_end
from fairlead_server.report import Checking
from fairlead_server.suggestion import CompletionRequest, Suggestion

_TYPED = re.compile(r"[\w)\]\"']\s*\.\s*(\w*)\Z")
_REACH = 256
_ASSIGNS = re.compile(r"\s*=(?!=)")
_ANNOTATES = re.compile(r"\s*:(?!=)")
_STATEMENT = re.compile(r"^[ \t]*\w+(?:\s*\.\s*\w+)*\s*\.\s*\w*\Z", re.MULTILINE)
_WORD = re.compile(r"[^\W\d]\w*")
_WORDS = 6
_TRIED = 6
"""How many of the likeliest fillings are looked at for whether the rest of the line is admitted."""
_LOOKED_AT = 80
"""Characters of the rest that are looked at: each name in them is a question to analysis."""


def fits_between(request: CompletionRequest, until: float) -> bool:
    """Tell whether one text is wanted, the best one for the document, and not before `until`."""
    several = request.samples > 1 or request.beam or request.config.temperature > 0
    deadline = request.config.deadline
    late = deadline is not None and deadline < until
    return not (several or late or request.ask or request.raw or request.entire)


@dataclass(frozen=True)
class Members:
    """Chooses among the members that `checking` knows at `site`.

    `line` makes what watches the same place where nothing of the line stands behind it.
    """

    decoder: Decoder
    site: Site
    checking: Checking
    line: Callable[[], Checking]
    deadline: float | None
    cancelled: Callable[[], bool]

    def fitting(self, written: Sequence[Suggestion]) -> str | None:
        """Return what is missing of the member that fits best, None where `written` fits as well.

        None, too, where no dereference ends before the cursor, nothing follows it on its line, or
        analysis lists no members.
        """
        found = _TYPED.search(self.site.prefix[-_REACH:])
        rest = self._line(self.site.replaces)
        if found is None or not rest.strip() or self.cancelled():
            return None
        names = self.checking.members()
        fit = [] if names is None else [*_fit(names, rest), *self._made(names, rest)]
        missing = [name.removeprefix(found[1]) for name in fit if _goes_on(found[1], name)]
        if not missing:
            return None
        others = [Filling(_unix(one.text), self._line(one.replaces)) for one in written]
        if found[1] in fit:
            # The member may be there as a whole already.
            others.append(Filling("", rest))
        likely = self.decoder.likeliest(
            _unix(self.site.prefix),
            missing,
            rest,
            others,
            k=_TRIED,
            cancelled=self.cancelled,
            deadline=self.deadline,
        )
        best = self._admitted_with_rest(likely)
        if best is None or best in others:
            return None
        return best.text if may_end(self.checking, best.text.encode()) else None

    def _admitted_with_rest(self, likely: Sequence[Filling]) -> Filling | None:
        """Return the first with which analysis admits the line, as far as it knows, or the first.

        How the line begins tells enough: it may go on for long.
        """
        if not likely:
            return None
        line = self.line()
        for one in likely:
            text = (one.text + one.rest[:_LOOKED_AT]).rstrip("\n").encode(errors="replace")
            if self.cancelled() or line.admitted(text) == len(text):
                return one
        return likely[0]

    def _made(self, names: Names, rest: str) -> list[str]:
        """Return members that an assignment may make: they are often called what they get."""
        is_all = names.completeness is Completeness.COMPLETE and not names.may_create
        if is_all or not self._is_assigned(rest):
            return []
        words = list(dict.fromkeys(_WORD.findall(rest)))[:_WORDS]
        return [name for word in words for name in (word, f"_{word}") if name not in names.names]

    def _is_assigned(self, rest: str) -> bool:
        if _ASSIGNS.match(rest):
            return True
        # A colon annotates a statement's target; elsewhere it ends a header or parts a slice.
        begins = _STATEMENT.search(self.site.prefix[-_REACH:])
        return self.site.language == "python" and bool(begins and _ANNOTATES.match(rest))

    def _line(self, replaced: int) -> str:
        """Return the rest of the cursor's line from `replaced` characters on, with its end."""
        return self.site.suffix[replaced:].partition("\n")[0].rstrip("\r") + "\n"


def _fit(names: Names, rest: str) -> list[str]:
    """Return the members that can go before `rest`."""
    return sorted(names.names - (names.values if rest.lstrip().startswith("(") else names.methods))


def _goes_on(typed: str, name: str) -> bool:
    return name.startswith(typed) and name != typed


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")

"""From what the model wrote to what is offered: finished, parsed and with its evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, partial

from fairlead_decoding.types import Completion, Veto
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_server.ending import ended, parsing
from fairlead_server.finishing import Draft, Finished, finish
from fairlead_server.finishing.missing import opened
from fairlead_server.finishing.scan import BRACES
from fairlead_server.parsing import may_end, parsed
from fairlead_server.report import Checking, suggestion
from fairlead_server.suggestion import Dropped, Suggestion

_UNBOUND = "name that nothing binds"
_BROKEN = "broken expression"


@dataclass(frozen=True)
class Site:
    """Where texts go: between `prefix` and `suffix`, in place of `replaces` characters of it."""

    language: str
    prefix: str
    suffix: str
    replaces: int = 0


def offered(
    completions: Iterable[Completion],
    site: Site,
    checking: Checking | None,
    *,
    raw: bool = False,
    entire: bool = False,
) -> tuple[tuple[Suggestion, ...], tuple[Dropped, ...]]:
    """Return what is offered of `completions`, what does not parse last, and what is dropped.

    Each is finished first, unless they are wanted `raw`, and cut back to what parses, unless they
    are wanted `entire`. What was checked of it is found out
    from the finished text, so that the evidence is about what is offered.
    """
    # The document without the text is parsed once for each length that texts replace.
    syntax = None if entire else cache(partial(_syntax, site))
    found: dict[tuple[str, int], tuple[Suggestion, bool]] = {}
    dropped = []
    for completion in completions:
        finished = _as_it_is(completion, site) if raw else _finished(completion, site, checking)
        if not finished.text and finished.applied:
            dropped.append(Dropped(_text(completion), finished.applied[-1]))
            continue
        made, valid = _suggestion(completion, finished, site, syntax, checking)
        found.setdefault((made.text, made.replaces), (made, valid))
    ordered = sorted(found.values(), key=lambda pair: not pair[1])
    return tuple(made for made, _ in ordered), tuple(dropped)


def in_step(completion: Completion, text: str) -> Completion:
    """Return `completion` with a text that has been finished, and its vetoes where they belong.

    The text differs in its blanks and where it ends.
    """
    data = text.encode()
    if completion.text.startswith(data):
        return replace(completion, text=data)
    vetoes = [_moved(veto, completion.text, data) for veto in completion.vetoes]
    return replace(completion, text=data, vetoes=vetoes)


def _finished(completion: Completion, site: Site, checking: Checking | None) -> Finished:
    draft = _draft(completion, site)
    finished = _plain(finish(draft))
    if checking is None or not finished.text:
        return finished
    is_broken_off = not draft.whole or _opens(site.language, finished.text)
    if is_broken_off and (text := ended(finished.text, checking)) != finished.text:
        finished = _plain(finish(draft.with_text(text))) if text else Finished("", site.replaces)
        finished = replace(finished, applied=(*finished.applied, _UNBOUND))
    is_held_up = bool(completion.vetoes) or _UNBOUND in finished.applied
    if is_held_up and site.language in BRACES:
        finished = _mended(finished, site, checking)
    if not finished.text or may_end(checking, finished.text.encode()):
        return finished
    return _as_it_is(completion, site)


def _mended(finished: Finished, site: Site, checking: Checking) -> Finished:
    """Return what parses of a text that guidance has led astray: no name that is wanted is there.

    That may be nothing, if the document parses without it. Otherwise it stays, to be mended.
    """
    syntax = _syntax(site, finished.replaces)
    if not finished.text or syntax.parses(syntax.longest(finished.text)):
        return finished
    size = len(site.prefix) + len(site.suffix)
    kept = parsing(finished.text, syntax, checking, site.language, size)
    if kept == finished.text or (not kept and not syntax.parses("")):
        return finished
    return Finished(kept, finished.replaces, (*finished.applied, _BROKEN))


def _opens(language: str, text: str) -> bool:
    """Tell whether `text` leaves a bracket open that it opens."""
    return (language == "python" or language in BRACES) and bool(opened(language, text))


def _plain(finished: Finished) -> Finished:
    return replace(finished, text=finished.text.replace("\r\n", "\n"))


def _as_it_is(completion: Completion, site: Site) -> Finished:
    return Finished(_text(completion), site.replaces)


def _syntax(site: Site, replaces: int) -> SyntaxCheck:
    return SyntaxCheck(site.language, site.prefix, site.suffix[replaces:])


def _suggestion(
    completion: Completion,
    finished: Finished,
    site: Site,
    syntax: Callable[[int], SyntaxCheck] | None,
    checking: Checking | None,
) -> tuple[Suggestion, bool]:
    """Return the suggestion, and whether it is not known to be wrong."""
    kept, verdict, replaces = in_step(completion, finished.text), None, finished.replaces
    if checking is not None and syntax is not None:
        ((kept, verdict),) = parsed([kept], syntax(replaces), checking)
        if _text(kept) != finished.text and replaces != site.replaces:
            # What is replaced may have had its reason in what has been cut off.
            replaces = finish(_draft(kept, site)).replaces
    crlf = "\r\n" in site.prefix or "\r\n" in site.suffix
    made = suggestion(kept, checking, verdict, crlf=crlf)
    valid = verdict is None or verdict.verdict is not Verdict.INVALID
    return replace(made, replaces=replaces, applied=finished.applied), valid


def _draft(completion: Completion, site: Site) -> Draft:
    whole = completion.finish_reason == "stop"
    return Draft(site.language, site.prefix, site.suffix, _text(completion), site.replaces, whole)


def _text(completion: Completion) -> str:
    return completion.text.decode(errors="ignore")


def _moved(veto: Veto, raw: bytes, text: bytes) -> Veto:
    """Return `veto` behind as many characters that are not blank as it was in `raw`."""
    start = raw[: veto.offset]
    before, blanks = len(b"".join(start.split())), len(start) - len(start.rstrip())
    ends = [m.end() for m in re.finditer(rb"\S", text)]
    reached = ends[min(before, len(ends)) - 1] if before and ends else 0
    following = ends[before] - 1 if before < len(ends) else len(text)
    return replace(veto, offset=min(reached + blanks, following))

"""What an instruction is about: the name or code that it gives, or what is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fairlead_server.editing.refactoring.job import Job, Refused, Word, line_at, offset_of

Meaning = Callable[[Word], set[tuple[int, int]]]
"""Where in the document the thing is named that an identifier names: lines and columns."""


def word_at(job: Job, name: str | None, meaning: Meaning, words: Sequence[Word]) -> Word:
    """Return which of the identifiers `words` is meant. Raises `Refused` when that is not clear.

    That is `name` where the selection is or touches it; or in its lines; or, if nothing is
    selected there, wherever in the document it has one meaning. Without a `name` it is the one
    that is selected.
    """
    touched = [word for word in words if _touches(job, word)]
    if name is None:
        if len({word.text for word in touched}) == 1:
            return touched[0]
        raise Refused("select the one name that is meant, or give it in the instruction")
    first, last = line_at(job.text, job.start), line_at(job.text, job.end)
    known = [word for word in words if word.text == name]
    if not known:
        raise Refused(f"there is no `{name}` in the file")
    for group in (
        [word for word in known if word in touched],
        [word for word in known if first <= word.line <= last],
        known,
    ):
        if group:
            return _of_one_meaning(group, meaning)
    raise AssertionError("the last group is never empty")


def _touches(job: Job, word: Word) -> bool:
    start = offset_of(job.text, word.line, word.column)
    return start <= job.end and job.start <= start + len(word.text)


def _of_one_meaning(group: list[Word], meaning: Meaning) -> Word:
    """Return one of `group`. Raises `Refused` when they name several things."""
    chosen: Word | None = None
    known: set[tuple[int, int]] = set()
    for word in group:
        here = (word.line, word.column)
        if here in known:
            continue
        found = meaning(word)
        # A member of nobody knows what is no other thing.
        if not found or (word.dotted and found == {here}):
            continue
        if chosen is not None and not found & known:
            raise Refused(
                f"`{word.text}` on line {word.line} is another one than on line {chosen.line}: "
                "select the one that is meant"
            )
        chosen = chosen or word
        known |= found
    return chosen or group[0]


def selection(job: Job) -> tuple[int, int]:
    """Return what is selected without the blanks around it, or the `code` that is named.

    Raises `Refused` when there is nothing, or the code is not there once.
    """
    code = job.arguments.get("code")
    start, end = job.start, job.end
    if code is not None:
        if job.text.count(code, start, end) != 1:
            start, end = 0, len(job.text)
        if job.text.count(code, start, end) != 1:
            count = job.text.count(code)
            raise Refused(f"`{code}` is in the file {count} times: select the one that is meant")
        start = job.text.index(code, start, end)
        return start, start + len(code)
    text = job.text[start:end]
    if not text.strip():
        raise Refused("nothing is selected")
    return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())

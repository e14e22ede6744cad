"""Extract, inline and imports by the code actions of a language server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher

from fairlead_server.analysis.rewriting import Rewrite, Rewritten, Way
from fairlead_server.editing.refactoring.identifiers import (
    Declared,
    checked_name,
    declarations,
    identifiers,
    import_lines,
    made,
    refuse_if_used,
)
from fairlead_server.editing.refactoring.job import (
    Job,
    Proposal,
    Refused,
    Word,
    offset_of,
)
from fairlead_server.editing.refactoring.order import complaint
from fairlead_server.editing.refactoring.renaming import renamed_at
from fairlead_server.editing.refactoring.served import (
    Asking,
    Serving,
    Unable,
    lines_of,
    refuse_if_unseen,
    rename,
)
from fairlead_server.editing.refactoring.target import selection, word_at

_MAY_DO = re.compile(r"\w\s*\(|\+\+|--|\bnew\b|\bawait\b|\byield\b")


def served(
    job: Job, language: str, serving: Serving, cancelled: Callable[[], bool] = lambda: False
) -> list[Proposal]:
    """Return what the engine of the language makes of `job`.

    Raises `Refused` with the reason, `Unable` where it does no such thing, and `Cancelled`.
    """
    if job.operation not in OPERATIONS:
        raise Unable(job.operation)
    return list(OPERATIONS[job.operation](Asking(job, language, serving, cancelled)))


def extract(asking: Asking) -> Iterator[Proposal]:
    """Yield the ways to extract the selection. Raises `Refused`."""
    job = asking.job
    start, end = selection(job)
    name = job.arguments.get("name")
    if name is not None:
        refuse_if_used(checked_name(name), job.text, asking.language)
    is_function = job.operation == "extract_function"
    if not is_function and (wrong := complaint(job.text, start, end, asking.language)):
        raise Refused(wrong)
    answer = asking.ask(Rewrite(job.operation, start, end))
    kind = "function" if is_function else "variable"

    def proposal(way: Way) -> Proposal:
        text = _own(asking, way)
        new = made(job.text, text, asking.language, is_function=is_function)
        if name is not None:
            text = _renamed(asking, text, new, name)
        called = name or (new.text if new else "")
        named = lines_of(job.text, start, end)
        again = _replaced(job.text, text, called) - named if is_function and called else set[int]()
        on = ", ".join(map(str, sorted(again)))
        remarks = (f"the same code on line {on} is replaced as well",) if again else ()
        title = f"Extract {kind} `{called}`" if called else way.title
        return Proposal(answer.engine, title, {job.path: text}, named | again, remarks=remarks)

    yield from _each(answer, proposal)


def inline(asking: Asking) -> Iterator[Proposal]:
    """Yield the ways to put what a name stands for in its place. Raises `Refused`."""
    job, meaning = asking.job, asking.meaning()
    known = asking.identifiers()
    word = word_at(job, job.arguments.get("old"), meaning, known)
    places = meaning(word)
    declared = _declared(asking, word, places)
    at = offset_of(job.text, declared.word.line, declared.word.column)
    answer = asking.ask(Rewrite("inline", at, at + len(word.text)))
    refuse_if_unseen(asking, answer, word)
    left = sum(one.text == word.text for one in known) - len(places)
    named = {line for line, _ in places} | _with_blanks(job.text, declared)

    def proposal(way: Way) -> Proposal:
        texts = asking.texts(way)
        new = identifiers(texts.get(job.path, job.text), asking.language)
        if sum(one.text == word.text for one in new) > left:
            raise Refused(f"it leaves uses of `{word.text}` behind")
        lines = job.text.split("\n")[declared.first - 1 : declared.last]
        value = "" if declared.is_function else "\n".join(lines).partition("=")[2]
        doubt = f"{answer.engine} does not look at when `{word.text}` is computed, and how often"
        remarks = (doubt,) if _MAY_DO.search(value) else ()
        title = f"Inline `{word.text}`"
        return Proposal(answer.engine, title, texts, frozenset(named), remarks=remarks)

    yield from _each(answer, proposal)


def imports(asking: Asking) -> Iterator[Proposal]:
    """Yield the text with other imports. Raises `Refused`."""
    job = asking.job
    answer = asking.ask(Rewrite(job.operation, 0, 0))
    is_order = job.operation == "organise_imports"
    named = import_lines(job.text, asking.language)
    title = "Organise imports" if is_order else "Remove unused imports"

    def proposal(way: Way) -> Proposal:
        text = _own(asking, way)
        kept = {word.text for word in identifiers(text, asking.language)}
        gone = [w.text for w in asking.identifiers() if w.line in named and w.text not in kept]
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(gone))
        remarks = (f"no longer imported: {names}",) if gone else ()
        return Proposal(answer.engine, title, {job.path: text}, named, remarks=remarks)

    yield from _each(answer, proposal)


OPERATIONS: Mapping[str, Callable[[Asking], Iterator[Proposal]]] = {
    "rename": rename,
    "extract_variable": extract,
    "extract_function": extract,
    "inline": inline,
    "organise_imports": imports,
    "remove_unused_imports": imports,
}
"""What servers are asked for."""


def _each(answer: Rewritten, make: Callable[[Way], Proposal]) -> Iterator[Proposal]:
    """Yield what can be made of the ways. Raises `Refused` if that is nothing."""
    reasons = list[str]()
    for way in answer.ways:
        try:
            yield make(way)
        except Refused as error:
            reasons.append(f"{answer.engine}: {error}")
    if len(reasons) == len(answer.ways):
        raise Refused("; ".join(dict.fromkeys(reasons)))


def _own(asking: Asking, way: Way) -> str:
    """Return the document's new text. Raises `Refused` for other files, and for no change."""
    texts = asking.texts(way)
    if not texts or texts.get(asking.job.path) == asking.job.text:
        raise Refused("nothing would change")
    if set(texts) != {asking.job.path}:
        raise Refused("other files would have to be edited")
    return texts[asking.job.path]


def _renamed(asking: Asking, text: str, word: Word | None, name: str) -> str:
    """Return `text` with what has just been declared in it called `name`. Raises `Refused`."""
    if word is None:
        raise Refused("it is not clear what the server has called it")
    if word.text == name:
        return text
    at = offset_of(text, word.line, word.column)
    answer = asking.ask(Rewrite("rename", at, at + len(word.text), name), text)
    new = _own(asking, answer.ways[0])
    if renamed_at(text, new, word.text, name) is None:
        raise Refused("more than the name would change")
    return new


def _declared(asking: Asking, word: Word, places: set[tuple[int, int]]) -> Declared:
    """Return the declaration of what `word` names. Raises `Refused`."""
    for one in declarations(asking.job.text, asking.language):
        if one.word.text == word.text and (one.word.line, one.word.column) in places:
            return one
    raise Refused(f"`{word.text}` is not declared in this file")


def _with_blanks(text: str, declared: Declared) -> set[int]:
    """Return the lines of a declaration and the blank ones around it."""
    lines, first, last = text.split("\n"), declared.first, declared.last
    while first > 1 and not lines[first - 2].strip():
        first -= 1
    while last < len(lines) and not lines[last].strip():
        last += 1
    return set(range(first, last + 1))


def _replaced(old: str, new: str, name: str) -> set[int]:
    """Return the lines of `old` in whose place are lines with `name`."""
    before, after = old.split("\n"), new.split("\n")
    found = set[int]()
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "replace" and any(name in line for line in after[k:m]):
            found |= set(range(i + 1, j + 1))
    return found

"""From what a model has written to the code that goes into a place; what is unfit is refused.

Models answer in several ways, whatever they are asked: code, code in a fence with words around it,
blocks of search and replace, a diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fairlead_server.editing.checks import stays_in_range
from fairlead_server.editing.place import Place, comment_sign
from fairlead_server.editing.refactoring.job import Refused
from fairlead_server.editing.texts import plain

LONGEST = 20_000
"""Characters of an answer, besides four times those of what it replaces."""

_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.M | re.S
)
_OPENED = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.M)
_SEARCH = re.compile(
    r"^<{5,9} ?SEARCH[^\n]*\n(.*?)^={5,9}[ \t]*\n(.*?)^>{5,9} ?REPLACE[^\n]*$", re.M | re.S
)
_MARKS = re.compile(r"^(?:<{5,9}(?: |$)|>{5,9}(?: |$)|={7,9}$)", re.M)
_HUNK = re.compile(r"^@@ [^\n]*@@[^\n]*$", re.M)
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffd]"
)
_TAGS = {
    "python": {"python", "py", "python3", "pycon"},
    "java": {"java"},
    "typescript": {"typescript", "ts", "javascript", "js"},
    "typescriptreact": {"typescriptreact", "tsx", "typescript", "ts"},
    "javascript": {"javascript", "js", "mjs"},
    "javascriptreact": {"javascriptreact", "jsx", "javascript", "js"},
    "c": {"c", "h"},
    "cpp": {"cpp", "c++", "cc", "cxx", "hpp"},
    "go": {"go", "golang"},
    "rust": {"rust", "rs"},
}
_ANY = {"", "text", "plaintext", "code", "diff", "patch", "txt"}
_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.M)
_REMOVING = re.compile(r"\b(?:remov|delet|drop|renam|replac|inlin|merg|mov|split|call)", re.I)
_ASKED = re.compile(
    r"(?<!not )(?<!never )(?<!n't )\b(?:use|write|call|with|is|be|add|return|raise|insert|to)"
    r"\s+`([^`\n]+)`",
    re.I,
)
_LONG_LINE = 8
"""Characters from which on a line that is repeated tells something."""


def code_of(output: str, place: Place, instruction: str, *, ended: bool = True) -> str:
    """Return the code that `output` has for `place`. Raises `Refused` with the reason.

    `ended` says that the model came to an end by itself.
    """
    if not ended and len(output) <= LONGEST:
        raise Refused("the model did not come to an end")
    refuse_unfit(output, LONGEST + 4 * len(place.selected))
    text = plain(output)
    code = _fitted(_edited(_unfenced(text, place), place), place)
    _check(code, place, instruction)
    return code


def refuse_unfit(output: str, longest: int) -> None:
    """Raise `Refused` for what is no text of at most `longest` characters."""
    if len(output) > longest:
        raise Refused(f"the model wrote {len(output):,} characters, far more than it was asked for")
    if found := _CONTROLS.search(plain(output)):
        raise Refused(f"the model wrote a control character (U+{ord(found[0]):04X})")
    if not output.strip():
        raise Refused("the model wrote nothing")


def _unfenced(text: str, place: Place) -> str:
    """Return what is in the one fence of `text`, or all of it."""
    if not _OPENED.search(text):
        return text
    fenced = _FENCE.findall(text)
    known = _TAGS.get(place.language, {place.language})
    fit = [code for _, tag, code in fenced if tag.lower() in known | _ANY]
    if not fenced:
        raise Refused("the model did not come to the end of its code")
    if not fit:
        raise Refused(f"the model wrote {fenced[0][1]} and not {place.language}")
    if len(fit) > 1:
        raise Refused("the model wrote several pieces of code, and not which is meant")
    return str(fit[0])


def _edited(text: str, place: Place) -> str:
    """Return the selected code with the edits that `text` describes, or `text` if it is code."""
    if blocks := _SEARCH.findall(text):
        return _searched(blocks, place)
    if _MARKS.search(text):
        raise Refused("the model wrote half of a search-and-replace block")
    if _HUNK.search(text):
        return _patched(text, place)
    return text


def _searched(blocks: Iterable[tuple[str, str]], place: Place) -> str:
    code = place.selected + "\n"
    for search, new in blocks:
        if not search.strip() or code.count(search) != 1:
            raise Refused("the model replaces text that is not in the selection once")
        code = code.replace(search, new)
    return code


def _patched(text: str, place: Place) -> str:
    """Return the selected code with a unified diff applied; its line numbers do not count."""
    whole = place.text + "\n"
    for hunk in _HUNK.split(text)[1:]:
        lines = [line or " " for line in hunk.strip("\n").split("\n")]
        old, new = (_side(lines, signs) for signs in (" -", " +"))
        if not old.strip() or whole.count(old) != 1:
            raise Refused("the model's diff does not fit the file")
        whole = whole.replace(old, new)
    whole = whole.removesuffix("\n")
    if not stays_in_range(place.text, whole, place.start, place.end):
        raise Refused("the model's diff goes beyond the selection")
    return whole[place.start : len(whole) - len(place.after)]


def _side(lines: Sequence[str], signs: str) -> str:
    return "".join(f"{line[1:]}\n" for line in lines if line[0] in signs)


def _fitted(code: str, place: Place) -> str:
    """Return `code` without blank lines around it, indented as what it replaces."""
    lines = code.strip("\n").rstrip().split("\n")
    while len(lines) > 1 and not lines[0].strip():
        del lines[0]
    if not place.is_lines or not place.selected.strip():
        return "\n".join(lines).strip() if not place.is_lines else "\n".join(lines)
    first = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    if first == place.indent:
        return "\n".join(lines)
    if not all(line.startswith(first) for line in lines if line.strip()):
        return "\n".join(lines)
    return "\n".join(place.indent + line[len(first) :] if line.strip() else "" for line in lines)


def _check(code: str, place: Place, instruction: str) -> None:
    """Raise `Refused` for code that cannot be meant."""
    if not code.strip():
        raise Refused("the model wrote nothing")
    if code == place.selected:
        raise Refused("the model changes nothing")
    written, said = code.casefold(), " ".join(instruction.casefold().split())
    was = " ".join(place.selected.casefold().split())
    if len(said) > _LONG_LINE and said in " ".join(written.split()) and said not in was:
        raise Refused("the model repeats the instruction")
    own, sign = _lines(place.selected), comment_sign(place.language).strip()
    if all(line.startswith(sign) for line in _lines(code)) and any(
        not line.startswith(sign) for line in own
    ):
        raise Refused("the model wrote nothing but comments")
    if missing := _missing(code, place, instruction):
        raise Refused(f"the model wrote no `{missing}`, which is asked for")
    gone = set(_DEFINED.findall(place.selected)) - set(_DEFINED.findall(code))
    if gone and not _REMOVING.search(instruction):
        raise Refused(f"`{min(gone)}` would not be defined any more")
    before, after = _lines(place.before), _lines(place.after)
    lines = _lines(code)
    if before and lines[: len(before)] == before and before[0] not in own:
        raise Refused("the model wrote the whole file and not what was selected")
    if _repeats(lines[:1], before[-1:], own) or _repeats(lines[-1:], after[:1], own):
        raise Refused("the model repeats what stands around the selection")
    if any(lines.count(line) > max(8, own.count(line)) for line in set(lines)):
        raise Refused("the model repeats itself")


def _missing(code: str, place: Place, instruction: str) -> str:
    """Return what the instruction has in backticks to be put in, and is not there."""
    written, was = ("".join(text.split()) for text in (code, place.selected))
    asked = ((said, "".join(said.split())) for said in _ASKED.findall(instruction))
    return next((said for said, bare in asked if bare not in was and bare not in written), "")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _repeats(written: list[str], around: list[str], own: list[str]) -> bool:
    """Tell whether a line that is written stands next to the place already, and was not in it."""
    return bool(
        written and written == around and len(written[0]) > _LONG_LINE and written[0] not in own
    )

"""Docstrings: the place is known, the model writes the words, and nothing else may change."""

from __future__ import annotations

import ast
import re
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fairlead_decoding.chat import FORMAT
from fairlead_decoding.types import GenerationConfig
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.asking import Question
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit, Outcome
from fairlead_server.editing.checks import Analysed, keeps_lines, parses, unchecked
from fairlead_server.editing.outputs import refuse_unfit
from fairlead_server.editing.refactoring.job import Refused, line_at
from fairlead_server.editing.refactoring.meaning import is_documented, tree_of
from fairlead_server.editing.texts import plain, plain_offset, restored
from fairlead_server.editing.writing import SECONDS, Means, ask
from fairlead_server.suggestion import CompletionRequest

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_QUOTES = '"""'
_LONGEST = 1500
_TOKENS, _TOKENS_OF_A_LINE = 200, 40
_SAMPLES, _TEMPERATURE = 4, 0.5
_ENOUGH = 3
_FIELD = re.compile(r":(?:param|arg|parameter)(?: [\w\[\], .|]+?)? (\*{0,2}\w+):")
_SECTION = re.compile(r"^[ \t]*(?:Args|Arguments|Parameters):\s*\n((?:[ \t]+\S.*\n?|\s*\n)+)", re.M)
_ITEM = re.compile(r"^[ \t]+(\*{0,2}\w+)(?: \([^)]*\))?:", re.M)
_CODE = re.compile(r"`{1,2}([^\W\d]\w*)(?:\(\))?`{1,2}")


@dataclass(frozen=True)
class _Site:
    """Where the docstring of `node` goes in `text`: at `offset`, the start of a line."""

    text: str
    node: Definition
    offset: int
    indent: str

    @property
    def before(self) -> str:
        return f"{self.text[: self.offset]}{self.indent}{_QUOTES}"

    @property
    def after(self) -> str:
        return f"{_QUOTES}\n{self.text[self.offset :]}"


def add_docstring(
    request: EditRequest, means: Means, cancelled: Callable[[], bool] = lambda: False
) -> Outcome:
    """Return docstrings for the function or class that is selected. Raises `Cancelled`."""
    try:
        site = _site(request)
    except Refused as error:
        return Outcome((), (str(error),))
    request = replace(request, deadline=request.deadline or time.monotonic() + SECONDS)
    # Where there is no model, nothing else matters.
    model, reasons = means.model_name, list[str]()
    analysed = Analysed(means, request.document, request.patience, request.project)
    found: dict[str, Candidate] = {}
    for words in _written(request, site, means, reasons, cancelled):
        try:
            candidate = _checked(request, site, words, analysed, model)
        except Refused as error:
            reasons.append(str(error))
            continue
        found.setdefault(candidate.files[0].new, candidate)
        if len(found) == _ENOUGH:
            break
    return Outcome(tuple(found.values()), tuple(dict.fromkeys(reasons)))


def _site(request: EditRequest) -> _Site:
    """Return where the docstring goes. Raises `Refused`."""
    text = plain(request.document.text)
    start, end = (plain_offset(request.document.text, at) for at in (request.start, request.end))
    node = _selected(tree_of(text), line_at(text, start), line_at(text, end))
    if ast.get_docstring(node, clean=False) is not None:
        raise Refused(f"`{node.name}` has a docstring")
    lines = text.split("\n")
    # Comments between the header and the body come after the docstring.
    header = _header_end(node, lines)
    first = node.body[0].lineno
    if header >= first:
        raise Refused(f"the body of `{node.name}` is on the line of its header")
    body = lines[first - 1]
    indent = body[: len(body) - len(body.lstrip())]
    return _Site(text, node, sum(len(line) + 1 for line in lines[:header]), indent)


def _selected(tree: ast.Module, first: int, last: int) -> Definition:
    """Return the innermost definition around the selection, or the first one in it that lacks."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, Definition)]
    around = [n for n in nodes if n.lineno <= first and last <= (n.end_lineno or n.lineno)]
    if around:
        return max(around, key=lambda node: node.lineno)
    inside = [n for n in nodes if first <= n.lineno <= last]
    lacking = [n for n in inside if ast.get_docstring(n, clean=False) is None]
    if not inside:
        raise Refused("no function or class is selected")
    if not lacking:
        raise Refused("all that is selected has docstrings")
    return min(lacking, key=lambda node: node.lineno)


def _header_end(node: Definition, lines: list[str]) -> int:
    """Return the last line of the header, from 1."""
    first = min([node.body[0].lineno, *(d.lineno for d in _decorators(node.body[0]))])
    for number in range(first - 1, node.lineno - 1, -1):
        code = lines[number - 1].split("#")[0].rstrip()
        if code.endswith(":"):
            return number
    return first


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return list(getattr(node, "decorator_list", ()))


def _written(
    request: EditRequest,
    site: _Site,
    means: Means,
    reasons: list[str],
    cancelled: Callable[[], bool],
) -> Iterator[str]:
    """Yield what the model writes between the quotes."""
    document = request.document
    shown = DocumentSnapshot(document.path, site.before + site.after, document.language)
    base = CompletionRequest(
        shown,
        len(site.before),
        GenerationConfig(max_new_tokens=_TOKENS, deadline=request.deadline),
        guided=False,
        lines=None,
        raw=True,
        patience=request.patience,
        context=(),
        urgency="invoked",
        stops=(_QUOTES, "\n```"),
        entire=True,
    )
    chat = replace(base, ask=_message(site), opening=f"```python\n{_QUOTES}")
    result = ask(Question(chat), means, reasons, cancelled)
    if result.prompt_format == FORMAT:
        yield from (one.text for one in result.suggestions if one.finish_reason == "stop")
        base = chat
    else:
        config = replace(base.config, max_new_tokens=_TOKENS_OF_A_LINE)
        base = replace(base, lines=1, config=config, context=request.context)
        result = ask(Question(base), means, reasons, cancelled)
        yield from (one.text for one in result.suggestions if one.finish_reason == "stop")
    config = replace(base.config, temperature=_TEMPERATURE, top_p=0.95, seed=1)
    sampled = replace(base, samples=_SAMPLES, config=config)
    result = ask(Question(sampled), means, reasons, cancelled)
    yield from (one.text for one in result.suggestions if one.finish_reason == "stop")


def _message(site: _Site) -> str:
    code = ast.get_source_segment(site.text, site.node) or ""
    return (
        f"Write the docstring of `{site.node.name}`:\n\n```python\n{code}\n```\n\n"
        "Say in a sentence what it does; add more only if it is needed. Answer with the docstring "
        "alone, in one fenced block."
    )


def _checked(
    request: EditRequest, site: _Site, written: str, analysed: Analysed, model: str
) -> Candidate:
    """Return the candidate that the words make. Raises `Refused` when they fail a check."""
    words = _words(written, site, request.instruction)
    body = words if "\n" not in words else f"{words}\n"
    quoted = textwrap.indent(f"{_QUOTES}{body}{_QUOTES}", site.indent)
    plain_new = f"{site.text[: site.offset]}{quoted}\n{site.text[site.offset :]}"
    old = request.document.text
    new = restored(old, plain_new)
    if not parses("python", old, new) or not is_documented(site.text, plain(new)):
        raise Refused("more than a docstring would change")
    if not keeps_lines(site.text, plain(new), ()):
        raise Refused("lines would change that it is not about")
    if complaint := analysed.complaint(new):
        raise Refused(complaint)
    edit = FileEdit(request.document.path, old, new)
    title = f"Add a docstring to `{site.node.name}`"
    remarks = () if analysed.known else (unchecked(request.document.language),)
    return Candidate("model", model, title, (edit,), analysed.known, remarks)


def _words(written: str, site: _Site, instruction: str) -> str:
    """Return the text of the docstring. Raises `Refused` for what cannot be one."""
    text = plain(written)
    refuse_unfit(text, _LONGEST)
    first, newline, rest = text.strip().partition("\n")
    text = first.rstrip() + newline + textwrap.dedent(rest).rstrip()
    if _QUOTES in text or "\\" in text or text.endswith('"'):
        raise Refused("the model wrote what cannot stand in a docstring")
    if len(re.findall(r"[^\W\d_]{2,}", first)) < 2:
        raise Refused("the model wrote no sentence")
    if " ".join(instruction.casefold().split()) in " ".join(text.casefold().split()):
        raise Refused("the model repeats the instruction")
    parameters = _parameters(site.node)
    for name in (*_FIELD.findall(text), *_documented(text)):
        if name.lstrip("*") not in parameters:
            raise Refused(f"the model describes a parameter `{name}` that there is not")
    known = set(re.findall(r"[^\W\d]\w*", site.text)) | {"None", "True", "False"}
    for name in _CODE.findall(text):
        if name not in known:
            raise Refused(f"the model names `{name}`, which the file does not")
    return text


def _documented(text: str) -> Iterator[str]:
    for section in _SECTION.findall(text):
        yield from _ITEM.findall(section)


def _parameters(node: Definition) -> set[str]:
    if isinstance(node, ast.ClassDef):
        functions = [n for n in node.body if isinstance(n, ast.FunctionDef)]
        fields = {
            n.target.id
            for n in node.body
            if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
        }
        return fields.union(*(_parameters(one) for one in functions))
    return {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}

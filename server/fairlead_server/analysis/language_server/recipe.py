r"""What fairlead has to know about a language server: read from TOML, or from a table in settings.

```toml
name = "zls"                         # what evidence calls the engine
command = ["zls"]                    # {placeholders} are described in `places`
remedy = "install zls"               # told to a person who lacks the program
limit = 30.0                         # seconds for one answer; then the server is replaced
start_limit = 120.0                  # seconds until it is ready
languages = { ".zig" = "zig" }       # the language id of each file name suffix
needs = ["{library}"]                # files without which it is not started; see `launch`
trusted_only = true                  # it runs programs that a project brings along

[ready]                              # nothing: ready once it has answered `initialize`
notification = "language/status"     # ready when this arrives ...
where = { type = "ServiceReady" }    # ... with these values
progress = "Setting up workspace"    # or when the progress with this title ends
diagnostics = true                   # or, for each document, when its first diagnostics arrive

[sources]                            # lists of a file in none of these folders are not complete
command = "java.project.listSourcePaths"   # `workspace/executeCommand`, without arguments
list = "data"                        # where in its result the list is,
path = "path"                        # and in an entry of the list the folder

[settings]                           # answers `workspace/configuration`, and is sent at the start
[untrusted]                          # laid over the settings in a workspace that is not trusted
[initialization]                     # `initializationOptions`; settings go to `settings_key` of it

[names]
from = ["textEdit", "insertText", "label"]  # where the name is looked for in an item
pattern = '[^\W\d]\w*'               # what a name looks like: the item's text begins with it
incomplete = true                    # false: the server's `isIncomplete` says nothing
ignored = [14, 15]                   # kinds of items that are no names, such as keywords
skips = '\('                         # items whose label begins like this are none either
foreign = [1]                        # kinds that show that the server did not understand the place
trivial = ["toString"]               # a list with no other names says that nothing is known
methods = [2]                        # kinds of items that have to be called: no other has its name
values = [5, 6]                      # kinds of items that cannot be called
[[names.dynamic]]                    # a list with this name in it is not complete ...
name = "__getattr__"
unless = ["__spec__"]                # ... unless it has all of these
[names.member]                       # likewise scope, import, class, type, case
kinds = [2, 3, 5]                    # the kinds of items that are such names; default: all
before = "(Object) "                 # asked again with this before the name, and joined
after = "()"                         # put after the cursor
apart = "+"                          # and behind that before a bracket: the name is not called
foreign = [6]                        # kinds that cannot be such names: the place was not seen
open = [9]                           # kinds of which there may be more than the server knows
complete = true                      # what is not listed does not exist; or a list of language ids
initials = "abc"                     # asked with each of these characters typed, and joined
alone = true                         # complete even for a file of which no project is known
always = ["class"]                   # names that are never listed, and exist
accepts = '\(index\)'                # the hover of a made-up name where every name is right
refutes = "(0).{mark}"               # a line that is wrong: where the server says so of this one,
                                     # and not of a made-up name, the list is not complete

[signatures]
style = "java"                       # how a parameter is written; see `calls`
complete = true                      # all overloads are listed
after = ")"

[types]
method = "hover"                     # or typeDefinition
pattern = 'class (\w+)'             # the type in the text of the hover

[unfinished]                         # how a text that breaks off is finished; see `unfinished`
language = "java"                    # whose brackets or blocks are closed
member = "static int {mark};"        # what is put into classes that are open
overload = "void {name}(int {mark}) {{}}"  # likewise where a call is asked about
constructor = "{name}(int {mark}) {{}}"

[diagnostics]
method = "push"                      # or pull
settle = 0.5                         # seconds of silence after a push without a version
probe = "int {mark} = 0;"            # put after the text; a push that tells of it is of that text

[rewriting]                          # refactorings; see `rewriting`
opens = true                         # it renames in open files alone: all that have the name are
partial = true                       # it does not look into all others: then it is not renamed
agrees = ["_server.rename"]          # its own requests that are answered with null
width = ["server.format.size"]       # settings that get the width of the document's indentation,
spaces = ["server.format.spaces"]    # and whether that is of spaces
[rewriting.inline]                   # likewise extract_variable, extract_function,
only = ["refactor.inline"]           # organise_imports, remove_unused_imports: the kinds of code
titles = ['^Inline ']                # actions that are asked for, and the titles, the best first
```
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fairlead_monitors.engine import Kind
from fairlead_server.analysis.language_server import calls, unfinished
from fairlead_server.analysis.language_server.rules import (
    ACTIONS,
    ActionRule,
    DiagnosticsRule,
    Dynamic,
    KindRule,
    NamesRule,
    Ready,
    RewritingRule,
    SignaturesRule,
    SourcesRule,
    TypesRule,
)
from fairlead_server.analysis.language_server.tables import TableReader, all_of
from fairlead_server.analysis.language_server.unfinished import UnfinishedRule
from fairlead_server.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

Table = Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """All that is particular to a server; the module's text says what the fields mean."""

    name: str
    command: tuple[str, ...]
    languages: Mapping[str, str]
    remedy: str = ""
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    trusted_only: bool = False
    limit: float = 30.0
    start_limit: float = 120.0
    settings: Table = field(default_factory=dict)
    untrusted: Table = field(default_factory=dict)
    initialization: Table = field(default_factory=dict)
    settings_key: str = ""
    ready: Ready = field(default_factory=Ready)
    sources: SourcesRule = field(default_factory=SourcesRule)
    names: NamesRule = field(default_factory=NamesRule)
    signatures: SignaturesRule = field(default_factory=SignaturesRule)
    types: TypesRule = field(default_factory=TypesRule)
    unfinished: UnfinishedRule = field(default_factory=UnfinishedRule)
    diagnostics: DiagnosticsRule = field(default_factory=DiagnosticsRule)
    rewriting: RewritingRule = field(default_factory=RewritingRule)

    def language_of(self, path: str) -> str:
        """Return the language id of a document; a suffix that is not stated gets the first."""
        stated = self.languages.get(Path(path).suffix)
        return stated or next(iter(self.languages.values()))


_KINDS = {
    "member": Kind.MEMBER,
    "scope": Kind.SCOPE,
    "import": Kind.IMPORT,
    "class": Kind.CLASS,
    "type": Kind.TYPE,
    "case": Kind.CASE,
}
_TYPES = ("hover", "typeDefinition")
_DIAGNOSTICS = ("pull", "push")
_ACTIONS = (*ACTIONS, "remove_unused_imports")
_FOLDER = files(__package__) / "recipes"


def shipped() -> list[str]:
    """Return the names of the recipes that come with fairlead."""
    return sorted(f.name[:-5] for f in _FOLDER.iterdir() if f.name.endswith(".toml"))


def load_recipe(name: str) -> Recipe:
    """Read a shipped recipe by name, or any by the path of its TOML file. Raises `UserError`."""
    if name in shipped():
        return _shipped(name)
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"no recipe {name}: {error}; shipped are {', '.join(shipped())}") from None
    return _read(text, name)


@cache
def _shipped(name: str) -> Recipe:
    return _read((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name)


def _read(text: str, name: str) -> Recipe:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"recipe {name}: {error}") from None
    return recipe_of(table, name)


def recipe_of(table: Table, origin: str = "settings") -> Recipe:
    """Make a recipe of a table; `origin` is what an error calls it. Raises `UserError`."""
    try:
        return _recipe(TableReader(table, origin))
    except (TypeError, ValueError, re.error) as error:
        raise UserError(f"recipe {origin}: {error}") from None


def _recipe(table: TableReader) -> Recipe:
    command = table.strings("command")
    if not command:
        raise ValueError("command is missing")
    places = table.take("places", {})
    recipe = Recipe(
        name=table.take("name", command[0]),
        command=command,
        languages=_languages(table.take("languages", {})),
        remedy=table.take("remedy", ""),
        places={key: tuple(all_of(str, key, value)) for key, value in places.items()},
        copies=table.texts("copies"),
        needs=table.strings("needs"),
        trusted_only=table.take("trusted_only", False),
        limit=table.seconds("limit", 30.0),
        start_limit=table.seconds("start_limit", 120.0),
        settings=table.take("settings", {}),
        untrusted=table.take("untrusted", {}),
        initialization=table.take("initialization", {}),
        settings_key=table.take("settings_key", ""),
        ready=_ready(table.table("ready")),
        sources=_sources(table.table("sources")),
        names=_names(table.table("names")),
        signatures=_signatures(table.table("signatures")),
        types=_types(table.table("types")),
        unfinished=_unfinished(table.table("unfinished")),
        diagnostics=_diagnostics(table.table("diagnostics")),
        rewriting=_rewriting(table.table("rewriting")),
    )
    table.end()
    return recipe


def _languages(table: Table) -> Table:
    if not table or not all(isinstance(value, str) for value in table.values()):
        raise ValueError("languages must map file name suffixes to language ids")
    return table


def _ready(table: TableReader) -> Ready:
    ready = Ready(
        table.take("notification", ""),
        table.take("where", {}),
        table.take("progress", ""),
        table.take("diagnostics", False),
    )
    table.end()
    return ready


def _sources(table: TableReader) -> SourcesRule:
    rule = SourcesRule(table.take("command", ""), table.take("list", ""), table.take("path", ""))
    table.end()
    return rule


def _names(table: TableReader) -> NamesRule:
    default = NamesRule()
    rule = NamesRule(
        origins=table.strings("from", default.origins),
        pattern=re.compile(table.take("pattern", default.pattern.pattern)),
        incomplete=table.take("incomplete", True),
        ignored=table.numbers("ignored"),
        skips=_pattern(table, "skips"),
        foreign=table.numbers("foreign", (1,)),
        trivial=frozenset(table.strings("trivial")),
        methods=table.numbers("methods"),
        values=table.numbers("values"),
        dynamic=tuple(_dynamic(TableReader(item, "dynamic")) for item in table.take("dynamic", [])),
        kinds={kind: _kind(table.table(key)) for key, kind in _KINDS.items() if table.has(key)},
    )
    table.end()
    return rule


def _dynamic(table: TableReader) -> Dynamic:
    dynamic = Dynamic(table.take("name", ""), frozenset(table.strings("unless")))
    table.end()
    return dynamic


def _kind(table: TableReader) -> KindRule:
    complete = table.take_any("complete", False)
    rule = KindRule(
        kinds=table.numbers("kinds"),
        before=table.take("before", ""),
        after=table.take("after", ""),
        apart=table.take("apart", ""),
        complete=complete
        if isinstance(complete, bool)
        else tuple(all_of(str, "complete", complete)),
        initials=table.take("initials", ""),
        always=frozenset(table.strings("always")),
        accepts=_pattern(table, "accepts"),
        refutes=table.take("refutes", ""),
        foreign=table.numbers("foreign"),
        open=table.numbers("open"),
        alone=table.take("alone", False),
    )
    table.end()
    return rule


def _pattern(table: TableReader, key: str) -> re.Pattern[str] | None:
    text = table.take(key, "")
    return re.compile(text) if text else None


def _signatures(table: TableReader) -> SignaturesRule:
    rule = SignaturesRule(
        table.one_of("style", calls.STYLES), table.take("complete", False), table.take("after", "")
    )
    table.end()
    return rule


def _types(table: TableReader) -> TypesRule:
    rule = TypesRule(
        table.one_of("method", _TYPES), _pattern(table, "pattern"), table.take("after", "")
    )
    table.end()
    return rule


def _unfinished(table: TableReader) -> UnfinishedRule:
    rule = UnfinishedRule(
        table.one_of("language", unfinished.LANGUAGES),
        table.take("member", ""),
        table.take("overload", ""),
        table.take("constructor", ""),
    )
    table.end()
    return rule


def _diagnostics(table: TableReader) -> DiagnosticsRule:
    rule = DiagnosticsRule(
        table.one_of("method", _DIAGNOSTICS),
        table.seconds("settle", 1.0),
        table.take("probe", ""),
    )
    if rule.probe and "{mark}" not in rule.probe:
        raise ValueError("probe must have {mark} in it")
    table.end()
    return rule


def _rewriting(table: TableReader) -> RewritingRule:
    stated = {key: _action(table.table(key)) for key in _ACTIONS if table.has(key)}
    rule = RewritingRule(
        opens=table.take("opens", False),
        partial=table.take("partial", False),
        agrees=table.strings("agrees"),
        width=table.strings("width"),
        spaces=table.strings("spaces"),
        actions={**ACTIONS, **stated},
    )
    table.end()
    return rule


def _action(table: TableReader) -> ActionRule:
    titles = table.strings("titles", ("",))
    rule = ActionRule(table.strings("only"), tuple(map(re.compile, titles)))
    if not rule.only:
        raise ValueError("only is missing: the kinds of code actions")
    table.end()
    return rule

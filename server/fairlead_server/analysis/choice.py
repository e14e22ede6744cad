"""Which completion engine serves a language: a plug-in, or a language server from the settings.

```json
{"engines": {"java": "jdtls", "zig": "/home/me/zls.toml", "nim": {"command": ["nimlsp"], ...}}}
```
A value is the name of a plug-in in ``fairlead.engines``, the path of a recipe, or a recipe as a
table; see `language_server.recipe`. Recipes name programs: they count only in trusted workspaces.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fairlead_monitors.engine import CompletionEngine
from fairlead_server import plugins
from fairlead_server.errors import NoInterpreter, UserError

log = logging.getLogger(__name__)

Choice: TypeAlias = "str | Mapping[str, Any]"
Refused = Callable[[str, UserError], None]
"""Told the language whose engine cannot be made, and why."""

DEFAULTS: Mapping[str, Choice] = {
    "python": "python",
    "java": "jdtls",
    "typescript": "typescript-language-server",
    "typescriptreact": "typescript-language-server",
    "javascript": "typescript-language-server",
    "javascriptreact": "typescript-language-server",
    "c": "clangd",
    "cpp": "clangd",
    "go": "gopls",
    "rust": "rust-analyzer",
}


def choices(stated: Mapping[str, Choice] | None, *, trusted: bool) -> dict[str, Choice]:
    """Return the engine of each language: those that are stated, over the defaults."""
    chosen = dict(DEFAULTS)
    for language, choice in (stated or {}).items():
        if _is_recipe(choice) and not trusted:
            log.warning("%s: a recipe counts only in a trusted workspace", language)
        else:
            chosen[language] = choice
    return chosen


def unchecked(language: str, error: UserError) -> str:
    """Tell users what it means that the engine of a language cannot be made."""
    return f"{language} is completed without checks: {error}"


def engines(
    chosen: Mapping[str, Choice],
    project: str | None,
    interpreter: str | None,
    *,
    trusted: bool,
    refused: Refused | None = None,
) -> dict[str, CompletionEngine]:
    """Make the engines; languages with the same choice share one. None is started yet.

    Raises `UserError` for what is no plug-in and no recipe. Where there is `refused`, it is told
    instead, and the language has no engine; but a Python that is not there concerns all the same.
    """
    made: dict[str, CompletionEngine] = {}
    for language, choice in chosen.items():
        same = next((other for other in made if chosen[other] == choice), None)
        if same is not None:
            made[language] = made[same]
            continue
        try:
            made[language] = _factory(choice)(project, interpreter, trusted=trusted)
        except NoInterpreter:
            raise
        except UserError as error:
            if refused is None:
                raise
            refused(language, error)
    return made


def _factory(choice: Choice) -> Callable[..., CompletionEngine]:
    if _is_recipe(choice):
        # Late: it brings pygls, which a command line without language servers does without.
        from fairlead_server.analysis.language_server.engines import factory

        return factory(choice)
    loaded: Callable[..., CompletionEngine] = plugins.load("engines", str(choice))
    return loaded


def _is_recipe(choice: Choice) -> bool:
    return not isinstance(choice, str) or choice.endswith(".toml")

"""The engines over language servers, in the form that ``fairlead.engines`` plug-ins have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import Recipe, load_recipe, recipe_of


class Factory(Protocol):
    """What an entry point in the group ``fairlead.engines`` is."""

    def __call__(
        self, project: str | None = None, interpreter: str | None = None, *, trusted: bool = False
    ) -> LanguageServerEngine:
        """Return an engine for the documents of `project`; nothing is started yet."""


def factory(recipe: str | Mapping[str, Any]) -> Factory:
    """Return the factory of the server that `recipe` describes.

    It is the name of a shipped recipe, the path of a TOML file, or what such a file holds. The
    factory raises `UserError` when it is not right.
    """

    def make(
        project: str | None = None, interpreter: str | None = None, *, trusted: bool = False
    ) -> LanguageServerEngine:
        read: Recipe = load_recipe(recipe) if isinstance(recipe, str) else recipe_of(recipe)
        return LanguageServerEngine(read, project, interpreter, trusted=trusted)

    return make


basedpyright = factory("basedpyright")
clangd = factory("clangd")
gopls = factory("gopls")
jdtls = factory("jdtls")
rust_analyzer = factory("rust-analyzer")
ty = factory("ty")
typescript_language_server = factory("typescript-language-server")

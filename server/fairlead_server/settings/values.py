"""What can be set: the names, types, defaults and choices of all settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

LAYOUTS = ("auto", "psm", "spm", "left-to-right")
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Options:
    """What a command line, an editor or a file may state; None means unstated.

    `model` is a path (GGUF file or Hugging Face folder) or a name; `backend` the name of a
    plug-in in ``fairlead.models``; `interpreter` the Python whose packages analysis should see;
    `layout` one of auto, psm, spm, left-to-right. `trusted` says that the workspace may be
    believed: only then is an interpreter found inside it run, and its own settings are read;
    `trusted_folders` names workspaces that may be believed unless `trusted` is stated. `context`
    names the sources of text besides the document that may go into a prompt, and `monitors` the
    plug-ins in ``fairlead.monitors`` that watch what is written; empty means none. `engines` says
    which completion engine serves a language; see `analysis.choice`. `completion` says what the
    editor's list gets from fairlead: nothing (off), items that rank what the language's own server
    lists (rank), or the members themselves (items). `multiline` says whether a suggestion may have
    several lines; `imports` whether names may be suggested that need an import, which is added when
    they are accepted; `prefetch` whether to write ahead what follows an accepted one. Nothing is
    offered in `disabled_languages`, nor, unless `ignored_files` says so, in files that git ignores.
    `process` says where the model of ``fairlead serve`` runs: ``shared``, in a process that the
    user's editors share, or ``inside`` the server. A shared model that was not used for
    `idle_minutes` is unloaded; `memory_limit_mb` is how much memory its process may take.
    """

    model: str | None = None
    backend: str | None = None
    interpreter: str | None = None
    layout: str | None = None
    threads: int | None = None
    guided: bool | None = None
    max_new_tokens: int | None = None
    patience: float | None = None
    trusted: bool | None = None
    trusted_folders: tuple[str, ...] | None = None
    context: tuple[str, ...] | None = None
    speculate: bool | None = None
    monitors: tuple[str, ...] | None = None
    engines: Mapping[str, Any] | None = None
    completion: str | None = None
    multiline: str | None = None
    imports: bool | None = None
    prefetch: bool | None = None
    disabled_languages: tuple[str, ...] | None = None
    ignored_files: bool | None = None
    log_level: str | None = None
    process: str | None = None
    idle_minutes: float | None = None
    memory_limit_mb: int | None = None


@dataclass(frozen=True)
class Settings:
    """Resolved settings: every field has a usable value, or None for "choose yourself"."""

    model: str = "embedded"
    backend: str | None = None
    interpreter: str | None = None
    layout: str = "auto"
    threads: int | None = None
    guided: bool = True
    max_new_tokens: int = 64
    patience: float = 2.0
    trusted: bool = False
    trusted_folders: tuple[str, ...] = ()
    context: tuple[str, ...] | None = None
    speculate: bool = False
    monitors: tuple[str, ...] | None = None
    engines: Mapping[str, Any] | None = None
    completion: str = "rank"
    multiline: str = "auto"
    imports: bool = True
    prefetch: bool = True
    disabled_languages: tuple[str, ...] = ()
    ignored_files: bool = False
    log_level: str = "info"
    process: str = "shared"
    idle_minutes: float = 30.0
    memory_limit_mb: int | None = None


CHOICES: Mapping[str, tuple[str, ...]] = {
    "layout": LAYOUTS,
    "completion": ("off", "rank", "items"),
    "multiline": ("auto", "never"),
    "log_level": LOG_LEVELS,
    "process": ("shared", "inside"),
}
"""Settings that are one of a few words."""

LEAST: Mapping[str, float] = {
    "threads": 1,
    "max_new_tokens": 1,
    "patience": 0,
    "idle_minutes": 0,
    "memory_limit_mb": 1,
}
"""The least value of each number; there is none for the rest."""

MOST = 1_000_000
"""The most that any of them may be: waiting for longer is more than threads can do."""

OF_REQUESTS = frozenset(
    {
        "guided",
        "max_new_tokens",
        "patience",
        "context",
        "completion",
        "multiline",
        "prefetch",
        "disabled_languages",
        "ignored_files",
        "log_level",
        "trusted_folders",
    }
)
"""What takes effect with the next request. Whatever else changes makes another completer."""

OF_MODELS = frozenset(
    {
        "model",
        "backend",
        "threads",
        "speculate",
        "process",
        "idle_minutes",
        "memory_limit_mb",
    }
)
"""What decides which model runs, and where: all folders of an editor have the first one's."""

NOT_FROM_PROJECTS = frozenset(
    {
        "trusted",
        "trusted_folders",
        "ignored_files",
        "log_level",
        "process",
        "idle_minutes",
        "memory_limit_mb",
    }
)
"""What a project may not decide about itself, however much it is trusted."""


def for_completer(settings: Settings) -> Settings:
    """Return `settings` without what each request states anew."""
    return replace(settings, **{name: getattr(Settings(), name) for name in OF_REQUESTS})


def stated(options: Options) -> dict[str, Any]:
    """Return what `options` states, by name."""
    values = ((f.name, getattr(options, f.name)) for f in fields(options))
    return {name: value for name, value in values if value is not None}

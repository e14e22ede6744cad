"""Text of other files in a prompt: where it stands, and the control tokens around it.

A model that was trained on whole repositories has a token that separates files. The layouts are
those of Hui et al., "Qwen2.5-Coder Technical Report", 2024, and of Lozhkov et al., "StarCoder 2
and The Stack v2", 2024, who put the path of the completed file behind the prefix token. A model
without such a token is shown the text in comments, which open the file that is completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairlead_decoding.model import LanguageModel


@dataclass(frozen=True)
class FileTokens:
    """The control token before each file and the one before a repository's name, if there is one.

    `path_inside` says that the path of the completed file belongs to its prefix.
    """

    separator: int
    repository: int | None = None
    path_inside: bool = False


@dataclass(frozen=True)
class Background:
    """What precedes the document's own text: `before` all of the prompt's control tokens, and
    `inside` of them, at the start of the prefix."""

    before: tuple[int, ...] = ()
    inside: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.before) + len(self.inside)


NO_BACKGROUND = Background()

# Separator, repository and whether the path stands inside, by model family.
_NAMES = (
    ("<|file_sep|>", "<|repo_name|>", False),  # Qwen2.5-Coder, fairlead
    ("<file_sep>", "<repo_name>", True),  # StarCoder2
    ("<|file_separator|>", "", False),  # CodeGemma
)
_SEPARATOR_KEY = "tokenizer.ggml.fim_sep_token_id"
_REPOSITORY_KEY = "tokenizer.ggml.fim_rep_token_id"
# Models by ``general.name`` in whose training the repository's token never stood for anything.
_NO_REPOSITORY = frozenset({"bootstrap-code"})
# Where a file states that itself, as those that fairlead exports do.
_REPOSITORY_USED = "fairlead.repository_token"


def find_file_tokens(model: LanguageModel) -> FileTokens | None:
    """Return the tokens that the model marks files with, by their names or its metadata."""
    special = model.vocabulary.special
    for separator, repository, inside in _NAMES:
        if separator in special:
            return FileTokens(special[separator], _known(model, special.get(repository)), inside)
    found = _from_metadata(model, _SEPARATOR_KEY)
    if found is None:
        return None
    return FileTokens(found, _known(model, _from_metadata(model, _REPOSITORY_KEY)))


def file_part(model: LanguageModel, path: str, text: str, comment: str) -> tuple[int, ...]:
    """Return the tokens of one file or a part of it.

    `comment` begins a line that is a comment in the language of the completed file.
    """
    tokens = find_file_tokens(model)
    ended = text if text.endswith("\n") else f"{text}\n"
    if tokens is not None:
        return (tokens.separator, *model.encode(f"{path}\n{ended}"))
    lines = (f"{comment} {line}".rstrip() for line in (path, *ended.splitlines()))
    return tuple(model.encode("".join(f"{line}\n" for line in lines)))


def background(
    model: LanguageModel, parts: Iterable[Sequence[int]], path: str, repository: str
) -> Background:
    """Join `parts`, as `file_part` made them, and lead over to the completed file at `path`.

    `repository` is the name of what the files belong to. Without parts there is no background.
    """
    joined = tuple(token for part in parts for token in part)
    tokens = find_file_tokens(model)
    if not joined:
        return NO_BACKGROUND
    if tokens is None:
        return Background(inside=joined)
    named = () if tokens.repository is None else (tokens.repository, *model.encode(repository))
    if named and not tokens.path_inside:
        named = (*named, *model.encode("\n"))
    own = tuple(model.encode(f"{path}\n"))
    opening = (*named, *joined, tokens.separator)
    return Background(opening, own) if tokens.path_inside else Background((*opening, *own))


def _known(model: LanguageModel, token: int | None) -> int | None:
    unused = model.metadata.get(_REPOSITORY_USED) == "false"
    return None if unused or model.metadata.get("general.name") in _NO_REPOSITORY else token


def _from_metadata(model: LanguageModel, key: str) -> int | None:
    metadata: Mapping[str, str] = model.metadata
    value = metadata.get(key, "")
    return int(value) if value.isdigit() and int(value) < len(model.vocabulary) else None

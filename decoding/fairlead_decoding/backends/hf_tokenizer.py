"""A tokenizer of transformers, reduced to what decoding needs: bytes of tokens, tokens of text.

Works on the JSON form of the tokenizers library, in which its parts are named and nested.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from ..model import Vocabulary
from ..vocabulary import Kind, Spelling, build_vocabulary, is_control_name


def read_vocabulary(tokenizer: Any, end: Collection[int]) -> Vocabulary:
    """Read what each token writes; `end` are the ids that the model's configuration names.

    Raises `ValueError` for a tokenizer that is neither byte-level nor SentencePiece's.
    """
    texts = {index: text for text, index in tokenizer.get_vocab().items()}
    kinds = dict.fromkeys(texts, Kind.NORMAL)
    for index, added in tokenizer.added_tokens_decoder.items():
        texts[index] = added.content
        kinds[index] = Kind.CONTROL if added.special else Kind.USER_DEFINED
    ids = range(max(texts) + 1)
    return build_vocabulary(
        [texts.get(i, "") for i in ids],
        [kinds.get(i, Kind.UNUSED) for i in ids],
        _spelling(json.loads(tokenizer.backend_tokenizer.to_str())),
        end,
    )


def padded(vocabulary: Vocabulary, size: int) -> Vocabulary:
    """Return `vocabulary` with silent tokens added up to `size`, as many as there are logits."""
    missing = size - len(vocabulary)
    if missing < 0:
        raise ValueError(f"the tokenizer has {-missing} tokens more than the network")
    return Vocabulary((*vocabulary.tokens, *[b""] * missing), vocabulary.end, vocabulary.special)


def plain_tokenizer(backend: Any) -> Any:
    """Return a copy of `backend` that takes text as it stands.

    It puts no space before it, changes no character, and recognises no control token in it.
    """
    layout = json.loads(backend.to_str())
    layout["normalizer"] = _spaces_only(layout["normalizer"])
    for part in _parts(layout["pre_tokenizer"]):
        part.update(_without_prefix(part))
    for added in layout["added_tokens"]:
        added["special"] = added["special"] or is_control_name(added["content"])
        added["lstrip"] = added["rstrip"] = False
    plain = type(backend).from_str(json.dumps(layout))
    plain.encode_special_tokens = True
    return plain


def _spelling(layout: dict[str, Any]) -> Spelling:
    """Tell how tokens are spelled from how they are put together again."""
    kinds = {str(part.get("type")) for part in _parts(layout["decoder"])}
    if "ByteLevel" in kinds:
        return "gpt2"
    if kinds & {"ByteFallback", "Metaspace"}:
        return "llama"
    raise ValueError(f"its tokenizer ({', '.join(sorted(kinds)) or 'no decoder'}) is not supported")


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield a component and all that are nested in it."""
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _parts(child)


def _spaces_only(normalizer: Any) -> Any:
    """Keep of the normalizers those that replace: they spell a space the way the pieces do."""
    kept = [part for part in _parts(normalizer) if part.get("type") == "Replace"]
    return {"type": "Sequence", "normalizers": kept} if kept else None


def _without_prefix(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") == "Metaspace":
        return {"prepend_scheme": "never"}
    return {"add_prefix_space": False} if part.get("type") == "ByteLevel" else {}

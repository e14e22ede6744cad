"""Models on torch and transformers: folders with safetensors, or the GGUF files of llama.cpp.

Decodes in a loop of its own over a `DynamicCache`. Nothing is ever fetched: what is not at the
path is missing.

Not thread-safe: one thread at a time may use a model and its sessions.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BackendMissing, ModelError
from ..model import LanguageModel, Logits, Rows, Session, Vocabulary
from ..threads import measured_threads, physical_cores
from .gguf_header import GgufHeader, read_header
from .hf_files import is_folder, read_model
from .hf_tokenizer import padded, plain_tokenizer, read_vocabulary
from .model_file import (
    DEFAULT_CONTEXT,
    cannot_load,
    limit_context,
    require_length,
    require_room,
)

DTYPES = ("float32", "bfloat16", "float16")
"""Element types that weights and cache may be given."""


def load(
    path: str,
    *,
    context_length: int | None = None,
    threads: int | None = None,
    device: str | None = None,
    dtype: str = "float32",
) -> LanguageModel:
    """Load a folder as transformers saves it, or a GGUF file, whose weights are unpacked.

    `context_length` defaults to what the model was trained on, 4096 at most. `threads`, which
    torch keeps for the whole process, defaults to what is measured to suit (see
    `fairlead_decoding.threads`). `device` defaults to CUDA where there is one.
    Raises `ModelError`, and `BackendMissing` without torch or transformers.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
    torch, transformers = _import()
    header = None if is_folder(path) else read_header(path)
    network, tokenizer = read_model(transformers, path, header, getattr(torch, dtype))
    trained = getattr(network.config, "max_position_embeddings", None) or DEFAULT_CONTEXT
    length = limit_context(context_length, trained)
    _place(network, device or ("cuda" if torch.cuda.is_available() else "cpu"))
    torch.set_num_threads(threads or _measured_threads(torch, network))
    try:
        return TransformersModel(torch, path, network, tokenizer, header, length)
    except (KeyError, TypeError, ValueError) as error:
        raise cannot_load(path, str(error)) from error


def _import() -> tuple[Any, Any]:
    # Read once, when the hub's client is imported: a second lock on the door to the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import torch
        import transformers
    except (ImportError, OSError) as error:
        raise BackendMissing(
            f"torch and transformers cannot be imported ({error}): "
            "pip install 'fairlead[transformers]'; or use --backend llama_cpp"
        ) from error
    return torch, transformers


def _place(network: Any, device: str) -> None:
    try:
        network.to(device).eval()
    except (AssertionError, RuntimeError) as error:
        first, *_ = str(error).splitlines() or ["no reason given"]
        raise ModelError(f"cannot use the device {device}: {first}: choose another") from error


def _measured_threads(torch: Any, network: Any) -> int:
    if network.device.type != "cpu":
        return physical_cores()
    token = torch.tensor([[0]])

    def run(count: int) -> None:
        torch.set_num_threads(count)
        with torch.inference_mode():
            network(input_ids=token, use_cache=False, logits_to_keep=1)

    return measured_threads(run)


class TransformersSession:
    """A sequence of tokens with a cache of its own.

    The cache's tensors are never written to, only replaced: a fork starts with the same ones.
    """

    def __init__(self, model: TransformersModel, tokens: Sequence[int], cache: Any) -> None:
        self._model = model
        self._tokens = list(tokens)
        self._cache = cache

    @property
    def tokens(self) -> Sequence[int]:
        """The tokens evaluated so far."""
        return self._tokens

    def forward(self, tokens: Sequence[int]) -> Logits:
        """Append `tokens` and return the logits after the last of them."""
        logits: Logits = self._evaluate(tokens, 1)[-1]
        return logits

    def forward_rows(self, tokens: Sequence[int]) -> Rows:
        """Append `tokens` and return the logits after each of them."""
        return self._evaluate(tokens, len(tokens))

    def _evaluate(self, tokens: Sequence[int], wanted: int) -> Rows:
        cache = self._require_open()
        require_room(len(self._tokens), len(tokens), self._model.context_length)
        rows = self._model.evaluate(tokens, cache, wanted)
        self._tokens += tokens
        return rows

    def rollback(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        cache = self._require_open()
        require_length(length)
        surplus = len(self._tokens) - length
        if surplus > 0:
            # Every version takes a negative number as how many tokens to remove.
            cache.crop(-surplus)
            del self._tokens[length:]

    def fork(self) -> TransformersSession:
        """Return a session that shares the tensors of all tokens so far."""
        cache = copy.copy(self._require_open())
        cache.layers = [copy.copy(layer) for layer in cache.layers]
        return TransformersSession(self._model, self._tokens, cache)

    def close(self) -> None:
        """Free the cache. Closing twice does nothing."""
        self._cache = None

    def _require_open(self) -> Any:
        if self._cache is None:
            raise ModelError("the session is closed: open a new one")
        return self._cache


class TransformersModel:
    """A network of transformers with its tokenizer."""

    def __init__(
        self,
        torch: Any,
        path: str,
        network: Any,
        tokenizer: Any,
        header: GgufHeader | None,
        context_length: int,
    ) -> None:
        self.name = Path(path).stem if header else Path(path).resolve().name
        self.context_length = context_length
        described = {} if header else {**_describe(network.config), **_chat(tokenizer)}
        self.metadata = header.metadata() if header else described
        self.vocabulary = _vocabulary(network, tokenizer, header)
        self._tokenizer = plain_tokenizer(tokenizer.backend_tokenizer)
        self._torch = torch
        self._network = network

    def encode(self, text: str) -> list[int]:
        """Tokenise `text` as it stands: no space before it, no control tokens in it."""
        found: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return found

    def session(self) -> TransformersSession:
        """Return an empty session."""
        self._require_open()
        from transformers import DynamicCache

        # Made without the model's configuration it keeps everything, also for layers that look
        # at a sliding window only: what left a window is needed again after a rollback.
        return TransformersSession(self, (), DynamicCache())

    def forward_many(self, items: Sequence[tuple[Session, Sequence[int]]]) -> list[Logits]:
        """Append tokens to several sessions, one after the other: each has a cache of its own."""
        return [session.forward(tokens) for session, tokens in items]

    def evaluate(self, tokens: Sequence[int], cache: Any, wanted: int) -> Rows:
        """Run the network over `tokens`, appending them to `cache`.

        Returns the logits after the last `wanted` of them.
        """
        network = self._require_open()
        with self._torch.inference_mode():
            ids = self._torch.tensor([list(tokens)], device=network.device)
            output = network(
                input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=wanted
            )
            # Some networks leave `logits_to_keep` aside and return all rows.
            rows: Rows = output.logits[0, -wanted:].float().cpu().numpy()
        return rows

    def native_greedy(self, prompt: Sequence[int], count: int, note: Callable[[int], None]) -> None:
        """Continue `prompt` by ``generate()``: what the decode loop is measured against."""
        network = self._require_open()
        ids = self._torch.tensor([list(prompt)], device=network.device)
        network.generate(
            ids,
            attention_mask=self._torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=count,
            pad_token_id=0,
            streamer=_Streamer(note),
        )

    def close(self) -> None:
        """Free the network. Closing twice does nothing."""
        self._network = None

    def _require_open(self) -> Any:
        if self._network is None:
            raise ModelError(f"the model {self.name} is closed: load it again")
        return self._network


class _Streamer:
    """Is told by ``generate()`` first the prompt, then each token."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self._note = note
        self._in_prompt = True

    def put(self, value: Any) -> None:
        """Take the tokens that have come to be known."""
        if not self._in_prompt:
            self._note(int(value))
        self._in_prompt = False

    def end(self) -> None:
        """Do nothing."""


def _describe(config: Any) -> dict[str, str]:
    """Return what a folder's configuration says, under the keys that GGUF has for it."""
    kind = str(config.model_type)
    facts = {"context_length": "max_position_embeddings", "vocab_size": "vocab_size"}
    told = {f"{kind}.{key}": getattr(config, name, None) for key, name in facts.items()}
    return {"general.architecture": kind} | {k: str(v) for k, v in told.items() if v is not None}


def _chat(tokenizer: Any) -> dict[str, str]:
    """Return the chat template, under the key that GGUF has for it, and the tokens it may name."""
    template = getattr(tokenizer, "chat_template", None)
    if not isinstance(template, str):
        return {}
    roles = (f"{role}_token" for role in ("bos", "eos", "unk", "pad"))
    named = {role: str(getattr(tokenizer, role, None) or "") for role in roles}
    return {"tokenizer.chat_template": template} | named


def _vocabulary(network: Any, tokenizer: Any, header: GgufHeader | None) -> Vocabulary:
    """Return the vocabulary, padded to the length of the logits."""
    size = int(network.config.get_text_config().vocab_size)
    if header:
        return padded(header.vocabulary(), size)
    stated = (network.config.eos_token_id, network.generation_config.eos_token_id)
    end = {i for ids in stated if ids is not None for i in np.atleast_1d(ids).tolist()}
    return padded(read_vocabulary(tokenizer, end), size)

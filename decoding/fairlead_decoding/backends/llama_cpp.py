"""GGUF models on llama.cpp, through the low-level API of llama-cpp-python.

One context holds the KV cache of all sessions, each of them a llama.cpp sequence: a fork shares
the cells of what it copies, and costs memory only for what it adds.

Not thread-safe: one thread at a time may use a model and its sessions.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import BackendMissing, ModelError
from ..model import LanguageModel, Logits, Rows, Session
from ..threads import measured_threads
from .gguf_header import read_header
from .llama_context import BATCH, Decoder, context_params
from .llama_vocabulary import LlamaTokenizer
from .model_file import cannot_load, limit_context, require_length, require_room

logger = logging.getLogger(__name__)

_LOG_ERROR = 4  # ggml's numbers, which llama-cpp-python does not name


def load(
    path: str,
    *,
    context_length: int | None = None,
    threads: int | None = None,
    kv_type: str = "f16",
    sequences: int = 8,
) -> LanguageModel:
    """Load a GGUF file.

    `context_length` defaults to what the model was trained on, 4096 at most. `threads` defaults
    to what is measured to suit (see `fairlead_decoding.threads`). `kv_type` is the type of the
    cache's elements: f32, f16, bf16 or q8_0. `sequences` is how many sessions may be open at
    once: there is room for one whole context, and in each further session for some hundred tokens
    beyond those it shares.
    Raises `ModelError`, and `BackendMissing` without llama-cpp-python.
    """
    lib = _import()
    log = _redirect_log(lib)
    header = read_header(path)
    with contextlib.ExitStack() as resources:
        weights = _load_weights(lib, path, log)
        resources.callback(lib.llama_model_free, weights)
        length = limit_context(context_length, lib.llama_model_n_ctx_train(weights))
        params = context_params(lib, length, sequences, kv_type)
        context = lib.llama_init_from_model(weights, params)
        if not context:
            raise cannot_load(path, log.cause())
        resources.callback(lib.llama_free, context)
        if lib.llama_model_has_encoder(weights) or not lib.llama_get_memory(context):
            raise cannot_load(path, "it is an encoder, which writes no text")
        tokenizer = LlamaTokenizer(lib, lib.llama_model_get_vocab(weights))
        decoder = Decoder(lib, context, len(tokenizer.vocabulary), log.cause)
        decoder.use_threads(threads or measured_threads(decoder.try_threads))
        facts = (Path(path).stem, header.metadata(), length, sequences)
        return LlamaModel(*facts, decoder, tokenizer, resources.pop_all())


def _import() -> Any:
    try:
        from llama_cpp import llama_cpp as lib
    except (ImportError, OSError, RuntimeError) as error:
        raise BackendMissing(
            f"llama-cpp-python cannot be imported ({error}): pip install 'fairlead[llama]'; "
            "or use --backend transformers"
        ) from error
    return lib


class _Log:
    """Takes llama.cpp's log, which would go to stderr, and remembers the errors in it."""

    def __init__(self, lib: Any) -> None:
        self.errors: list[str] = []
        # The library keeps only the address: this reference keeps the callback alive.
        self.callback = lib.llama_log_callback(self._receive)

    def _receive(self, level: int, text: bytes, _: object) -> None:
        line = text.decode(errors="replace").strip()
        logger.debug("%s", line)
        if level == _LOG_ERROR:
            self.errors.append(line)

    def cause(self) -> str:
        """Return the first error since the last call: those after it only pass it on."""
        first = self.errors[0] if self.errors else ""
        self.errors.clear()
        return re.sub(r"^(?:\w+: |error loading model: )+", "", first)


@functools.cache
def _log_of(lib: Any) -> _Log:
    return _Log(lib)


def _redirect_log(lib: Any) -> _Log:
    log = _log_of(lib)
    log.errors.clear()
    lib.llama_log_set(log.callback, ctypes.c_void_p(0))
    lib.llama_backend_init()
    return log


def _load_weights(lib: Any, path: str, log: _Log) -> Any:
    params = lib.llama_model_default_params()
    # SentencePiece models would put a space before every text; what is encoded here continues one.
    overrides = (lib.llama_model_kv_override * 2)()
    overrides[0].tag = lib.LLAMA_KV_OVERRIDE_TYPE_BOOL
    overrides[0].key = b"tokenizer.ggml.add_space_prefix"
    overrides[0].value.val_bool = False
    params.kv_overrides = overrides
    weights = lib.llama_model_load_from_file(os.fsencode(path), params)
    if not weights:
        raise cannot_load(path, log.cause())
    return weights


class LlamaSession:
    """One llama.cpp sequence."""

    def __init__(self, model: LlamaModel, sequence: int, tokens: Sequence[int] = ()) -> None:
        self.model = model
        self._decoder = model.decoder
        self.sequence = sequence
        self._tokens = list(tokens)
        self._open = True

    @property
    def tokens(self) -> Sequence[int]:
        """The tokens evaluated so far."""
        return self._tokens

    def forward(self, tokens: Sequence[int]) -> Logits:
        """Append `tokens`; the result is a view that the model's next `forward` overwrites."""
        logits = self._decoder.evaluate(*self.part(tokens))
        self.extend(tokens)
        return logits

    def forward_rows(self, tokens: Sequence[int]) -> Rows:
        """Append `tokens`; the result is a view, as of `forward`, where one batch holds them."""
        rows = self._decoder.evaluate_rows(*self.part(tokens))
        self.extend(tokens)
        return rows

    def part(self, tokens: Sequence[int]) -> tuple[int, Sequence[int], int]:
        """Return what the decoder is given to append `tokens`; raises where it may not be."""
        self._require_open()
        require_room(len(self._tokens), len(tokens), self.model.context_length)
        return self.sequence, tokens, len(self._tokens)

    def extend(self, tokens: Sequence[int]) -> None:
        """Note that `tokens` have been evaluated."""
        self._tokens += tokens

    def rollback(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        self._require_open()
        require_length(length)
        if length >= len(self._tokens):
            return
        if not self._decoder.forget(self.sequence, length):
            self._rebuild(length)
        del self._tokens[length:]

    def _rebuild(self, length: int) -> None:
        # The state of recurrent models cannot be cut, only dropped and computed anew.
        self._decoder.forget(self.sequence, 0)
        if length:
            self._decoder.evaluate(self.sequence, self._tokens[:length], 0)

    def fork(self) -> LlamaSession:
        """Return a session that shares the cells of all tokens so far."""
        self._require_open()
        return self.model.open(self._tokens, self.sequence)

    def close(self) -> None:
        """Free the sequence. Closing twice does nothing."""
        if self._open:
            self._open = False
            self._decoder.forget(self.sequence, 0)
            self.model.release(self.sequence)

    def _require_open(self) -> None:
        if not self._open:
            raise ModelError("the session is closed: open a new one")


class LlamaModel:
    """A GGUF model in llama.cpp with one KV cache for all its sessions."""

    def __init__(
        self,
        name: str,
        metadata: Mapping[str, str],
        context_length: int,
        sequences: int,
        decoder: Decoder,
        tokenizer: LlamaTokenizer,
        resources: contextlib.ExitStack,
    ) -> None:
        self.name = name
        self.metadata = metadata
        self.decoder = decoder
        self.context_length = context_length
        self._sequences = sequences
        self.vocabulary = tokenizer.vocabulary
        self._tokenizer = tokenizer
        self._resources = resources
        self._sessions: dict[int, LlamaSession] = {}
        self._open = True

    def encode(self, text: str) -> list[int]:
        """Tokenise `text` as it stands: no space before it, no control tokens in it."""
        self._require_open()
        return self._tokenizer.encode(text)

    def session(self) -> LlamaSession:
        """Return an empty session."""
        return self.open((), None)

    def open(self, tokens: Sequence[int], source: int | None) -> LlamaSession:
        """Open a session that holds `tokens`, which the sequence `source` holds already."""
        self._require_open()
        free = set(range(self._sequences)) - self._sessions.keys()
        if not free:
            raise ModelError(
                f"all {self._sequences} sequences of {self.name} are in use: close a session, "
                "or load the model with more sequences"
            )
        sequence = min(free)
        if source is not None:
            self.decoder.share(source, sequence)
        self._sessions[sequence] = LlamaSession(self, sequence, tokens)
        return self._sessions[sequence]

    def forward_many(self, items: Sequence[tuple[Session, Sequence[int]]]) -> list[Logits]:
        """Append tokens to several sessions in one batch; the result is views, as of `forward`."""
        owned = [(self._own(session), tokens) for session, tokens in items]
        if not 0 < sum(len(tokens) for _, tokens in owned) <= BATCH:
            # A batch overwrites the logits of the one before.
            return [session.forward(tokens).copy() for session, tokens in owned]
        logits = self.decoder.evaluate_many([session.part(tokens) for session, tokens in owned])
        for session, tokens in owned:
            session.extend(tokens)
        return logits

    def native_greedy(self, prompt: Sequence[int], count: int, note: Callable[[int], None]) -> None:
        """Continue `prompt` in llama.cpp's own loop: what the decode loop is measured against."""
        session = self.session()
        try:
            self.decoder.native_greedy(session.sequence, prompt, count, note)
        finally:
            session.close()

    def _own(self, session: Session) -> LlamaSession:
        if isinstance(session, LlamaSession) and session.model is self:
            return session
        raise ValueError(f"the session is not one of {self.name}")

    def release(self, sequence: int) -> None:
        """Take back the sequence of a session that was closed."""
        del self._sessions[sequence]

    def close(self) -> None:
        """Close all sessions and free the model. Closing twice does nothing."""
        for session in list(self._sessions.values()):
            session.close()
        self._open = False
        self._resources.close()

    def _require_open(self) -> None:
        if not self._open:
            raise ModelError(f"the model {self.name} is closed: load it again")

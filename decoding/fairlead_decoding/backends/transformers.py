"""Models on torch and transformers: folders with safetensors, or the GGUF files of llama.cpp.

Decodes in a loop of its own over a `DynamicCache`. Nothing is ever fetched: what is not at the
path is missing.

Not thread-safe: one thread at a time may use a model and its sessions.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BackendMissing, ModelError
from ..model import LanguageModel, Logits, Vocabulary
from .gguf_header import GgufHeader, read_header
from .hf_tokenizer import padded, plain_tokenizer, read_vocabulary
from .model_file import (
    DEFAULT_CONTEXT,
    cannot_load,
    default_threads,
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
    torch keeps for the whole process, defaults to one for models under 100 MB, else to the number
    of physical cores. `device` defaults to CUDA where there is one.
    Raises `ModelError`, and `BackendMissing` without torch or transformers.
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
    torch, transformers = _import()
    header = None if _is_folder(path) else read_header(path)
    with _quiet(transformers):
        network, tokenizer = _read(transformers, path, header, getattr(torch, dtype))
    size = sum(weights.numel() * weights.element_size() for weights in network.parameters())
    torch.set_num_threads(threads or default_threads(size))
    network.to(device or ("cuda" if torch.cuda.is_available() else "cpu")).eval()
    try:
        return TransformersModel(torch, path, network, tokenizer, header, context_length)
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


def _is_folder(path: str) -> bool:
    if not Path(path).is_dir():
        return False
    if not Path(path, "config.json").is_file():
        raise ModelError(
            f"{path} has no config.json: name a folder that transformers saved, or a .gguf file"
        )
    return True


@contextlib.contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Keep progress bars and advice off stderr while a model is read."""
    settings = transformers.utils.logging
    verbosity, bars = settings.get_verbosity(), settings.is_progress_bar_enabled()
    settings.set_verbosity_error()
    settings.disable_progress_bar()
    try:
        # The reader of GGUF files draws its bar past those settings.
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        settings.set_verbosity(verbosity)
        if bars:
            settings.enable_progress_bar()


def _read(transformers: Any, path: str, header: GgufHeader | None, dtype: Any) -> tuple[Any, Any]:
    """Return the network and the tokenizer at `path`."""
    place: dict[str, Any] = {"pretrained_model_name_or_path": path, "local_files_only": True}
    weights: dict[str, Any] = {"dtype": dtype, "output_loading_info": True}
    reader = transformers.AutoTokenizer
    if header is None:
        weights["use_safetensors"] = True
    else:
        folder, place["gguf_file"] = os.path.split(path)
        place["pretrained_model_name_or_path"] = folder or "."
        # The class that AutoTokenizer finds, too, but only after reading the whole file for it.
        reader = transformers.PreTrainedTokenizerFast
        if hasattr(transformers, "GgufConfig"):
            # Weights left packed would be multiplied by code that is fetched from the hub.
            weights["quantization_config"] = transformers.GgufConfig(dequantize=True)
    try:
        tokenizer = reader.from_pretrained(**place)
        network, report = transformers.AutoModelForCausalLM.from_pretrained(**place, **weights)
    except ImportError as error:
        raise BackendMissing(f"{error}: pip install 'fairlead[transformers]'") from error
    except Exception as error:  # damaged files raise whatever the reader stumbles over
        raise cannot_load(path, str(error) or type(error).__name__) from error
    _require_whole(path, network, report)
    return network, tokenizer


def _require_whole(path: str, network: Any, report: Mapping[str, Any]) -> None:
    """Raise where the library filled gaps with random weights, or cannot roll the model back."""
    gaps = sorted({*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])})
    if gaps:
        raise cannot_load(path, f"it lacks {len(gaps)} of its weights, {gaps[0]} among them")
    if getattr(network, "_is_stateful", False):
        raise ModelError(
            f"{path} is a recurrent model, which this backend cannot roll back: "
            "use --backend llama_cpp with a GGUF file of it"
        )


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
        cache = self._require_open()
        require_room(len(self._tokens), len(tokens), self._model.context_length)
        logits = self._model.evaluate(tokens, cache)
        self._tokens += tokens
        return logits

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
        context_length: int | None,
    ) -> None:
        config = network.config
        trained = getattr(config, "max_position_embeddings", None) or DEFAULT_CONTEXT
        self.name = Path(path).stem if header else Path(path).resolve().name
        self.context_length = limit_context(context_length, trained)
        self.metadata = header.metadata() if header else _describe(config)
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

    def evaluate(self, tokens: Sequence[int], cache: Any) -> Logits:
        """Run the network over `tokens`, appending them to `cache`."""
        network = self._require_open()
        with self._torch.inference_mode():
            ids = self._torch.tensor([list(tokens)], device=network.device)
            output = network(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
            logits: Logits = output.logits[0, -1].float().cpu().numpy()
        return logits

    def close(self) -> None:
        """Free the network. Closing twice does nothing."""
        self._network = None

    def _require_open(self) -> Any:
        if self._network is None:
            raise ModelError(f"the model {self.name} is closed: load it again")
        return self._network


def _describe(config: Any) -> dict[str, str]:
    """Return what a folder's configuration says, under the keys that GGUF has for it."""
    kind = str(config.model_type)
    facts = {"context_length": "max_position_embeddings", "vocab_size": "vocab_size"}
    told = {f"{kind}.{key}": getattr(config, name, None) for key, name in facts.items()}
    return {"general.architecture": kind} | {k: str(v) for k, v in told.items() if v is not None}


def _vocabulary(network: Any, tokenizer: Any, header: GgufHeader | None) -> Vocabulary:
    """Return the vocabulary, padded to the length of the logits."""
    size = int(network.config.get_text_config().vocab_size)
    if header:
        return padded(header.vocabulary(), size)
    stated = (network.config.eos_token_id, network.generation_config.eos_token_id)
    end = {i for ids in stated if ids is not None for i in np.atleast_1d(ids).tolist()}
    return padded(read_vocabulary(tokenizer, end), size)

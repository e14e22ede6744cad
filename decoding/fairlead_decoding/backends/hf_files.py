"""Reading a model with transformers: offline, in silence, and whole or not at all.

Takes the module transformers as an argument and imports none itself.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import BackendMissing, ModelError
from .gguf_header import GgufHeader
from .model_file import cannot_load


def is_folder(path: str) -> bool:
    """Tell whether `path` is a model's folder. Raises `ModelError` for a folder of other things."""
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


def read_model(
    transformers: Any, path: str, header: GgufHeader | None, dtype: Any
) -> tuple[Any, Any]:
    """Return the network and the tokenizer at `path`; `header` is that of a GGUF file."""
    weights: dict[str, Any] = {"dtype": dtype, "output_loading_info": True}
    place: dict[str, Any] = {"local_files_only": True}
    if header is None:
        folder = path
        weights["use_safetensors"] = True
        # Neither run code that a folder brings along, nor ask on stdin whether to.
        place["trust_remote_code"] = False
    else:
        folder, place["gguf_file"] = os.path.split(os.path.abspath(path))
        if hasattr(transformers, "GgufConfig"):
            # Weights left packed would be multiplied by code that is fetched from the hub.
            weights["quantization_config"] = transformers.GgufConfig(dequantize=True)
    try:
        with _quiet(transformers):
            tokenizer = _read_tokenizer(transformers, folder, place)
            auto = transformers.AutoModelForCausalLM
            network, report = auto.from_pretrained(folder, **place, **weights)
    except ImportError as error:
        raise BackendMissing(f"{error}: pip install 'fairlead[transformers]'") from error
    except Exception as error:  # damaged files raise whatever the reader stumbles over
        raise cannot_load(path, str(error) or type(error).__name__) from error
    _require_whole(path, network, report)
    return network, tokenizer


def _read_tokenizer(transformers: Any, folder: str, place: Mapping[str, Any]) -> Any:
    if "gguf_file" in place:
        # `from_pretrained` would prefer the tokenizer of any other model in the same folder.
        return transformers.PreTrainedTokenizerFast(name_or_path=folder, **place)
    return transformers.AutoTokenizer.from_pretrained(folder, **place)


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

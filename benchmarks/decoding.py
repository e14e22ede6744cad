"""What guidance costs and what re-use saves: ``fairlead eval decoding``, with Qwen2's vocabulary.

Without the vocabulary files that the tests can get, a made-up vocabulary of the same size is used.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fairlead_server.cli import main

VOCABULARY = Path(".components/vocabularies/ggml-vocab-qwen2.gguf")

if __name__ == "__main__":
    stated = ["--vocabulary", str(VOCABULARY)] if VOCABULARY.is_file() else []
    raise SystemExit(main(["eval", "decoding", *stated, *sys.argv[1:]]))

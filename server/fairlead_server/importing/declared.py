"""What a project says it depends on, in whichever file: by name, installed or not."""

from __future__ import annotations

import re
from collections.abc import Iterable

FILES = (
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "noxfile.py",
    "Pipfile",
    "environment.yml",
    "environment.yaml",
    "requirements*.txt",
    "requirements*.in",
    "requirements/*.txt",
    "requirements/*.in",
)
"""Patterns of the files that say so, from the root of a project."""

_WORD = re.compile(r"[A-Za-z_][\w.-]*\w")

MODULES = {
    "beautifulsoup4": "bs4",
    "djangorestframework": "rest_framework",
    "grpcio": "grpc",
    "opencv_python": "cv2",
    "opencv_python_headless": "cv2",
    "pillow": "PIL",
    "protobuf": "google",
    "pyjwt": "jwt",
    "pymysql": "MySQLdb",
    "pyserial": "serial",
    "python_dateutil": "dateutil",
    "python_dotenv": "dotenv",
    "pyyaml": "yaml",
    "scikit_image": "skimage",
    "scikit_learn": "sklearn",
    "setuptools": "pkg_resources",
}
"""Modules that are not called as what is installed is."""


def declared_modules(texts: Iterable[str]) -> frozenset[str]:
    """Return how modules may be called of what a project depends on, and more.

    Any word in the `texts` of the files that say so counts: what is declared is never called
    absent.
    """
    found = {word for text in texts for word in _WORD.findall(text)}
    words = {re.sub(r"[.-]", "_", word) for word in found}
    plain = {word.lower() for word in words}
    bare = {word.removeprefix("python_").removesuffix("_python") for word in plain}
    return frozenset(words | plain | bare | {MODULES[w] for w in plain if w in MODULES})

"""Building a corpus: a folder with parts of text, the held-out packages, and a manifest.

A part is a file of at most a few megabytes, xz-compressed lines of JSON, so that a corpus can be
moved piece by piece. Held-out packages are written as plain files, for analysis to read as well.
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.training import manifest
from fairlead_server.training.archives import source_files
from fairlead_server.training.catalogue import Language, Package
from fairlead_server.training.cleaning import (
    is_generated,
    is_prose_or_data,
    is_test,
    is_vendored,
)
from fairlead_server.training.download import Archive, fetch
from fairlead_server.training.duplicates import Overlap, Seen
from fairlead_server.training.exclusions import MOST_SHARED, excluded_file, excluded_name
from fairlead_server.training.folders import make_folder
from fairlead_server.training.licences import admits_file, is_admitted, without_header
from fairlead_server.training.notices import write_notices

PARTS = "parts"
HELD_OUT = "held-out"
_PART_SIZE = 8_000_000  # characters, which xz makes about a sixth of
_TESTS = 0.25
"""Of each package, tests are at most this share of what was found, or of its limit."""


@dataclass(frozen=True)
class Document:
    """A source file, the licence's header taken off."""

    package: str
    path: str
    language: Language
    test: bool
    text: str


def build(
    packages: Iterable[Package], downloads: Path, folder: Path, remark: Callable[[str], None]
) -> list[manifest.Entry]:
    """Build a corpus of `packages` in `folder` and return its manifest.

    Raises `UserError` for a package that must not be in one, and for one that cannot be had.
    """
    packages = list(packages)
    require_permitted(packages)
    if not packages:
        raise UserError("the catalogue lists no package of that kind")
    if (folder / PARTS).exists() or (folder / HELD_OUT).exists():
        raise UserError(f"{folder} holds a corpus already: name another folder, or delete it")
    make_folder(folder)
    archives = []
    for package in packages:
        remark(f"fetching {package.name} {package.version}")
        archives.append(fetch(package, downloads))
    return assemble(archives, folder, remark)


def require_permitted(packages: Iterable[Package]) -> None:
    """Raise `UserError` for a training package that is excluded, or whose licence is."""
    for package in packages:
        if package.role != "training":
            continue
        if excluded_name(package.name):
            raise UserError(f"{package.name} must not be trained on: it is measured on")
        if not is_admitted(package.licence):
            raise UserError(f"{package.name}: the licence {package.licence!r} is not admitted")


def assemble(
    archives: Sequence[Archive], folder: Path, remark: Callable[[str], None]
) -> list[manifest.Entry]:
    """Filter what `archives` hold into `folder` and return the manifest."""
    excluded = Overlap()
    entries = []
    for archive in (a for a in archives if a.package.role != "training"):
        entries.append(_entry(archive, _kept_out(archive, folder / HELD_OUT, excluded)))
    seen = Seen()
    for archive in (a for a in archives if a.package.role == "training"):
        count = manifest.Count()
        documents = list(_capped(_admitted(archive, seen, excluded, count), archive.package, count))
        count.kept, count.bytes = len(documents), sum(len(d.text.encode()) for d in documents)
        remark(f"{archive.package.name}: {count.kept} of {count.files} files, {count.bytes} bytes")
        _write_parts(folder / PARTS, archive.package.name, documents)
        entries.append(_entry(archive, count))
    manifest.write(folder, entries)
    write_notices(folder, (a for a in archives if a.package.role == "training"))
    return entries


def _all_files(archive: Archive) -> Iterator[tuple[str, str]]:
    package = archive.package
    return source_files(archive.path, package.suffix, package.inside)


def _kept_out(archive: Archive, folder: Path, excluded: Overlap) -> manifest.Count:
    """Add to `excluded` what must not be trained on; write to `folder` what is measured on."""
    package, count = archive.package, manifest.Count()
    for path, text in _all_files(archive):
        own = without_header(text, package.language)
        excluded.add(own)
        count.files += 1
        reason = "excluded" if package.role == "excluded" else _unmeasured(path)
        if reason is not None:
            count.leave_out(reason)
            continue
        count.kept += 1
        count.bytes += len(own.encode())
        _write_file(folder / package.name / path, own)
    return count


def _unmeasured(path: str) -> str | None:
    """Return why nothing is measured on a file of a held-out package, or None."""
    if is_vendored(path):
        return "vendored"
    return "test" if is_test(path) else None


def _write_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _entry(archive: Archive, count: manifest.Count) -> manifest.Entry:
    p = archive.package
    facts = (p.name, p.version, p.language, p.registry, p.role, p.licence)
    return manifest.Entry(*facts, archive.path.name, archive.sha256, count)


def _admitted(
    archive: Archive, seen: Seen, excluded: Overlap, count: manifest.Count
) -> Iterator[Document]:
    package = archive.package
    for path, text in _all_files(archive):
        count.files += 1
        own = without_header(text, package.language)
        reason = _objection(path, text) or _likeness(path, own, excluded)
        if reason is None and not seen.is_new(own):
            reason = "duplicate"
        if reason is not None:
            count.leave_out(reason)
            continue
        yield Document(package.name, path, package.language, is_test(path), own)


def _objection(path: str, text: str) -> str | None:
    """Return why a file is left out, whatever else there is, or None."""
    if is_vendored(path):
        return "vendored"
    if is_generated(text):
        return "generated"
    if is_prose_or_data(text):
        return "data"
    if not admits_file(text):
        return "licence"
    return None


def _likeness(path: str, own: str, excluded: Overlap) -> str | None:
    """Return that a file without its header is too like what must stay out, or None."""
    like = excluded_file(path, own) or excluded.share(own) > MOST_SHARED
    return "excluded" if like else None


def _capped(
    documents: Iterable[Document], package: Package, count: manifest.Count
) -> Iterator[Document]:
    """Yield as many documents, drawn at random, as the package's limits and that of tests allow."""
    found = list(documents)
    order = sorted(range(len(found)), key=lambda i: random.Random(found[i].path).random())
    most = package.megabytes * 1e6 if package.megabytes else float("inf")
    tests = min(most, sum(len(d.text) for d in found)) * _TESTS
    for document in (found[i] for i in order):
        size = len(document.text)
        if size > most or (document.test and size > tests):
            count.leave_out("limit")
            continue
        most -= size
        tests -= size * document.test
        yield document


def _write_parts(folder: Path, name: str, documents: Sequence[Document]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(_pieces(documents)):
        path = folder / f"{name}-{number:02}.jsonl.xz"
        with lzma.open(path, "wt", encoding="utf-8", preset=2) as file:
            for document in part:
                file.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")


def _pieces(documents: Sequence[Document]) -> Iterator[list[Document]]:
    piece: list[Document] = []
    size = 0
    for document in documents:
        piece.append(document)
        size += len(document.text)
        if size > _PART_SIZE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def read_documents(folder: Path) -> list[Document]:
    """Return the documents of a corpus. Raises `UserError` when there are none, or damaged ones."""
    return list(each_document(folder))


def each_document(folder: Path) -> Iterator[Document]:
    """Yield the documents of a corpus, one part in memory at a time.

    Raises `UserError` as `read_documents` does.
    """
    for path in _parts(folder):
        yield from _read_part(path)


def sample(folder: Path, language: str, size: int, seed: int) -> list[str]:
    """Return texts in `language` of about `size` characters in all, from parts drawn at random.

    Raises `UserError` as `read_documents` does.
    """
    paths = _parts(folder)
    random.Random(seed).shuffle(paths)
    texts: list[str] = []
    for path in paths:
        for text in (d.text for d in _read_part(path) if d.language == language):
            if size <= 0:
                return texts
            texts.append(text)
            size -= len(text)
    return texts


def _parts(folder: Path) -> list[Path]:
    paths = sorted((folder / PARTS).glob("*.jsonl.xz"))
    if not paths:
        raise UserError(f"{folder} holds no corpus: make one with fairlead model data")
    return paths


def _read_part(path: Path) -> list[Document]:
    try:
        with lzma.open(path, "rt", encoding="utf-8") as file:
            return [Document(**json.loads(line)) for line in file]
    except (OSError, EOFError, ValueError, TypeError, lzma.LZMAError) as error:
        raise UserError(f"{path} is damaged ({error}): build the corpus again") from None

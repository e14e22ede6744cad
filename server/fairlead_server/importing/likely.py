"""The names that people import without being told to: few enough to let a model write them.

Any name of a library could be imported. A model that may write all of them is hardly guided, and
what it then calls ``count`` is rarely the one of itertools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath

from fairlead_server.importing.index import ProjectIndex, find_imports
from fairlead_server.importing.insert import insert_import
from fairlead_server.importing.line import ImportLine

_MOST = 600
"""Names of a project that count, the most frequent ones first: each costs decoding some time."""

_CHOICES = 3
"""Ways to import one name that are worth to be tried."""

_RELATIVE = re.compile(r"^from[ \t]+\.", re.MULTILINE)
_MODULES = frozenset(
    """argparse ast asyncio base64 bisect codecs collections contextlib copy csv ctypes
    dataclasses datetime difflib enum errno fnmatch functools gc getpass glob gzip
    hashlib heapq importlib inspect io itertools json locale logging math mimetypes
    multiprocessing operator os pathlib pickle pkgutil platform pprint queue random re
    secrets shlex shutil signal socket sqlite3 ssl stat statistics string struct
    subprocess sys sysconfig tarfile tempfile textwrap threading time tomllib traceback
    types typing unicodedata unittest urllib uuid warnings weakref zipfile
    zlib""".split()  # noqa: SIM905
)
_NAMES = frozenset(
    """ABC ABCMeta abstractmethod Counter OrderedDict defaultdict deque namedtuple
    ChainMap AsyncIterator Awaitable Callable Collection Generator Hashable Iterable
    Iterator Mapping MutableMapping MutableSequence Sequence Any ClassVar Dict Final
    Generic IO List Literal NamedTuple Tuple Type NoReturn Optional Protocol TypeVar
    TypedDict Union cast overload TYPE_CHECKING dataclass contextmanager
    asynccontextmanager suppress nullcontext ExitStack closing deepcopy datetime
    timedelta timezone Decimal Fraction Enum IntEnum IntFlag Flag cached_property
    lru_cache partial partialmethod reduce singledispatch total_ordering wraps BytesIO
    StringIO chain combinations islice permutations product zip_longest attrgetter
    itemgetter Path PurePath PurePosixPath Popen SimpleNamespace MappingProxyType
    ModuleType TestCase MagicMock Mock NamedTemporaryFile TemporaryDirectory dedent
    Event Lock RLock Thread perf_counter uuid4 UUID ThreadPoolExecutor
    ProcessPoolExecutor urlparse urlencode urljoin Future HTTPError URLError pprint
    BaseHTTPRequestHandler HTTPServer ElementTree getLogger groupby accumulate starmap
    takewhile bisect_left bisect_right insort heappush heappop heapify sleep unquote
    urlsplit""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Likely:
    """Names that may be imported; `modules` are those of them that only modules have."""

    names: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()


def likely(index: ProjectIndex) -> Likely:
    """Return what a project imports or defines, and of the standard library what is well known.

    In Java what is imported is types, which are no names that an expression reads.
    """
    if index.language != "python":
        return Likely()
    public = (pair for pair in index.lines.items() if not pair[0].startswith("_"))
    kept = dict(islice(public, _MOST))
    others = {name for name, lines in kept.items() if any(line.name for line in lines)} | _NAMES
    names = others | _MODULES | kept.keys()
    return Likely(frozenset(names), frozenset(names - others))


def ways(name: str, index: ProjectIndex, path: str, text: str, *, dotted: bool) -> list[ImportLine]:
    """Return the likeliest imports that bind `name` in the file at `path`, which holds `text`.

    It cannot import from itself; what binds a module counts only if a dot follows the name. What no
    file imports by its full name is imported relative to the file's package, if the file does so.
    """
    found = find_imports(name, index)
    if index.language == "java" and not all(insert_import(text, line)[1] for line in found):
        return []  # It is there: in the same package, or by an import of all that is in another.
    if index.language == "python":
        own = _dotted(path)
        found = tuple(
            line
            for line in found
            if (dotted or line.name)
            and line.binds == name
            and not own.endswith(f".{line.module}")
            and line.module != "__future__"
        )
        if _RELATIVE.search(text):
            stated = index.modules
            found = tuple(n if n.module in stated else _related(n, path) for n in found)
    return list(found[:_CHOICES])


def _related(line: ImportLine, path: str) -> ImportLine:
    """Return `line` relative to the package of the file at `path`, if it is from there."""
    top, *rest = line.module.split(".")
    folders = PurePath(path).parts[:-1]
    if not line.name or top not in folders:
        return line
    package = folders[len(folders) - folders[::-1].index(top) :]
    common = 0
    while common < min(len(package), len(rest)) and package[common] == rest[common]:
        common += 1
    dots = "." * (len(package) - common + 1)
    return replace(line, module=dots + ".".join(rest[common:]))


def _dotted(path: str) -> str:
    """Return the path of a Python file as a module of which its own name is the end."""
    parts = PurePath(path).with_suffix("").parts
    return "." + ".".join(parts[:-1] if parts[-1:] == ("__init__",) else parts)

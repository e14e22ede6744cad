"""The names that people import without being told to: few enough to let a model write them.

Any name of a library could be imported. A model that may write all of them is hardly guided, and
what it then calls ``count`` is rarely the one of itertools.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from fairlead_server.importing.index import ProjectIndex, find_imports
from fairlead_server.importing.line import ImportLine

_MOST = 1000
"""Names of a project that count, the most frequent ones first: each costs decoding some time."""

_CHOICES = 3
"""Ways to import one name that are worth to be tried."""

_MODULES = frozenset(
    """argparse ast asyncio base64 bisect collections contextlib copy csv ctypes dataclasses
    datetime difflib enum functools gc getpass glob gzip hashlib heapq importlib inspect io
    itertools json locale logging math mimetypes multiprocessing operator os pathlib pickle pkgutil
    platform pprint queue random re secrets shlex shutil signal socket sqlite3 ssl stat statistics
    string struct subprocess sys sysconfig tarfile tempfile textwrap threading time tomllib
    traceback types typing unicodedata unittest urllib uuid warnings weakref zipfile zlib""".split()  # noqa: SIM905
)
_NAMES = frozenset(
    """ABC ABCMeta abstractmethod Counter OrderedDict defaultdict deque namedtuple ChainMap
    AsyncIterator Awaitable Callable Collection Generator Hashable Iterable Iterator Mapping
    MutableMapping MutableSequence Sequence Any ClassVar Final Generic Literal NamedTuple
    NoReturn Optional Protocol TypeVar TypedDict Union cast overload TYPE_CHECKING dataclass
    contextmanager asynccontextmanager suppress nullcontext ExitStack closing deepcopy datetime
    timedelta timezone Decimal Fraction Enum IntEnum IntFlag Flag cached_property lru_cache partial
    partialmethod reduce singledispatch total_ordering wraps BytesIO StringIO chain combinations
    islice permutations product zip_longest attrgetter itemgetter Path PurePath PurePosixPath
    Popen SimpleNamespace MappingProxyType ModuleType TestCase MagicMock Mock NamedTemporaryFile
    TemporaryDirectory dedent Event Lock RLock Thread perf_counter uuid4 UUID ThreadPoolExecutor
    ProcessPoolExecutor urlparse urlencode urljoin Future HTTPError URLError pprint
    BaseHTTPRequestHandler HTTPServer ElementTree""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Likely:
    """Names that may be imported; `modules` are those of them that only modules have."""

    names: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()


def likely(index: ProjectIndex) -> Likely:
    """Return what a project imports or defines, and of the standard library what is well known."""
    public = (pair for pair in index.lines.items() if not pair[0].startswith("_"))
    kept = dict(islice(public, _MOST))
    if index.language != "python":
        return Likely(frozenset(kept))
    others = {name for name, lines in kept.items() if any(line.name for line in lines)} | _NAMES
    names = others | _MODULES | kept.keys()
    return Likely(frozenset(names), frozenset(names - others))


def ways(name: str, index: ProjectIndex, path: str, *, dotted: bool) -> list[ImportLine]:
    """Return the likeliest imports that bind `name` in the file at `path`.

    It cannot import from itself; what binds a module counts only if a dot follows the name.
    """
    found = find_imports(name, index)
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
    return list(found[:_CHOICES])


def _dotted(path: str) -> str:
    """Return the path of a Python file as a module of which its own name is the end."""
    parts = PurePath(path).with_suffix("").parts
    return "." + ".".join(parts[:-1] if parts[-1:] == ("__init__",) else parts)

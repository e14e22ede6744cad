"""The common classes of Java's standard library, by their packages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fairlead_server.importing.line import ImportLine

_JAVA = """
java.io BufferedReader BufferedWriter ByteArrayInputStream ByteArrayOutputStream Closeable File
  FileInputStream FileNotFoundException FileOutputStream FileReader FileWriter IOException
  InputStream InputStreamReader OutputStream OutputStreamWriter PrintStream PrintWriter Reader
  Serializable StringReader StringWriter UncheckedIOException Writer
java.math BigDecimal BigInteger MathContext RoundingMode
java.net HttpURLConnection InetAddress MalformedURLException ServerSocket Socket URI
  URISyntaxException URL URLDecoder URLEncoder
java.nio ByteBuffer ByteOrder CharBuffer
java.nio.charset Charset StandardCharsets
java.nio.file Files FileSystems LinkOption Path Paths StandardCopyOption StandardOpenOption
java.text DateFormat DecimalFormat MessageFormat NumberFormat ParseException SimpleDateFormat
java.time Clock DayOfWeek Duration Instant LocalDate LocalDateTime LocalTime Month Period Year
  ZoneId ZoneOffset ZonedDateTime
java.time.format DateTimeFormatter DateTimeParseException
java.util AbstractList AbstractMap ArrayDeque ArrayList Arrays BitSet Calendar Collection
  Collections Comparator ConcurrentModificationException Currency Date Deque EmptyStackException
  EnumMap EnumSet Enumeration HashMap HashSet IdentityHashMap Iterator LinkedHashMap LinkedHashSet
  LinkedList List ListIterator Locale Map NavigableMap NavigableSet NoSuchElementException Objects
  Optional OptionalDouble OptionalInt OptionalLong PriorityQueue Properties Queue Random Scanner
  Set SortedMap SortedSet Stack StringJoiner StringTokenizer Timer TimerTask TreeMap TreeSet UUID
  Vector WeakHashMap
java.util.concurrent BlockingQueue Callable CompletableFuture ConcurrentHashMap ConcurrentMap
  CopyOnWriteArrayList CountDownLatch CyclicBarrier ExecutionException Executor ExecutorService
  Executors Future LinkedBlockingQueue ScheduledExecutorService Semaphore ThreadFactory
  ThreadLocalRandom TimeUnit TimeoutException
java.util.concurrent.atomic AtomicBoolean AtomicInteger AtomicLong AtomicReference LongAdder
java.util.concurrent.locks Condition Lock ReadWriteLock ReentrantLock ReentrantReadWriteLock
java.util.function BiConsumer BiFunction BiPredicate BinaryOperator BooleanSupplier Consumer
  Function IntBinaryOperator IntFunction IntPredicate IntUnaryOperator Predicate Supplier
  ToDoubleFunction ToIntFunction ToLongFunction UnaryOperator
java.util.regex MatchResult Matcher Pattern PatternSyntaxException
java.util.stream Collector Collectors DoubleStream IntStream LongStream Stream StreamSupport
"""


@cache
def _java() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    package = ""
    for word in _JAVA.split():
        if "." in word:
            package = word
        else:
            found[word] = (*found.get(word, ()), package)
    return found


def java(name: str) -> tuple[ImportLine, ...]:
    """Return the imports from Java's standard library that bind `name`: the common classes."""
    return tuple(ImportLine(package, name, language="java") for package in _java().get(name, ()))

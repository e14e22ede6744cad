"""What a model that is measured on benchmarks must not have been trained on.

Three nets: names of projects, which must not be in the catalogue; what a file says it is, or
defines, which finds copies under another roof; and lines shared with the projects' own sources,
which finds renamed copies (see `fairlead_server.training.corpus`).
"""

from __future__ import annotations

import re

BUGSINPY = frozenset(
    {
        *("ansible", "black", "cookiecutter", "fastapi", "httpie", "keras", "luigi"),
        *("matplotlib", "pandas", "pysnooper", "sanic", "scrapy", "spacy", "thefuck"),
        *("tornado", "tqdm", "youtube-dl"),
    }
)
"""The projects of BugsInPy, by their names on the registry."""

HELD_OUT = frozenset({"tornado", "rich", "black", "zookeeper"})
"""The packages that fairlead is measured on."""

MOST_SHARED = 0.3
"""The share of a file's long lines that it may have in common with what is excluded."""

# The Java packages of the projects of Defects4J, also when they were moved to another root.
_DEFECTS4J = re.compile(
    r"^[ \t]*package\s+[\w.]*\b(?:commons\.(?:lang\d?|math\d?|cli|codec|collections\d?|compress"
    r"|csv|jxpath)|joda\.time|mockito|google\.javascript|jfree|google\.gson|fasterxml\.jackson"
    r"|codehaus\.jackson|jsoup)\b",
    re.MULTILINE,
)
_BENCHMARKS = re.compile(r"quix_?bugs|human_?eval|defects_?4_?j|bugs_?in_?py|mbpp", re.IGNORECASE)

# Functions of HumanEval and QuixBugs whose names nothing else has, as `_snake` writes them.
_TASKS = frozenset(
    {
        *("has_close_elements", "separate_paren_groups", "truncate_number", "below_zero"),
        *("mean_absolute_deviation", "parse_nested_parens", "make_palindrome", "string_xor"),
        *("filter_by_substring", "rolling_max", "how_many_times", "parse_music", "sort_numbers"),
        *("find_closest_elements", "rescale_to_unit", "filter_integers", "largest_divisor"),
        *("filter_by_prefix", "get_positive", "is_prime", "find_zero", "sort_third", "fizz_buzz"),
        *("prime_fib", "triples_sum_to_zero", "car_race_collision", "pairs_sum_to_zero"),
        *("correct_bracketing", "sum_squares", "words_string", "vowels_count", "digit_sum"),
        *("will_it_fly", "smallest_change", "total_match", "is_multiply_prime", "is_simple_power"),
        *("iscube", "is_happy", "numerical_letter_grade", "starts_one_ends", "anti_shuffle"),
        *("find_in_sorted", "find_first_in_sorted", "is_valid_parenthesization", "kheapsort"),
        *("lcs_length", "max_sublist_sum", "minimum_spanning_tree", "next_palindrome"),
        *("possible_change", "rpn_eval", "shortest_path_lengths", "shunting_yard"),
        *("topological_ordering", "breadth_first_search", "longest_common_subsequence"),
    }
)
_FEW_TASKS = 2
"""One such name may be chance."""

_DEFINED = re.compile(
    r"^[ \t]*(?:def\s+|(?:public\s+|static\s+)+[\w<>\[\]., ]+?\s)(\w+)\s*\(", re.M
)


def excluded_name(name: str) -> bool:
    """Tell whether a package must not be in the corpus, by its name on the registry."""
    plain = name.lower().replace("_", "-")
    return plain in BUGSINPY or plain in HELD_OUT


def excluded_file(path: str, text: str) -> bool:
    """Tell whether a file is part of a benchmark, or of a project that one is made of."""
    if _BENCHMARKS.search(path) or _DEFECTS4J.search(text):
        return True
    return defines_tasks(text)


def defines_tasks(text: str) -> bool:
    """Tell whether several functions bear the names of a benchmark's tasks, in either language."""
    names = {_snake(name) for name in _DEFINED.findall(text)}
    return len(names & _TASKS) >= _FEW_TASKS


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()

"""Which arguments a function takes: the rules by which calls bind arguments to parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fairlead_monitors.engine import Parameter, Passing, Signature


@dataclass(frozen=True)
class Arguments:
    """What a call passes so far.

    Between `least` and `most` arguments go by position: there is a range where a lexer cannot
    tell yet what divides two of them. `unpacked` says that some number of unknown ones is among
    them.
    """

    least: int = 0
    most: int = 0
    names: frozenset[str] = frozenset()
    unpacked: bool = False

    def and_position(self) -> Arguments:
        """Return these and one more by position."""
        return replace(self, least=self.least + 1, most=self.most + 1)

    def and_name(self, name: str) -> Arguments:
        """Return these and one by name."""
        return replace(self, names=self.names | {name})

    def and_all(self, others: Arguments) -> Arguments:
        """Return these and `others`."""
        return Arguments(
            self.least + others.least,
            self.most + others.most,
            self.names | others.names,
            self.unpacked or others.unpacked,
        )


NONE = Arguments()


def accepts(signature: Signature, arguments: Arguments) -> bool:
    """Tell whether a call may begin with `arguments`: more may follow."""
    return any(
        _binds(signature, count, arguments.names)
        for count in range(arguments.least, arguments.most + 1)
    )


def is_complete(signature: Signature, arguments: Arguments) -> bool:
    """Tell whether a call may consist of `arguments`."""
    return any(
        _binds(signature, count, arguments.names)
        and not _missing(signature, count, arguments.names)
        for count in range(arguments.least, arguments.most + 1)
    )


def accepts_position(signature: Signature, arguments: Arguments, later: Arguments = NONE) -> bool:
    """Tell whether an argument may go by position after `arguments` and before `later`.

    None may follow one by name.
    """
    return not arguments.names and accepts(signature, arguments.and_position().and_all(later))


def accepts_name(
    signature: Signature, arguments: Arguments, name: str, later: Arguments = NONE
) -> bool:
    """Tell whether an argument may be passed by `name` after `arguments` and before `later`."""
    together = arguments.and_all(later)
    return name not in together.names and accepts(signature, together.and_name(name))


def accepts_name_beginning(
    signature: Signature, arguments: Arguments, start: str, later: Arguments = NONE
) -> bool:
    """Tell whether an argument may be passed by some name that begins with `start`."""
    together = arguments.and_all(later)
    if takes_any_name(signature):
        return accepts(signature, together)
    return any(name.startswith(start) for name in free_names(signature, together))


def accepts_more(signature: Signature, arguments: Arguments, later: Arguments = NONE) -> bool:
    """Tell whether any argument may come after `arguments` and before `later`."""
    return accepts_position(signature, arguments, later) or accepts_name_beginning(
        signature, arguments, "", later
    )


def free_names(signature: Signature, arguments: Arguments) -> Iterable[str]:
    """Return the parameters that may still be passed by name."""
    return [
        p.name
        for p in signature.parameters
        if p.passing in _BY_NAME and accepts_name(signature, arguments, p.name)
    ]


def takes_any_name(signature: Signature) -> bool:
    """Tell whether there is a parameter that takes any number of named arguments."""
    return any(p.passing is Passing.KEYWORDS for p in signature.parameters)


_BY_POSITION = (Passing.POSITION, Passing.EITHER)
_BY_NAME = (Passing.EITHER, Passing.NAME)


def _slots(signature: Signature) -> list[Parameter]:
    return [p for p in signature.parameters if p.passing in _BY_POSITION]


def _binds(signature: Signature, count: int, names: frozenset[str]) -> bool:
    """Tell whether `count` positional arguments and `names` each find a parameter."""
    slots = _slots(signature)
    if count > len(slots) and not any(p.passing is Passing.VARIADIC for p in signature.parameters):
        return False
    filled = {p.name for p in slots[:count] if p.passing is Passing.EITHER}
    named = {p.name for p in signature.parameters if p.passing in _BY_NAME}
    known = names & named
    return not known & filled and (known == names or takes_any_name(signature))


def _missing(signature: Signature, count: int, names: frozenset[str]) -> list[str]:
    """Return the parameters that must be passed and are not."""
    filled = {id(p) for p in _slots(signature)[:count]}
    return [
        p.name
        for p in signature.parameters
        if p.required
        and p.passing in (*_BY_POSITION, Passing.NAME)
        and id(p) not in filled
        and not (p.passing in _BY_NAME and p.name in names)
    ]

"""Where in a syntax tree a dereference stands: questions that need no type inference.

The text that is parsed has a placeholder name after the dot. With it the parser meets a finished
expression whatever follows the cursor (a newline, a keyword, the end of the text, the closing
brace of an f-string), so none of its guesses about broken code are needed.
"""

from __future__ import annotations

from typing import Any

from parso.utils import split_lines

PLACEHOLDER = "fairlead_member"

DEFINING_METHODS = frozenset(
    {
        "__init__",
        "__new__",
        "__post_init__",
        "__set_name__",
        "__init_subclass__",
        "setUp",
        "asyncSetUp",
        "setUpClass",
        "setUpTestData",
        "setup_method",
        "setup_class",
    }
)

"""Methods in which assigning a new attribute is ordinary (pylint's defining-attr-methods)."""

_CLASS_TAKERS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


def probe_text(text: str, offset: int) -> str:
    """Return `text` with a name after the dot that ends at `offset`."""
    return text[:offset] + PLACEHOLDER + text[offset:]


def find_placeholder(module: Any, text: str, offset: int) -> Any:
    """Return the leaf of the placeholder, or None where the dot is not one of an expression.

    That is: in a string, a comment, a number, an import statement.
    """
    leaf = name_at(module, text, offset)
    return leaf if leaf is not None and leaf.value.startswith(PLACEHOLDER) else None


def name_at(module: Any, text: str, offset: int) -> Any:
    """Return the leaf of the attribute's name that begins at `offset`, or None if none does."""
    lines = split_lines(text[:offset], keepends=True)
    leaf = module.get_leaf_for_position((len(lines), len(lines[-1]) + 1))
    if leaf is None or leaf.type != "name":
        return None
    dot = leaf.get_previous_leaf()
    if dot is None or dot.value != "." or leaf.parent.type != "trailer":
        return None
    return leaf


def receiver_nodes(placeholder: Any) -> list[Any]:
    """Return the nodes of the expression before the dot: an atom and its trailers."""
    trailer = placeholder.parent
    siblings = trailer.parent.children
    end = start = siblings.index(trailer)
    start -= 1
    while siblings[start].type == "trailer" and start > 0:
        start -= 1
    return list(siblings[start:end])


def code_of(nodes: list[Any]) -> str:
    """Return the code of `nodes` without white space and comments between the tokens."""
    return "".join(_leaf_values(nodes))


def _leaf_values(nodes: list[Any]) -> list[str]:
    values = []
    for node in nodes:
        leaf, last = node.get_first_leaf(), node.get_last_leaf()
        while leaf is not None:
            values.append(leaf.value)
            if leaf is last:
                break
            leaf = leaf.get_next_leaf()
    return values


def encloses(node: Any, leaf: Any) -> bool:
    """Tell whether `leaf` is a leaf of `node`."""
    while leaf is not None and leaf is not node:
        leaf = leaf.parent
    return leaf is node


def is_being_written(leaf: Any) -> bool:
    """Tell whether the document ends with the statement of `leaf`.

    More of the class around it may then follow that nobody has written yet.
    """
    following = _statement(leaf).get_last_leaf().get_next_leaf()
    while following is not None:
        if following.type not in ("newline", "endmarker", "dedent", "error_leaf"):
            return False
        following = following.get_next_leaf()
    return True


def _statement(leaf: Any) -> Any:
    """Return the innermost statement around `leaf`, or what is left of it in broken code."""
    node = leaf
    while node.parent is not None and node.parent.type not in ("suite", "file_input"):
        node = node.parent
    return node


def enclosing_function(leaf: Any) -> Any:
    """Return the function definition around `leaf`, or None."""
    return leaf.search_ancestor("funcdef")


def may_create_attribute(placeholder: Any) -> bool:
    """Tell whether the dereference may turn out an assignment that creates the attribute.

    It may where it starts a statement on ``self`` in a method that defines attributes, or on
    another name in any method (an object made there, as in ``__new__``).
    """
    nodes = receiver_nodes(placeholder)
    function = enclosing_function(placeholder)
    if function is None or len(nodes) != 1 or nodes[0].type != "name":
        return False
    if _is_first_parameter(nodes[0], function) and function.name.value not in DEFINING_METHODS:
        return False
    return _starts_statement(nodes[0])


def defines_attributes(placeholder: Any) -> bool:
    """Tell whether this is where the attributes of the receiver, ``self``, are made."""
    nodes, function = receiver_nodes(placeholder), enclosing_function(placeholder)
    if function is None or len(nodes) != 1 or function.name.value not in DEFINING_METHODS:
        return False
    return nodes[0].type == "name" and _is_first_parameter(nodes[0], function)


def _is_first_parameter(name: Any, function: Any) -> bool:
    parameters = function.get_params()
    return bool(parameters) and parameters[0].name.value == name.value


def is_implicit_class(placeholder: Any) -> bool:
    """Tell whether the receiver is the class that a method gets without saying so.

    (The Python Language Reference, 3.3.1 and 3.3.3: no decorator makes these what they are.)
    """
    nodes, function = receiver_nodes(placeholder), enclosing_function(placeholder)
    if function is None or len(nodes) != 1 or function.name.value not in _CLASS_TAKERS:
        return False
    parameters = function.get_params()
    return (
        bool(parameters)
        and parameters[0].name.value == nodes[0].value
        and is_first_of_method(parameters[0])
    )


def _starts_statement(name: Any) -> bool:
    """Tell whether an assignment target may stand at `name`: only targets precede it."""
    leaf = name.get_previous_leaf()
    while leaf is not None:
        if leaf.type in ("newline", "indent", "dedent") or leaf.value in (";", "as", "for"):
            return True
        if leaf.value == ":":
            return bool(leaf.parent.type.endswith(("stmt", "def", "node")))
        if leaf.type != "name" and leaf.value not in (".", ",", "(", "[", "*"):
            return False
        before = leaf.get_previous_leaf()
        if leaf.value in ("(", "[") and before is not None and _is_operand(before):
            return False
        leaf = before
    return True


def _is_operand(leaf: Any) -> bool:
    return bool(leaf.type in ("name", "string") or leaf.value in (")", "]", "}"))


def is_first_of_method(parameter: Any) -> bool:
    """Tell whether `parameter` is the ``self`` or ``cls`` of a method."""
    function = parameter.search_ancestor("funcdef", "lambdef")
    if function.type != "funcdef" or parameter.position_index != 0:
        return False
    owner = function.search_ancestor("funcdef", "classdef")
    return bool(owner is not None and owner.type == "classdef")


def reassignments(name: Any) -> list[Any]:
    """Return where `name` gets another value further down a loop, for the next round of it."""
    function = name.search_ancestor("funcdef", "lambdef", "classdef")
    loop = node = name.search_ancestor("for_stmt", "while_stmt")
    while node is not None and encloses(function, node):
        loop, node = node, node.search_ancestor("for_stmt", "while_stmt")
    if loop is None or (function is not None and not encloses(function, loop)):
        return []
    return [
        other
        for other in name.get_root_node().get_used_names().get(name.value, ())
        if other.start_pos > name.start_pos
        and other.is_definition()
        and encloses(loop, other)
        and other.parent.type != "trailer"
        and other.search_ancestor("funcdef", "lambdef", "classdef") is function
    ]

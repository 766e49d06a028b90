"""Changes that mimic what students do: swapped axes, a forgotten line, argument, dtype, device or error.

cosmic-ray exchanges operators and numbers; these add what it does not know. Each is a function from a node
of the syntax tree to the texts that may stand in its place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise

Change = tuple[ast.AST, str]
# names that are easily mixed up, or copied from the line above and not changed
MIXED_UP = [
    {"kernel_size", "stride", "padding", "dilation"},
    {"in_channels", "out_channels"},
    {"height", "width"},
    {"vertical", "horizontal"},
    {"x", "weight"},
    {"covered", "padded"},
    {"channels", "out_channels", "kernel_channels", "batch"},
    {"red", "green", "blue"},
    {"gx", "gy"},
]


def mistakes(source: str) -> Iterator[tuple[str, str]]:
    """The name of each mistake that the source has room for, with the source that makes it."""
    tree = ast.parse(source)
    whole = source.encode()  # the tree counts bytes
    starts = [0, *accumulate(len(line) for line in whole.splitlines(keepends=True))]
    for mistake in MISTAKES:
        for node in ast.walk(tree):
            for place, text in mistake(node):
                start = starts[place.lineno - 1] + place.col_offset  # type: ignore[attr-defined]
                end = starts[place.end_lineno - 1] + place.end_col_offset  # type: ignore[attr-defined]
                yield mistake.__name__, (whole[:start] + text.encode() + whole[end:]).decode()


def forget_a_statement(node: ast.AST) -> Iterator[Change]:
    """Leaves out a line, or an `if` with all that hangs on it."""
    kinds = (ast.Assign, ast.AugAssign, ast.Return, ast.Raise, ast.If)
    call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if isinstance(node, kinds) or call:
        yield node, "pass"
    if isinstance(node, ast.ClassDef):
        yield from ((child, "pass") for child in node.body if isinstance(child, ast.FunctionDef))


def always_or_never(node: ast.AST) -> Iterator[Change]:
    """A condition that is always met, or never."""
    if isinstance(node, ast.If | ast.IfExp):
        yield node.test, "True"
        yield node.test, "False"


def half_of_an_expression(node: ast.AST) -> Iterator[Change]:
    """One side of an operator, and not the other; one of several conditions left out."""
    if isinstance(node, ast.BinOp):
        yield from ((node, f"({ast.unparse(side)})") for side in (node.left, node.right))
    if isinstance(node, ast.UnaryOp):
        yield node, f"({ast.unparse(node.operand)})"
    if isinstance(node, ast.BoolOp):
        for left_out in node.values:
            rest = [v for v in node.values if v is not left_out]
            whole = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield node, f"({ast.unparse(whole)})"


def forget_an_argument(node: ast.AST) -> Iterator[Change]:
    """A call with one argument less, or with None in its place."""
    if not isinstance(node, ast.Call):
        return
    for i, argument in enumerate(node.args):
        rest = [*node.args[:i], *node.args[i + 1 :]]
        yield node, ast.unparse(ast.Call(node.func, rest, node.keywords))
        yield argument, "*()" if isinstance(argument, ast.Starred) else "None"
    for i, keyword in enumerate(node.keywords):
        yield node, ast.unparse(ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]]))
        yield keyword.value, "None"


def forget_a_call(node: ast.AST) -> Iterator[Change]:
    """`a` for `a.contiguous()`, and `a` for `f(a)`."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            yield node, ast.unparse(node.func.value)
        if node.args and not isinstance(node.args[0], ast.Starred):
            yield node, f"({ast.unparse(node.args[0])})"


def forget_an_index(node: ast.AST) -> Iterator[Change]:
    """`a` for `a[i]`; a slice without its start, stop or step."""
    if isinstance(node, ast.Subscript):
        yield node, ast.unparse(node.value)
    if isinstance(node, ast.Slice):
        start, stop, step = node.lower, node.upper, node.step
        without = [ast.Slice(None, stop, step), ast.Slice(start, None, step), ast.Slice(start, stop, None)]
        yield from ((node, ast.unparse(fewer)) for fewer in without)


def swap_neighbours(node: ast.AST) -> Iterator[Change]:
    """Two neighbours of a call's arguments, a tuple or a list in the wrong order."""
    if isinstance(node, ast.Call):
        items = node.args
    elif isinstance(node, ast.Tuple | ast.List):
        items = node.elts
    else:
        return
    for i in range(len(items) - 1):
        order = [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
        if isinstance(node, ast.Call):
            yield node, ast.unparse(ast.Call(node.func, order, node.keywords))
        elif isinstance(node, ast.List):
            yield node, ast.unparse(ast.List(order, ast.Load()))
        else:
            inside = ", ".join(ast.unparse(item) for item in order)
            bare = node.col_offset == node.elts[0].col_offset
            yield node, inside if bare else f"({inside})"


def mix_up_names(node: ast.AST) -> Iterator[Change]:
    """The other axis, or another setting."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    others = {other for names in MIXED_UP if name in names for other in names} - {name}
    if name.endswith(("_h", "_w")):
        others.add(name[:-1] + ("w" if name.endswith("h") else "h"))
    for other in sorted(others):
        yield node, other if isinstance(node, ast.Name) else f"{ast.unparse(node.value)}.{other}"  # type: ignore[attr-defined]


def another_signature(node: ast.AST) -> Iterator[Change]:
    """Two parameters in the wrong order, or one without its default."""
    if not isinstance(node, ast.FunctionDef):
        return
    names = node.args.args
    defaults: list[ast.expr | None] = [None] * (len(names) - len(node.args.defaults))
    defaults += node.args.defaults
    parameters = list(zip(names, defaults, strict=True))
    for (first, of_first), (second, of_second) in pairwise(parameters):
        place = ast.copy_location(ast.Pass(), first)
        last = of_second or second
        place.end_lineno, place.end_col_offset = last.end_lineno, last.end_col_offset
        # unparsed one by one, since a parameter with its default is no node of its own
        yield place, f"{_parameter(second, of_second)}, {_parameter(first, of_first)}"
    by_name = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)  # in any order
    for name, default in (*parameters, *by_name):
        if default:
            place = ast.copy_location(ast.Pass(), name)
            place.end_lineno, place.end_col_offset = default.end_lineno, default.end_col_offset
            yield place, _parameter(name, None)


def _parameter(name: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(name) + (f" = {ast.unparse(default)}" if default else "")


def another_error(node: ast.AST) -> Iterator[Change]:
    """An error of another class."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        yield node.exc.func, "TypeError"
        yield node.exc.func, "AssertionError"


def nearly_that_number(node: ast.AST) -> Iterator[Change]:
    """A constant with a wrong digit, or with a wrong sign."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value is not True:
        if isinstance(node.value, float):
            yield node, f"{node.value * 1.01:.6g}"
        if node.value:
            yield node, f"(-{node.value})"


def assign_anew(node: ast.AST) -> Iterator[Change]:
    """`a = b` for `a += b`."""
    if isinstance(node, ast.AugAssign):
        yield node, f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"


def default_dtype_or_device(node: ast.AST) -> Iterator[Change]:
    """New tensors in float32 or on the CPU, whatever the input is."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "new_zeros":
        for keyword in ("dtype=Tensor().dtype", "device='cpu'"):
            yield node, f"{ast.unparse(node)[:-1]}, {keyword})"


def spoil_the_result(node: ast.AST) -> Iterator[Change]:
    """A result that is cut off its graph, in float32, on the CPU, scaled, or one whose inputs were changed."""
    if not isinstance(node, ast.FunctionDef) or not node.returns or ast.unparse(node.returns) != "Tensor":
        return
    tensors = [a.arg for a in node.args.args if a.annotation and "Tensor" in ast.unparse(a.annotation)]
    for statement in ast.walk(node):
        if isinstance(statement, ast.Return) and statement.value:
            value = ast.unparse(statement.value)
            of_inputs = (".detach()", ".float()", ".cpu()") if tensors else ()
            for spoilt in (".double()", ".mul(1.01)", ".abs()", "[:1]", *of_inputs):
                yield statement, f"return ({value}){spoilt}"
            for name in tensors:
                yield statement, f"return ({value}, {name} is None or {name}.data.add_(1))[0]"


MISTAKES: list[Callable[[ast.AST], Iterator[Change]]] = [
    forget_a_statement,
    always_or_never,
    half_of_an_expression,
    forget_an_argument,
    forget_a_call,
    forget_an_index,
    swap_neighbours,
    mix_up_names,
    another_signature,
    another_error,
    nearly_that_number,
    assign_anew,
    default_dtype_or_device,
    spoil_the_result,
]

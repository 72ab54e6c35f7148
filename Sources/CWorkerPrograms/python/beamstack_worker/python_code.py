"""A person's Python code: compiled with the file and line that it stands at, and what it reads of a row."""

import ast
import builtins
import importlib
import os
import sys
import types
from keyword import iskeyword

from beamstack_worker.tasks import TaskError
from beamstack_worker.traces import trace_of
from beamstack_worker.values import row_class


class Code:
    """A piece of a person's code and where it stands.

    source: its text; name: the function meant, where the text has several; path, line: of its first line;
    place: the path of configuration keys that errors name.
    """

    def __init__(self, source, *, name=None, path="<pipeline>", line=1, place=()):
        self.source = source
        self.name = name
        self.path = path
        self.line = line
        self.place = place

    def error(self, code, message, *, hint=None, notes=()):
        """A `TaskError` at this code's place."""
        return TaskError(code, message, path=self.place, hint=hint, notes=notes)

    def parse(self, text, mode):
        """The syntax tree, with the file's line numbers."""
        try:
            tree = ast.parse(text, self.path, mode)
        except SyntaxError as error:
            line = self.line + (error.lineno or 1) - 1
            raise self.error(
                "invalid-callable",
                f"this is no Python: {error.msg} (line {line})",
                notes=[error.text.rstrip()] if error.text else [],
            ) from None
        except ValueError as error:
            raise self.error("invalid-callable", f"this is no Python: {error}") from None
        return ast.increment_lineno(tree, self.line - 1)

    def run(self, tree, mode, scope):
        """Compiles and runs a tree; what fails in it is the person's to mend."""
        try:
            # 'dont_inherit': this module's own '__future__' imports are no concern of the person's.
            code = compile(tree, self.path, mode, dont_inherit=True)
            return eval(code, scope)
        except TaskError:
            raise
        except ModuleNotFoundError as error:
            raise self.missing(error) from None
        except SyntaxError as error:
            raise self.error("invalid-callable", f"this is no Python: {error.msg} (line {error.lineno})") from None
        except Exception as error:
            raise self.error(
                "invalid-callable",
                f"the code fails when it is loaded: {type(error).__name__}: {error}",
                notes=trace_of(error).splitlines(),
            ) from None

    def missing(self, error):
        """The error about a module that is not installed."""
        name = (error.name or "").partition(".")[0]
        if name == "apache_beam":
            return self.error(
                "missing-package",
                "the code uses Apache Beam, which is not installed where it runs",
                hint="add 'apache-beam' to the step's 'dependencies'",
            )
        return self.error(
            "missing-package",
            f"the code imports '{error.name}', which is not installed where it runs",
            hint=f"add the package of '{name}' to the step's 'dependencies'",
        )


def add_folders(*folders):
    """Lets code import modules that lie beside the pipeline; installed packages come first."""
    for folder in folders:
        folder = os.path.abspath(folder)
        if folder not in sys.path:
            sys.path.append(folder)


_MODULES = []


def _new_scope(code, tree):
    """The globals for a text: a module of its own, as data classes and their like want to find theirs."""
    module = types.ModuleType(f"beamstack_pipeline_{len(_MODULES)}")
    module.__file__ = code.path
    _MODULES.append(module)
    sys.modules[module.__name__] = module
    if _reads_beam(tree):
        # Beam puts itself into the scope of a pipeline's code.
        try:
            import apache_beam

            module.beam = apache_beam
        except ModuleNotFoundError as error:
            if not _reads_only_rows_of_beam(tree):
                raise code.missing(error) from None
            module.beam = types.SimpleNamespace(Row=_beam_row)
    return module.__dict__


def _beam_row(**fields):
    """What `beam.Row` makes, for code that needs nothing else of Beam."""
    return row_class(fields)._make(fields.values())


def _reads_only_rows_of_beam(tree):
    rows = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "Row"
    }
    return all(id(node) in rows for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "beam")


def _reads_beam(tree):
    reads = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "beam":
            reads = True
            if not isinstance(node.ctx, ast.Load):
                return False
        if isinstance(node, ast.alias) and (node.asname or node.name) == "beam":
            return False
        if isinstance(node, ast.arg) and node.arg == "beam":
            return False
    return reads


def load_expression(code, fields):
    """An expression over fields: a function, and the fields that are its parameters."""
    # In parentheses it may go over several lines, as in a YAML block.
    tree = code.parse("(" + code.source + "\n)", "eval")
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = [name for name in fields if name in named]
    parameters = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg=name) for name in names], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    tree.body = ast.copy_location(ast.Lambda(args=parameters, body=tree.body), tree.body)
    scope = _new_scope(code, tree)
    function = code.run(ast.fix_missing_locations(tree), "eval", scope)
    function.__name__ = "<expression>"
    try:
        function.__code__ = function.__code__.replace(co_name="<expression>")
    except (AttributeError, TypeError):
        pass
    return function, names


def load_callable(code):
    """What Beam takes a callable's text to be: the function, and its syntax where it is known."""
    source = code.source.strip()
    if code.name is None and all(part.isidentifier() and not iskeyword(part) for part in source.split(".")):
        return load_name(code, source), None
    tree = code.parse(_dedented(code.source), "exec")
    scope = _new_scope(code, tree)
    name = code.name or _last(code, tree)
    code.run(tree, "exec", scope)
    if name not in scope:
        defined = sorted(key for key, value in scope.items() if callable(value) and not key.startswith("__"))
        raise code.error(
            "invalid-callable",
            f"the code has no function '{name}'",
            hint=f"it has {', '.join(repr(key) for key in defined)}" if defined else None,
        )
    return scope[name], _definition(tree, name)


_RESULT = "__python_callable__"


def _last(code, tree):
    """The name of what the last statement of a text defines; an expression there gets one."""
    last = tree.body[-1] if tree.body else None
    if isinstance(last, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return last.name
    if isinstance(last, ast.Expr):
        target = ast.copy_location(ast.Name(id=_RESULT, ctx=ast.Store()), last)
        tree.body[-1] = ast.copy_location(ast.Assign(targets=[target], value=last.value), last)
        ast.fix_missing_locations(tree)
        return _RESULT
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        return last.targets[0].id
    raise code.error(
        "invalid-callable",
        "the text does not end with a function",
        hint="end it with 'lambda row: …', with a 'def', or with the name of a function",
    )


def _definition(tree, name):
    """The only definition of a name in a text, where there is only one."""
    found = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                found.append(node)
        elif isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Name) and part.id == name for part in targets):
                found.append(node.value)
        elif not isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr)):
            # A branch or a loop may define it once more.
            return None
    return found[0] if len(found) == 1 else None


def _dedented(source):
    lines = source.split("\n")
    code = [line for line in lines if line.strip() and line.strip()[0] != "#"]
    indent = min((len(line) - len(line.lstrip()) for line in code), default=0)
    return "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines)


def load_name(code, name):
    """A built-in function, or what a qualified name means: modules are imported as far as needed."""
    parts = name.split(".")
    if hasattr(builtins, parts[0]):
        found, parts = getattr(builtins, parts[0]), parts[1:]
        path = name.partition(".")[0]
    else:
        found, path = None, ""
    for part in parts:
        path = f"{path}.{part}" if path else part
        if found is not None and hasattr(found, part):
            found = getattr(found, part)
            continue
        try:
            found = importlib.import_module(path)
        except ModuleNotFoundError as error:
            if found is None and error.name == path:
                raise code.error(
                    "missing-package",
                    f"there is no module '{path}' where the code runs",
                    hint=f"add its package to the step's 'dependencies', or put '{path}.py' beside the pipeline",
                ) from None
            if error.name is not None and not name.startswith(error.name):
                raise code.missing(error) from None
            owner = path.rpartition(".")[0]
            raise code.error("invalid-callable", f"'{owner}' has no '{part}'") from None
        except Exception as error:
            raise code.error(
                "invalid-callable",
                f"the module '{path}' fails when it is imported: {type(error).__name__}: {error}",
                notes=trace_of(error).splitlines(),
            ) from None
    return found


# Calls through which code can reach a variable without naming it.
_INDIRECT = {"eval", "exec", "locals", "vars"}


def fields_read(definition, fields):
    """The fields that a function reads of its parameter, the row; `None` where it may be any."""
    if not isinstance(definition, (ast.Lambda, ast.FunctionDef)) or getattr(definition, "decorator_list", None):
        return None
    arguments = definition.args.posonlyargs + definition.args.args
    if not arguments:
        return None
    parameter = arguments[0].arg
    known = set(fields)
    read = set()
    uses = 0
    accounted = 0
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and node.id == parameter:
            uses += 1
        elif isinstance(node, ast.Name) and node.id in _INDIRECT:
            return None
        elif isinstance(node, (ast.Global, ast.Nonlocal)) and parameter in node.names:
            return None
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and _is_load_of(node, parameter):
            name = node.attr if isinstance(node, ast.Attribute) else _constant(node.slice)
            if name not in known:
                return None
            read.add(name)
            accounted += 1
    if uses != accounted:
        return None
    return [name for name in fields if name in read]


def _is_load_of(node, parameter):
    value = node.value
    return (
        isinstance(node.ctx, ast.Load)
        and isinstance(value, ast.Name)
        and value.id == parameter
        and isinstance(value.ctx, ast.Load)
    )


def _constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def check_parameters(code, function):
    """Sees to it that a function takes one argument, as far as that can be seen without calling it."""
    if not callable(function):
        raise code.error(
            "invalid-callable", f"the code gives a value of type '{type(function).__name__}', which is no function"
        )
    if not isinstance(function, types.FunctionType):
        return
    inner = function.__code__
    if inner.co_flags & 0x280:
        raise code.error("invalid-callable", "the function is asynchronous, and nobody awaits its result")
    required = inner.co_argcount - len(function.__defaults__ or ())
    keywords = inner.co_varnames[inner.co_argcount : inner.co_argcount + inner.co_kwonlyargcount]
    unset = [name for name in keywords if name not in (function.__kwdefaults__ or {})]
    if required > 1 or unset:
        names = inner.co_varnames[:required] + tuple(unset)
        raise code.error(
            "invalid-callable", f"the function wants {len(names)} arguments ({', '.join(names)}), but gets the row only"
        )
    if inner.co_argcount == 0 and not inner.co_flags & 0x04:
        raise code.error("invalid-callable", "the function takes no argument, but gets the row")

"""What a function's code can come to: fields it reads, AWS operations it calls.

A static look: from ``functions/<step>/app.py`` along every name into the package redash_migration.
A class counts as reached when its name is used, a method of it when an attribute of that name is
used anywhere on the way. So the answer may hold more than ever happens, and nothing less, as long
as the code neither builds names from strings nor calls boto3 outside the adapters.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = "redash_migration"

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Reached:
    """Attributes that are read (among them the fields of settings), and methods of clients."""

    attributes: frozenset[str]
    client_calls: frozenset[str]


@dataclass(slots=True)
class Module:
    """One source file: its definitions, its top-level values, where its names come from."""

    name: str
    definitions: dict[str, Definition] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)

    @property
    def is_adapter(self) -> bool:
        """Whether AWS may be called here."""
        return ".adapters." in f"{self.name}."


class Sources:
    """The modules of the package, parsed when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """The module of this dotted name, or None when it is none of the package."""
        if name not in self._modules:
            path = self._root.joinpath(*name.split("."))
            found = [path.with_suffix(".py"), path / "__init__.py"]
            source = next((one for one in found if one.is_file()), None)
            own = name == PACKAGE or name.startswith(PACKAGE + ".")
            self._modules[name] = parse(name, source) if own and source else None
        return self._modules[name]


def parse(name: str, path: Path) -> Module:
    """Read a source file."""
    module = Module(name)
    is_package = path.name == "__init__.py"
    for statement in _top_level(ast.parse(path.read_text(encoding="utf-8"))):
        match statement:
            case ast.FunctionDef() | ast.ClassDef():
                module.definitions[statement.name] = statement
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                module.values[target] = value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                module.values[target] = value
            case ast.Import() | ast.ImportFrom():
                module.imports |= imported(statement, name, is_package)
    return module


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    for statement in tree.body:
        if isinstance(statement, ast.If):
            yield from statement.body
        else:
            yield statement


def imported(statement: ast.Import | ast.ImportFrom, name: str, is_package: bool) -> dict[str, str]:
    """Local name -> dotted name, for one import."""
    if isinstance(statement, ast.Import):
        return {one.asname or one.name: one.name for one in statement.names}
    origin = statement.module or ""
    if statement.level:
        parts = name.split(".")
        keep = len(parts) - statement.level + (1 if is_package else 0)
        origin = ".".join([*parts[:keep], *([origin] if origin else [])])
    return {one.asname or one.name: f"{origin}.{one.name}" for one in statement.names}


class Walk:
    """One walk from a handler to everything it can come to."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._done: set[tuple[str, str]] = set()
        self.attributes: set[str] = set()
        self._classes: list[tuple[Module, ast.ClassDef]] = []
        self.client_calls: set[str] = set()

    def start(self, handler: Module) -> None:
        """Walk from every definition of the handler's file."""
        for name in [*handler.definitions, *handler.values]:
            self._reach(handler, name)

    def _reach(self, module: Module, name: str) -> None:
        if (module.name, name) in self._done:
            return
        self._done.add((module.name, name))
        definition = module.definitions.get(name)
        if isinstance(definition, ast.ClassDef):
            self._reach_class(module, definition)
        elif isinstance(definition, ast.FunctionDef):
            self._read(module, definition)
        elif name in module.values:
            self._read(module, module.values[name])
        elif name in module.imports:
            self._reach_dotted(module.imports[name])

    def _reach_dotted(self, dotted: str) -> None:
        origin, _, name = dotted.rpartition(".")
        home = self._sources.module(origin) if origin else None
        if home is not None:
            self._reach(home, name)

    def _reach_class(self, module: Module, found: ast.ClassDef) -> None:
        self._classes.append((module, found))
        for base in [*found.bases, *found.decorator_list]:
            self._read(module, base)
        for statement in found.body:
            if isinstance(statement, ast.FunctionDef):
                if statement.name.startswith("__") or statement.name in self.attributes:
                    self._method(module, found, statement)
            elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
                self._read(module, statement.value)

    def _method(self, module: Module, owner: ast.ClassDef, method: ast.FunctionDef) -> None:
        key = (module.name, f"{owner.name}.{method.name}")
        if key not in self._done:
            self._done.add(key)
            self._read(module, method)

    def _attribute(self, name: str) -> None:
        if name in self.attributes:
            return
        self.attributes.add(name)
        for module, owner in list(self._classes):
            for statement in owner.body:
                if isinstance(statement, ast.FunctionDef) and statement.name == name:
                    self._method(module, owner, statement)

    def _read(self, module: Module, node: ast.AST) -> None:
        names = dict(module.imports)
        for inner in _nodes(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                names |= imported(inner, module.name, False)
        for inner in _nodes(node):
            match inner:
                case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if owner in names:
                    self._reach_dotted(f"{names[owner]}.{attribute}")
                    # What a module of ours is asked for by name is no method of anything.
                    if self._sources.module(names[owner]) is None:
                        self._attribute(attribute)
                case ast.Attribute(attr=attribute):
                    self._attribute(attribute)
                case ast.Name(id=name):
                    if name in names and name not in module.definitions:
                        self._reach_dotted(names[name])
                    else:
                        self._reach(module, name)
            if module.is_adapter and isinstance(inner, ast.Attribute):
                self.client_calls.add(inner.attr)


@cache
def _nodes(node: ast.AST) -> tuple[ast.AST, ...]:
    """All of a definition; dozens of functions come to the same ones."""
    return tuple(_without_annotations(node))


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "type_comment"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _without_annotations(child)


@cache
def sources(package_root: Path) -> Sources:
    """The package, parsed once for all functions."""
    return Sources(package_root)


@cache
def reached(handler: Path, package_root: Path) -> Reached:
    """What the handler in this file can come to; ``package_root`` holds the package's folder."""
    walk = Walk(sources(package_root))
    walk.start(parse("app", handler))
    return Reached(frozenset(walk.attributes), frozenset(walk.client_calls))

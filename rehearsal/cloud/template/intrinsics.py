"""CloudFormation's functions: Ref, Fn::Sub and the others, and references to secrets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rehearsal.cloud.template.reading import TemplateError

NO_VALUE = object()
"""What AWS::NoValue resolves to: the property is left out."""

VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")
DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):(.*?)\}\}")


class Made(Protocol):
    """A resource that exists: what Ref gives, and its attributes."""

    @property
    def ref(self) -> Any:
        """What Ref gives."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What GetAtt gives."""


class Resolver:
    """Turns a template's values into plain ones.

    ``resource`` makes a resource that is referred to, or gives the one that is made already.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        values: Mapping[str, Any],
        resource: Callable[[str], Made],
        secret: Callable[[str, str], str],
        addresses: Mapping[str, str],
    ) -> None:
        self._template = template
        self._values = values
        self._resource = resource
        self._secret = secret
        self._addresses = addresses
        self._conditions: dict[str, bool] = {}

    def resolve(self, value: Any) -> Any:
        """The plain value; parts that resolve to AWS::NoValue are left out."""
        if isinstance(value, Mapping):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name in {"Ref", "Condition"} or str(name).startswith("Fn::"):
                    return self._finish(self._call(str(name), argument))
            pairs = ((str(key), self.resolve(inner)) for key, inner in value.items())
            return {key: inner for key, inner in pairs if inner is not NO_VALUE}
        if isinstance(value, list):
            items = (self.resolve(inner) for inner in value)
            return [inner for inner in items if inner is not NO_VALUE]
        return self._finish(value)

    def condition(self, name: str) -> bool:
        """A named condition of the template."""
        if name not in self._conditions:
            conditions = self._template.get("Conditions", {})
            if name not in conditions:
                raise TemplateError(f"Conditions: {name!r} is not defined in the template")
            self._conditions[name] = self._truth(conditions[name])
        return self._conditions[name]

    def _truth(self, value: Any) -> bool:
        if isinstance(value, Mapping) and set(value) == {"Condition"}:
            return self.condition(value["Condition"])
        return self.resolve(value) in (True, "true")

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._ref(argument)
        if name == "Condition":
            # As a key of an IAM statement it is no function.
            if not isinstance(argument, str):
                return {"Condition": self.resolve(argument)}
            return self.condition(argument)
        function = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
        if function is None:
            raise TemplateError(f"{name}: this function is not known to the rehearsal")
        return function(argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._values:
            return self._values[name]
        return self._resource(name).ref

    def _getatt(self, argument: Any) -> Any:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        name, attribute = str(argument[0]), str(self.resolve(argument[1]))
        attributes = self._resource(name).attributes
        if attribute not in attributes:
            raise TemplateError(f"{name}.{attribute}: the rehearsal knows no such attribute")
        return attributes[attribute]

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def put(found: re.Match[str]) -> str:
            literal, name = found[1], found[2].strip()
            if literal:
                return "${" + name + "}"
            if name in own:
                return str(self.resolve(own[name]))
            if "." in name and name not in self._values:
                return str(self._getatt(name))
            return str(self._ref(name))

        return VARIABLE.sub(put, text)

    def _join(self, argument: Any) -> str:
        separator, items = argument
        return str(separator).join(str(item) for item in self.resolve(items))

    def _split(self, argument: Any) -> list[str]:
        separator, text = argument
        return str(self.resolve(text)).split(str(separator))

    def _select(self, argument: Any) -> Any:
        index, items = int(self.resolve(argument[0])), self.resolve(argument[1])
        if not 0 <= index < len(items):
            raise TemplateError(f"Fn::Select: there is no item {index} among {len(items)}")
        return items[index]

    def _if(self, argument: Any) -> Any:
        name, yes, no = argument
        return self.resolve(yes if self.condition(name) else no)

    def _equals(self, argument: Any) -> bool:
        left, right = (self.resolve(side) for side in argument)
        return _text(left) == _text(right)

    def _and(self, argument: Any) -> bool:
        return all(self._truth(part) for part in argument)

    def _or(self, argument: Any) -> bool:
        return any(self._truth(part) for part in argument)

    def _not(self, argument: Any) -> bool:
        return not self._truth(argument[0])

    def _findinmap(self, argument: Any) -> Any:
        name, first, second = (self.resolve(part) for part in argument[:3])
        try:
            return self._template["Mappings"][name][first][second]
        except KeyError:
            raise TemplateError(f"Fn::FindInMap: {name}.{first}.{second} is not there") from None

    def _base64(self, argument: Any) -> str:
        return base64.b64encode(str(self.resolve(argument)).encode()).decode()

    def _tojsonstring(self, argument: Any) -> str:
        return json.dumps(self.resolve(argument))

    def _getazs(self, argument: Any) -> list[str]:
        region = self.resolve(argument) or self._values["AWS::Region"]
        return [f"{region}a", f"{region}c"]

    def _finish(self, value: Any) -> Any:
        """Secrets and local addresses in a finished string."""
        if not isinstance(value, str):
            return value
        for public, local in self._addresses.items():
            value = value.replace(public, local)
        return DYNAMIC.sub(lambda found: self._secret(found[1], found[2]), value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

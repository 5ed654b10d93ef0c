"""A small validator for the part of JSON Schema that spec/report.schema.json uses, so that the tests
need nothing but Python's standard library. A keyword that it doesn't know is an error."""

import re

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    "$schema", "$defs", "$ref", "title", "type", "required", "properties", "additionalProperties",
    "items", "enum", "const", "pattern", "minimum", "maximum", "oneOf",
}


def is_type(value, name):
    if name in ("integer", "number"):
        wanted = int if name == "integer" else (int, float)
        return isinstance(value, wanted) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def faults(value, schema, root, at="$"):
    """Yields what is wrong with `value`, as texts."""
    unknown = set(schema) - KNOWN
    assert not unknown, f"schema keywords not understood: {unknown}"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from faults(value, root["$defs"][name], root, at)
    if "oneOf" in schema:
        tries = [list(faults(value, s, root, at)) for s in schema["oneOf"]]
        if sum(not t for t in tries) != 1:
            yield f"{at}: none of the alternatives fits: {min(tries, key=len)}"
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_type(value, n) for n in names):
            yield f"{at}: {value!r} is not of type {names}"
            return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not among {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} does not match {schema['pattern']}"
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        yield f"{at}: {value} is less than {schema['minimum']}"
    if "maximum" in schema and value is not None and value > schema["maximum"]:
        yield f"{at}: {value} is more than {schema['maximum']}"
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}: {name} is missing"
        for name, inner in value.items():
            if name in properties:
                yield from faults(inner, properties[name], root, f"{at}.{name}")
            elif schema.get("additionalProperties", True) is False:
                yield f"{at}: {name} is not expected"
    if isinstance(value, list) and "items" in schema:
        for i, inner in enumerate(value):
            yield from faults(inner, schema["items"], root, f"{at}[{i}]")

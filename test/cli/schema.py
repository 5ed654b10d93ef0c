"""A small validator for the part of JSON Schema that spec/report.schema.json and C2PA's schema of
crJSON use, so that the tests need nothing but Python's standard library. A keyword that it doesn't
know is an error."""

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
    "items", "enum", "const", "pattern", "minimum", "maximum", "oneOf", "$id", "$comment",
    "description", "definitions", "format", "minItems", "minLength", "maxLength",
    "patternProperties", "dependentRequired",
}
FORMATS = {
    "date-time": r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:",
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
        _, group, name = schema["$ref"].split("/")
        yield from faults(value, root[group][name], root, at)
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
    if "format" in schema and isinstance(value, str) and not re.search(FORMATS[schema["format"]], value):
        yield f"{at}: {value!r} is no {schema['format']}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{at}: {value!r} is too short"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at}: {value!r} is too long"
    if "minimum" in schema and value is not None and value < schema["minimum"]:
        yield f"{at}: {value} is less than {schema['minimum']}"
    if "maximum" in schema and value is not None and value > schema["maximum"]:
        yield f"{at}: {value} is more than {schema['maximum']}"
    if isinstance(value, dict):
        yield from object_faults(value, schema, root, at)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: fewer than {schema['minItems']} items"
        for i, inner in enumerate(value if "items" in schema else []):
            yield from faults(inner, schema["items"], root, f"{at}[{i}]")


def object_faults(value, schema, root, at):
    properties = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}: {name} is missing"
    for name, needs in schema.get("dependentRequired", {}).items():
        for other in needs if name in value else []:
            if other not in value:
                yield f"{at}: {name} asks for {other}"
    for name, inner in value.items():
        known = [s for pattern, s in patterns.items() if re.search(pattern, name)]
        if name in properties:
            known.append(properties[name])
        for one in known:
            yield from faults(inner, one, root, f"{at}.{name}")
        if not known and others is False:
            yield f"{at}: {name} is not expected"
        elif not known and isinstance(others, dict):
            yield from faults(inner, others, root, f"{at}.{name}")

from __future__ import annotations


class Error(Exception):
    """A question that could not be answered. (What was found, or not found, is never an error.)

    ``code`` is the library's stable name for what went wrong: "argument", "memory", "io",
    "format", "unsupported", "limit", "key", "crypto", "capacity" or "exists". ``message`` is one
    line for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message

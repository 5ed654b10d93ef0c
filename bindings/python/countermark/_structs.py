"""The C library's structures, field for field (include/countermark/*.h; tests/test_abi.py compares
them with what a C compiler makes of the headers)."""

from __future__ import annotations

from ctypes import (
    POINTER,
    Structure,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_size_t,
    c_uint,
    c_uint32,
    c_uint64,
    c_void_p,
)


class CError(Structure):
    _fields_ = [("code", c_int), ("message", c_char * 320)]


class KeyOptions(Structure):
    _fields_ = [("name", c_char_p), ("epoch", c_uint), ("valid_until", c_char_p)]


class TextParamInfo(Structure):
    _fields_ = [("name", c_char_p), ("fallback", c_char_p), ("help", c_char_p)]


class TextSchemeInfo(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("summary", c_char_p),
        ("keyed", c_bool),
        ("sized", c_bool),
        ("params", POINTER(TextParamInfo)),
        ("param_count", c_size_t),
    ]


class TextParam(Structure):
    _fields_ = [("name", c_char_p), ("value", c_char_p)]


class TextSchemeOptions(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("params", POINTER(TextParam)),
        ("param_count", c_size_t),
        ("key", c_void_p),
        ("private_layer", c_bool),
        ("vocabulary", c_uint32),
    ]


class TextMarkerOptions(Structure):
    _fields_ = [
        ("payload", c_uint64),
        ("capacity", c_size_t),
        ("special", POINTER(c_uint32)),
        ("special_count", c_size_t),
    ]


class TextSpan(Structure):
    _fields_ = [("start", c_size_t), ("end", c_size_t), ("log10_p", c_double)]


class TextEvidence(Structure):
    _fields_ = [
        ("tokens", c_uint64),
        ("scored", c_uint64),
        ("duplicates", c_uint64),
        ("statistic", c_double),
        ("statistic_name", c_char_p),
        ("peer_p", c_double),
        ("log10_p", c_double),
        ("tests", c_double),
        ("payload_state", c_int),
        ("payload", c_uint64),
        ("payload_bits", c_int),
        ("payload_log10_error", c_double),
        ("needed", c_uint64),
        ("spans", POINTER(TextSpan)),
        ("span_count", c_size_t),
    ]


class TokenizerOptions(Structure):
    _fields_ = [("encoding", c_char_p), ("limits", c_void_p)]


class CTokens(Structure):
    _fields_ = [
        ("ids", POINTER(c_uint32)),
        ("offsets", POINTER(c_uint64)),
        ("count", c_size_t),
        ("capacity", c_size_t),
        ("replaced", c_uint64),
    ]


class InspectOptions(Structure):
    _fields_ = [
        ("layers", c_uint),
        ("keys", POINTER(c_void_p)),
        ("key_count", c_size_t),
        ("trust", POINTER(c_char_p)),
        ("trust_count", c_size_t),
        ("limits", c_void_p),
        ("fast", c_bool),
        ("sidecar", c_char_p),
        ("progress", c_void_p),
        ("progress_context", c_void_p),
        ("blind_watermark", c_void_p),
        ("threads", c_int),
        ("tsa_trust", POINTER(c_char_p)),
        ("tsa_trust_count", c_size_t),
        ("no_digest", c_bool),
        ("policy", c_int),
        ("allowed", POINTER(c_char_p)),
        ("allowed_count", c_size_t),
        ("identity_trust", POINTER(c_char_p)),
        ("identity_trust_count", c_size_t),
        ("trust_config", c_char_p),
        ("online", c_bool),
    ]


class TextRequest(Structure):
    _fields_ = [
        ("scheme", c_char_p),
        ("params", POINTER(TextParam)),
        ("param_count", c_size_t),
    ]


class TextInspectOptions(Structure):
    _fields_ = [
        ("tokenizer", c_void_p),
        ("keys", POINTER(c_void_p)),
        ("key_count", c_size_t),
        ("requests", POINTER(TextRequest)),
        ("request_count", c_size_t),
        ("vocabulary", c_uint32),
        ("probabilities", c_char_p),
        ("strip_invisible", c_bool),
        ("inspector", c_void_p),
        ("calibration", c_void_p),
        ("limits", c_void_p),
        ("progress", c_void_p),
        ("progress_context", c_void_p),
    ]

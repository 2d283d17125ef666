"""Reads the environment: the only source of settings.

Every name and its meaning stands in docs/settings.md. A value that is missing
or cannot be used ends the start with one sentence, never a traceback.
"""

import base64
import sys
from typing import Any, NoReturn

import dj_database_url
from dj_database_url import DBConfig
from environs import Env, EnvError

env = Env()


def refuse(sentence: str) -> NoReturn:
    """End the start with one sentence that names the setting and the remedy."""
    sys.exit(f"归航 Guihang cannot start: {sentence}")


def read(reader: str, name: str, **options: object):  # type: ignore[no-untyped-def]
    """`env.<reader>(name)`, with a plain sentence instead of a traceback."""
    try:
        return getattr(env, reader)(name, **options)
    except EnvError as problem:
        refuse(f"{problem}. See docs/settings.md; `make demo` sets everything by itself.")


def read_database(name: str, *, default: str, **options: Any) -> DBConfig:
    """A database address such as `postgres://user:password@host:5432/name`."""
    try:
        return dj_database_url.parse(read("str", name, default=default), **options)
    except ValueError as problem:  # an unknown scheme, or a port that is no number
        refuse(f"{name} cannot be used: {str(problem).splitlines()[0]}")


def read_key(name: str, *, optional: bool = False) -> bytes:
    """A 32-byte key written as base64; nothing where it is `optional` and not set."""
    if optional and not (text := read("str", name, default="")):
        return b""
    return decode_key(name, text if optional else read("str", name))


def read_field_keys(name: str) -> dict[int, bytes]:
    """Keys by id, written `1:base64,2:base64`; the highest id encrypts, all decrypt."""
    keys = {}
    for part in read("str", name).split(","):
        key_id, _, text = part.strip().partition(":")
        if not key_id.isdecimal() or not 1 <= int(key_id) <= 255:
            refuse(f"{name}: «{key_id}» is not a key id from 1 to 255")
        keys[int(key_id)] = decode_key(name, text)
    return keys


def decode_key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, or a character outside ASCII
        refuse(f"{name} is not base64")
    if len(key) != 32:
        refuse(f"{name} holds {len(key)} bytes, and 32 are needed")
    return key

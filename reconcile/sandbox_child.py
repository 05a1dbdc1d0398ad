"""The process in which files from outside are read: little memory, little time, no file of its own.

Started by `reconcile.sandbox`. It takes files one after the other on its standard input and gives back what
was read; it holds no connection to the books.
"""

import gc
import os
import pickle
import resource
import struct
import sys
from itertools import accumulate
from typing import IO, Any

from reconcile import transport
from reconcile.model import Fault, FileRefused
from reconcile.readers.dispatch import memory_fault, read_bytes, read_pages

LENGTHS = struct.Struct("<QQ")
"""Lengths of the options and of the file, before them."""

LENGTH = struct.Struct("<Q")


def main() -> None:
    """Read files until the input ends."""
    memory, seconds = (int(argument) for argument in sys.argv[1:3])
    source, result = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up among the results
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    gc.disable()
    while heading := source.read(LENGTHS.size):
        options_size, data_size = LENGTHS.unpack(heading)
        options = pickle.loads(source.read(options_size))  # noqa: S301  written by our own parent process
        data = source.read(data_size)
        _allow_seconds(seconds)
        _answer(result, data, options)
        gc.collect()


def _answer(result: IO[bytes], data: bytes, options: dict[str, Any]) -> None:
    try:
        read: transport.Read
        try:
            lengths = options.pop("lengths", None)
            read = read_bytes(data, **options) if lengths is None else read_pages(_cut(data, lengths), **options)
        except FileRefused as refusal:
            read = refusal
        answer = transport.pack(read)
    except MemoryError:
        answer = transport.pack(FileRefused([memory_fault()]))
    except RecursionError:
        deep = Fault("reading_aborted", "La lecture a été interrompue : le fichier est trop imbriqué.", {})
        answer = transport.pack(FileRefused([deep]))
    result.write(LENGTH.pack(len(answer)))
    result.write(answer)
    result.flush()


def _cut(data: bytes, lengths: list[int]) -> list[bytes]:
    """The files that were sent one after the other."""
    ends = list(accumulate(lengths))
    return [data[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, hard))


def _allow_seconds(seconds: int) -> None:
    """So many more seconds of processor time from now on; the system ends the process beyond."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds + 1)


if __name__ == "__main__":
    main()

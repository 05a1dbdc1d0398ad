"""Reads files from outside in a child process, which may fail, hang or be killed without harm to this one.

A fresh program is started, never a fork: this process may hold database connections and threads. One child
reads many files, one after the other; each thread that reads at the same time has its own.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import IO, Any

from reconcile import transport
from reconcile.model import Fault, FileRefused
from reconcile.sandbox_child import LENGTH, LENGTHS

MEMORY_BYTES_MAX = 1024 * 1024 * 1024
SECONDS_MAX = 60
"""A file of 20 MB takes a few seconds; one that takes a minute is not a statement."""

FILES_PER_CHILD = 100
"""Memory that a long series of files leaves behind goes away with its process."""

_CHUNK = 1 << 20


class Stopped(Exception):
    """The child ended or was ended before it answered; `late` when it took too long."""

    def __init__(self, *, late: bool) -> None:
        self.late = late
        super().__init__("late" if late else "ended")


class Child:
    """One reading process: give it files, take what it read, close it."""

    def __init__(self, *, memory_bytes_max: int = MEMORY_BYTES_MAX, seconds_max: float = SECONDS_MAX) -> None:
        self.seconds_max = seconds_max
        self.files = 0
        paths = [path for path in sys.path if path]
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and module, no shell
            [
                sys.executable,
                "-P",
                "-m",
                "reconcile.sandbox_child",
                str(memory_bytes_max),
                str(max(1, int(seconds_max))),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**_environment(), "PYTHONPATH": os.pathsep.join(paths)},
            close_fds=True,
            start_new_session=True,
        )
        for pipe in self._pipes():
            os.set_blocking(pipe.fileno(), False)

    def read(self, data: bytes, options: dict[str, Any], *, keep_packed: bool = False) -> transport.Read:
        """What the child read, or the refusal. Raises `Stopped`; the child is then of no more use."""
        self.files += 1
        packed = pickle.dumps(options)
        answer = self._exchange(LENGTHS.pack(len(packed), len(data)) + packed, data)
        return transport.unpack(answer, keep_packed=keep_packed)

    def close(self) -> None:
        """End the process, however it is doing."""
        self.process.kill()
        for pipe in self._pipes():
            pipe.close()
        self.process.wait()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        source, result = self.process.stdin, self.process.stdout
        if source is None or result is None:
            raise RuntimeError("the reading process was started without pipes")
        return source, result

    def _exchange(self, heading: bytes, data: bytes) -> bytearray:
        source, result = (pipe.fileno() for pipe in self._pipes())
        left = [memoryview(heading), memoryview(data)]
        answer = bytearray()
        deadline = time.monotonic() + self.seconds_max
        with DefaultSelector() as selector:
            selector.register(source, EVENT_WRITE)
            selector.register(result, EVENT_READ)
            while not _whole(answer):
                ready = selector.select(deadline - time.monotonic())
                if not ready or time.monotonic() > deadline:
                    raise Stopped(late=True)
                for key, _ in ready:
                    if key.fd == result:
                        part = os.read(result, _CHUNK)
                        if not part:
                            raise Stopped(late=self._out_of_time())
                        answer += part
                    elif not _send(source, left):
                        selector.unregister(source)
        del answer[: LENGTH.size]  # in place: an answer may be long
        return answer

    def _out_of_time(self) -> bool:
        """True when the system ended the child for its processor time."""
        try:
            return self.process.wait(5) == -signal.SIGXCPU
        except subprocess.TimeoutExpired:
            return False


def _whole(answer: bytearray) -> bool:
    return len(answer) >= LENGTH.size and len(answer) >= LENGTH.size + LENGTH.unpack_from(answer)[0]


def _send(source: int, left: list[memoryview]) -> bool:
    """Write what the pipe takes; False when there is nothing left to write or nobody to read it."""
    while left:
        try:
            sent = os.write(source, left[0][:_CHUNK])
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        left[0] = left[0][sent:]
        if not left[0]:
            left.pop(0)
    return False


def _environment() -> dict[str, str]:
    """What the interpreter needs; database addresses and secrets stay here."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}


class _Idle:
    """Children waiting for a file, those of this process only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: list[Child] = []
        self._owner = 0

    def take(self) -> Child:
        with self._lock:
            if self._owner != os.getpid():  # after a fork the pipes belong to the other process
                self._owner, self._children = os.getpid(), []
                atexit.register(self.close)
            while self._children:
                child = self._children.pop()
                if child.process.poll() is None:
                    return child
                child.close()
        return Child()

    def give_back(self, child: Child) -> None:
        with self._lock:
            if child.files < FILES_PER_CHILD and len(self._children) < 2:
                self._children.append(child)
                return
        child.close()

    def close(self) -> None:
        with self._lock:
            children, self._children = self._children, []
        for child in children:
            child.close()


_idle = _Idle()


def read_apart(
    data: bytes, *, profile: Any = None, bound_currency: str | None = None, keep_packed: bool = False
) -> transport.Read:
    """What `readers.dispatch.read_bytes` reads, in a child process; a refusal is returned, not raised.

    With `keep_packed` the lines stay bytes, see `transport.unpack`.
    Refuses, besides: reading_aborted (the child was ended), reading_too_long (more than a minute).
    """
    return _apart(data, {"profile": profile, "bound_currency": bound_currency}, keep_packed)


def read_pages_apart(documents: Sequence[bytes], *, bound_currency: str | None = None) -> transport.Read:
    """What `readers.dispatch.read_pages` reads, in a child process; a refusal is returned, not raised."""
    lengths = [len(document) for document in documents]
    return _apart(b"".join(documents), {"lengths": lengths, "bound_currency": bound_currency})


def _apart(data: bytes, options: dict[str, Any], keep_packed: bool = False) -> transport.Read:
    """What a child read. One that has served before may end of what it kept: the file is judged by a fresh one."""
    while True:
        child = _idle.take()
        fresh = child.files == 0
        try:
            read = child.read(data, options, keep_packed=keep_packed)
        except Stopped as stopped:
            child.close()
            if stopped.late:
                return FileRefused([_too_long(child.seconds_max)])
            if fresh:
                return FileRefused([_aborted()])
            continue
        except BaseException:
            child.close()
            raise
        _idle.give_back(child)
        return read


def _aborted() -> Fault:
    return Fault(
        "reading_aborted",
        "La lecture du fichier a été interrompue par le système. Le fichier est abîmé ou piégé : n'insistez pas, "
        "conservez-le et demandez à la banque de le fournir de nouveau.",
        {"reason": "ended"},
    )


def _too_long(seconds: float) -> Fault:
    return Fault(
        "reading_too_long",
        f"La lecture du fichier a été arrêtée au bout de {seconds:g} secondes. "
        "Demandez à la banque une période plus courte.",
        {"seconds_max": seconds},
    )

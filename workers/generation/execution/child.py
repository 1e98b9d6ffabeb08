"""The program of the process that runs an item's code: it takes its own means away, then runs it.

Started as `python -I -S child.py` with no environment, in an empty folder; reads one job from its
standard input and writes one report to its standard output. It imports nothing of the project.

The layers, outermost first, of which each must hold alone against what the others let by:
  the subset   `python_subset` and `sql` admit only code that computes and prints (in the parent);
  limits       processor time, memory, and no new file, process or core dump, whatever code asks for;
  user, net    root becomes nobody; on Linux, where it is permitted, a network with no way out;
  system calls on Linux on x86-64 and arm64 the kernel refuses all but reading and writing what is
               open, memory and time;
  audit hook   the interpreter ends the process on any event but those of plain computing.
Not promised: on macOS there are the limits and the hook alone, and memory is not limited there; on
Windows nothing is run. No layer hides how long the code took.
"""

import ctypes
import io
import json
import os
import resource
import struct
import sys
import types
from collections.abc import Callable
from typing import Any

MOST_PRINTED = 10_000
MOST_ROWS = 200
MEMORY = 256 * 2**20
PROCESSOR_SECONDS = 2
NOBODY = 65534
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
NO_NEW_PRIVILEGES, SECCOMP, SECCOMP_FILTER = 38, 22, 2

# What plain computing raises: namedtuple and dataclass compile and run their methods.
EVENTS = frozenset(
    {"compile", "exec", "object.__getattr__", "sys._getframe", "sys._getframemodulename", "builtins.id"}
)

# What namedtuple and dataclass set of the classes and methods that they make.
SET = frozenset({"__module__", "__qualname__", "__doc__", "__defaults__"})

# Of each kind of machine its audit number and the system calls that stay: read, write, close, fstat,
# lseek, mmap, mprotect, munmap, mremap, madvise, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn,
# sigaltstack, sched_yield, futex, clock_gettime, gettimeofday, getrandom, exit, exit_group.
SYSTEM_CALLS = {
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 25, 28, 12, 13, 14, 15, 131, 24, 202, 228, 96, 318, 60, 231),
    ),
    "aarch64": (
        0xC00000B7,
        (
            63,
            64,
            57,
            80,
            62,
            222,
            226,
            215,
            216,
            233,
            214,
            134,
            135,
            139,
            132,
            124,
            98,
            113,
            169,
            278,
            93,
            94,
        ),
    ),
}

SQL_FUNCTIONS = frozenset(
    """abs avg char coalesce count cume_dist dense_rank first_value group_concat ifnull iif instr lag
    last_value lead length like lower ltrim max min nth_value ntile nullif percent_rank rank replace round
    row_number rtrim sign string_agg substr substring sum total trim typeof upper""".split()  # noqa: SIM905
)
SQL_REFUSED = ("ATTACH", "DETACH", "PRAGMA", "CREATE_VTABLE", "DROP_VTABLE", "CREATE_TRIGGER", "ANALYZE")


class Capped(io.StringIO):
    """What the code prints; more than a question can show ends the process."""

    def write(self, text: str) -> int:
        """Keep the text."""
        if self.tell() + len(text) > MOST_PRINTED:
            os._exit(78)
        return super().write(text)


def set_limits() -> None:
    """Limit processor time and memory: what holds while the code is compiled, too."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ValueError, OSError):
        return  # macOS knows the limit and refuses to set it.


def close_doors() -> None:
    """No file, no process and no socket can be opened any more, and root is root no more."""
    _leave_network()
    if os.geteuid() == 0:
        _become_nobody()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _leave_network() -> None:
    if not sys.platform.startswith("linux"):
        return
    unshare = ctypes.CDLL(None).unshare
    if unshare(NEW_NETWORK) != 0:
        unshare(NEW_USER | NEW_NETWORK)


def _become_nobody() -> None:
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except OSError:
        return  # A container may have taken the right to do so away.


def filter_system_calls() -> bool:
    """Let the kernel refuse all but a few system calls (a seccomp filter); whether it does."""
    known = SYSTEM_CALLS.get(os.uname().machine)
    if not sys.platform.startswith("linux") or known is None:
        return False
    machine, calls = known
    # Classic BPF: load a word (0x20), jump if equal (0x15), return (0x06). The machine is word 4 of
    # seccomp_data, the call's number word 0; 0x7FFF0000 allows, 0x00050001 is "not permitted".
    rules = [(0x20, 0, 0, 4), (0x15, 1, 0, machine), (0x06, 0, 0, 0x00050001), (0x20, 0, 0, 0)]
    rules += [(0x15, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    rules += [(0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(rules), ctypes.addressof(code)))
    prctl = ctypes.CDLL(None).prctl
    prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(prctl(SECCOMP, SECCOMP_FILTER, program, 0, 0) == 0)


def watch_events() -> None:
    """End the process on any audit event but those of plain computing. There is no way to undo it."""

    # Defaults, not globals: code that got at this module can't swap what the hook looks up, and the
    # hook itself is out of reach, since gc's look-ups are events too.
    def hook(event: str, details: Any, events: Any = EVENTS, names: Any = SET, leave: Any = os._exit) -> None:
        is_naming = event == "object.__setattr__" and details[1] in names
        if event not in events and not is_naming:
            leave(77)

    sys.addaudithook(hook)


def python(job: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """What runs the job's Python; all that it may import is loaded by now."""
    # Codecs, and what strptime imports when it is first called: nothing can be loaded later.
    later = ["encodings.ascii", "encodings.latin_1", *(["_strptime"] if "datetime" in job["modules"] else [])]
    for name in (*job["modules"], *later):
        __import__(name)
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    program = compile(job["code"], "<item>", "exec", dont_inherit=True)
    value = compile(job["value"], "<item>", "eval", dont_inherit=True) if job["value"] else None

    def run() -> dict[str, Any]:
        report: dict[str, Any] = {}
        sys.stdout = printed = Capped()
        try:
            exec(program, vars(main))  # noqa: S102  (the trade of this process)  # nosec
            if value is not None:
                result = eval(value, vars(main))  # noqa: S307  # nosec
                report["values"] = [repr(result), str(result)]
        except BaseException as raised:  # noqa: BLE001  (whatever it is, it is what the code does)
            report["raised"] = type(raised).__name__
        report["printed"] = printed.getvalue()
        return report

    return run


def sql(job: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """What runs the job's statements, in memory, and reports the rows of the last one that has any."""
    import sqlite3

    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100_000)
    denied = {getattr(sqlite3, f"SQLITE_{name}") for name in SQL_REFUSED}

    def authorise(action: int, _: Any, function: str | None, *__: Any) -> int:
        is_unknown = action == sqlite3.SQLITE_FUNCTION and str(function).lower() not in SQL_FUNCTIONS
        return sqlite3.SQLITE_DENY if action in denied or is_unknown else sqlite3.SQLITE_OK

    connection.set_authorizer(authorise)

    def run() -> dict[str, Any]:
        report: dict[str, Any] = {}
        try:
            for statement in job["statements"]:
                cursor = connection.execute(statement)
                if cursor.description:
                    report["rows"] = cursor.fetchmany(MOST_ROWS + 1)
        except sqlite3.Error as raised:
            report = {"raised": type(raised).__name__}
        return report

    return run


def main() -> None:
    """Read the job, take everything away, run it, report."""
    job = json.loads(sys.stdin.buffer.read())
    set_limits()
    run = sql(job) if "statements" in job else python(job)
    close_doors()
    filter_system_calls()
    watch_events()
    os.write(1, json.dumps(run()).encode("ascii"))
    # No clean-up: what is left behind ends with the process.
    os._exit(0)


if __name__ == "__main__":
    main()

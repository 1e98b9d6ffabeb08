"""What code that wants out of the sandbox can do: nothing, by each layer that should stop it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.generation.test_execution import TABLE, an_item
from workers.generation.execution import python_subset, runs_to_key, sandbox

SECRET = "sk-ant-do-not-tell"


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{}' AS f", "PRAGMA journal_mode", "SELECT load_extension('x')", "VACUUM INTO '{}'",
        "SELECT readfile('/etc/passwd')", "SELECT writefile('{}', 'x')", "SELECT randomblob(900000000)",
        "SELECT zeroblob(900000000)", "CREATE VIRTUAL TABLE v USING fts5(a)",
        "SELECT printf('%900000000d', 1)",
        "SELECT replace(hex(zeroblob(9)), '0', 'aaaa')", "SELECT fts3_tokenizer('x')",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT * FROM c",
    ],
)  # fmt: skip
def test_sql_reaches_nothing_but_its_tables(statement: str, tmp_path: Path) -> None:
    job = {"statements": [TABLE.split("\n")[0], statement.format(tmp_path / "file")]}
    report = sandbox.run(job)
    assert report is None or "raised" in report or len(report["rows"]) == 201
    assert list(tmp_path.iterdir()) == []


# What the subset refuses; FILE is a path in an empty folder, and names that code makes up are hidden.
REFUSED = [
    "open('FILE', 'w').write('x')",
    "print(open('/proc/self/environ').read())",
    "import os\nos.system('touch FILE')",
    "import os as math\nmath.system('touch FILE')",
    "import subprocess\nsubprocess.run(['touch', 'FILE'])",
    "from os import system as print\nprint('touch FILE')",
    "import sys\nsys.modules['os'].system('touch FILE')",
    "from collections import abc, _sys\n_sys.modules['os'].system('touch FILE')",
    "import contextlib as c\nc.os.system('touch FILE')\nfrom math import pi as c",
    "import contextlib\nfor m in [contextlib]:\n    m.os.system('touch FILE')",
    "class A:\n    import contextlib\nA.contextlib.os.system('touch FILE')",
    "import random\nrandom.seed(1)\nrandom._os.system('touch FILE')",
    "import json\njson.codecs.open('FILE', 'w')",
    "import time\ntime.sleep(60)",
    "import importlib\nimportlib.import_module('os')",
    "from . import os",
    "from math import *",
    "__import__('os').system('touch FILE')",
    "__builtins__['open']('FILE', 'w')",
    "__builtins__.__dict__['op' + 'en']('FILE', 'w')",
    "eval('1')",
    "exec('import os')",
    "compile('1', 'x', 'eval')",
    "globals()['__builtins__']",
    "locals()\nvars()\ndir()",
    "input()",
    "breakpoint()",
    "help('os')",
    "exit()",
    "memoryview(b'x')",
    "().__class__.__base__.__subclasses__()",
    "[c for c in object.__subclasses__() if 'wrap' in c.__name__][0].__init__.__globals__['sys']",
    "type(1).mro()[1].__subclasses__()",
    "print.__self__.open('FILE', 'w')",
    "(lambda: 0).__globals__",
    "(lambda: 0).__code__",
    "def g():\n    yield\nx = g()\nx.gi_frame.f_back.f_globals",
    "async def g():\n    pass\ng().cr_frame",
    "try:\n    1 / 0\nexcept Exception as e:\n    e.__traceback__.tb_frame.f_globals",
    "try:\n  1 / 0\nexcept Exception as e:\n  match e:\n    case object(__traceback__=t):\n      print(t)",
    "class E:\n  def __enter__(self): ...\n  def __exit__(self, a, b, t): t.tb_frame\nwith E(): 1/0",
    "print('{0.__class__}'.format(1))",
    "x = '{0.__cla' + 'ss__}'\nprint(x.format(1))",
    "print(str.format('{0.__class__}', 1))",
    "print('{0:{1.__class__}}'.format(1, 2))",
    "print(getattr('{0.__class__}', 'format')(1))",
    "print('{a.__class__}'.format_map({'a': 1}))",
    "getattr(1, '__cla' + 'ss__')",
    "getattr(1, '__class__')",
    "g = getattr\ng(1, 'real')",
    "list(map(getattr, [1], ['__class__']))",
    "from functools import reduce\nreduce(getattr, ['__class__'], 1)",
    "from operator import attrgetter\nattrgetter('__class__.__base__')(1)",
    "from operator import attrgetter as a\na('__class__')(1)",
    "from operator import methodcaller",
    "object.__getattribute__(1, '__cla' + 'ss__')",
    "super(int, 1).__getattribute__('__class__')",
    "T = type(int)\nT('X', (), {'__match_' + 'args__': ('gi_frame',)})",
    "type('X', (), {})",
    "type(int).__new__",
    "def print(x):\n    return x\nT = print(type(int))",
    "class Y:\n    def __eq__(self, other):\n        print(other)\ntype(int) == Y()",
    "class P:\n    __match_args__ = ('gi_frame',)",
    "class P: ...\nmatch P():\n    case P(x):\n        print(x)",
    "class M:\n    def __instancecheck__(cls, x):\n        return True",
    "from abc import ABCMeta",
    "from abc import ABC\nclass A(ABC): ...\nA.register(int)",
    "from functools import wraps\nwraps(print, assigned=['__self__'])",
    "from functools import wraps as w\nw(print)",
    "from functools import wraps\nclass C: ...\nwraps(print)(C)",
    "from functools import singledispatch",
    "from dataclasses import make_dataclass\nmake_dataclass('X', ['a'])",
    "from dataclasses import dataclass\nclass C: ...\ndataclass(C)",
    "from typing import get_type_hints",
    "from typing import TypedDict",
    "from string import Formatter",
    "class R:\n    def __reduce__(self):\n        return (print, ('x',))",
    "import pickle\npickle.loads(b'')",
    "import copy\nclass R:\n    __reduce_ex__ = lambda s, n: (print, ('x',))\ncopy.copy(R())",
    "import socket\nsocket.create_connection(('1.1.1.1', 80))",
    "import signal\nsignal.alarm(1)",
    "import threading\nthreading.Thread(target=print).start()",
    "import ctypes\nctypes.string_at(0)",
    "import gc\ngc.get_objects()",
    "ｏpen('FILE', 'w')",
    "𝘦𝘷𝘢𝘭('1')",
    "f\"{open('FILE', 'w')}\"",
    "(o := open)('FILE', 'w')",
    "@eval\n@'1 + 1'.format\ndef f(): ...",
    "print(*map(lambda f: f('FILE', 'w'), [open]))",
    "match 1:\n    case __builtins__:\n        print(__builtins__)",
    "def f(__builtins__): ...",
    "global __builtins__",
    "print('\\N{BULLET}'); open",
    "# coding: utf-7\n+AG8-pen('FILE')",
    "x = 1\n" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("code", REFUSED, ids=range(len(REFUSED)))
def test_the_subset_refuses_every_way_out(code: str, tmp_path: Path) -> None:
    code = code.replace("FILE", str(tmp_path / "file"))
    assert python_subset.admitted(code) is None
    assert runs_to_key(an_item(code, "1", "2")) is None


def test_no_unsound_text_is_too_deep_for_the_parser() -> None:
    for code in (
        "-" * 3_999 + "1",
        "(" * 1_999 + ")" * 1_999,
        "a." * 1_999 + "a",
        "1+" * 1_999 + "1",
        "\0",
        "\ud800",
    ):
        assert runs_to_key(an_item(code, "1", "2")) is None


# Run without the subset's look, with these modules loaded: what is inside must hold by itself.
MODULES = [
    "os",
    "socket",
    "subprocess",
    "ctypes",
    "threading",
    "signal",
    "pickle",
    "mmap",
    "shutil",
    "gc",
    "time",
]
ESCAPES = [
    "print(open('/proc/self/environ').read())",
    "print(open('READABLE').read())",
    "open('FILE', 'w').write('x')",
    "open('here', 'w').write('x')",
    "print(os.listdir('/'))",
    "os.mkdir('FILE')",
    "os.open('FILE', os.O_CREAT | os.O_WRONLY)",
    "os.symlink('/etc', 'FILE')",
    "os.remove('READABLE')",
    "os.rename('READABLE', 'FILE')",
    "os.chmod('READABLE', 0)",
    "os.truncate('READABLE', 0)",
    "shutil.rmtree('FOLDER')",
    "os.system('touch FILE')",
    "os.execv('/bin/sh', ['sh', '-c', 'touch FILE'])",
    "os.posix_spawn('/bin/sh', ['sh', '-c', 'touch FILE'], {})",
    "subprocess.run(['/bin/sh', '-c', 'touch FILE'])",
    "os.fork()\nos.setsid()\nwhile True: pass",
    "while True: os.fork()",
    "os.kill(os.getppid(), 0)\nprint('reached')",
    "signal.raise_signal(9)",
    "signal.pthread_kill(threading.get_ident(), 9)",
    "threading.Thread(target=print, args=('reached',)).start()",
    "socket.socket().connect(('1.1.1.1', 80))\nprint('reached')",
    "socket.socketpair()\nprint('reached')",
    "socket.getaddrinfo('localhost', 80)\nprint('reached')",
    "ctypes.CDLL(None).system(b'touch FILE')",
    "ctypes.string_at(0)",
    "mmap.mmap(-1, 10)\nprint('reached')",
    "pickle.loads(b\"cos\\nsystem\\n(S'touch FILE'\\ntR.\")",
    "{c.__name__: c for c in object.__subclasses__()}['_wrap_close'].__init__.__globals__['system']('id')",
    "print.__self__.open('FILE', 'w')",
    "print.__self__.__import__('multiprocessing')",
    "gc.get_objects()\nprint('reached')",
    "f = sys._getframe()\nwhile f.f_back: f = f.f_back\nf.f_globals['EVENTS'] = {'open'}\nopen('FILE', 'w')",
    'os.write(1, b\'{"printed": "reached"\' * 10 ** 6)',
    "try:\n    open('FILE', 'w')\nexcept BaseException:\n    print('reached')",
    "os.setuid(0)\nos.chdir('FOLDER')\nopen('file', 'w')",
    "os._exit(0)",
    "time.sleep(60)",
    "x = 'a' * 10 ** 10",
    "x = []\nwhile True: x.append('a' * 10 ** 6)",
    "while True: print('a' * 1000)",
]
ENDLESS = [
    "while True: pass",
    "try:\n    while True: pass\nfinally:\n    while True: pass",
    "9 ** 9 ** 9",
    "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "signal.signal(24, lambda *a: None)\nwhile True: pass",
]


def attempt(code: str, folder: Path) -> tuple[object, float]:
    code = code.replace("FILE", str(folder / "file")).replace("READABLE", str(folder / "readable"))
    program = f"import {', '.join(MODULES)}\n" + code.replace("FOLDER", str(folder))
    begun = time.monotonic()
    report = sandbox.run({"code": program, "value": "", "modules": MODULES})
    return report, time.monotonic() - begun


@pytest.mark.parametrize("code", ESCAPES, ids=range(len(ESCAPES)))
def test_the_inner_layers_hold_alone(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    tmp_path.chmod(0o777)
    readable = tmp_path / "readable"
    readable.write_text(SECRET)
    readable.chmod(0o666)
    report, seconds = attempt(code, tmp_path)
    assert SECRET not in str(report)
    assert report is None or (
        isinstance(report, dict) and "raised" in report and "reached" not in str(report)
    )
    assert [path.name for path in tmp_path.iterdir()] == ["readable"]
    assert readable.read_text() == SECRET
    assert readable.stat().st_mode & 0o777 == 0o666
    assert seconds < 20


def test_endless_code_ends(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        for report, seconds in pool.map(lambda code: attempt(code, tmp_path), ENDLESS):
            assert report is None
            assert seconds < 20


LAYERS = {
    "set_limits": ["bytes(10 ** 9)"],
    "close_doors": ["open('/etc/passwd')", "os.fork()", "socket.socket()", "os.open('x', os.O_CREAT)"],
    "filter_system_calls": [
        "open('/etc/passwd')", "os.fork()", "socket.socket()", "os.kill(os.getpid(), 9)", "os.mkdir('x')",
        "os.execv('/bin/true', ['true'])", "os.unlink('x')", "os.listdir('/')",
    ],
    "watch_events": [
        "open('/etc/passwd')", "os.fork()", "socket.socket()", "os.kill(os.getpid(), 9)", "os.mkdir('x')",
        "import wave", "os.system('true')", "ctypes.string_at(0)", "os.listdir('/')",
    ],
}  # fmt: skip
ALONE = """
import ctypes, errno, os, runpy, socket
child = runpy.run_path({path!r})
if child[{layer!r}]() is False:
    os._exit(3)
try:
    {code}
except (OSError, MemoryError):
    os._exit(77)
"""


@pytest.mark.parametrize(
    ("layer", "code"), [(layer, code) for layer, codes in LAYERS.items() for code in codes]
)
def test_each_layer_refuses_by_itself(layer: str, code: str, tmp_path: Path) -> None:
    if layer == "set_limits" and sys.platform == "darwin":
        pytest.skip("macOS does not limit memory")
    program = ALONE.format(path=str(sandbox.CHILD), layer=layer, code=code)
    command = [sys.executable, "-I", "-S", "-c", program]
    status = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=20, check=False).returncode
    if status == 3:
        pytest.skip("no such filter here")
    assert status == 77
    assert list(tmp_path.iterdir()) == []


def test_the_child_knows_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    code = "import os\nprint({name: value for name, value in os.environ.items() if name != 'LC_CTYPE'})"
    assert sandbox.run({"code": code, "value": "", "modules": ["os"]}) == {"printed": "{}\n"}

"""Runs the functions of Python nodes in a Python of the user's, for `flow`: Python 3.9 or newer, the standard library alone.

It reads one request a line and answers each with lines of JSON, over descriptors that the code of nodes does not see. The parts that
stand before it in the program are `promptflow.py` and `values.py`.
"""

import faulthandler
import importlib.abc
import importlib.machinery
import inspect
import io
import json
import linecache
import os
import queue
import random
import sys
import threading
import traceback
import types


class Channel:
    """The way back, for one message a line."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.lock = threading.Lock()
        self.call = 0  # The number of the call that runs.

    def send(self, text):
        data = ('{"id":%d,%s}\n' % (self.call, text)).encode('utf-8', 'replace')
        with self.lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self.descriptor, view):]


class Printed(io.RawIOBase):
    """What stands behind `sys.stdout` and `sys.stderr`: what is written becomes messages."""

    def __init__(self, channel, descriptor):
        self.channel = channel
        self.descriptor = descriptor

    def writable(self):
        return True

    def fileno(self):
        return self.descriptor

    def write(self, data):
        text = bytes(data).decode('utf-8', 'replace')
        self.channel.send('"printed":%s' % json.dumps(text, ensure_ascii=False))
        return len(data)


def printer(channel, descriptor):
    buffer = io.BufferedWriter(Printed(channel, descriptor), 1 << 16)
    return io.TextIOWrapper(buffer, encoding='utf-8', errors='backslashreplace', line_buffering=True)


class Includes(importlib.abc.MetaPathFinder):
    """Finds the files and folders that `additional_includes` brings in; they hide what lies in the flow's folder."""

    def __init__(self, includes):
        self.folders = {name: folder for name, folder in includes}

    def find_spec(self, name, path=None, target=None):
        folder = self.folders.get(name)
        return folder and importlib.machinery.PathFinder.find_spec(name, [folder], target)


class Runner:
    """Loads the files of nodes and calls their functions. What they keep in their modules stays from call to call."""

    def __init__(self, setup, channel):
        self.channel = channel
        self.open_streams()
        self.roots = [os.path.join(root, '') for root in setup['roots']]
        self.most = setup['most']
        self.functions = {}
        self.files = set()
        self.loop = None

    def open_streams(self):
        """Code may put streams of its own in the place of ours, but not close them for good."""
        for name, descriptor in (('stdout', 1), ('stderr', 2)):
            if getattr(getattr(sys, name), 'closed', True):
                setattr(sys, name, printer(self.channel, descriptor))

    def load(self, number, script):
        name = '__pf_main__%s' % number  # The same in each worker, for the classes in it.
        file, text = script['file'], script['text']
        module = types.ModuleType(name)
        module.__file__ = script['path']
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        self.files.add(file)
        sys.modules[name] = module
        try:
            exec(compile(text, file, 'exec', dont_inherit=True), module.__dict__)
        except BaseException:
            del sys.modules[name]
            raise
        self.functions[number] = Function(module, script)

    def answer(self, request):
        METRICS.clear()
        self.open_streams()
        try:
            for number, script in request['loads'].items():
                if number not in self.functions:
                    self.load(number, script)
            if 'promptflow._core.metric_logger' in sys.modules:
                listen(sys.modules['promptflow._core.metric_logger'])
            arguments = take(request['arguments']) if request['marks'] else request['arguments']
            for name, connection in request['connections'].items():
                arguments[name] = connect(connection)
            random.seed(request['seed'])
            value = self.functions[request['script']].call(arguments, self)
            text, marks = encoded(value)
            if len(text) > self.most:
                said = '"most":true'
            else:
                said = '"result":%s,"marks":%s' % (text, 'true' if marks else 'false')
        except BaseException as error:
            said = '"error":%s' % json.dumps(self.failure(error), ensure_ascii=False)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # The code may have put anything in their place, or closed them.
                pass
        if METRICS:
            said += ',"metrics":%s' % json.dumps(give(METRICS), ensure_ascii=False)
        return said

    def awaited(self, waiting):
        import asyncio

        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(waiting)

    def whole(self, value):
        """A result with the parts of generators joined."""
        if inspect.isawaitable(value):
            value = self.awaited(value)
        if inspect.isgenerator(value):
            return ''.join([str(part) for part in value])
        if inspect.isasyncgen(value):

            async def parts():
                return ''.join([str(part) async for part in value])

            return self.awaited(parts())
        if type(value) is dict and any(inspect.isgenerator(item) or inspect.isasyncgen(item) for item in value.values()):
            return {key: self.whole(item) for key, item in value.items()}
        return value

    def failure(self, error):
        frames = []
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if self.is_own(file):
                shown = [file, line, frame.f_code.co_name, linecache.getline(file, line).strip()]
                if not frames or frames[-1] != shown:
                    frames.append(shown)
        if isinstance(error, SyntaxError) and error.filename and self.is_own(error.filename):
            frames.append([error.filename, error.lineno or 1, '<module>', (error.text or '').strip()])
        try:
            message = str(error)
        except Exception:
            message = '(it has no text)'
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        return {'class': type(error).__name__, 'message': message, 'trace': frames, 'missing': missing}

    def is_own(self, file):
        if file in self.files:
            return True
        return file.startswith(tuple(self.roots)) and 'site-packages' not in file and '.venv' not in file


class Function:
    def __init__(self, module, script):
        self.module = module
        self.name = script['function']
        self.owner = script['class']
        self.of_init = script['init']
        self.instance = (None, None)

    def call(self, arguments, runner):
        if self.owner is None:
            function = getattr(self.module, self.name)
        else:
            given = {key: arguments.pop(key) for key in self.of_init if key in arguments}
            known, instance = self.instance
            if instance is None or not same(known, given):
                instance = getattr(self.module, self.owner)(**given)
                self.instance = (given, instance)
            function = getattr(instance, self.name)
        value = runner.whole(function(**arguments))
        if self.name == '__aggregate__' and isinstance(value, dict):
            for key, metric in value.items():
                log_metric(key, metric)
        return value


def same(one, other):
    """Whether an instance that was made with the one serves for the other."""
    fields = [{k: getattr(v, '__dict__', v) for k, v in given.items()} for given in (one, other)]
    try:
        return bool(fields[0] == fields[1])
    except Exception:  # Comparing belongs to the values, which may refuse.
        return False


def listen(module):
    if getattr(module, '_flow_listens', False) is False:
        module._flow_listens = True
        module.add_metric_logger(log_metric)


def receive(requests, waiting):
    """Hands requests on; when there are no more, `flow` is gone, and so is everything here, whatever it is at."""
    while True:
        line = requests.readline()
        if not line.endswith(b'\n'):
            break
        waiting.put(line)
    try:
        if os.getpgrp() == os.getpid():
            os.killpg(0, 9)
    finally:
        os._exit(0)


def main(requests):
    channel = Channel(os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # What is not Python's own printing goes where notes go.
    faulthandler.enable(os.dup(2))
    sys.stdin = open(0, closefd=False)
    setup = json.loads(requests.readline())
    os.environ.update(setup['environment'])
    sys.path.insert(0, setup['folder'])
    sys.meta_path.insert(0, Includes(setup['includes']))
    sys.meta_path.append(Promptflow())
    sys.stdout = sys.stderr = None
    runner = Runner(setup, channel)
    waiting = queue.SimpleQueue()
    threading.Thread(target=receive, args=(requests, waiting), daemon=True).start()
    while True:
        request = json.loads(waiting.get())
        channel.call = request['id']
        channel.send(runner.answer(request))


main(requests)  # noqa: F821: what starts this gives it its requests.

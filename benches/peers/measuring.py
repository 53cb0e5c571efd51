"""Runs a command and tells what it took: seconds, CPU seconds, and the most memory of its whole tree of processes."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

SAMPLE_SECONDS = 0.05


@dataclass
class Measure:
    seconds: float
    cpu_seconds: float
    peak_mb: float


def children(process):
    """The process and all that it has started, as /proc tells it."""
    found, waiting = [], [process]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for thread in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{thread}/children") as file:
                    waiting += [int(child) for child in file.read().split()]
        except OSError:
            pass  # it has ended since
    return found


def memory_mb(process):
    """Megabytes of a tree of processes; what several of them share counts once (proportional set size)."""
    total = 0
    for one in children(process):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total / 1024


class Sampler:
    """Looks at the memory of a process until told to stop."""

    def __init__(self, process):
        self.peak_mb = 0.0
        self.process = process
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.stopped.is_set():
            self.peak_mb = max(self.peak_mb, memory_mb(self.process))
            self.stopped.wait(SAMPLE_SECONDS)

    def stop(self):
        self.stopped.set()
        self.thread.join()
        return self.peak_mb


def measure(command, folder, environment, limit=1800):
    """Runs `command` to its end. Raises RuntimeError with what it said where it fails."""
    before = os.times()
    started = time.monotonic()
    with open(os.path.join(folder, "said.txt"), "w+") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        sampler = Sampler(process.pid)
        timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        timer.cancel()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        # What ends between two looks is known by the system: the most memory of the process, or of one that it waited for.
        peak = max(sampler.stop(), used.ru_maxrss / 1024)
        said.seek(0)
        text = said.read()
    after = os.times()
    # promptfoo ends with 100 where an assertion failed, which is what some rows of an evaluation are made for.
    if code not in (0, 100):
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {code}\n{text[-3000:]}")
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Measure(seconds, cpu, peak)


def median(measures):
    """The measure of the median time; of the memory the largest."""
    ordered = sorted(measures, key=lambda one: one.seconds)
    middle = ordered[len(ordered) // 2]
    return Measure(middle.seconds, middle.cpu_seconds, max(one.peak_mb for one in measures))


def folder_mb(path):
    """Megabytes on disk of a file or folder."""
    return int(subprocess.run(["du", "-sk", path], capture_output=True, text=True, check=True).stdout.split()[0]) / 1024

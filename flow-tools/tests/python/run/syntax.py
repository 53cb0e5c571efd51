import json
import re
from typing import NamedTuple, TypedDict

from promptflow.core import tool


class Pair(NamedTuple):
    left: str
    right: int = 5


class Row(TypedDict):
    a: int


def numbers(n):
    for i in range(n):
        if i == 4:
            return
        yield i
    yield "end"


def nested():
    yield from numbers(2)
    yield [1]


counter = 0


def count():
    global counter
    counter += 1
    return counter


@tool
def main(text: str = "a1b22", **more):
    print("%s has %d of %.2f%% and %5s|%-5s|%05d %r %x" % ("x", 3, 12.345, "r", "l", 42, "q", 255))
    print("%(a)s-%(b)03d" % {"a": 1, "b": 2}, 7 % 3, "%s" % [1, 2], "%s %s" % ("a", None))
    print(list(numbers(3)), list(numbers(10)), list(nested()), next(x for x in [3, 4] if x > 3), next(iter([])) if False else None)
    total = sum(x * x for x in range(4))
    lazy = (x for x in "ab")
    print(total, next(lazy), list(lazy), any(x > 2 for x in [1, 3]))
    d = {"a": 1, "b": 2} | {"b": 3}
    del d["a"]
    items = [0, 1, 2, 3, 4, 5]
    del items[0]
    del items[1:3]
    items[0:1] = [9, 9]
    items[::2] = [7] * len(items[::2])
    print(d, items, {**d, **{"z": 1}}, 6 | 1, {1} | {2})
    grid = [[1, 2], [3, 4]]
    grid[0][0], grid[1][1] = grid[1][1], grid[0][0]
    a, *rest = items
    print(grid, a, rest, count(), count())
    print(re.sub(r"\d+", lambda m: str(int(m.group()) * 2), text), re.compile("[a-z]").sub(lambda m: m.group().upper(), text))
    print(json.dumps({"s": {1, 2} and [1], "n": None}, sort_keys=True), json.dumps(Pair("l"), default=str), json.dumps({"x": 1.0, "é": "ü"}, ensure_ascii=False, separators=(",", ":")))
    print(Pair("l").right, Pair("a", 1)._asdict(), Row(a=1), callable(count), callable(3), format(3.14159, ".2f"), format("x", ">4"))
    print(list(map(str.upper, ["a", "b"])), sorted(["b", "A"], key=str.lower), str.join("-", ["x", "y"]))
    print((lambda *args, **kw: (args, kw))(*[1], **{"k": 2}, **{"l": 3}))
    if (n := len(text)) > 3:
        print(n)
    print(f"{text!r:>10} {3.14159:.3f} {1234567:,}" if False else f"{text!r:>10} {3.14159:.3f}", f"{'nested ' + str(n)}")
    with open(__file__) as f:
        print(f.readline().strip(), __name__ == "__main__")
    return [more, [i for i in range(5) if i % 2]]

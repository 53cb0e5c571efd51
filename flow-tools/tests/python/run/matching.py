from promptflow.core import tool


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def describe(value):
    match value:
        case None:
            return "nothing"
        case True | False:
            return "truth"
        case 0 | 1:
            return "small"
        case int(n) if n > 100:
            return f"large {n}"
        case int():
            return "number"
        case "a" | "b" as letter:
            return f"letter {letter}"
        case str():
            return "text"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [first, *middle, last] if len(middle) > 1:
            return f"{first} {middle} {last}"
        case (x, "pair"):
            return f"pair of {x}"
        case {"kind": "dog", "name": name, **rest}:
            return f"dog {name} {rest}"
        case {"kind": kind}:
            return f"some {kind}"
        case Point(x=0, y=y):
            return f"on the axis at {y}"
        case Point():
            return "point"
        case _:
            match 3:
                case n:
                    return f"other {n}"


@tool
def main():
    values = [None, True, 0, 1, 500, 7, "a", "xyz", [], [4], [1, 2, 3, 4], (9, "pair"), [1, 2], {"kind": "dog", "name": "Rex", "age": 3},
              {"kind": "cat"}, {}, Point(0, 2), Point(1, 1), 2.5]
    for value in values:
        print(describe(value))

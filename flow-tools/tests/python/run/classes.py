from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from promptflow.core import tool


class Shape(ABC):
    kind = "shape"

    def __init__(self, name):
        self.name = name

    @abstractmethod
    def area(self):
        ...

    def describe(self):
        return f"{self.name}: {self.area():.2f} ({self.kind})"

    @classmethod
    def make(cls, *args):
        return cls(*args)

    @staticmethod
    def double(x):
        return x * 2

    @property
    def label(self):
        return self.name.upper()


class Circle(Shape):
    kind = "round"

    def __init__(self, r):
        super().__init__("circle")
        self.r = r

    def area(self):
        return 3.14159 * self.r ** 2


class Square(Shape):
    def __init__(self, side):
        super().__init__("square")
        self.side = side

    def area(self):
        return self.side ** 2

    def describe(self):
        return "[" + super().describe() + "]"


class Colour(str, Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class State(Enum):
    ON = auto()
    OFF = auto()

    def flip(self):
        return State.OFF if self is State.ON else State.ON


@dataclass
class Point:
    x: int
    y: int = 0

    def sum(self):
        return self.x + self.y


class Vector:
    def __init__(self, *parts):
        self.parts = list(parts)

    def __add__(self, other):
        return Vector(*[a + b for a, b in zip(self.parts, other.parts)])

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, at):
        return self.parts[at]

    def __setitem__(self, at, value):
        self.parts[at] = value

    def __call__(self, factor):
        return Vector(*[factor * part for part in self.parts])

    def __lt__(self, other):
        return self.parts < other.parts

    def __eq__(self, other):
        return self.parts == other.parts

    def __repr__(self):
        return f"Vector{tuple(self.parts)}"


@tool
def main():
    circle, square = Circle.make(2), Square(3)
    for shape in (circle, square):
        print(shape.describe(), isinstance(shape, Shape), shape.label, shape.double(4), type(shape).__name__)
    print(Shape.double(5), isinstance(circle, Square), isinstance(square, (str, Shape)))
    print(Colour.RED == "red", Colour("blue").name, [c.value for c in Colour], Colour["RED"].value, len(Colour))
    print(Level.HIGH == 2, Level(1).name, State.ON.flip().name, State.ON is State.ON, State.OFF.value, repr(State.ON))
    try:
        Colour("green")
    except ValueError as error:
        print(error)
    print(Point(1, 2), Point(3).sum(), Point(1, 2) == Point(1, 2))
    v = Vector(1, 2) + Vector(3, 4)
    v[0] = 10
    print(v, len(v), v[1], v(2), Vector(1) < Vector(2), Vector(1) == Vector(1))
    return {"colour": Colour.RED, "level": Level.HIGH}

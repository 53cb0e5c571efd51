# limits: time=0.3
from promptflow.core import tool


class Odd:
    def __repr__(self):
        while True:
            pass


@tool
def run():
    return f"{Odd()!r}"

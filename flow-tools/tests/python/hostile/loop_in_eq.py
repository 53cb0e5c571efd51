# limits: time=0.3
from promptflow.core import tool


class Odd:
    def __eq__(self, other):
        while True:
            pass


@tool
def run():
    return Odd() in [1, 2, Odd()]

# limits: time=0.3
from promptflow.core import tool


def key(item):
    while True:
        pass


@tool
def run():
    return sorted([3, 1, 2], key=key)

# limits: time=0.3
from promptflow.core import tool


def forever():
    while True:
        pass


@tool
def run(value=forever()):
    return value

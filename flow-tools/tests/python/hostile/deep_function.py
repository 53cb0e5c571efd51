from promptflow.core import tool


def deeper(level):
    return deeper(level + 1)


@tool
def run():
    return deeper(0)

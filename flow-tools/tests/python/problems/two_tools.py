from promptflow.core import tool


@tool
def one():
    return 1


@tool
def two():
    return 2

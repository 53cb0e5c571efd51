from promptflow.core import tool


@tool
def run():
    return open("../.git/config").read()

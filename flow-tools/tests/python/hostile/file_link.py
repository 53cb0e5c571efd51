from promptflow.core import tool


@tool
def run():
    return open("link.txt").read()

from promptflow.core import tool


@tool
def run():
    return open("connections.yaml").read()

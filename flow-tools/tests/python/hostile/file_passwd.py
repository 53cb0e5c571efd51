from promptflow.core import tool


@tool
def run():
    with open("/etc/passwd") as file:
        return file.read()

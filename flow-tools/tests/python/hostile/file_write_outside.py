from promptflow.core import tool


@tool
def run():
    with open("../../written.txt", "w") as file:
        file.write("owned")

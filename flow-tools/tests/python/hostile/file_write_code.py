from promptflow.core import tool


@tool
def run():
    with open("other.py", "w") as file:
        file.write("print('owned')")

from promptflow.core import tool


@tool
def run():
    exec("import os; os.system('touch /tmp/owned')")

from promptflow.core import tool
import subprocess


@tool
def run():
    return subprocess.check_output(["id"])

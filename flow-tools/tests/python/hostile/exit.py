from promptflow.core import tool
import sys


@tool
def run():
    sys.exit(3)

# limits: output=1
from promptflow.core import tool
import sys


@tool
def run():
    while True:
        try:
            print("flood " * 100, file=sys.stderr)
        except BaseException:
            pass

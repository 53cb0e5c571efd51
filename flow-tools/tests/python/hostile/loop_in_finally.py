# limits: time=0.3
from promptflow.core import tool


@tool
def run():
    try:
        return 1
    finally:
        while True:
            pass

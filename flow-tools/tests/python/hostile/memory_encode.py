# limits: memory=32
from promptflow.core import tool
import base64


@tool
def run():
    data = ("x" * 12_000_000).encode("utf-8")
    return len(base64.b64encode(data).hex())

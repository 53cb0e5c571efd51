from promptflow.core import tool


@tool
def echo(input1: str) -> str:
    # The parameters are the node's inputs in flow.dag.yaml, and what is returned is its output.
    return "Prompt: " + input1.strip()

from promptflow.core import tool


@tool
def run():
    items = []
    items.append(items)
    return items

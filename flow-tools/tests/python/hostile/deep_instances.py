from promptflow.core import tool


class Link:
    def __init__(self, before):
        self.before = before


@tool
def run():
    link = None
    for _ in range(100_000):
        link = Link(link)
    return link

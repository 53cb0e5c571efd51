from promptflow.core import tool


class Outer:
    class Inner:
        pass

    for letter in "ab":
        pass

    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        pass


class Dynamic:
    def __getattr__(self, name):
        return name


async def read(session):
    async with session.get("x") as answer:
        return answer


@tool
def main(box):
    del box.lid
    try:
        return read(box)
    except* ValueError:
        return Outer(), Dynamic()

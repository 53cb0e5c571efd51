import random

from promptflow.core import tool


@tool
def main():
    random.seed(42)
    print([random.random() for _ in range(3)])
    print(random.randint(1, 100), random.randrange(10), random.randrange(5, 50, 5), random.choice("abc"))
    items = list(range(10))
    random.shuffle(items)
    print(items, random.sample(range(100), 5), random.sample(items, 7))
    print(random.choices(["a", "b", "c"], weights=[5, 1, 1], k=6), random.uniform(1, 2))
    print(random.gauss(0, 1), random.gauss(0, 1), random.normalvariate(1, 2), random.expovariate(3), random.triangular(0, 10, 5))
    print(random.getrandbits(10), random.getrandbits(40))
    random.seed("text")
    print(random.random(), random.randint(0, 1000000))
    random.seed(2 ** 40 + 7)
    print(random.random())
    own = random.Random(7)
    other = random.Random(7)
    print(own.random() == other.random(), own.randint(1, 6), random.Random(b"bytes").random())
    return random.betavariate if False else None

from typing import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Any

Awaitable = Coroutine = AsyncIterator = AsyncIterable = AsyncGenerator = Generator
MutableMapping = Mapping
MutableSequence = Collection = Container = Set = MutableSet = Sequence
Hashable = Sized = Reversible = Any

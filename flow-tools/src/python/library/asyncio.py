import asyncio as own

run = own.run
gather = own.gather


async def sleep(delay, result=None):
    await __host_wait(delay)
    return result


async def wait_for(waited, timeout=None):
    return await waited


def create_task(waited, name=None):
    return waited


ensure_future = create_task


class Semaphore:
    def __init__(self, value=1):
        self.value = value

    async def acquire(self):
        return True

    def release(self):
        pass


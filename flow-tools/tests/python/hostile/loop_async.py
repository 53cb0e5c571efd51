# limits: time=0.3
from promptflow.core import tool
import asyncio


async def forever():
    while True:
        await asyncio.gather()


@tool
async def run():
    await asyncio.gather(forever(), forever())

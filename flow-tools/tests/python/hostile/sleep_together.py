# limits: requests=500
from promptflow.core import tool
import asyncio


@tool
async def run():
    await asyncio.gather(*[asyncio.sleep(0) for _ in range(10_000)])

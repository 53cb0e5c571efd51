

async def __flow_await_iterator__(parts):
    if hasattr(parts, '__next__') or isinstance(parts, (list, tuple)):
        return parts
    return await parts

def join(titles: list):
    return ", ".join(titles)

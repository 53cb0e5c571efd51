take text: string
take stars: int =
print rated

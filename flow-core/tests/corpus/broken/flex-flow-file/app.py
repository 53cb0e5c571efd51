take text: string

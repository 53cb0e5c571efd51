def Secret(text=''):
    return text


PromptTemplate = Secret
FilePath = Secret


class AssistantDefinition:
    def __init__(self, model='', instructions='', tools=None):
        self.model = model
        self.instructions = instructions
        self.tools = tools

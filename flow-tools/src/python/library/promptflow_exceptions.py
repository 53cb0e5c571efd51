UserErrorException = Exception
SystemErrorException = Exception
PromptflowException = Exception
ErrorTarget = None

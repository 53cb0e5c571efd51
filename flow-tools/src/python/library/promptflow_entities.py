from promptflow.core import InputSetting, DynamicList
from promptflow.connections import AzureOpenAIConnection, OpenAIConnection, CustomConnection, ServerlessConnection

from promptflow.core import tool, trace, log_metric, ToolProvider

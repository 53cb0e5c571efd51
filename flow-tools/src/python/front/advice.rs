//! What to do about imports that cannot be met.

/// Packages, and what does the same without them.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http", "http.client", "socket"],
        "the tool `http.request` asks servers",
    ),
    (
        &["bs4", "lxml", "html2text", "html.parser", "markdownify"],
        "the tools `html.to_text` and `html.to_markdown` read web pages",
    ),
    (&["openai", "anthropic", "langchain", "semantic_kernel", "autogen", "litellm"], "an `llm` node calls models"),
    (&["jinja2"], "a `prompt` node, or the tool `template.render`, renders templates"),
    (
        &["numpy", "scipy", "sklearn", "faiss"],
        "the tools `vector.cosine` and `vector.nearest` compare vectors; lists and `math` do the rest",
    ),
    (&["tiktoken"], "the tool `text.chunk` cuts texts by tokens"),
    (&["langchain_text_splitters", "nltk"], "the tools `text.chunk` and `text.split` cut texts"),
    (&["yaml", "ruamel", "toml", "tomllib"], "the tool `file.read` reads files; JSON is read by the module `json`"),
    (&["jsonpath_ng", "jmespath"], "the tools `json.path` and `json.query` look into values"),
    (&["subprocess", "multiprocessing", "os.system"], "the tool `command.run` runs programs, with `--allow-exec`"),
    (&["dotenv"], "variables come from `environment_variables` of the flow and from `--env`"),
    (
        &["pandas", "polars"],
        "lists of dicts and the tools `list.group`, `list.sort` and `list.filter` do much of what tables do",
    ),
    (&["rank_bm25", "whoosh"], "the tool `text.search` finds passages"),
];

/// What to do without a module.
pub(super) fn instead_of(module: &str, is_late: bool) -> String {
    let top = module.split('.').next().unwrap_or(module);
    let known = INSTEAD.iter().find(|(names, _)| names.contains(&module) || names.contains(&top));
    let late = if is_late { "the node runs until it gets there; " } else { "" };
    match known {
        Some((_, what)) => format!("{late}{what}"),
        None => format!(
            "{late}modules are looked for in the flow's folder and among its `additional_includes`; `flow tools` lists what built-in \
             tools do"
        ),
    }
}

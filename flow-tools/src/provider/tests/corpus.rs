//! Streams as servers send them, well and badly.

const ROLE: &str =
    r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#;
const GRUSS: &str =
    r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Grüße 👋🏽 日本"},"finish_reason":null}]}"#;
const STOP: &str = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#;
const FILTER: &str = r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}"#;

fn lines(events: &[&str], end: &str) -> String {
    events.iter().map(|event| format!("data: {event}{end}{end}")).collect()
}

/// Those that are short, with names.
pub(super) fn short() -> Vec<(&'static str, Vec<u8>)> {
    let chat = [ROLE, GRUSS, STOP, USAGE, "[DONE]"];
    let mut streams: Vec<(&'static str, Vec<u8>)> = [
        ("line feeds", lines(&chat, "\n")),
        ("both line ends", lines(&chat, "\r\n")),
        ("carriage returns", lines(&chat, "\r")),
        ("mixed line ends", format!("data: {ROLE}\r\n\ndata: {GRUSS}\r\rdata: {STOP}\n\rdata: [DONE]\n\n")),
        ("no space behind the colon", lines(&chat, "\n").replace("data: ", "data:")),
        ("a byte order mark", format!("\u{feff}{}", lines(&chat, "\n"))),
        ("a byte order mark and both line ends", format!("\u{feff}{}", lines(&chat, "\r\n"))),
        ("comments", format!(": hello\n\n{}: ping\n\n:\n{}", lines(&chat[..2], "\n"), lines(&chat[2..], "\n"))),
        ("a comment within an event", format!("data: {ROLE}\n: x\n\ndata: {STOP}\n\ndata: [DONE]\n\n")),
        ("blank lines", format!("\n\n\n{}\n\n{}", lines(&chat[..3], "\n"), lines(&chat[3..], "\n"))),
        ("data in lines", format!("data: {{\"choices\":[\ndata: {{\"index\":0,\ndata:  \"finish_reason\":\"stop\"}}]}}\n\n{}", lines(&chat[4..], "\n"))),
        ("data in lines, carriage returns", "data: {\"choices\":\rdata: []}\r\rdata: [DONE]\r\r".into()),
        ("no blank line at the end", lines(&chat, "\n").trim_end().into()),
        ("no line end behind the last answer", lines(&chat[..3], "\n").trim_end().into()),
        ("no end mark", lines(&chat[..4], "\n")),
        ("no end mark, both line ends", lines(&chat[..4], "\r\n")),
        ("no end mark and no reason", lines(&chat[..2], "\n")),
        ("only the end mark", "data: [DONE]\n\n".into()),
        ("nothing", String::new()),
        ("nothing but comments", ": a\n\n: b\n\n".into()),
        ("more behind the end mark", format!("{}data: {{broken\n\n", lines(&chat, "\n"))),
        ("a filter's result first", lines(&[FILTER, ROLE, GRUSS, STOP, "[DONE]"], "\n")),
        ("usage without choices", lines(&[ROLE, GRUSS, STOP, USAGE, "[DONE]"], "\r\n")),
        ("usage null everywhere", lines(&chat, "\n").replace("\"choices\"", "\"usage\":null,\"choices\"")),
        ("other fields", format!("retry: 3000\n\nid: 1\nevent: message\ndata: {ROLE}\n\nunheard: of\ndata: {STOP}\n\ndata: [DONE]\n\n")),
        ("keep-alive events", format!("event: keepalive\ndata: -\n\nevent: ping\ndata: {{\"type\": \"ping\"}}\n\ndata:\n\n{}", lines(&chat, "\n"))),
        ("an error in the middle", format!("{}data: {{\"error\":{{\"message\":\"The server had an error, sk-secret\",\"type\":\"server_error\",\"code\":null}}}}\n\n{}", lines(&chat[..2], "\n"), lines(&chat[2..], "\n"))),
        ("an error with a number", "data: {\"error\":{\"message\":\"Provider returned error\",\"code\":502}}\n\ndata: [DONE]\n\n".into()),
        ("an error by its event's name", "event: error\ndata: {\"message\":\"busy\",\"code\":\"rate_limit_exceeded\"}\n\n".into()),
        ("an error in plain words", "event: error\ndata: out of memory\n\n".into()),
        ("an error without words", "data: {\"error\":{}}\n\n".into()),
        ("an event that is no JSON", format!("data: {ROLE}\n\ndata: {{\"choices\":[\n\ndata: [DONE]\n\n")),
        ("a last event cut short", format!("data: {ROLE}\n\ndata: {{\"choices\":[{{\"index\"")),
        ("a web page", "<html><body>\nPlease log in\n</body></html>\n".into()),
        ("null bytes", format!("data: {}\n\n\0\n\ndata: [DONE]\n\n", STOP.replace("stop", "st\\u0000op"))),
        ("a completion", lines(&[r#"{"choices":[{"index":0,"text":"Zwei","finish_reason":null}]}"#, r#"{"choices":[{"index":0,"text":" Wörter","finish_reason":"length"}]}"#, "[DONE]"], "\n")),
        ("responses", "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"status\":\"in_progress\",\"error\":null}}\n\nevent: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hallo\"}\n\nevent: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"error\":null,\"output\":[]}}\n\n".into()),
        ("a response that failed", "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"oops\"}}}\n\n".into()),
        ("pieces of a tool call", lines(&[r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]}}]}"#, r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"ä\":"}}]}}]}"#, r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":"tool_calls"}]}"#, "[DONE]"], "\n")),
    ]
    .into_iter()
    .map(|(name, text)| (name, text.into_bytes()))
    .collect();
    let mut torn = lines(&chat, "\n").into_bytes();
    // Half a letter, for ever.
    let letter = torn.windows(2).position(|pair| pair == "ß".as_bytes());
    torn.remove(letter.map_or(0, |at| at + 1));
    streams.push(("torn UTF-8", torn));
    streams
}

/// One whose second event is a line of 10 MB.
pub(super) fn long() -> Vec<u8> {
    let long = GRUSS.replace("Grüße", &"lang ".repeat(2_000_000));
    lines(&[ROLE, &long, STOP, "[DONE]"], "\n").into_bytes()
}

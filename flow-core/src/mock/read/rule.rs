use super::Reader;
use crate::diag::Code;
use crate::mock::reply::{Part, Reply, template};
use crate::mock::rules::{Arguments, CallPlan, Content, Rule};
use crate::yaml::{Entry, Mapping, Node};

const RULE_KEYS: &[&str] = &[
    "when",
    "reply",
    "json",
    "replies",
    "refusal",
    "json_schema",
    "call",
    "calls",
    "wrong",
    "finish_reason",
    "accuracy",
    "latency",
    "stream",
    "usage",
    "error",
    "faults",
];
/// Ways to say something; a rule has one of them.
const CONTENT_KEYS: &[&str] = &["reply", "json", "replies", "refusal", "json_schema"];
const FINISH_REASONS: &[&str] = &["stop", "length", "tool_calls", "function_call", "content_filter"];

impl Reader {
    pub(super) fn rule(&mut self, node: &Node, position: usize) -> Option<Rule> {
        let Some(mapping) = node.as_mapping() else {
            return self.shape(node, "a rule, such as `{ when: { text: hello }, reply: \"Hello!\" }`");
        };
        self.keys(mapping, RULE_KEYS, "a rule");
        let content = self.content(mapping);
        let calls = self.calls(mapping);
        let mut faults: Vec<_> =
            self.get(mapping, "error", |reader, node| reader.failure(node, position)).into_iter().collect();
        faults.extend(self.get(mapping, "faults", Self::faults).unwrap_or_default());
        let is_misspelt = mapping.entries.iter().any(|entry| !RULE_KEYS.contains(&&*entry.key.text));
        let deeds = CONTENT_KEYS.iter().chain(&["call", "calls", "error", "faults"]);
        if !is_misspelt && deeds.clone().all(|key| mapping.get(key).is_none()) {
            let help =
                "add `reply: TEXT`, `json: {…}`, `replies: […]`, `call: { name: TOOL }` or `error: { status: 429 }`";
            self.error(Code::MissingKey, node, "the rule says nothing", help);
        }
        let wrong = match mapping.get("wrong") {
            None => Vec::new(),
            Some(entry) if entry.value.as_sequence().is_some() => self.replies(&entry.value),
            Some(entry) => self.reply(&entry.value).into_iter().collect(),
        };
        let finish_reason = self
            .get(mapping, "finish_reason", |reader, node| reader.words(node, FINISH_REASONS, "finish reason"))
            .and_then(|reasons| reasons.first().map(|reason| reason.as_str().into()));
        Some(Rule {
            condition: self.get(mapping, "when", Self::condition).unwrap_or_default(),
            content,
            calls,
            wrong,
            finish_reason,
            accuracy: self.get(mapping, "accuracy", Self::shares),
            latency: self.get(mapping, "latency", Self::latencies),
            pace: self.get(mapping, "stream", Self::paces),
            usage: self.get(mapping, "usage", Self::usage),
            faults,
        })
    }

    /// What the rule says.
    fn content(&mut self, mapping: &Mapping) -> Content {
        let forms: Vec<&Entry> = CONTENT_KEYS.iter().filter_map(|key| mapping.get(key)).collect();
        if let [_, second, ..] = forms[..] {
            let names = "`reply`, `json`, `replies`, `refusal` and `json_schema`";
            let message = format!("a rule has one of {names}, not several");
            self.error(Code::InvalidValue, &second.value, &message, "write texts as items of `replies`");
        }
        let Some(entry) = forms.first() else { return Content::Unsaid };
        let one = |reply: Option<Reply>| Content::Replies(reply.into_iter().collect());
        match &*entry.key.text {
            "reply" if entry.value.as_scalar().is_some_and(|scalar| scalar.value.is_null()) => Content::Null,
            "reply" => one(self.text_reply(&entry.value)),
            "json" => one(self.json_reply(&entry.value)),
            "replies" => Content::Replies(self.replies(&entry.value)),
            "refusal" => self.text_reply(&entry.value).map_or(Content::Null, Content::Refusal),
            _ => match self.truth(&entry.value) {
                Some(true) => Content::BySchema,
                _ => Content::Unsaid,
            },
        }
    }

    fn calls(&mut self, mapping: &Mapping) -> Vec<CallPlan> {
        if let (Some(_), Some(calls)) = (mapping.get("call"), mapping.get("calls")) {
            let message = "a rule has one of `call` and `calls`, not both";
            self.error(Code::InvalidValue, &calls.value, message, "write the call as an item of `calls`");
        }
        if let Some(entry) = mapping.get("call") {
            return self.call(&entry.value).into_iter().collect();
        }
        let Some(entry) = mapping.get("calls") else { return Vec::new() };
        match entry.value.as_sequence() {
            Some([]) | None => {
                self.shape::<()>(&entry.value, "a list of one or more calls");
                Vec::new()
            }
            Some(items) => items.iter().filter_map(|item| self.call(item)).collect(),
        }
    }

    /// A call: `{ name: get_weather, arguments: {…} }`, or only the tool's name.
    fn call(&mut self, node: &Node) -> Option<CallPlan> {
        let example = "a call such as `{ name: get_weather, arguments: { city: Oslo } }`";
        let Some(mapping) = node.as_mapping() else {
            if node.as_scalar().is_none_or(|scalar| scalar.value.is_null()) {
                return self.shape(node, example);
            }
            return Some(CallPlan { name: self.template(node)?, arguments: Arguments::BySchema });
        };
        self.keys(mapping, &["name", "arguments"], "a call");
        let Some(name) = mapping.get("name") else {
            self.error(Code::MissingKey, node, "the call has no `name`", "add the tool's name: `name: get_weather`");
            return None;
        };
        let name = self.template(&name.value);
        let arguments = match mapping.get("arguments") {
            None => Some(Arguments::BySchema),
            Some(entry) if entry.value.as_scalar().is_some() => self.text_reply(&entry.value).map(Arguments::Text),
            Some(entry) => self.checked(Part::new(&entry.value.to_value()), &entry.value).map(Arguments::Json),
        };
        Some(CallPlan { name: name?, arguments: arguments? })
    }

    fn replies(&mut self, node: &Node) -> Vec<Reply> {
        match node.as_sequence() {
            Some([]) | None => {
                self.shape::<()>(node, "a list of one or more answers");
                Vec::new()
            }
            Some(items) => items.iter().filter_map(|item| self.reply(item)).collect(),
        }
    }

    fn reply(&mut self, node: &Node) -> Option<Reply> {
        if node.as_scalar().is_some() { self.text_reply(node) } else { self.json_reply(node) }
    }

    fn text_reply(&mut self, node: &Node) -> Option<Reply> {
        let text = self.text(node)?;
        self.checked(Reply::text(&text), node)
    }

    fn json_reply(&mut self, node: &Node) -> Option<Reply> {
        self.checked(Reply::json(&node.to_value()), node)
    }

    fn template(&mut self, node: &Node) -> Option<crate::template::Template> {
        let text = self.text(node)?;
        self.checked(template(&text), node)
    }

    fn checked<T>(&mut self, made: Result<T, String>, node: &Node) -> Option<T> {
        made.map_err(|why| {
            let help = "what stands in double braces is an expression: \"{{ text }}\"";
            self.error(Code::TemplateSyntax, node, &why, help);
        })
        .ok()
    }
}

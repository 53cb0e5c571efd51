//! Assertions as metrics and judges of ours, where they mean the same.

use flow_core::source::Span;
use flow_core::value::{Map, Value};
use flow_core::yaml::{Mapping, Node};
use flow_eval::score::{Registry, Threshold};

use super::javascript;
use super::rendering::{filled, rendered};
use super::sources::Sources;
use super::suite::{Asked, Check};

/// What an assertion is read with.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The variables of its test.
    pub(super) vars: &'a Map,
    /// Who judges, where the assertion does not say.
    pub(super) judge: Option<&'a Node>,
    pub(super) registry: &'a Registry,
}

/// What an assertion asks; `None` where it is not carried over, which was told.
pub(super) fn read(node: &Node, around: Around<'_>, sources: &mut Sources) -> Option<Asked> {
    let Some(mapping) = node.as_mapping() else {
        sources.leave_out(node.span, "an assertion", format!("it is {}", node.shape()), "");
        return None;
    };
    let Some(kind) = mapping.get("type").and_then(|entry| Some(entry.value.as_scalar()?.text.to_string())) else {
        sources.leave_out(node.span, "an assertion", "it has no `type`", "");
        return None;
    };
    let written = Written { kind: &kind, mapping, span: node.span, around };
    written.read(sources)
}

/// An assertion as it is written.
pub(super) struct Written<'a> {
    pub(super) kind: &'a str,
    pub(super) mapping: &'a Mapping,
    pub(super) span: Span,
    pub(super) around: Around<'a>,
}

impl Written<'_> {
    fn read(&self, sources: &mut Sources) -> Option<Asked> {
        for key in ["transform", "contextTransform", "normalizeUnicode", "rubricPrompt", "metricOnly"] {
            if self.mapping.get(key).is_some() {
                let help = match key {
                    "transform" => "let a node of the flow change the output, and score that output",
                    "rubricPrompt" => "write a flow that judges, and name it with `flow:`",
                    _ => "",
                };
                self.leave_out(format!("its `{key}` makes it mean something else"), help, sources);
                return None;
            }
        }
        if self.kind == "assert-set" {
            return self.set(sources);
        }
        let value = self.value(sources)?;
        let (base, negated) = self.kind.strip_prefix("not-").map_or((self.kind, false), |base| (base, true));
        match base {
            "llm-rubric"
            | "g-eval"
            | "model-graded-closedqa"
            | "factuality"
            | "model-graded-factuality"
            | "similar"
            | "similar:cosine" => self.judge(base, negated, value, sources),
            _ => self.metric(base, negated, value, sources),
        }
    }

    pub(super) fn leave_out(&self, why: impl Into<String>, help: &str, sources: &mut Sources) {
        sources.leave_out(self.span, format!("the assertion `{}`", self.kind), why, help);
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        let value = self.mapping.get(key)?.value.to_value();
        value.as_float().or_else(|| value.as_str()?.trim().parse().ok())
    }

    pub(super) fn name(&self) -> Option<String> {
        let name = &self.mapping.get("metric")?.value.as_scalar()?.text;
        Some(rendered(name, self.around.vars).unwrap_or_else(|_| name.to_string()))
    }

    pub(super) fn weight(&self) -> f64 {
        self.number("weight").unwrap_or(1.0)
    }

    /// What is expected, its templates filled and its files read; the outer `None` where that failed, which was told.
    fn value(&self, sources: &mut Sources) -> Option<Option<Value>> {
        let Some(entry) = self.mapping.get("value") else { return Some(None) };
        let is_code = ["javascript", "python", "ruby", "webhook"].contains(&self.kind.trim_start_matches("not-"));
        if is_code {
            return Some(Some(entry.value.to_value()));
        }
        if let Some(file) = entry.value.as_scalar().filter(|scalar| scalar.text.starts_with("file://")) {
            return self.file(&file.text, entry.value.span, sources).map(Some);
        }
        match filled(&entry.value.to_value(), self.around.vars) {
            Ok(value) => Some(Some(value)),
            Err(why) => {
                self.leave_out(format!("its value cannot be filled in: {why}"), "", sources);
                None
            }
        }
    }

    fn file(&self, written: &str, span: Span, sources: &mut Sources) -> Option<Value> {
        let path = sources.path(written);
        let what = format!("the assertion `{}`", self.kind);
        let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        match &*ending {
            "json" | "yaml" | "yml" => sources.tree(&path, span, &what).map(|root| root.to_value()),
            "txt" | "md" => sources.text(&path, span, &what).map(|text| Value::from(text.trim())),
            _ => {
                let help = "write a flow with a Python node that scores, and name it with `flow:`";
                self.leave_out(format!("what it expects is made by {}", path.display()), help, sources);
                None
            }
        }
    }

    /// Several assertions as one.
    fn set(&self, sources: &mut Sources) -> Option<Asked> {
        let inside = self.mapping.get("assert").and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
        let mut checks = Vec::new();
        for node in inside {
            match read(node, self.around, sources) {
                Some(Asked::Check(check)) => checks.push(check),
                Some(Asked::Judge(_)) => {
                    let help = "give it a score of its own in eval.yaml";
                    sources.leave_out(
                        node.span,
                        "an assertion of an `assert-set`",
                        "a model judges it, and sets are of metrics alone",
                        help,
                    );
                }
                Some(Asked::Set { .. }) => {
                    sources.leave_out(node.span, "an `assert-set` in an `assert-set`", "promptfoo knows none", "");
                }
                None => {}
            }
        }
        let asked =
            Asked::Set { name: self.name(), weight: self.weight(), threshold: self.number("threshold"), checks };
        Some(asked).filter(|asked| asked.count() > 0)
    }

    fn metric(&self, base: &str, negated: bool, value: Option<Value>, sources: &mut Sources) -> Option<Asked> {
        let threshold = self.number("threshold");
        let is_structure = value.as_ref().is_some_and(|value| value.as_map().is_some() || value.as_list().is_some());
        let mut parameters = Vec::new();
        let (metric, value, threshold) = match base {
            "equals" if is_structure => ("equals", value, None),
            "equals" => ("exact_match", value, None),
            "contains" | "icontains" | "regex" => (base, value, None),
            "starts-with" => ("starts_with", value, None),
            "contains-all" | "contains-any" | "icontains-all" | "icontains-any" => {
                let metric = match base {
                    "contains-all" => "contains_all",
                    "contains-any" => "contains_any",
                    "icontains-all" => "icontains_all",
                    _ => "icontains_any",
                };
                (metric, value.map(listed), None)
            }
            "is-json" => ("is_json", value, None),
            "contains-json" => ("contains_json", value, None),
            "levenshtein" => ("edit_distance", value, Some(threshold.unwrap_or(5.0))),
            "rouge-n" => {
                parameters.push(("variant", Value::from("rouge1")));
                ("rouge", value, Some(threshold.unwrap_or(0.75)))
            }
            "bleu" => ("bleu", value, Some(threshold.unwrap_or(0.5))),
            // Milliseconds there, seconds here.
            "latency" => ("latency", None, threshold.map(|least| least / 1000.0)),
            "cost" => ("cost", None, threshold),
            "javascript"
                if threshold.is_none()
                    && value.as_ref().and_then(Value::as_str).and_then(javascript::metric).is_some() =>
            {
                let (metric, value, bounds) = value.as_ref().and_then(Value::as_str).and_then(javascript::metric)?;
                return self.of_code(metric, negated, (value, bounds), sources);
            }
            "word-count" => {
                // In a cell of a table it is a text.
                let number = |value: &Value| value.as_float().or_else(|| value.as_str()?.trim().parse().ok());
                let count = value.as_ref().and_then(number);
                let bound =
                    |key: &str| value.as_ref().and_then(|value| value.get(key)).and_then(Value::as_float).or(count);
                for (key, number) in [("min", bound("min")), ("max", bound("max"))] {
                    if let Some(number) = number {
                        parameters.push((key, whole(number)));
                    }
                }
                ("word_count", None, None)
            }
            _ => {
                let error = self.around.registry.find(base).err();
                let help =
                    error.as_ref().and_then(|error| error.help()).filter(|help| !help.starts_with("did you mean"));
                let help = help.unwrap_or("write a flow that scores, and name it with `flow:`: `flow eval --help`");
                let why = match base {
                    "javascript" => "it is code that no metric stands for",
                    "python" | "ruby" => "it is code",
                    "select-best" | "max-score" => "it compares the answers of several variants",
                    _ => "no metric here means the same",
                };
                self.leave_out(why, help, sources);
                return None;
            }
        };
        let needs_value = !matches!(metric, "is_json" | "contains_json" | "latency" | "cost" | "word_count");
        if needs_value && value.as_ref().is_none_or(Value::is_null) {
            self.leave_out("it has no `value`", "", sources);
            return None;
        }
        if metric == "word_count" && parameters.is_empty() {
            self.leave_out("it says no number of words", "", sources);
            return None;
        }
        if matches!(metric, "latency" | "cost") && threshold.is_none() {
            self.leave_out("it has no `threshold`", "flow eval shows latency and cost of each variant anyway", sources);
            return None;
        }
        let metric = if negated { format!("not-{metric}") } else { metric.to_owned() };
        let check = Check { metric, name: self.name(), value, threshold, weight: self.weight(), parameters };
        if let Err((why, help)) = sound(&check, self.around.registry) {
            self.leave_out(why, &help, sources);
            return None;
        }
        self.tell_differences(base, is_structure, sources);
        Some(Asked::Check(check))
    }

    /// Code that says what a metric says.
    fn of_code(
        &self,
        metric: String,
        negated: bool,
        (value, parameters): (Option<Value>, Vec<(&'static str, Value)>),
        sources: &mut Sources,
    ) -> Option<Asked> {
        let metric = match (negated, metric.strip_prefix("not-")) {
            (false, _) => metric,
            (true, Some(plain)) => plain.to_owned(),
            (true, None) => format!("not-{metric}"),
        };
        if metric.ends_with("character_count") {
            let why =
                "characters are counted, where JavaScript counts twice those outside of the Basic Multilingual Plane";
            sources.differs(self.span, format!("the assertion `{}`", self.kind), why, "");
        }
        let check = Check { metric, name: self.name(), value, threshold: None, weight: self.weight(), parameters };
        Some(Asked::Check(check))
    }

    fn tell_differences(&self, base: &str, is_structure: bool, sources: &mut Sources) {
        let what = format!("the assertion `{}`", self.kind);
        let pattern = self.mapping.get("value").and_then(|entry| entry.value.as_scalar()).map(|scalar| &*scalar.text);
        let has_classes = pattern
            .is_some_and(|text| ["\\d", "\\w", "\\b", "\\D", "\\W", "\\B"].iter().any(|class| text.contains(class)));
        let (why, help) = match base {
            "equals" if is_structure => {
                ("a text that is a number counts as that number inside of lists and mappings", "")
            }
            "rouge-n" => (
                "words are cut as rouge-score does it, which may move the score a little",
                "`flow eval --metrics rouge`",
            ),
            "bleu" => ("it is sacrebleu's, with its smoothing of short answers", "`flow eval --metrics bleu`"),
            "latency" => (
                "it is the time of the row, pauses between tries included; what the cache answers counts as it took at first",
                "",
            ),
            "regex" if has_classes => (
                "`\\d`, `\\w` and `\\b` know the digits and letters of all scripts here",
                "write `[0-9]` for those of ASCII alone",
            ),
            _ => return,
        };
        sources.differs(self.span, what, why, help);
    }
}

/// Whether a metric can be built so.
fn sound(check: &Check, registry: &Registry) -> Result<(), (String, String)> {
    let told = |error: &flow_eval::score::BuildError| (error.to_string(), error.help().unwrap_or_default().to_owned());
    let (entry, _) = registry.find(&check.metric).map_err(|error| told(&error))?;
    let mut parameters: Map =
        check.parameters.iter().map(|(name, value)| (std::sync::Arc::from(*name), value.clone())).collect();
    // A pattern of the row is an input; it is tried as a parameter, which has the same meaning.
    let tried = if entry.spec.name == "regex" {
        Some("pattern")
    } else {
        entry.spec.value.filter(|name| is_parameter(&entry.spec, name))
    };
    if let (Some(name), Some(value)) = (tried, &check.value) {
        parameters.insert(std::sync::Arc::from(name), value.clone());
    }
    let built = registry.build(&check.metric, &parameters).map_err(|error| match entry.spec.name {
        "regex" => (error.to_string(), "write it without looking around and without references back".to_owned()),
        _ => told(&error),
    })?;
    match check.threshold.map(|least| Threshold::read(&Value::Float(least), &built.spec)) {
        Some(Err(error)) => Err((format!("its threshold {error}"), String::new())),
        _ => Ok(()),
    }
}

/// Whether what is expected is no input of a metric, but a parameter.
pub(super) fn is_parameter(spec: &flow_eval::score::Spec, name: &str) -> bool {
    !spec.inputs.iter().any(|input| input.name == name)
}

/// A number, whole where it is.
pub(super) fn whole(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and far below 2^53")]
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::Int(number as i64) } else { Value::Float(number) }
}

/// A list, or the parts of a text between commas, which may stand in quotes.
pub(super) fn listed(value: Value) -> Value {
    let Some(text) = value.as_str() else { return value };
    let (mut parts, mut part, mut is_quoted) = (Vec::new(), String::new(), false);
    for sign in text.chars() {
        match sign {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => parts.push(std::mem::take(&mut part)),
            _ => part.push(sign),
        }
    }
    parts.push(part);
    Value::list(parts.iter().map(|part| Value::from(part.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_between_commas_are_a_list() {
        assert_eq!(listed(Value::from("a, \"b, c\" ,d")), Value::list(["a", "b, c", "d"].map(Value::from)));
        assert_eq!(listed(Value::list([Value::from("a, b")])), Value::list([Value::from("a, b")]));
    }
}

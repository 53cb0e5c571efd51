//! The tests of a configuration as rows: what all share put in, lists of variables expanded.

use std::path::Path;
use std::sync::Arc;

use flow_core::source::Span;
use flow_core::value::{Map, Value};
use flow_core::yaml::{Mapping, Node, NodeValue};
use flow_eval::score::Registry;

use super::assertion::{self, Around};
use super::rendering::settled;
use super::sources::Sources;
use super::suite::{Asked, Case};
use super::table;

/// The tests of a configuration, and what stands around all of them.
#[derive(Debug, Default)]
pub(super) struct Cases {
    pub(super) cases: Vec<Case>,
    /// What each test puts before and behind its prompts; the same for all, or nothing.
    pub(super) frame: (String, String),
}

/// What reads tests.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a mut Sources,
    pub(super) registry: &'a Registry,
    /// The configuration, of which `$ref` speaks.
    pub(super) root: &'a Node,
    frames: Vec<(String, String, Span)>,
}

/// Layers of a test: what all share, what a scenario says, and its own. Later ones win.
type Layers<'a> = Vec<&'a Node>;

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a mut Sources, registry: &'a Registry, root: &'a Node) -> Self {
        Self { sources, registry, root, frames: Vec::new() }
    }

    /// All rows of `tests` and `scenarios`.
    pub(super) fn read(mut self) -> Cases {
        let root = self.root.as_mapping();
        let get = |key: &str| root.and_then(|root| root.get(key)).map(|entry| &entry.value);
        let shared = get("defaultTest").and_then(|node| self.tree_of(node, "defaultTest"));
        let shared: Layers<'_> = shared.iter().collect();
        let mut cases = Vec::new();
        let tests = get("tests").map(|node| self.tests(node)).unwrap_or_default();
        for test in &tests {
            self.case(&[&shared[..], &[test]].concat(), &mut cases);
        }
        let scenarios = get("scenarios").and_then(Node::as_sequence).unwrap_or_default();
        for scenario in scenarios {
            let Some(scenario) = self.tree_of(scenario, "a scenario") else { continue };
            let part = |key: &str| scenario.as_mapping().and_then(|mapping| mapping.get(key)).map(|entry| &entry.value);
            let nothing = Node { value: NodeValue::Mapping(Mapping::default()), span: scenario.span, defined: None };
            let mut configs = part("config").map(|node| self.tests(node)).unwrap_or_default();
            let mut tests = part("tests").map(|node| self.tests(node)).unwrap_or_default();
            if configs.is_empty() {
                configs.push(nothing.clone());
            }
            if tests.is_empty() {
                tests.push(nothing);
            }
            for config in &configs {
                for test in &tests {
                    self.case(&[&shared[..], &[config, test]].concat(), &mut cases);
                }
            }
        }
        if get("tests").is_none() && scenarios.is_empty() {
            let nothing = Node { value: NodeValue::Mapping(Mapping::default()), span: self.root.span, defined: None };
            self.case(&[&shared[..], &[&nothing]].concat(), &mut cases);
        }
        let frame = self.frame();
        Cases { cases, frame }
    }

    /// The mapping that stands there, or in the file that is named there.
    fn tree_of(&mut self, node: &Node, what: &str) -> Option<Node> {
        match node.as_scalar() {
            Some(scalar) if scalar.text.starts_with("file://") => {
                let path = self.sources.path(&scalar.text);
                self.sources.tree(&path, node.span, what)
            }
            _ => Some(node.clone()),
        }
    }

    /// The tests that stand there, or in files that are named there.
    fn tests(&mut self, node: &Node) -> Vec<Node> {
        let mut found = Vec::new();
        match (node.as_sequence(), node.as_scalar()) {
            (Some(items), _) => {
                for item in items {
                    match item.as_scalar() {
                        Some(scalar) => self.file_of_tests(&scalar.text, item.span, &mut found),
                        None => self.inline(item, &mut found),
                    }
                }
            }
            (None, Some(scalar)) => self.file_of_tests(&scalar.text, node.span, &mut found),
            (None, None) => self.inline(node, &mut found),
        }
        found
    }

    fn inline(&mut self, node: &Node, found: &mut Vec<Node>) {
        let path = node.as_mapping().and_then(|mapping| mapping.get("path")).and_then(|entry| entry.value.as_scalar());
        match path {
            Some(path) => self.file_of_tests(&path.text.clone(), node.span, found),
            None => found.push(node.clone()),
        }
    }

    fn file_of_tests(&mut self, written: &str, span: Span, found: &mut Vec<Node>) {
        let what = format!("the tests `{written}`");
        let is_elsewhere = written.contains("://") && !written.starts_with("file://");
        let path = written.trim_start_matches("file://");
        let is_code = [".js", ".ts", ".mjs", ".cjs", ".py"]
            .iter()
            .any(|end| path.ends_with(end) || path.contains(&format!("{end}:")));
        if is_elsewhere || is_code || path.ends_with(".xlsx") || path.ends_with(".xls") {
            let help = "write what they give as CSV or JSON Lines, and name that file";
            return self.sources.leave_out(span, what, "they come from a service, a spreadsheet or code", help);
        }
        let files = self.sources.files(written);
        if files.is_empty() {
            self.sources.leave_out(span, what, "there is no such file", "paths go from the configuration's folder");
        }
        for path in files {
            self.file(&path, span, found);
        }
    }

    fn file(&mut self, path: &Path, span: Span, found: &mut Vec<Node>) {
        let what = format!("the tests of {}", path.display());
        let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        match &*ending {
            "csv" | "tsv" => found.extend(table::tests(path, span, self.sources, self.registry)),
            "jsonl" => {
                let Some(text) = self.sources.text(path, span, &what) else { return };
                let file = self.sources.map.add(path, text);
                let text = Arc::clone(&self.sources.map.get(file).text);
                for (position, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                    let start = self.sources.map.get(file).line_start(position + 1).unwrap_or(0) as usize;
                    let of_line = Span::new(file, start, start);
                    match Value::from_json(line) {
                        Ok(value) => found.push(Node::of_value(&value, of_line)),
                        Err(error) => self.sources.leave_out(of_line, "a test", format!("it is no JSON: {error}"), ""),
                    }
                }
            }
            "yaml" | "yml" | "json" => {
                let Some(root) = self.sources.tree(path, span, &what) else { return };
                found.extend(root.as_sequence().map_or_else(|| vec![root.clone()], <[Node]>::to_vec));
            }
            _ => self.sources.leave_out(span, what, "files of tests are CSV, JSON, JSON Lines and YAML here", ""),
        }
    }

    /// The rows of a test.
    fn case(&mut self, layers: &Layers<'_>, cases: &mut Vec<Case>) {
        let Some(last) = layers.last() else { return };
        let span = last.span;
        let mut merged = Merged::default();
        for layer in layers {
            merged.shared = merged.asserts.len();
            self.layer(layer, &mut merged);
        }
        let option =
            |key: &str| merged.options.iter().rev().find(|(name, _)| *name == key).map(|(_, node)| node.clone());
        let text =
            |node: Option<Node>| node.and_then(|node| Some(node.as_scalar()?.text.to_string())).unwrap_or_default();
        self.frames.push((text(option("prefix")), text(option("suffix")), span));
        let judge = option("provider");
        let is_transformed = match option("transform").or_else(|| option("postprocess")) {
            Some(node) => {
                let help = "let a node of the flow do it, and write the assertions into eval.yaml";
                let why = "it changes what assertions look at, so that the assertions of its tests are left out, too";
                self.sources.leave_out(node.span, "the option `transform`", why, help);
                true
            }
            None => false,
        };
        let is_whole = option("disableVarExpansion").is_some_and(|node| node.to_value() == Value::Bool(true));
        for vars in self.expanded(&merged.vars, is_whole) {
            let vars = match settled(vars.clone()) {
                Ok(vars) => vars,
                Err(why) => {
                    let why = format!("their templates cannot be filled in: {why}");
                    self.sources.leave_out(span, "the variables of a test", why, "they stand in the data as they are");
                    vars
                }
            };
            let mut asked: Vec<Asked> = Vec::new();
            let asserts = if is_transformed { &[][..] } else { &merged.asserts[..] };
            for node in asserts {
                let around = Around { vars: &vars, judge: judge.as_ref(), registry: self.registry };
                asked.extend(assertion::read(node, around, self.sources));
            }
            if merged.threshold.is_some() && asked.iter().any(|asked| matches!(asked, Asked::Judge(_))) {
                let why =
                    "a threshold of a test is held against the mean of its metrics; what a model judges is not in it";
                let help = "give it a score and a threshold of its own in eval.yaml";
                self.sources.leave_out(span, "what a model judges in a test with `threshold`", why, help);
                asked.retain(|asked| !matches!(asked, Asked::Judge(_)));
            }
            let (description, metadata) = (merged.description.clone(), merged.metadata.clone());
            cases.push(Case { description, vars, metadata, asked, threshold: merged.threshold, span });
        }
    }

    fn layer(&mut self, node: &Node, merged: &mut Merged) {
        let Some(mapping) = node.as_mapping() else {
            return self.sources.leave_out(
                node.span,
                "a test",
                format!("it is {}", node.shape()),
                "a test is a mapping",
            );
        };
        for entry in &mapping.entries {
            let value = &entry.value;
            match &*entry.key.text {
                "vars" => self.vars(value, merged),
                "assert" => {
                    let items = value.as_sequence().unwrap_or_default();
                    merged.asserts.extend(items.iter().map(|item| self.referred(item)));
                }
                "description" => merged.description = value.as_scalar().map(|scalar| scalar.text.to_string()),
                "threshold" => merged.threshold = value.to_value().as_float().or(merged.threshold),
                "metadata" => {
                    let entries = value.as_mapping().map(|mapping| &mapping.entries[..]).unwrap_or_default();
                    for entry in entries {
                        merged.metadata.retain(|(known, _)| *known != entry.key.text);
                        merged.metadata.push((Arc::clone(&entry.key.text), entry.value.to_value()));
                    }
                }
                "options" => self.options(value, merged),
                "id" | "type" => {}
                "providerOutput" => {
                    let why = "answers that are there already are not scored by an import";
                    self.sources.leave_out(
                        entry.key.span,
                        "`providerOutput` of a test",
                        why,
                        "the model is asked instead",
                    );
                }
                key => {
                    let help = match key {
                        "provider" | "providers" | "prompts" => {
                            "all variants are run on all rows; `flow eval --filter` picks rows"
                        }
                        _ => "",
                    };
                    self.sources.leave_out(
                        entry.key.span,
                        format!("`{key}` of a test"),
                        "there is nothing like it here",
                        help,
                    );
                }
            }
        }
    }

    fn options(&mut self, node: &Node, merged: &mut Merged) {
        /// What has an effect elsewhere.
        const KNOWN: [&str; 6] = ["prefix", "suffix", "provider", "transform", "postprocess", "disableVarExpansion"];
        for entry in node.as_mapping().map(|mapping| &mapping.entries[..]).unwrap_or_default() {
            let key = entry.key.text.to_string();
            let is_off = key == "disableDefaultAsserts" && entry.value.to_value() == Value::Bool(true);
            if is_off {
                let own = merged.shared.min(merged.asserts.len());
                merged.asserts.drain(..own);
            } else if KNOWN.contains(&&*key) {
                merged.options.push((key, entry.value.clone()));
            } else {
                self.sources.leave_out(
                    entry.key.span,
                    format!("the option `{key}` of a test"),
                    "there is nothing like it here",
                    "",
                );
            }
        }
    }

    /// The assertion that stands there, or the template that it names.
    fn referred(&self, node: &Node) -> Node {
        let reference =
            node.as_mapping().and_then(|mapping| mapping.get("$ref")).and_then(|entry| entry.value.as_scalar());
        let Some(path) = reference.and_then(|scalar| scalar.text.strip_prefix("#/")) else { return node.clone() };
        let mut at = self.root;
        for part in path.split('/') {
            match at.as_mapping().and_then(|mapping| mapping.get(part)) {
                Some(entry) => at = &entry.value,
                None => return node.clone(),
            }
        }
        at.clone()
    }

    fn vars(&mut self, node: &Node, merged: &mut Merged) {
        let Some(node) = self.tree_of(node, "the variables of a test") else { return };
        for entry in node.as_mapping().map(|mapping| &mapping.entries[..]).unwrap_or_default() {
            merged.vars.retain(|(known, _)| *known != entry.key.text);
            merged.vars.push((Arc::clone(&entry.key.text), entry.value.clone()));
        }
    }

    /// All combinations of the values that variables have.
    fn expanded(&mut self, vars: &[(Arc<str>, Node)], is_whole: bool) -> Vec<Map> {
        let mut rows = vec![Map::new()];
        for (name, node) in vars {
            let values: Vec<Value> = match node.as_sequence().filter(|_| !is_whole) {
                Some(items) => items.iter().flat_map(|item| self.values(name, item)).collect(),
                None => self.values(name, node),
            };
            let with = |row: &Map, value: &Value| {
                let mut row = row.clone();
                row.insert(Arc::clone(name), value.clone());
                row
            };
            rows = rows.iter().flat_map(|row| values.iter().map(move |value| with(row, value))).collect();
        }
        rows
    }

    /// The values of a variable: itself, or what stands in files.
    fn values(&mut self, name: &str, node: &Node) -> Vec<Value> {
        let Some(scalar) = node.as_scalar().filter(|scalar| scalar.text.starts_with("file://")) else {
            let value = node.to_value();
            return vec![match value.as_str().and_then(|text| text.strip_suffix('\n')) {
                Some(text) => Value::from(text),
                None => value,
            }];
        };
        let what = format!("the variable `{name}`");
        let mut values = Vec::new();
        for path in self.sources.files(&scalar.text) {
            let ending = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
            match &*ending {
                "yaml" | "yml" => {
                    values.extend(
                        self.sources.tree(&path, node.span, &what).map(|root| Value::from(root.to_value().to_json())),
                    );
                }
                "js" | "mjs" | "cjs" | "ts" | "py" => {
                    let help = "write what it gives as a text";
                    self.sources.leave_out(node.span, what.clone(), "code makes its value", help);
                }
                "pdf" | "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "svg" | "mp4" | "mov" => {
                    let help = "an input of `type: image` takes the path of a picture: see examples/image-question";
                    self.sources.leave_out(node.span, what.clone(), "its value is no text", help);
                }
                _ => values.extend(self.sources.text(&path, node.span, &what).map(|text| Value::from(text.trim()))),
            }
        }
        if values.is_empty() {
            values.push(Value::from(""));
        }
        values
    }

    /// What all tests put around prompts; where they differ, that is told.
    fn frame(&mut self) -> (String, String) {
        let Some((prefix, suffix, span)) = self.frames.first().cloned() else { return Default::default() };
        let other = self.frames.iter().find(|(one, two, _)| (one, two) != (&prefix, &suffix)).map(|(.., span)| *span);
        if let Some(other) = other {
            let place = if prefix.is_empty() && suffix.is_empty() { other } else { span };
            let help = "make it a variable of the tests, and write that into the prompts";
            self.sources.leave_out(place, "`prefix` and `suffix`", "they are not the same for all tests", help);
            return Default::default();
        }
        (prefix, suffix)
    }
}

/// A test with what it takes over.
#[derive(Debug, Default)]
struct Merged {
    vars: Vec<(Arc<str>, Node)>,
    asserts: Vec<Node>,
    /// How many of them are not the test's own.
    shared: usize,
    description: Option<String>,
    threshold: Option<f64>,
    metadata: Vec<(Arc<str>, Value)>,
    options: Vec<(String, Node)>,
}

//! Pictures for the tests.

use crate::graph::{EdgeKind, GraphPicture, Mark, NodeKind, PictureEdge, PictureNode};

pub(super) fn picture(title: &str) -> GraphPicture {
    GraphPicture { title: title.to_owned(), ..GraphPicture::default() }
}

/// Lets a picture be written down node by node.
pub(super) trait Sketch: Sized {
    fn node(self, kind: NodeKind, name: &str, detail: &str) -> Self;
    fn marked(self, mark: Mark) -> Self;
    /// A value from `from` to each of `to`.
    fn data(self, from: &str, to: &[&str]) -> Self;
    fn condition(self, from: &str, to: &str, label: &str) -> Self;
}

impl Sketch for GraphPicture {
    fn node(mut self, kind: NodeKind, name: &str, detail: &str) -> Self {
        let detail = (!detail.is_empty()).then(|| detail.to_owned());
        self.nodes.push(PictureNode { name: name.to_owned(), kind, detail, marks: Vec::new() });
        self
    }

    fn marked(mut self, mark: Mark) -> Self {
        self.nodes.last_mut().expect("a node to mark").marks.push(mark);
        self
    }

    fn data(mut self, from: &str, to: &[&str]) -> Self {
        for to in to {
            let (from, to) = (index(&self, from), index(&self, to));
            self.edges.push(PictureEdge { from, to, label: None, kind: EdgeKind::Data });
        }
        self
    }

    fn condition(mut self, from: &str, to: &str, label: &str) -> Self {
        let (from, to) = (index(&self, from), index(&self, to));
        self.edges.push(PictureEdge { from, to, label: Some(label.to_owned()), kind: EdgeKind::Condition });
        self
    }
}

fn index(picture: &GraphPicture, name: &str) -> usize {
    picture.nodes.iter().position(|node| node.name == name).expect("a node of that name")
}

pub(super) fn chain() -> GraphPicture {
    picture("Summarise")
        .node(NodeKind::Input, "article", "string")
        .node(NodeKind::Prompt, "instructions", "instructions.jinja2")
        .node(NodeKind::Llm, "summarise", "gpt-4o-mini")
        .node(NodeKind::Output, "summary", "")
        .data("article", &["instructions"])
        .data("instructions", &["summarise"])
        .data("summarise", &["summary"])
}

pub(super) fn diamond() -> GraphPicture {
    picture("Answer or refuse")
        .node(NodeKind::Input, "question", "string")
        .node(NodeKind::Llm, "moderate", "gpt-4o-mini")
        .node(NodeKind::Llm, "answer", "gpt-4o")
        .marked(Mark::Conditional)
        .node(NodeKind::Python, "refuse", "refuse.py")
        .marked(Mark::Conditional)
        .node(NodeKind::Output, "reply", "")
        .data("question", &["moderate", "answer"])
        .condition("moderate", "answer", "verdict is \"fine\"")
        .condition("moderate", "refuse", "verdict is \"harmful\"")
        .data("answer", &["reply"])
        .data("refuse", &["reply"])
}

pub(super) fn triage() -> GraphPicture {
    picture("Support triage")
        .node(NodeKind::Input, "message", "string")
        .node(NodeKind::Input, "customer_id", "string")
        .node(NodeKind::Tool, "detect_language", "language")
        .node(NodeKind::Python, "load_history", "history.py")
        .node(NodeKind::Llm, "classify", "gpt-4o-mini")
        .marked(Mark::Variants(3))
        .node(NodeKind::Prompt, "refund_policy", "policy.jinja2")
        .node(NodeKind::Flow, "refund", "refund/flow.yaml")
        .marked(Mark::Conditional)
        .node(NodeKind::Llm, "answer_question", "gpt-4o")
        .marked(Mark::Conditional)
        .node(NodeKind::Tool, "look_up_parts", "search")
        .marked(Mark::ForEach)
        .node(NodeKind::Llm, "polish", "gpt-4o-mini")
        .marked(Mark::Loop)
        .node(NodeKind::Python, "accuracy", "accuracy.py")
        .marked(Mark::Aggregation)
        .node(NodeKind::Output, "reply", "")
        .node(NodeKind::Output, "category", "")
        .data("message", &["detect_language", "classify", "refund", "answer_question"])
        .data("customer_id", &["load_history"])
        .data("load_history", &["classify", "refund"])
        .data("detect_language", &["polish"])
        .data("refund_policy", &["refund"])
        .data("classify", &["look_up_parts", "accuracy", "category"])
        .condition("classify", "refund", "category is \"refund\"")
        .condition("classify", "answer_question", "category is \"question\"")
        .data("look_up_parts", &["answer_question"])
        .data("refund", &["polish"])
        .data("answer_question", &["polish"])
        .data("polish", &["reply"])
}

pub(super) fn hostile() -> GraphPicture {
    let long = "a_name_that_goes_on_and_on_".repeat(8);
    let mut picture = picture("<script>\"alert\"</script> & --> `title`")
        .node(NodeKind::Input, "say \"hi\" & <b>bye</b>", "string|null")
        .node(NodeKind::Llm, &long, &"model-".repeat(30))
        .node(NodeKind::Python, "back\\slash \\N ]] end", "two\nlines\tand\u{1}more")
        .node(NodeKind::Tool, "返金の分類 🙂👩‍👩‍👧 #35;", "ツール")
        .node(NodeKind::Prompt, "", "")
        .node(NodeKind::Output, "end", "'quoted'")
        .data("say \"hi\" & <b>bye</b>", &[&long, "back\\slash \\N ]] end"])
        .condition(&long, "返金の分類 🙂👩‍👩‍👧 #35;", "a < b && \"c\" | d --> ]]>")
        .data("back\\slash \\N ]] end", &["end"])
        .data("返金の分類 🙂👩‍👩‍👧 #35;", &["end"]);
    // Edges that name no node, and one that leads back to its own.
    for (from, to) in [(0, 99), (99, 0), (3, 3)] {
        picture.edges.push(PictureEdge { from, to, label: None, kind: EdgeKind::Data });
    }
    picture
}

/// Nodes named by number; tools, with edges between them.
pub(super) fn numbered(count: usize, edges: &[(usize, usize)]) -> GraphPicture {
    let mut picture = picture("");
    for node in 0..count {
        // Widths and kinds differ, as they do in flows.
        let kind = NodeKind::ALL[node % NodeKind::ALL.len()];
        picture = picture.node(kind, &format!("node_{}{}", "x".repeat(node * 7 % 23), node), "");
    }
    for (index, &(from, to)) in edges.iter().enumerate() {
        let kind = if index % 5 == 0 { EdgeKind::Condition } else { EdgeKind::Data };
        let label = (index % 5 == 0).then(|| format!("case {index}"));
        picture.edges.push(PictureEdge { from, to, label, kind });
    }
    picture
}

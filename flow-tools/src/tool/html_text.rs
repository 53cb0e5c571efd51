//! The text of a page, as a reader sees it.

use htmd::Node;
use markup5ever_rcdom::NodeData;

use super::html::UNSEEN;

/// The text below a node: paragraphs apart, list items with a dash, cells of a table with a bar between.
pub(super) fn text(node: &Node) -> String {
    let mut page = Page::default();
    page.walk(node, false);
    page.text
}

#[derive(Debug, Default)]
struct Page {
    text: String,
    /// The line ends that come before the next letter.
    breaks: usize,
    /// Whether a space comes before the next letter.
    gap: bool,
}

impl Page {
    /// Trees are not deeper than `html::tree` lets pass, so that this may call itself.
    fn walk(&mut self, node: &Node, is_exact: bool) {
        let NodeData::Element { name, attrs, .. } = &node.data else {
            if let NodeData::Text { contents } = &node.data {
                self.write(&contents.borrow(), is_exact);
            }
            return self.children(node, is_exact);
        };
        let name = &*name.local;
        if UNSEEN.contains(&name) {
            return;
        }
        match name {
            "br" => self.break_line(1),
            "hr" => self.break_line(2),
            "img" => {
                for attribute in attrs.borrow().iter().filter(|attribute| &*attribute.name.local == "alt") {
                    self.write(&attribute.value, false);
                }
            }
            "li" => {
                self.end_block(1);
                self.write("- ", false);
                self.children(node, is_exact);
                self.end_block(1);
            }
            "td" | "th" => {
                if self.breaks == 0 && !self.text.is_empty() {
                    self.write(" | ", false);
                }
                self.children(node, is_exact);
            }
            _ => {
                let apart = apart(name);
                self.end_block(apart);
                self.children(node, is_exact || name == "pre");
                self.end_block(apart);
            }
        }
    }

    fn children(&mut self, node: &Node, is_exact: bool) {
        for child in node.children.borrow().iter() {
            self.walk(child, is_exact);
        }
    }

    fn write(&mut self, text: &str, is_exact: bool) {
        for letter in text.chars() {
            match letter {
                '\n' if is_exact => self.breaks += 1,
                '\n' | '\r' | '\t' | ' ' | '\u{c}' if !is_exact => self.gap = true,
                letter => self.push(letter),
            }
        }
    }

    fn push(&mut self, letter: char) {
        if self.text.is_empty() {
            (self.breaks, self.gap) = (0, false);
        }
        if self.breaks > 0 {
            self.gap = false;
        }
        self.text.extend(std::iter::repeat_n('\n', std::mem::take(&mut self.breaks)));
        if std::mem::take(&mut self.gap) {
            self.text.push(' ');
        }
        self.text.push(letter);
    }

    fn break_line(&mut self, lines: usize) {
        self.breaks += lines;
    }

    fn end_block(&mut self, lines: usize) {
        self.breaks = self.breaks.max(lines);
    }
}

/// The line ends around an element; none for what stands in a line.
fn apart(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" | "pre" | "blockquote" => 2,
        "div" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside" | "form" | "fieldset" | "tr"
        | "dt" | "dd" | "figure" | "figcaption" | "address" | "details" | "summary" | "caption" | "body" | "option" => {
            1
        }
        _ => 0,
    }
}

//! HTML as a tree.

use std::rc::Rc;

use flow_core::tool::ToolError;
use htmd::Node;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::RcDom;

/// The longest page, in bytes.
const LONGEST: usize = 4 << 20;

/// How deep elements may nest: what writes a page calls itself for each level.
const DEEPEST: usize = 160;

/// The most nodes of a page. A few bytes can open many, since elements that are left open are opened again.
const MOST_NODES: usize = 300_000;

/// How much is read before the tree is looked at, in bytes.
const STEP: usize = 8 << 10;

/// What is not for readers.
pub(super) const UNSEEN: &[&str] = &["head", "script", "style", "noscript", "template", "iframe", "svg", "object"];

/// Reads a page. HTML is never wrong, but may be too much; that is noticed while it is read, because the time to read
/// a page grows with its depth.
pub(super) fn tree(html: &str) -> Result<Rc<Node>, ToolError> {
    if html.len() > LONGEST {
        return Err(ToolError::input("html", format!("the page is longer than {} MiB", LONGEST >> 20)));
    }
    let dom = RcDom::default();
    let page = Rc::clone(&dom.document);
    let mut parser = parse_document(dom, ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() {
        let end = (0..=STEP.min(rest.len())).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let (step, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(step));
        check_size(&page)?;
        rest = after;
    }
    parser.finish();
    check_size(&page)?;
    Ok(page)
}

fn check_size(page: &Rc<Node>) -> Result<(), ToolError> {
    let mut open = vec![(Rc::clone(page), 0)];
    let mut nodes = 0;
    while let Some((node, depth)) = open.pop() {
        nodes += 1;
        if depth > DEEPEST {
            return Err(ToolError::input("html", format!("elements are nested more than {DEEPEST} deep")));
        }
        if nodes > MOST_NODES {
            return Err(ToolError::input("html", format!("the page has more than {MOST_NODES} elements and texts")));
        }
        open.extend(node.children.borrow().iter().map(|child| (Rc::clone(child), depth + 1)));
    }
    Ok(())
}

use crate::diag::{Code, Diagnostic};
use crate::doc::{FlowDoc, FlowKind, InputDoc, Report};
use crate::plan::{Chat, InputIndex};

/// The name that takes the turns so far where no input is marked (spec section 3.10).
const HISTORY: &str = "chat_history";

/// The input that takes what the user says where several could.
const QUESTION: &str = "question";

/// The chat side of a prompty: any can be talked to that has one input for it. Its answer is its only output, and its
/// history one of messages.
pub(super) fn of_prompty(doc: &FlowDoc) -> Option<Chat> {
    let history = history(doc);
    let others = || doc.inputs.iter().enumerate().filter(|(position, _)| Some(*position) != history);
    let marked = others().find(|(_, input)| input.is_chat_input);
    let only = || others().next().filter(|_| others().count() == 1);
    let named = || others().find(|(_, input)| &*input.name.value == QUESTION);
    let required = || {
        let mut required = others().filter(|(_, input)| input.default.is_none());
        required.next().filter(|_| required.next().is_none())
    };
    let (input, _) = marked.or_else(only).or_else(named).or_else(required)?;
    Some(Chat { input: number(input), history: history.map(number), output: Some(0) })
}

/// The chat side of code: as of a prompty, if an input is marked, or takes the turns so far.
pub(super) fn of_flex(doc: &FlowDoc) -> Option<Chat> {
    let speaks = doc.inputs.iter().any(|input| input.is_chat_input) || history(doc).is_some();
    let chat = of_prompty(doc).filter(|_| speaks)?;
    Some(Chat { output: doc.outputs.iter().position(|output| output.is_chat_output), ..chat })
}

fn number(position: usize) -> InputIndex {
    InputIndex(u16::try_from(position).unwrap_or(u16::MAX))
}

/// The input that takes the turns so far.
fn history(doc: &FlowDoc) -> Option<usize> {
    let is_history = |input: &InputDoc| match input.is_chat_history {
        Some(marked) => marked,
        None => &*input.name.value == HISTORY,
    };
    let explicit = doc.inputs.iter().position(|input| input.is_chat_history == Some(true));
    explicit.or_else(|| doc.inputs.iter().position(is_history))
}

/// Which inputs and which output make a chat.
pub(super) fn lower(doc: &FlowDoc, report: &mut Report) -> Option<Chat> {
    let marked: Vec<(usize, &InputDoc)> =
        doc.inputs.iter().enumerate().filter(|(_, input)| input.is_chat_input).collect();
    let answers: Vec<_> = doc.outputs.iter().enumerate().filter(|(_, output)| output.is_chat_output).collect();
    if let [(_, first), (_, second), ..] = marked[..] {
        let message = "two inputs are marked `is_chat_input`";
        let diagnostic = Diagnostic::warning(Code::ChatFlow, second.name.span, message)
            .related(first.name.span, "first here")
            .help("keep the mark on the one that takes what the user says");
        report.odd(diagnostic);
    }
    if let [(_, first), (_, second), ..] = answers[..] {
        let diagnostic =
            Diagnostic::warning(Code::ChatFlow, second.name.span, "two outputs are marked `is_chat_output`")
                .related(first.name.span, "first here")
                .help("keep the mark on the one that answers");
        report.odd(diagnostic);
    }
    let Some((input, chat_input)) = marked.first() else {
        if doc.kind == FlowKind::Chat {
            let message = "the flow is of type chat, but no input is marked `is_chat_input: true`";
            report.odd(
                Diagnostic::warning(Code::ChatFlow, doc.span_of_start(), message)
                    .help("mark the input that takes what the user says"),
            );
        }
        return None;
    };
    if answers.is_empty() && !doc.outputs.is_empty() {
        let message = format!(
            "input `{}` makes this a chat flow, but no output is marked `is_chat_output: true`",
            chat_input.name.value
        );
        report.odd(
            Diagnostic::warning(Code::ChatFlow, chat_input.name.span, message).help("mark the output that answers"),
        );
    }
    Some(Chat {
        input: number(*input),
        history: history(doc).map(number),
        output: answers.first().map(|(position, _)| *position),
    })
}

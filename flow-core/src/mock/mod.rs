//! The mock model: a model in this process, so that a flow runs with no key and no network.
//!
//! What it says comes from a rules file, a mapping with the keys below or just the list of rules. The first rule that
//! fits answers; where none does, the answer is a short echo of what was asked. Nothing is random: an answer is a
//! function of the seed and the request, so that a rate means "this share of different requests".
//!
//! ```yaml
//! seed: 7                      # default 0
//! latency: 40                  # milliseconds; or { p50: 300, p99: 1500 }; default 0
//! accuracy: 0.9                # of rules that have `wrong`; default 1
//! usage: true                  # tokens by length (default); false for none; or { prompt_tokens: 10, completion_tokens: 5 }
//! rules:
//!   - when: { node: classify, text: [refund, invoice, "charged twice"] }
//!     reply: billing           # a MiniJinja template
//!     wrong: [bug, other]      # one of these where the model errs
//!   - when: { node: classify, match: "(?i)order #(?<number>\\d+)" }
//!     json: { label: billing, order: "{{ match.number }}", length: "{{ text | length }}" }
//!   - when: { model: [gpt-4o, gpt-4o-mini], system: "one sentence" }
//!     replies: ["First way to say it.", "Another: {{ text | upper }}"]
//!   - when: { messages: overload }
//!     error: { status: 429, retry_after: 2, message: "slow down", code: rate_limit_exceeded, rate: 0.1 }
//!     reply: "fine"            # what the others get; without it they go on to the next rule
//!   - reply: "You asked: {{ text }}"
//! ```
//!
//! `when` holds if each of its keys does, and always if it is missing:
//!
//! | key | holds if |
//! |---|---|
//! | `text` | the last message contains it, or one of a list, in any case |
//! | `messages` | any message does |
//! | `system` | a system or developer message does |
//! | `match` | this regular expression is found in the last message |
//! | `node` | the node's name is this, or one of a list |
//! | `model` | the model or deployment is this, or one of a list |
//!
//! A rule has one of `reply` (a text), `json` (a mapping or list, sent as JSON text) and `replies` (a list of such, one of
//! which is chosen), or only an `error`; beside it `wrong`, `accuracy` and `latency`. Texts are templates over
//! `text`, `messages` (with `role` and `content`), `match` (by name if groups have names, else by number), `node`, `model` and `request`. In `json` a
//! text that is one whole `{{ … }}` keeps its value's type.
//!
//! `accuracy` and `latency` may depend on the request, which makes one prompt better than another:
//!
//! ```yaml
//! accuracy:
//!   - when: { messages: "think about what the customer wants" }
//!     is: 0.95
//!   - is: 0.75
//! ```
//!
//! Where it is given: `--mock[=FILE]` in place of every connection; a connection `{ kind: mock, rules: FILE }`, also with
//! `seed` and `provider`; and `connection: mock`, which needs no connections file and takes `mock.yaml` beside the flow.

mod asked;
mod chance;
mod condition;
mod connect;
mod latency;
mod model;
mod read;
mod reply;
mod rules;
#[cfg(test)]
mod tests;

pub use connect::MockProvider;
pub use model::MockModel;
pub use rules::Rules;

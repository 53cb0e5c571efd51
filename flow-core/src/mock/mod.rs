//! The mock model: a model in this process, or behind a server of its own (`flow mock`), so that a flow runs with no key
//! and no network. It speaks OpenAI's chat, completions, responses and embeddings, whole and in pieces.
//!
//! What it says comes from a rules file, a mapping with the keys below or just the list of rules. The first rule that
//! fits answers; where none does, the answer is a short echo of what was asked. Nothing is random: an answer is a
//! function of the seed and the request, so that a rate means "this share of different requests".
//!
//! ```yaml
//! seed: 7                      # default 0
//! latency: 40                  # milliseconds; or { p50: 300, p99: 1500 }; default 0
//! stream: { first: 300, each: 20 }   # to the first piece of a streamed answer, and before each other; as `latency`
//! vary: true                   # repetitions of a row get answers of their own; else the same request always gets the same one
//! accuracy: 0.9                # of rules that have `wrong`; default 1
//! usage: true                  # tokens by length (default); false for none; or numbers, see below
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
//!   - when: { tools: get_weather, role: user }
//!     call: { name: get_weather, arguments: { city: "{{ text }}" } }
//!   - reply: "You asked: {{ text }}"
//! ```
//!
//! # When a rule fits
//!
//! `when` holds if each of its keys does, and always if it is missing:
//!
//! | key | holds if |
//! |---|---|
//! | `text` | the last message contains it, or one of a list, in any case |
//! | `messages` | any message does |
//! | `system` | a system or developer message does |
//! | `match` | this regular expression is found in the last message |
//! | `node` | the node's name is this, or one of a list; over HTTP no node is known, and it does not hold |
//! | `model` | the model or deployment is this, or one of a list |
//! | `api` | the API is this, or one of a list: `chat`, `completion`, `responses`, `embedding` |
//! | `role` | the last message has this role, or one of a list; `tool` after the result of a call |
//! | `tools` | a tool of this name, or one of a list, is offered; `true` for any, `false` for none |
//! | `images` | there are so many images; `true` for any, `false` for none |
//! | `format` | the answer is wanted as this: `text`, `json_object`, `json_schema` |
//!
//! Of a completion the prompt counts as the only message, of embeddings all inputs.
//!
//! # What a rule says
//!
//! A rule has one of these, or `call` or `calls`, or both, or only an `error` or `faults`:
//!
//! | key | answer |
//! |---|---|
//! | `reply` | a text; `null` for no content |
//! | `json` | a mapping or list, sent as JSON text |
//! | `replies` | one of a list of such |
//! | `refusal` | this text as the model's refusal, and no content |
//! | `json_schema: true` | JSON that fits the schema of the request |
//! | `call`, `calls` | a call of a tool, or several: the tool's name, or `{ name, arguments }` |
//!
//! `arguments` is a mapping, or a text that may be no JSON at all; without it there are any that fit the tool's schema.
//! Beside these stand `wrong`, `accuracy`, `latency`, `stream`, `usage`, `faults` and `finish_reason`. Texts are templates over
//! `text`, `messages` (with `role` and `content`), `match` (by name if groups have names, else by number), `node`, `model`, `api`,
//! `tools` (names), `images` (addresses) and `request`. In `json` and `arguments` a text that is one whole `{{ … }}` keeps its value's type.
//!
//! Where no rule answers and tools are offered, the chosen tool is called, else the first, with any arguments that fit; after a result
//! comes text. Where JSON is asked for, there is JSON by its schema. Vectors of embeddings are made from words and letters, so that
//! texts of similar words are near each other; rules add only latency and faults to them.
//!
//! `n`, `stop` and the limits of tokens (four characters each) hold for what rules say, too. `usage` may be
//! `{ prompt_tokens: 10, completion_tokens: 5, cached_tokens: 8, reasoning_tokens: 3 }`: what is not given is counted by length.
//! Tokens of reasoning count as part of the answer, and take from its limit.
//!
//! `accuracy`, `latency` and `stream` may depend on the request, which makes one prompt better than another:
//!
//! ```yaml
//! accuracy:
//!   - when: { messages: "think about what the customer wants" }
//!     is: 0.95
//!   - is: 0.75
//! ```
//!
//! # Faults
//!
//! `faults` of the file befall all requests, those of a rule the requests that the rule fits. The first that hits counts.
//!
//! ```yaml
//! faults:
//!   - { fault: 429, retry_after: 2, rate: 0.05 }     # this share of different requests, each time they come
//!   - { fault: reset, rate: 0.05, times: 2 }         # the first two times that such a request comes; then all is well
//!   - { script: [429, hang, ok], when: { text: bad } } # the first, second and third time; then all is well
//!   - { script: [{ fault: 503, retry_after: { ms: 1500 } }, { fault: slow, every: 200 }] }
//! ```
//!
//! | fault | what happens |
//! |---|---|
//! | `400` to `599` | an error answer with this status; beside it may stand `message`, `code` and `retry_after` |
//! | `reset`, `reset-after-headers`, `reset-mid-body` | the connection is reset before an answer, after its head, amid its body |
//! | `close`, `close-after-headers`, `close-mid-body` | the same, but it is closed |
//! | `hang`, `hang-after-headers`, `hang-mid-body` | the same, but nothing more comes |
//! | `truncated` | half of the body, or of the stream's events without `[DONE]`, and HTTP does not show it |
//! | `no-done` | a stream without `[DONE]`, whole otherwise; in this process and for whole answers nothing |
//! | `invalid-json` | a body, or an event amid the stream, that is no JSON |
//! | `empty` | a body or a stream with nothing in it |
//! | `wrong-type` | a web page |
//! | `error-object` | `{"error": …}` with status 200, or amid the stream |
//! | `slow` | small pieces, with a pause of 100 ms, or `every` so many milliseconds, before each |
//!
//! `retry_after` is a number of seconds, `{ ms: 1500 }` for `retry-after-ms`, `{ date: 2 }` for a date two seconds from now, or
//! any text, such as `"soon"` or `"-1"`, which is sent as it is. In this process faults become the failures that a client reports.
//!
//! # Where it is given
//!
//! `--mock[=FILE]` in place of every connection; a connection `{ kind: mock, rules: FILE }`, also with
//! `seed` and `provider`; `connection: mock`, which needs no connections file and takes `mock.yaml` beside the flow; and
//! `flow mock --rules FILE`, an HTTP server for any client of OpenAI.

mod asked;
mod chance;
mod condition;
mod connect;
mod fault;
mod latency;
mod model;
mod pattern;
mod play;
mod reaction;
mod read;
mod reply;
mod rules;
mod sample;
mod speech;
mod tries;
mod vector;
mod wire;

#[cfg(test)]
mod tests;

pub use connect::MockProvider;
pub use fault::{Fault, Refusal, RetryAfter, Stage};
pub use latency::Latency;
pub use model::MockModel;
pub use reaction::{Answered, Piece, Reaction};
pub use rules::Rules;

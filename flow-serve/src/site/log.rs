use std::fmt;
use std::time::Duration;

/// Takes what is logged. Nothing in it is of what users say.
pub trait AccessLog: fmt::Debug + Send + Sync {
    /// A request was answered, or the head of its answer is on the way.
    fn request(&self, line: &RequestLine<'_>);
    /// A flow has run for a request.
    fn run(&self, line: &RunLine<'_>);
    /// Something went wrong that no client is told of.
    fn trouble(&self, what: &str);
}

/// A request, as it is logged.
#[derive(Debug, Clone, Copy)]
pub struct RequestLine<'l> {
    /// Its id.
    pub id: &'l str,
    /// The name of the key that was sent.
    pub key: Option<&'l str>,
    /// The method.
    pub method: &'l str,
    /// Which address was asked, without what a client may choose in it.
    pub route: &'l str,
    /// The answer's status.
    pub status: u16,
    /// From the request to the head of its answer.
    pub elapsed: Duration,
}

/// A run of a flow, as it is logged.
#[derive(Debug, Clone, Copy)]
pub struct RunLine<'l> {
    /// The request's id.
    pub id: &'l str,
    /// The name under which the flow is served.
    pub flow: &'l str,
    /// The variant that ran.
    pub variant: &'l str,
    /// The code of what failed.
    pub error: Option<&'l str>,
    /// The node that failed.
    pub node: Option<&'l str>,
    /// How long it took.
    pub elapsed: Duration,
    /// The part of it in which no call of a model was under way.
    pub overhead: Duration,
    /// Calls of models.
    pub calls: u64,
    /// Tokens of the prompts.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// What is known of the cost, in US dollars, as a decimal number.
    pub cost: &'l str,
}

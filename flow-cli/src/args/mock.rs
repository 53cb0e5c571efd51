use std::path::PathBuf;

use clap::Args;

/// `flow mock`
#[derive(Debug, Args)]
#[command(after_help = "Example:  flow mock --port 0 --rules mock.yaml --latency 300,1500\n\
                        Rules, the first that fits answers:  - { when: { text: refund }, reply: billing }\n\
                        Faults, of the file or of a rule:    faults: [{ fault: 429, retry_after: 2, rate: 0.1 }]\n\
                        A fault is a status, reset, close or hang (also with -after-headers or -mid-body), truncated,\n\
                        no-done, invalid-json, empty, wrong-type, error-object or slow. GET /stats counts requests.")]
pub(crate) struct MockArgs {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8123)]
    pub(crate) port: u16,

    /// The address to listen on; every machine in reach can connect to 0.0.0.0
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: String,

    /// The rules file; without it every question is echoed
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,

    /// The seed of its chances, instead of the rules' own
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Milliseconds to an answer, or median and 99th percentile such as 300,1500, where rules say nothing else
    #[arg(long, value_name = "MS")]
    pub(crate) latency: Option<String>,

    /// The key that clients must send; without it any will do
    #[arg(long, value_name = "KEY")]
    pub(crate) api_key: Option<String>,

    /// Print the address as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

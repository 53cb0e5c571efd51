use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::run::duration;
use super::{CallArgs, ConnectionArgs, EnvironmentArgs, FlowArgs, Language, PermissionArgs};

/// `flow serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:  flow serve examples/product-chat --mock\n           \
                        flow serve triage=flows/triage chat=flows/chat --port 9000\n           \
                        curl -d '{\"question\": \"Is it waterproof?\"}' http://127.0.0.1:8080/run\n\n\
                        Chat clients of OpenAI:      base URL http://127.0.0.1:8080/v1, the model is the flow's name\n\
                        Typed, with events of nodes: POST /run    promptflow's contract: POST /score\n\
                        A page that describes all:   /docs        OpenAPI 3.1: /openapi.json")]
pub(crate) struct ServeArgs {
    /// The flows: their folders or files, each as NAME=FLOW where its folder's name is not the one to serve it under
    #[arg(value_name = "FLOW", default_value = ".", env = "PROMPTFLOW_PROJECT_PATH", hide_env = true)]
    pub(crate) flows: Vec<String>,

    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,

    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: String,

    /// The file with the keys of which clients must send one; `flow keys new NAME` makes it
    #[arg(long, value_name = "FILE", env = "FLOW_SERVE_KEYS")]
    pub(crate) keys: Option<PathBuf>,

    /// Let anybody in reach of an address other than this machine's own use the flows without a key
    #[arg(long, conflicts_with = "keys")]
    pub(crate) allow_anonymous: bool,

    /// Let pages of this origin ask, such as `https://app.example`; `*` is any page
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) cors: Vec<String>,

    /// Log requests on standard error: by default for people on a terminal, else as JSON
    #[arg(long, value_name = "FORM", value_enum, default_value_t = LogForm::Auto)]
    pub(crate) access_log: LogForm,

    /// Requests that run at the same time
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_in_flight: u32,

    /// Requests that wait for a place; further ones are sent away with 503
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub(crate) max_queue: u32,

    /// The longest time for a request: 30s, 5m
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "300s")]
    pub(crate) timeout: Duration,

    /// What becomes of a request whose client goes away: cancel, or complete for flows that do something in the world
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Disconnect::Cancel)]
    pub(crate) on_disconnect: Disconnect,

    /// The largest body of a request: 1MiB, 500KB
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1MiB")]
    pub(crate) max_body: u64,

    /// After the wish to end, go on taking requests for this time while /readyz says no
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
    pub(crate) pre_stop: Duration,

    /// How long requests under way may take to end
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "25s")]
    pub(crate) drain: Duration,

    /// Give a share of the requests to a variant: node=variant:WEIGHT, or base:WEIGHT for the flow as it is; may be repeated
    #[arg(long, value_name = "VARIANT:WEIGHT", value_parser = share)]
    pub(crate) split: Vec<Share>,

    /// Run this variant beside each request, without any part in its answer, to compare them
    #[arg(long, value_name = "VARIANT")]
    pub(crate) shadow: Vec<String>,

    /// The header that tells senders apart, so that each gets the same variant; without it their keys do
    #[arg(long, value_name = "HEADER", value_parser = header)]
    pub(crate) sticky: Option<String>,

    /// Keep each request as a row of a run, with the same tables as a batch's
    #[arg(long)]
    pub(crate) keep: bool,

    /// Delete kept requests after this time: 12h, 30d
    #[arg(long, value_name = "TIME", value_parser = super::cache::age, default_value = "30d")]
    pub(crate) keep_age: Duration,

    /// Delete the oldest kept requests of a flow where they take more than this: 500MB, 2GiB
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "10GiB")]
    pub(crate) keep_size: u64,

    /// Keep this value of no request: inputs.email, outputs.reply, inputs.user.name, feedback
    #[arg(long, value_name = "PATH", requires = "keep")]
    pub(crate) redact: Vec<String>,

    /// Serve edits of a flow's files as soon as they are written; SIGHUP does so once
    #[arg(long)]
    pub(crate) watch: bool,

    /// Pick a variant of a node: node=variant (or '${node.variant}'), several with commas
    #[arg(long, value_name = "NODE=VARIANT", value_delimiter = ',')]
    pub(crate) variant: Vec<String>,

    /// Change a value for this once, e.g. --set classify.temperature=0.2
    #[arg(long = "set", value_name = "NODE.KEY=VALUE")]
    pub(crate) overrides: Vec<String>,

    /// Print the address as JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) language: Language,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,

    #[command(flatten)]
    pub(crate) permission: PermissionArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,
}

impl ServeArgs {
    /// One of the flows, in a variant, as other commands take it.
    pub(crate) fn flow(&self, flow: PathBuf, selection: &[String]) -> FlowArgs {
        let variant = self.variant.iter().chain(selection).cloned().collect();
        FlowArgs { flow, variant, overrides: self.overrides.clone(), language: self.language }
    }
}

/// A variant's share of the requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Share {
    /// What the variant picks; empty for the flow as it is.
    pub(crate) selection: Vec<String>,
    /// Its weight, compared with the others'.
    pub(crate) weight: f64,
}

fn share(text: &str) -> Result<Share, String> {
    let wanted = || "write VARIANT:WEIGHT, such as base:90 or classify=short:10".to_owned();
    let (variant, weight) = text.rsplit_once(':').ok_or_else(wanted)?;
    let weight: f64 = weight.parse().map_err(|_| wanted())?;
    if !(weight > 0.0 && weight.is_finite()) {
        return Err("a weight is a number above 0".to_owned());
    }
    Ok(Share { selection: selection(variant), weight })
}

/// The choices of a variant: `node=variant,…`, or `base` for none.
pub(crate) fn selection(text: &str) -> Vec<String> {
    match text.trim() {
        "base" => Vec::new(),
        text => text.split(',').map(|choice| choice.trim().to_owned()).collect(),
    }
}

fn header(text: &str) -> Result<String, String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_token) {
        return Err("write the name of a header, such as x-user-id".to_owned());
    }
    Ok(text.to_ascii_lowercase())
}

/// What becomes of a request whose client goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Disconnect {
    /// It is stopped.
    Cancel,
    /// It runs to its end.
    Complete,
}

/// How requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// For people on a terminal, else as JSON.
    Auto,
    /// A line for people.
    Text,
    /// A JSON document a line.
    Json,
    /// Not at all.
    Off,
}

/// A number of bytes, such as `1MiB`, `500KB` or `4096`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let split = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| "write a size such as 1MiB, 500KB or 4096".to_owned())?;
    let factor = match &*unit.trim().to_ascii_lowercase() {
        "" | "b" => 1,
        "kb" => 1_000,
        "kib" | "k" => 1 << 10,
        "mb" => 1_000_000,
        "mib" | "m" => 1 << 20,
        "gb" => 1_000_000_000,
        "gib" | "g" => 1 << 30,
        other => return Err(format!("unknown unit `{other}`; use KB, KiB, MB, MiB, GB or GiB")),
    };
    number.checked_mul(factor).ok_or_else(|| "the size is out of range".to_owned())
}

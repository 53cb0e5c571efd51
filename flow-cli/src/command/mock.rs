use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use flow_core::diag::Diagnostics;
use flow_core::mock::{Latency, MockModel, Rules};
use flow_core::source::SourceMap;
use flow_serve::mock::{MockOptions, MockServer};

use super::Problem;
use super::signals::Ending;
use crate::args::MockArgs;
use crate::exit::Exit;
use crate::ui;

/// `flow mock`: the mock model as a server, until Ctrl-C.
pub(crate) fn mock(args: &MockArgs) -> Result<Exit, Problem> {
    let mut rules = args.rules.as_deref().map_or_else(|| Ok(Rules::default()), rules)?;
    if let Some(words) = &args.latency {
        let latency = Latency::from_words(words).map_err(|why| {
            Problem::usage("invalid-latency", format!("the latency `{words}` cannot be read")).help(why)
        })?;
        rules = rules.with_latency(latency);
    }
    let mut model = MockModel::new(rules);
    if let Some(seed) = args.seed {
        model = model.with_seed(seed);
    }
    let address = address(args)?;
    // One thread answers tens of thousands of requests a second, and leaves the other cores to those who ask.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let options = MockOptions { api_key: args.api_key.clone() };
        let cannot_listen = |error: std::io::Error| {
            Problem::failed("cannot-listen", format!("cannot listen on {address}: {error}"))
                .help("choose another one: --port 0 takes a free one")
        };
        let server = MockServer::bind(address, model, options).await.map_err(cannot_listen)?;
        // Before anybody learns of the server: whoever knows the address may end it.
        let ending = Ending::new()
            .map_err(|error| Problem::failed("no-signals", format!("cannot listen for Ctrl-C: {error}")))?;
        let url = format!("http://{}/v1", server.address().map_err(cannot_listen)?);
        if args.json {
            ui::out_json(&serde_json::json!({ "base_url": url }));
        } else {
            let key = args.api_key.as_deref().map_or("any", |_| "KEY");
            ui::out(&format!("mock model at {url} - export OPENAI_BASE_URL={url} OPENAI_API_KEY={key}"));
        }
        server.serve(ending.first()).await;
        Ok(Exit::Done)
    })
}

/// The rules of the file. Its mistakes are told.
fn rules(path: &Path) -> Result<Rules, Problem> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let rules = Rules::load(path, &mut sources, &mut diagnostics);
    ui::say_diagnostics(&diagnostics, &sources);
    rules.ok_or_else(|| {
        Problem::usage("invalid-mock-rules", format!("the mock model's rules {} cannot be used", path.display()))
    })
}

fn address(args: &MockArgs) -> Result<SocketAddr, Problem> {
    let host = args.host.trim_start_matches('[').trim_end_matches(']');
    let mut found = (host, args.port).to_socket_addrs().ok().into_iter().flatten();
    found.next().ok_or_else(|| {
        let message = format!("there is no address `{}`", args.host);
        Problem::usage("invalid-address", message).help("for example --host 127.0.0.1")
    })
}

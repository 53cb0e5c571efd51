//! `flow serve`: flows as endpoints, until the program is told to end.

mod flows;
mod log;
mod reload;
mod tables;

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flow_core::exec::Executor;
use flow_core::gate::Gate;
use flow_serve::{
    AccessLog, KeepOptions, Keeper, Keyring, OnDisconnect, Origins, Redact, Server, ServerOptions, Shown, Site,
    SiteOptions, Slot, Traces,
};

use super::batch::store_of;
use super::signals::Ending;
use super::{Problem, keys};
use crate::args::{Disconnect, LogForm, ServeArgs};
use crate::exit::Exit;
use crate::telemetry::TraceStream;
use crate::ui;
use flows::Loaded;
use tables::Tables;

/// Serves the flows.
pub(crate) fn serve(args: ServeArgs) -> Result<Exit, Problem> {
    let args = &Arc::new(args);
    let Some(loaded) = flows::load(args)? else { return Ok(Exit::Usage) };
    let address = address(args)?;
    let options = site_options(args, address)?;
    let redact = redact(args, &loaded)?;
    let gate = Gate::with_options(args.calls.options(args.connection.seed));
    let gate = match loaded.first() {
        Some(first) => Arc::new(gate.with_catalogue(Arc::clone(&first.endpoint.flow().catalogue))),
        None => Arc::new(gate),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed("no-runtime", format!("cannot start: {error}")))?;
    let tables = Tables::start();
    let exit: Result<Exit, Problem> = runtime.block_on(async {
        let places: Vec<PathBuf> = loaded.iter().map(|loaded| loaded.path.clone()).collect();
        let slot = |Loaded { endpoint, path }| {
            let keeper =
                args.keep.then(|| Keeper::new(&endpoint.name, keep_options(args, &path, redact.clone(), &tables)));
            let slot = Slot::new(endpoint, Executor::with_gate(Arc::clone(&gate)));
            match keeper {
                Some(keeper) => slot.keeping(keeper),
                None => slot,
            }
        };
        let traces = TraceStream::start().map(Arc::new);
        let options = SiteOptions { traces: traces.clone().map(|traces| traces as Arc<dyn Traces>), ..options };
        let site = Arc::new(Site::new(loaded.into_iter().map(slot).collect(), options));
        let connections = ServerOptions { grace: args.pre_stop, drain: args.drain, ..ServerOptions::default() };
        let cannot_listen = |error: std::io::Error| {
            Problem::failed("cannot-listen", format!("cannot listen on {address}: {error}"))
                .help("choose another port: --port 0 takes a free one")
        };
        let server = Server::bind(address, Arc::clone(&site), connections).await.map_err(cannot_listen)?;
        // Before anybody learns of the server: whoever knows the address may end it.
        let ending = Ending::new()
            .map_err(|error| Problem::failed("no-signals", format!("cannot listen for signals: {error}")))?;
        reload::start(args, &site, places)?;
        greet(args, &site, server.address().map_err(cannot_listen)?);
        let ended = server.serve(ending.first(), ending.second()).await;
        site.settle(SETTLING).await;
        if let Some(traces) = traces {
            traces.flush(SETTLING).await;
        }
        if ended.broken_off > 0 {
            ui::say_warning(&format!("{} requests were broken off, since they did not end in time", ended.broken_off));
        }
        Ok(Exit::Done)
    });
    tables.finish();
    exit
}

/// How long requests that nobody waits for any more, such as those beside others, may take to end.
const SETTLING: Duration = Duration::from_secs(5);

/// How requests to a flow are kept.
fn keep_options(args: &ServeArgs, flow: &Path, redact: Vec<Redact>, tables: &Tables) -> KeepOptions {
    KeepOptions {
        store: store_of(flow),
        max_age: Some(args.keep_age),
        max_size: Some(args.keep_size),
        redact,
        on_end: tables.on_end(),
    }
}

/// What is kept of no request. A name that no flow has is a slip that would keep what should not be.
fn redact(args: &ServeArgs, loaded: &[Loaded]) -> Result<Vec<Redact>, Problem> {
    let read = |text: &String| {
        let redact = Redact::read(text).map_err(|error| Problem::usage("invalid-redact", error.to_string()))?;
        let is_known = redact.name().is_none_or(|(is_input, name)| {
            loaded.iter().any(|loaded| {
                let plan = loaded.endpoint.plan();
                let input = || plan.inputs.iter().any(|input| &*input.name == name);
                if is_input { input() } else { plan.may_give(name) }
            })
        });
        if is_known {
            return Ok(redact);
        }
        Err(Problem::usage(
            "invalid-redact",
            format!("`--redact {text}` names no input or output of a flow that is served"),
        ))
    };
    args.redact.iter().map(read).collect()
}

/// Says where the flows are.
fn greet(args: &ServeArgs, site: &Site, address: SocketAddr) {
    let base = format!("http://{address}");
    let names: Vec<&str> = site.slots().iter().map(|slot| &**slot.name()).collect();
    if args.json {
        ui::out_json(&serde_json::json!({ "base_url": base, "flows": names }));
        return;
    }
    match names[..] {
        [name] => ui::out(&format!("{name} is served at {base}")),
        _ => {
            for name in names {
                ui::out(&format!("{name} is served at {base}/{name}"));
            }
        }
    }
}

fn site_options(args: &ServeArgs, address: SocketAddr) -> Result<SiteOptions, Problem> {
    let included = variable("RESPONSE_INCLUDED_FIELDS").map(|text| {
        serde_json::from_str(&text).map_err(|_| {
            Problem::usage("invalid-variable", "PROMPTFLOW_RESPONSE_INCLUDED_FIELDS is no JSON list of texts")
                .help("write the names of outputs: '[\"answer\", \"score\"]'")
        })
    });
    Ok(SiteOptions {
        in_flight: args.max_in_flight as usize,
        queue: args.max_queue as usize,
        deadline: Some(args.timeout),
        on_disconnect: match args.on_disconnect {
            Disconnect::Cancel => OnDisconnect::Cancel,
            Disconnect::Complete => OnDisconnect::Complete,
        },
        max_body: usize::try_from(args.max_body).unwrap_or(usize::MAX),
        shown: Shown { included: included.transpose()? },
        sticky: args.sticky.as_deref().and_then(|name| name.parse().ok()),
        build_info: std::env::var("BUILD_INFO").ok(),
        keys: keyring(args, address)?,
        origins: origins(args)?,
        log: log(args),
        ..SiteOptions::default()
    })
}

/// The keys of which clients must send one. Without any, only this machine may reach the server.
fn keyring(args: &ServeArgs, address: SocketAddr) -> Result<Option<Arc<Keyring>>, Problem> {
    if let Some(path) = &args.keys {
        let entries = keys::read(path)?;
        if entries.is_empty() {
            let message = format!("{} holds no key, so that nobody could ask", path.display());
            return Err(Problem::usage("no-key", message).help("`flow keys new NAME` makes one"));
        }
        return Ok(Some(Arc::new(Keyring::new(entries.iter().map(keys::KeyEntry::key).collect()))));
    }
    if address.ip().is_loopback() || args.allow_anonymous {
        return Ok(None);
    }
    let message = format!("{} can be reached by other machines, and no key is set", address.ip());
    Err(Problem::usage("no-key", message)
        .help("`flow keys new NAME` makes a key; then serve with --keys serve-keys.yaml, or with --allow-anonymous if something in front of it asks for keys"))
}

fn origins(args: &ServeArgs) -> Result<Origins, Problem> {
    Origins::new(&args.cors).map_err(|error| Problem::usage("invalid-origin", error.to_string()))
}

fn log(args: &ServeArgs) -> Option<Arc<dyn AccessLog>> {
    let json = match args.access_log {
        LogForm::Off => return None,
        LogForm::Text => false,
        LogForm::Json => true,
        LogForm::Auto => !ui::stderr_is_terminal(),
    };
    Some(Arc::new(log::Log::new(json)))
}

/// A variable of promptflow, under either of its prefixes.
fn variable(name: &str) -> Option<String> {
    let of = |prefix: &str| std::env::var(format!("{prefix}_{name}")).ok();
    of("PROMPTFLOW").or_else(|| of("PF")).filter(|text| !text.trim().is_empty())
}

fn address(args: &ServeArgs) -> Result<SocketAddr, Problem> {
    let host = args.host.trim_start_matches('[').trim_end_matches(']');
    let mut found = (host, args.port).to_socket_addrs().ok().into_iter().flatten();
    found.next().ok_or_else(|| {
        let message = format!("there is no address `{}`", args.host);
        Problem::usage("invalid-address", message).help("for example --host 127.0.0.1")
    })
}

//! The model of the conformance tests as a program: `conformance_mock [PORT]` prints its port and answers until killed.

#[path = "../tests/it/conformance/mock/mod.rs"]
mod mock;

use std::{env, thread};

fn main() -> anyhow::Result<()> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let server = mock::MockServer::start_on(port)?;
    #[expect(clippy::print_stdout, reason = "the port is this program's result")]
    {
        println!("{}", server.port());
    }
    loop {
        thread::park();
    }
}

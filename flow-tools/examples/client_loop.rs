//! What a raw client does with many rows: so many chat requests by `async-openai` alone, so many of them at the same time. It
//! is what `scripts/benchmark-batch` compares `flow batch` with.
//!
//! `client_loop BASE_URL REQUESTS CONCURRENCY` prints the seconds that it took.

use std::time::Instant;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use futures_util::StreamExt;
use serde_json::{Value, json};

#[allow(clippy::print_stdout, reason = "the measure is what it prints")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Fails only where one is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base, requests, concurrency] = &arguments[..] else {
        return Err("usage: client_loop BASE_URL REQUESTS CONCURRENCY".into());
    };
    let (requests, concurrency): (usize, usize) = (requests.parse()?, concurrency.parse()?);
    let client = Client::with_config(OpenAIConfig::new().with_api_base(base).with_api_key("none"));
    let started = Instant::now();
    let answers = futures_util::stream::iter(0..requests).map(|number| {
        let client = client.clone();
        async move {
            let body = json!({
                "model": "gpt-4o-mini",
                "messages": [{ "role": "user", "content": format!("Label this: row {number}") }],
            });
            let answer: Result<Value, _> = client.chat().create_byot(body).await;
            answer.map(|answer| usize::from(answer["choices"][0]["message"]["content"].is_string()))
        }
    });
    let mut answered = 0;
    let mut answers = answers.buffer_unordered(concurrency);
    while let Some(answer) = answers.next().await {
        answered += answer?;
    }
    if answered != requests {
        return Err(format!("{answered} of {requests} requests were answered").into());
    }
    println!("{:.3}", started.elapsed().as_secs_f64());
    Ok(())
}

use insta::assert_snapshot;

use super::TestContext;

const OWN: &str = "
models:
  house-llama:
    provider: vllm
    context: 8192
    max_output: 2048
    abilities: [chat, streaming]
    price: { input: 0.05, output: 0.2, date: 2026-11-01, source: https://wiki.acme.example/llama }
  gpt-4o:
    price: { input: 2.00, cached_input: 1.00, output: 8, source: our contract }
  summariser: { like: gpt-4o-mini, price: unknown }
deployments:
  prod-chat: gpt-4o
";

#[test]
fn models_are_listed_and_described() {
    let context = TestContext::new();
    assert_snapshot!(context.session(&[
        "models gpt-4o",
        "models gpt-4o-2024-08-06 --provider azure",
        "models claude-sonnet-4-5 --json",
        "models embedding --provider openai",
        "models llama --provider ollama",
        "models gpt-4p",
        "models claude-sonet-4-5",
        "models rocket --json",
        "models --provider opneai",
    ]));
}

#[test]
fn every_model_is_described_and_has_a_page_and_a_day_for_its_price() {
    let context = TestContext::new();
    let models = context.json("models --json", 0);
    let models = models.as_array().expect("a list");
    assert!(models.len() > 100, "{} models", models.len());
    for model in models {
        let price = &model["price"];
        assert!(price.is_null() || price["date"].is_string() && price["source"].is_string(), "{model}");
    }
    let lines = context.done("models");
    assert_eq!(lines.lines().count(), models.len() + 1);
}

#[test]
fn a_models_file_extends_and_overrides() {
    let context = TestContext::with(&[("models.yaml", OWN)]);
    assert_snapshot!(context.session(&[
        "models house-llama",
        "models gpt-4o --provider azure",
        "models summariser",
        "models prod-chat",
        "models llama --provider vllm",
    ]));
}

#[test]
fn mistakes_in_a_models_file_are_told_with_their_places() {
    let context = TestContext::with(&[(
        "models.yaml",
        "
models:
  a: { contxt: 12, abilities: [chat, fly], encoding: o20k_base, price: { output: 2 } }
  b: { context: many, price: { input: -1, dat: 1, long_prompt: { input: 1 } } }
  c: { like: gpt-4p, price: { input: 1e-3, date: yesterday } }
  d: cheap
deploments: {}
deployments: { prod: gpt-4p }
",
    )]);
    assert_snapshot!(context.session(&["models", "models a --json"]));
}

#[test]
fn prices_of_a_models_file_hold_for_runs() {
    let flow = r#"
outputs: { answer: { type: string, reference: "${ask.output}" } }
nodes:
  - { name: ask, type: llm, connection: mock, prompt: "user:\nHello", inputs: { model: MODEL } }
"#;
    for (model, own, rates, unpriced) in [
        ("gpt-4o", "models: { gpt-4o: { price: { input: 1, output: 0.5 } } }", Some((1.0, 0.5)), None),
        ("prod", "deployments: { prod: gpt-4o }", Some((2.5, 10.0)), None),
        ("prod", "{}", None, Some(1)),
        ("free", "models: { free: { price: { input: 0, output: 0 } } }", Some((0.0, 0.0)), None),
    ] {
        let context = TestContext::with(&[("flow.yaml", &flow.replace("MODEL", model)), ("models.yaml", own)]);
        let usage = context.json("run --json", 0)["usage"].clone();
        let tokens = |key: &str| usage[key].as_f64().expect("a number");
        let cost = usage["cost"].as_str().map(|cost| cost.parse::<f64>().expect("a decimal"));
        let expected =
            rates.map(|(input, output)| (tokens("prompt_tokens") * input + tokens("completion_tokens") * output) / 1e6);
        assert_eq!(cost.is_some(), expected.is_some(), "{model}: {usage}");
        let difference = cost.unwrap_or_default() - expected.unwrap_or_default();
        assert!(difference.abs() < 1e-12, "{model}: {usage}");
        assert_eq!(usage["unpriced_calls"].as_u64(), unpriced, "{model}: {usage}");
    }
}

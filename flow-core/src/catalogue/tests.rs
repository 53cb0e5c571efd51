use std::sync::Arc;

use futures_util::future::BoxFuture;
use proptest::prelude::{Strategy, any};
use proptest::{prop_assert_eq, proptest};
use rust_decimal::Decimal;
use serde_json::json;

use super::*;
use crate::diag::Diagnostics;
use crate::mock::{MockModel, Rules};
use crate::model::{
    Answer, Api, CallContext, Cost, Dialect, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest, Usage,
};
use crate::source::SourceMap;

fn request(api: Api, body: serde_json::Value) -> ModelRequest {
    let body = body.as_object().unwrap().clone();
    ModelRequest { api, model: body["model"].as_str().unwrap().into(), body }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_list_that_ships_can_be_read() {
    let models = built_in::read(built_in::TEXT).unwrap();
    assert!(models.len() > 3);
    for model in &models {
        for price in model.price.iter().chain(&model.fine_tuned) {
            assert!(
                price.date.is_some() && price.source.is_some(),
                "{} has a price without a page or a day",
                model.name
            );
        }
    }
}

#[test]
fn the_list_that_ships_keeps_the_rules_of_a_users_file() {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add("models.json", built_in::TEXT);
    let catalogue = read::read(&sources, file, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let own = catalogue.models().take_while(|info| info.origin != Origin::BuiltIn);
    let own: Vec<_> = own.map(|info| ModelInfo { origin: Origin::BuiltIn, ..info.clone() }).collect();
    assert_eq!(own, built_in::models());
}

#[test]
fn the_schema_holds_for_the_list_that_ships() {
    let validator = jsonschema::validator_for(&crate::schema::models_schema()).unwrap();
    let list = serde_json::from_str(built_in::TEXT).unwrap();
    let errors: Vec<String> = validator.iter_errors(&list).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for wrong in [
        json!({ "model": {} }),
        json!({ "models": { "a": { "price": { "output": 1 } } } }),
        json!({ "models": { "a": { "abilities": ["fly"] } } }),
        json!({ "models": { "a": { "price": { "input": -1 } } } }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn prices_hold_at_their_provider_only() {
    let catalogue = Catalogue::builtin();
    let usage = Usage { prompt_tokens: 1_000_000, ..Usage::default() };
    for (provider, model, cost) in [
        ("openai", "gpt-4o", Some("2.50")),
        ("openai", "gpt-4o-2024-05-13", Some("5.00")),
        ("openai", "gpt-4o-2024-11-20", Some("2.50")),
        ("azure.ai.openai", "gpt-35-turbo", Some("0.50")),
        ("azure", "gpt-4o", Some("2.50")),
        ("azure", "gpt-5.5", None),
        ("anthropic", "claude-3-5-sonnet-20241022", Some("3.00")),
        // One prompt of this length is a long one.
        ("anthropic", "claude-sonnet-4-5", Some("6.00")),
        ("gcp.gemini", "gemini-2.5-pro", Some("2.50")),
        ("openai", "claude-3-5-haiku-latest", Some("0.80")),
        ("ollama", "llama3.1", None),
        ("mock", "gpt-4o-mini", Some("0.15")),
        ("mock", "text-embedding-3-small", Some("0.02")),
        ("mistral", "mistral-large-latest", None),
    ] {
        assert_eq!(catalogue.cost(provider, model, &usage), cost.map(decimal), "{provider} {model}");
    }
}

#[test]
fn a_call_is_charged_by_what_answered_unless_the_user_says_otherwise() {
    let answer = |model: &str| {
        let body = json!({ "model": model, "usage": { "prompt_tokens": 1_000_000, "completion_tokens": 0 } });
        Ok(Arc::new(Answer::from_body(Api::Chat, body)))
    };
    let ask = |model: &str| request(Api::Chat, json!({ "model": model }));
    let mock = MockModel::new(Rules::default());
    let builtin = Catalogue::builtin();
    let simulated = |known: &str| Cost { known: decimal(known), simulated: decimal(known), unpriced_calls: 0 };
    assert_eq!(builtin.charge(&mock, &ask("prod"), &answer("gpt-4o-2024-08-06")), simulated("2.5"));
    assert_eq!(builtin.charge(&mock, &ask("gpt-4o"), &answer("other")), simulated("2.5"));
    let unpriced = Cost { unpriced_calls: 1, ..Cost::default() };
    assert_eq!(builtin.charge(&mock, &ask("prod"), &answer("prod")), unpriced);
    let own = of_text("models: { gpt-4o: { price: { input: 1 } } }\ndeployments: { prod: gpt-4o-mini }");
    assert_eq!(own.charge(&mock, &ask("gpt-4o"), &answer("gpt-4o-2024-08-06")), simulated("1"));
    assert_eq!(own.charge(&mock, &ask("prod"), &answer("gpt-4o-2024-08-06")), simulated("0.15"));
    let broken = |kind| Err(Arc::new(ModelError::new(kind, "it broke")));
    assert_eq!(builtin.charge(&mock, &ask("gpt-4o"), &broken(ModelErrorKind::Truncated)), Cost::default());
    let billed = Billed(mock);
    assert_eq!(builtin.charge(&billed, &ask("gpt-4o"), &broken(ModelErrorKind::Truncated)), unpriced);
    assert_eq!(builtin.charge(&billed, &ask("gpt-4o"), &broken(ModelErrorKind::Status(429))), Cost::default());
    let paid = Cost { known: decimal("2.5"), ..Cost::default() };
    assert_eq!(builtin.charge(&billed, &ask("gpt-4o"), &answer("gpt-4o")), paid);
}

/// A mock model whose calls are taken for paid ones.
#[derive(Debug)]
struct Billed(MockModel);

impl Model for Billed {
    fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    fn provider(&self) -> &str {
        "openai"
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        self.0.call(request, context)
    }
}

fn of_text(text: &str) -> Catalogue {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let file = sources.add("models.yaml", text);
    let catalogue = read::read(&sources, file, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    catalogue
}

#[test]
fn the_nearest_file_is_in_force_and_its_entries_keep_what_they_do_not_say() {
    let temp = tempfile::tempdir().unwrap();
    let flow = temp.path().join("project/flows/a");
    std::fs::create_dir_all(flow.join("settings/flow")).unwrap();
    let boundary = temp.path().join("project");
    let settings = flow.join("settings");
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let mut load = || {
        let found = Catalogue::load(&flow, &boundary, Some(settings.clone()), &mut sources, &mut diagnostics);
        let first = found.models().next().unwrap().clone();
        (first.origin != Origin::BuiltIn).then_some(first)
    };
    std::fs::write(temp.path().join("models.yaml"), "models: { outside: { context: 1 } }").unwrap();
    assert_eq!(load(), None);
    std::fs::write(settings.join("flow/models.yaml"), "models: { mine: { context: 1 } }").unwrap();
    assert_eq!(&*load().unwrap().name, "mine");
    std::fs::write(boundary.join("models.yml"), "models: { gpt-4o: { price: { input: 7 } } }").unwrap();
    let found = load().unwrap();
    assert_eq!((&*found.name, found.max_output, found.provider), ("gpt-4o", Some(16384), None));
    assert_eq!(found.price.unwrap().rates, Rates { input: decimal("7"), cached_input: None, output: None });
    assert!(diagnostics.is_empty());
}

fn rates() -> impl Strategy<Value = Rates> {
    let rate = (0_u32..1_000_000_000, 0_u32..7).prop_map(|(digits, scale)| Decimal::new(i64::from(digits), scale));
    (rate.clone(), rate.clone(), rate).prop_map(|(input, cached, output)| Rates {
        input,
        cached_input: Some(cached),
        output: Some(output),
    })
}

fn usage() -> impl Strategy<Value = Usage> {
    (0_u64..1 << 40, 0_u64..1 << 40, 0_u64..1 << 40).prop_map(|(fresh, cached_tokens, completion_tokens)| Usage {
        prompt_tokens: fresh + cached_tokens,
        cached_tokens,
        completion_tokens,
        ..Usage::default()
    })
}

fn price(rates: Rates) -> Price {
    Price { rates, long_prompt: None, date: None, source: None }
}

proptest! {
    #[test]
    fn costs_are_exact(rates in rates(), usage in usage()) {
        // In units of a millionth of a millionth of a dollar all is whole.
        let units = |rate: Decimal| rate.mantissa() * 10_i128.pow(6 - rate.scale());
        let expected = units(rates.input) * i128::from(usage.prompt_tokens - usage.cached_tokens)
            + units(rates.cached_input.unwrap()) * i128::from(usage.cached_tokens)
            + units(rates.output.unwrap()) * i128::from(usage.completion_tokens);
        let cost = price(rates).of(&usage).unwrap();
        prop_assert_eq!(cost.mantissa() * 10_i128.pow(12 - cost.scale()), expected);
    }

    #[test]
    fn costs_are_additive(rates in rates(), first in usage(), second in usage()) {
        let price = price(rates);
        let mut both = first;
        both += second;
        let parts = price.of(&first).unwrap() + price.of(&second).unwrap();
        prop_assert_eq!(price.of(&both).unwrap(), parts);
    }

    #[test]
    fn sums_of_calls_keep_every_cent_and_every_call_without_a_price(
        calls in proptest::collection::vec((proptest::option::of(0_i64..1_000_000_000), any::<bool>()), 0..40),
    ) {
        let mut sum = Cost::default();
        for (known, billed) in &calls {
            sum += Cost::of_call(known.map(|digits| Decimal::new(digits, 12)), *billed);
        }
        let total = |wanted: fn(bool) -> bool| -> i64 {
            calls.iter().filter(|(_, billed)| wanted(*billed)).filter_map(|(known, _)| *known).sum()
        };
        prop_assert_eq!(sum.known, Decimal::new(total(|_| true), 12));
        prop_assert_eq!(sum.paid(), Decimal::new(total(|billed| billed), 12));
        let unpriced = calls.iter().filter(|(known, _)| known.is_none()).count();
        prop_assert_eq!(sum.unpriced_calls, unpriced as u64);
        let written = serde_json::to_string(&sum).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cost>(&written).unwrap(), sum);
    }
}

#[test]
fn tokens_are_priced_exactly_and_cached_ones_at_their_price() {
    let catalogue = Catalogue::builtin();
    let usage = Usage { prompt_tokens: 1_001, cached_tokens: 1_000, completion_tokens: 3, ..Usage::default() };
    let cost = |provider, model| catalogue.cost(provider, model, &usage);
    // 1 × 2.50 + 1000 × 1.25 + 3 × 10, each per million.
    assert_eq!(cost("openai", "gpt-4o"), Some(decimal("0.0012825")));
    assert_eq!(cost("mock", "gpt-4o-2024-11-20"), Some(decimal("0.0012825")));
    assert_eq!(cost("ollama", "gpt-4o"), None, "what somebody else takes is not known");
    assert_eq!(cost("openai", "my-model"), None);
    assert_eq!(cost("openai", "ft:gpt-4o:acme::1"), None, "fine-tuned models have prices of their own");
}

/// The examples of OpenAI's guide to tiktoken.
#[test]
fn texts_have_the_published_numbers_of_tokens() {
    assert_eq!(Encoding::Cl100k.count("tiktoken is great!"), 6);
    assert_eq!(Encoding::O200k.count("tiktoken is great!"), 6);
    for (text, r50k, cl100k, o200k) in
        [("antidisestablishmentarianism", 5, 6, 6), ("2 + 2 = 4", 5, 7, 7), ("お誕生日おめでとう", 14, 9, 8)]
    {
        let counts = [Encoding::R50k, Encoding::Cl100k, Encoding::O200k].map(|encoding| encoding.count(text));
        assert_eq!(counts, [r50k, cl100k, o200k], "{text}");
    }
}

/// The example of OpenAI's guide, whose counts the API confirmed.
#[test]
fn messages_have_the_published_numbers_of_tokens() {
    let messages = json!([
        { "role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English." },
        { "role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth." },
        { "role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue." },
        { "role": "system", "name": "example_user", "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage." },
        { "role": "system", "name": "example_assistant", "content": "Let's talk later when we're less busy about how to do better." },
        { "role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable." },
    ]);
    let catalogue = Catalogue::builtin();
    for (model, tokens) in [("gpt-3.5-turbo", 129), ("gpt-4o", 124), ("gpt-4o-mini", 124)] {
        let body = json!({ "model": model, "messages": messages, "max_tokens": 10 });
        let estimate = catalogue.estimate("openai", &request(Api::Chat, body));
        assert_eq!(estimate.prompt_tokens, tokens, "{model}");
        assert_eq!(estimate.completion_tokens, 10);
    }
}

#[test]
fn without_a_tokenizer_characters_are_counted() {
    let catalogue = Arc::new(Catalogue::default());
    let body = json!({ "model": "unknown-1", "input": ["abcdefgh", "ab", [1, 2, 3]] });
    let estimate = catalogue.estimate("openai", &request(Api::Embedding, body));
    assert_eq!(estimate, Estimate { prompt_tokens: 2 + 1 + 3, completion_tokens: 0, cost: None });
}

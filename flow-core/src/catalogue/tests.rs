use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::json;

use super::*;
use crate::model::{Api, ModelRequest, Usage};

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

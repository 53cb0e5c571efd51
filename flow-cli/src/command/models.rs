use std::fmt::Write;

use flow_core::catalogue::{Ability, Catalogue, Family, ModelInfo, Origin, Price, Rates, provider_name};
use flow_core::diag::did_you_mean;
use serde_json::{Value as Json, json};

use super::Problem;
use crate::args::ModelsArgs;
use crate::exit::Exit;
use crate::ui::{self, BOLD, DIM};
use crate::workbench;

/// What stands where nothing is known.
const UNKNOWN: &str = "?";

/// `flow models`: what is known of models, above all what they cost.
pub(crate) fn models(args: &ModelsArgs) -> Result<Exit, Problem> {
    let catalogue = workbench::catalogue(&args.flow)?;
    let models = of_provider(&catalogue, args.provider.as_deref())?;
    let Some(name) = &args.name else {
        show(&models, args.json, list);
        return Ok(Exit::Done);
    };
    let named = |name: &str| -> Vec<&ModelInfo> {
        models.iter().copied().filter(|info| info.name.eq_ignore_ascii_case(name)).collect()
    };
    let model = catalogue.deployment(name).unwrap_or(name);
    let exact = named(model);
    let family = Family::of(model).map(|family| named(family.name())).unwrap_or_default();
    let part = name.to_lowercase();
    let parts: Vec<&ModelInfo> =
        models.iter().copied().filter(|info| info.name.to_lowercase().contains(&part)).collect();
    if !exact.is_empty() {
        if model != name && !args.json {
            ui::out(&format!("{BOLD}{name}{BOLD:#} is a deployment of {model}\n"));
        }
        show(&exact, args.json, describe);
    } else if !family.is_empty() {
        if !args.json {
            let kind = if matches!(Family::of(model), Some(Family::FineTuned(_))) {
                "fine-tuned from"
            } else {
                "a version of"
            };
            ui::out(&format!("{BOLD}{name}{BOLD:#} is {kind} {}\n", family[0].name));
        }
        show(&family, args.json, describe);
    } else if !parts.is_empty() {
        show(&parts, args.json, list);
    } else {
        let help = catalogue
            .did_you_mean(name)
            .unwrap_or_else(|| "`flow models` lists all; others can be described in models.yaml".to_owned());
        return Err(Problem::usage("unknown-model", format!("nothing is known of a model `{name}`")).help(help));
    }
    Ok(Exit::Done)
}

/// The models of a provider; those that hold for any provider are among them.
fn of_provider<'a>(catalogue: &'a Catalogue, provider: Option<&str>) -> Result<Vec<&'a ModelInfo>, Problem> {
    let Some(wanted) = provider.map(provider_name) else { return Ok(catalogue.in_force().collect()) };
    let mut known: Vec<&str> = catalogue.models().filter_map(|info| info.provider.as_deref()).collect();
    known.sort_unstable();
    known.dedup();
    if !known.contains(&wanted) {
        let help = did_you_mean(wanted, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("known are {}", known.join(", ")));
        return Err(
            Problem::usage("unknown-provider", format!("no models of a provider `{wanted}` are known")).help(help)
        );
    }
    let is_wanted = |info: &&ModelInfo| info.provider.as_deref().is_none_or(|own| own == wanted);
    Ok(catalogue.in_force().filter(is_wanted).collect())
}

fn show(models: &[&ModelInfo], json: bool, text: fn(&[&ModelInfo])) {
    if json { ui::out_json(&models.iter().map(|info| to_json(info)).collect()) } else { text(models) }
}

fn list(models: &[&ModelInfo]) {
    let longest = models.iter().map(|info| info.name.len()).max().unwrap_or(0).max(4);
    let head = ["PROVIDER", "CONTEXT", "ANSWER", "INPUT", "CACHED", "OUTPUT", "AS OF"];
    let row = |mark: &str, name: &str, cells: [String; 7]| {
        let [provider, context, answer, input, cached, output, date] = cells;
        format!(
            "{mark} {BOLD}{name:longest$}{BOLD:#}  {provider:10} {context:>8} {answer:>7} {input:>8} {cached:>7} {output:>8}  {date:10}"
        )
    };
    ui::out(&format!("{}  {}", row(" ", "NAME", head.map(str::to_owned)), "ABILITIES"));
    for info in models {
        let price = info.price.as_ref();
        let rates = price.map(|price| &price.rates);
        let cells = [
            info.provider.as_deref().unwrap_or("any").to_owned(),
            number(info.context),
            number(info.max_output),
            rates.map_or_else(|| UNKNOWN.to_owned(), |rates| rates.input.to_string()),
            rates.map(|rates| rates.cached_input.unwrap_or(rates.input).to_string()).unwrap_or_default(),
            rates.and_then(|rates| rates.output).map(|output| output.to_string()).unwrap_or_default(),
            price.and_then(|price| price.date.as_deref()).unwrap_or_default().to_owned(),
        ];
        let mark = if info.origin == Origin::BuiltIn { " " } else { "*" };
        ui::out(&format!("{}  {DIM}{}{DIM:#}", row(mark, &info.name, cells), abilities(info)));
    }
    let mut legend = "prices in US dollars per million tokens".to_owned();
    if let Some(Origin::File(path)) = models.iter().map(|info| &info.origin).find(|origin| **origin != Origin::BuiltIn)
    {
        let _ = write!(legend, "; * from {}", path.display());
    }
    ui::say(&format!("{DIM}{legend}{DIM:#}"));
}

fn describe(models: &[&ModelInfo]) {
    for (position, info) in models.iter().enumerate() {
        let provider = info.provider.as_deref().unwrap_or("any provider");
        let mut text = format!("{BOLD}{}{BOLD:#} ({provider})", info.name);
        let _ = write!(
            text,
            "\n  context: {} tokens\n  longest answer: {} tokens",
            number(info.context),
            number(info.max_output)
        );
        let _ = write!(text, "\n  abilities: {}", abilities(info));
        if let Some(encoding) = info.encoding {
            let _ = write!(text, "\n  tokens: counted as {}", encoding.name());
        }
        price_lines(&mut text, "price", info.price.as_ref());
        if info.fine_tuned.is_some() {
            price_lines(&mut text, "price when fine-tuned", info.fine_tuned.as_ref());
        }
        if let Some(source) = &info.source {
            let _ = write!(text, "\n  described at {source}");
        }
        if let Origin::File(path) = &info.origin {
            let _ = write!(text, "\n  from {}", path.display());
        }
        ui::out(&text);
        if position + 1 < models.len() {
            ui::out("");
        }
    }
}

fn price_lines(text: &mut String, title: &str, price: Option<&Price>) {
    let Some(price) = price else {
        let _ = write!(text, "\n  {title}: unknown");
        return;
    };
    let _ = write!(text, "\n  {title} per million tokens: {}", rates_words(&price.rates));
    if let Some(long) = &price.long_prompt {
        let _ = write!(text, "\n    with prompts above {} tokens: {}", long.above, rates_words(&long.rates));
    }
    let found = match (price.date.as_deref(), price.source.as_deref()) {
        (Some(date), Some(source)) => format!("as of {date}, {source}"),
        (Some(date), None) => format!("as of {date}"),
        (None, Some(source)) => format!("from {source}"),
        (None, None) => return,
    };
    let _ = write!(text, "\n    {DIM}{found}{DIM:#}");
}

fn rates_words(rates: &Rates) -> String {
    let mut words = vec![format!("${} input", rates.input)];
    words.extend(rates.cached_input.map(|cached| format!("${cached} cached input")));
    words.extend(rates.output.map(|output| format!("${output} output")));
    words.join(", ")
}

fn abilities(info: &ModelInfo) -> String {
    match &info.abilities {
        None => UNKNOWN.to_owned(),
        Some(abilities) => abilities.0.iter().map(|ability| ability.name()).collect::<Vec<_>>().join(", "),
    }
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string())
}

fn to_json(info: &ModelInfo) -> Json {
    let abilities: Option<Vec<&str>> =
        info.abilities.as_ref().map(|abilities| abilities.0.iter().copied().map(Ability::name).collect());
    let origin = match &info.origin {
        Origin::BuiltIn => json!("built in"),
        Origin::File(path) => json!(path.display().to_string()),
    };
    json!({
        "name": *info.name, "provider": info.provider, "context": info.context, "max_output": info.max_output,
        "abilities": abilities, "encoding": info.encoding.map(|encoding| encoding.name()),
        "price": info.price.as_ref().map(price_json), "fine_tuned": info.fine_tuned.as_ref().map(price_json),
        "source": info.source, "origin": origin,
    })
}

fn price_json(price: &Price) -> Json {
    let mut json = rates_json(&price.rates);
    json["long_prompt"] = price.long_prompt.as_ref().map_or(Json::Null, |long| {
        let mut json = rates_json(&long.rates);
        json["above"] = json!(long.above);
        json
    });
    json["date"] = json!(price.date);
    json["source"] = json!(price.source);
    json
}

/// Amounts are texts, so that none is rounded by who reads them.
fn rates_json(rates: &Rates) -> Json {
    json!({ "input": rates.input, "cached_input": rates.cached_input, "output": rates.output })
}

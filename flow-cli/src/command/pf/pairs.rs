//! Values as promptflow takes them on its command line.

use std::path::{Path, PathBuf};

use flow_core::value::Value;

use crate::command::Problem;

/// `KEY=VALUE`, each without a pair of quotes around it.
pub(super) fn pair(option: &str, text: &str) -> Result<(String, String), Problem> {
    let (key, value) = unquoted(text).split_once('=').ok_or_else(|| {
        Problem::usage("invalid-pair", format!("`{option} {text}` is no KEY=VALUE"))
            .help(format!("write {option} KEY=VALUE, several with spaces between them"))
    })?;
    Ok((key.trim().to_owned(), unquoted(value).to_owned()))
}

/// All pairs of an option.
pub(super) fn pairs(option: &str, texts: &[String]) -> Result<Vec<(String, String)>, Problem> {
    texts.iter().map(|text| pair(option, text)).collect()
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

/// A text as `--map` takes it, so that it stays a text whatever it looks like.
pub(super) fn constant(text: &str) -> String {
    match Value::from_json(text) {
        Ok(_) => Value::from(text).to_json(),
        Err(_) => text.to_owned(),
    }
}

/// The arguments of a flex flow's class, as `--set` takes them.
pub(super) fn init(given: &[String]) -> Result<Vec<String>, Problem> {
    Ok(pairs("--init", given)?.into_iter().map(|(name, value)| format!("init.{name}={value}")).collect())
}

/// The variables of `--environment-variables`, as `--env` takes them: pairs, `.env` files, or without either the nearest `.env` above.
pub(super) fn variables(given: Option<&[String]>) -> Result<Vec<String>, Problem> {
    let Some(given) = given else { return Ok(Vec::new()) };
    if given.is_empty() {
        return nearest().map_or(Ok(Vec::new()), |path| of_file(&path));
    }
    let mut variables = Vec::new();
    for text in given {
        if text.contains('=') {
            let (name, value) = pair("--environment-variables", text)?;
            variables.push(format!("{name}={value}"));
        } else if text.ends_with(".env") {
            variables.extend(of_file(Path::new(text))?);
        } else {
            let message =
                format!("`--environment-variables {text}` is neither NAME=VALUE nor a file that ends in .env");
            return Err(Problem::usage("invalid-variable", message));
        }
    }
    Ok(variables)
}

fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file())
}

fn of_file(path: &Path) -> Result<Vec<String>, Problem> {
    Ok(dotenv(path)?.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
}

/// The variables of a `.env` file. What its reader says would quote a line, which may hold a secret.
pub(super) fn dotenv(path: &Path) -> Result<Vec<(String, String)>, Problem> {
    let unreadable = |why: &str| {
        Problem::usage("unreadable-file", format!("the variables in {} cannot be read: {why}", path.display()))
    };
    let variables = dotenvy::from_path_iter(path).map_err(|error| match error {
        dotenvy::Error::Io(error) => unreadable(&error.kind().to_string()),
        _ => unreadable("a line is no NAME=VALUE"),
    })?;
    variables.map(|variable| variable.map_err(|_| unreadable("a line is no NAME=VALUE"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_go_and_texts_stay_texts() {
        let read = |text: &str| pair("--set", text).expect("a pair");
        for (typed, key, value) in
            [("a=b", "a", "b"), ("'a=b=c'", "a", "b=c"), ("a=\"b c\"", "a", "b c"), ("a=${data.x}", "a", "${data.x}")]
        {
            assert_eq!(read(typed), (key.to_owned(), value.to_owned()), "{typed}");
        }
        assert!(pair("--set", "a").is_err());
        assert_eq!([constant("5"), constant("five"), constant("null")], ["\"5\"", "five", "\"null\""]);
    }
}

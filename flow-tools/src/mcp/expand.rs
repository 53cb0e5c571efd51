/// The text with environment variables put in: `${NAME}`, `${env:NAME}`, and `${NAME:-what stands for one that is not set}`.
///
/// # Errors
/// The name of a variable that is not set.
pub(super) fn expand(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let inside = rest[start + 2..start + length].trim();
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside.strip_prefix("env:").unwrap_or(inside), None),
        };
        expanded.push_str(&rest[..start]);
        match (variable(name.trim()), default) {
            (Some(value), _) => expanded.push_str(&value),
            (None, Some(default)) => expanded.push_str(default),
            (None, None) => return Err(name.trim().to_owned()),
        }
        rest = &rest[start + length + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in() {
        let variable = |name: &str| (name == "A").then(|| "x".to_owned());
        for (text, expanded) in [
            ("a ${A} ${env:A}!", Ok("a x x!")),
            ("${B:-none} ${A:-none}", Ok("none x")),
            ("${B:-}", Ok("")),
            ("$A {A} ${A", Ok("$A {A} ${A")),
            ("${B}", Err("B")),
            ("${env:B}", Err("B")),
        ] {
            assert_eq!(expand(text, &variable).as_deref().map_err(String::as_str), expanded, "{text}");
        }
    }
}

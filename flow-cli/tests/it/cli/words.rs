//! A command line as a shell would take it apart, as far as our documentation and tests need it.

/// The words of a command line: blanks part them, `'…'` and `"…"` hold them together.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match quote {
            Some(end) if letter == end => quote = None,
            Some(_) => word.get_or_insert_default().push(letter),
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(letter),
        }
    }
    assert!(quote.is_none(), "an open quote in: {line}");
    words.extend(word);
    words
}

#[test]
fn quotes_hold_words_together() {
    assert_eq!(words(r#"run . -i a='x "y"' -i b="" c"#), ["run", ".", "-i", r#"a=x "y""#, "-i", "b=", "c"]);
}

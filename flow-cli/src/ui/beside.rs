use crate::graph::terminal_columns;

/// What stands between two texts.
const BETWEEN: &str = " │ ";

/// Two texts side by side, each broken into lines of half the width.
pub(crate) fn beside(left: &str, right: &str, width: usize) -> String {
    let half = (width.saturating_sub(terminal_columns(BETWEEN)) / 2).max(10);
    let (left, right) = (broken(left, half), broken(right, half));
    let line = |at: usize| {
        let (left, right) = (left.get(at).map_or("", String::as_str), right.get(at).map_or("", String::as_str));
        let blanks = " ".repeat(half.saturating_sub(terminal_columns(left)));
        format!("{left}{blanks}{BETWEEN}{right}").trim_end().to_owned()
    };
    (0..left.len().max(right.len())).map(line).collect::<Vec<_>>().join("\n")
}

/// The lines of a text, those that are too long broken between words where that is possible.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut rest: Vec<char> = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        loop {
            let end = fitting(&rest, width);
            if end == rest.len() {
                lines.push(rest.into_iter().collect());
                break;
            }
            let between = rest[..end].iter().rposition(|letter| *letter == ' ').filter(|place| *place > 0);
            let tail = rest.split_off(between.map_or(end, |place| place + 1));
            lines.push(rest.iter().collect::<String>().trim_end().to_owned());
            rest = tail;
        }
    }
    lines
}

/// How many letters fit into a width, one at the least.
fn fitting(letters: &[char], width: usize) -> usize {
    let mut used = 0;
    let fits = |letter: &&char| {
        used += terminal_columns(letter.encode_utf8(&mut [0; 4]));
        used <= width
    };
    letters.iter().take_while(fits).count().max(1).min(letters.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words() {
        let text = beside("one two three four", "一二三四五六七\nx", 23);
        assert_eq!(text, "one two    │ 一二三四五\nthree four │ 六七\n           │ x");
        assert_eq!(broken("abcdefghijklmno", 10), ["abcdefghij", "klmno"]);
        assert_eq!(beside("", "a", 40), format!("{}│ a", " ".repeat(19)));
    }
}

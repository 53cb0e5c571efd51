//! How often intervals and verdicts are right, as a table. The argument is the number of runs of each case.
#![expect(clippy::print_stdout, reason = "an example that prints a table")]

mod cases;

use cases::{Count, cases};

fn main() {
    let runs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2_000_u64);
    let all = cases(false);
    println!("| 95 % interval | holds the truth | 93 to 97 % |\n|---|---|---|");
    for case in &all {
        let Count::Coverage { claimed } = case.count else { continue };
        let share = case.share(runs);
        let within = match share {
            share if (0.93..=0.97).contains(&share) => "yes",
            share if share > 0.97 => "more",
            _ if claimed => "less",
            _ => "less, as expected",
        };
        println!("| {} | {:.1} % | {within} |", case.name, 100.0 * share);
    }
    println!("\n| verdict at 5 % | wrong |\n|---|---|");
    for case in all.iter().filter(|case| matches!(case.count, Count::FalseFinding)) {
        println!("| {} | {:.1} % |", case.name, 100.0 * case.share(runs));
    }
}

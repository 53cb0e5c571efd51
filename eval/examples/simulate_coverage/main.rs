//! How often intervals and verdicts are right, as a table. The argument is the number of runs of each case.
#![expect(clippy::print_stdout, reason = "an example that prints a table")]

mod cases;

use cases::{Count, cases};

fn main() {
    let runs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2_000_u64);
    let all = cases(false);
    println!("| 95 % interval | holds the truth | 93 to 97 % |\n|---|---|---|");
    for case in &all {
        let Count::Coverage(outside) = case.count else { continue };
        let share = case.share(runs);
        let mut words = match share {
            share if (0.93..=0.97).contains(&share) => "yes".to_owned(),
            share if share > 0.97 => "more".to_owned(),
            _ => "less".to_owned(),
        };
        if let Some(outside) = outside {
            words += &format!(": {}", outside.why);
            if let Some(exactly) = outside.exactly {
                words += &format!("; exactly {:.1} %, by summing over all outcomes", 100.0 * exactly);
            }
        }
        println!("| {} | {:.1} % | {words} |", case.name, 100.0 * share);
    }
    println!("\n| verdict at 5 % | wrong |\n|---|---|");
    for case in all.iter().filter(|case| matches!(case.count, Count::FalseFinding)) {
        println!("| {} | {:.1} % |", case.name, 100.0 * case.share(runs));
    }
}

//! How often what is said of a judge, and what is made of its verdicts by labels, holds the truth. The argument is the number of runs.
#![expect(clippy::print_stdout, reason = "an example that prints a table")]

mod cases;

use cases::{Way, rows};

fn main() {
    let runs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2_000_u64);
    println!("| case | 95 % interval of | by | holds the truth | width | none made |\n|---|---|---|---|---|---|");
    for row in rows(false, runs) {
        let by = match row.way {
            Way::Raw => "the judge as it is",
            Way::RoganGladen => "Rogan-Gladen",
            Way::PredictionPowered => "PPI++",
            Way::OfJudge => "labels",
        };
        let (holds, refused) = (100.0 * row.holds, 100.0 * row.refused);
        println!("| {} | {} | {by} | {holds:.1} % | {:.3} | {refused:.1} % |", row.case, row.what, row.width);
    }
}

//! What promptflow did, and whether `flow` does the same.
//!
//! `tests/conformance` holds small flows, each about one behaviour, with the outputs and the requests to the model that
//! promptflow was recorded with; its README states the format and the rules of comparison. Here is the machine for it:
//!
//! * [`mock`]: the model, an equal of the `mock_openai.py` that the recording was made with;
//! * [`case`]: a case, as `case.json` tells it;
//! * [`place`]: the URLs and folders of one run, and the placeholders that stand for them in a case;
//! * [`scope`]: the cases that the engine is held to now;
//! * [`batch`]: the cases that run over many rows;
//! * [`pf`]: the same cases by promptflow's own commands;
//! * [`serve`]: the cases that are served over HTTP;
//! * [`compare`]: the rules of comparison;
//! * [`table`]: how many cases of each class are as recorded.

mod batch;
#[expect(dead_code, reason = "a case is read in full, also what an engine may do in its own way")]
mod case;
mod compare;
pub(crate) mod mock;
mod pf;
mod place;
mod run;
mod scope;
mod serve;
mod table;

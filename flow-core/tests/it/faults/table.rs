//! Every fault, plainly and in pieces, followed by a good answer and without end.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flow_core::gate::{CallPolicy, Gate};
use flow_core::model::{Answer, CallRecord, ModelError, ModelErrorKind, Wait, WaitReason};
use tokio::time::Instant;

use super::fault::{Fault, all};
use super::script::{Asking, Ear, Script, TEXT, good};

/// How an answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Whole,
    /// In pieces, which nobody wants to see at once.
    Pieces,
    /// In pieces that are told as they come.
    Told,
}

const DEADLINE: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 4;

fn policy() -> CallPolicy {
    CallPolicy {
        attempts: ATTEMPTS,
        delay: Duration::from_secs(1),
        max_delay: Duration::from_secs(20),
        timeout: Some(Duration::from_secs(20)),
        idle: Some(Duration::from_secs(5)),
        ..CallPolicy::default()
    }
}

struct Ran {
    outcome: Result<Arc<Answer>, Arc<ModelError>>,
    record: CallRecord,
    ear: Ear,
    script: Arc<Script>,
    elapsed: Duration,
}

async fn run(fault: &Fault, way: Way, is_mended: bool) -> Ran {
    let is_streamed = way != Way::Whole;
    let mut tries = vec![fault.play(is_streamed)];
    if is_mended {
        tries.push(good(is_streamed));
    }
    let script = Script::new(tries);
    let ear = Ear { wants: way == Way::Told, ..Ear::default() };
    let asking = Asking { policy: policy(), deadline: Some(DEADLINE), ..Asking::default() };
    let started = Instant::now();
    let outcome = asking.ask(&Gate::new(), &*script, &ear).await;
    let record = ear.records.lock().unwrap().pop().expect("the end is told");
    Ran { outcome, record, ear, script, elapsed: started.elapsed() }
}

impl Ran {
    /// What holds whatever the fault.
    fn hold_promises(&self, fault: &Fault, about: &str) {
        assert!(self.elapsed <= DEADLINE, "{about}: {:?} is beyond the deadline", self.elapsed);
        assert_eq!(self.script.alive(), 0, "{about}: nothing is left behind");
        assert_eq!(self.script.most_alive(), 1, "{about}: one request at a time");
        assert_eq!(self.record.attempts as usize, self.script.requests().len(), "{about}: requests are counted");
        assert!((1..=ATTEMPTS).contains(&self.record.attempts), "{about}");
        let pauses: Vec<Wait> = self.ear.waits.lock().unwrap().iter().copied().flatten().collect();
        let waited: Duration = pauses.iter().filter_map(|wait| wait.pause).sum();
        assert_eq!(self.record.waited, waited, "{about}: what is waited is told");
        assert_eq!(self.elapsed, waited + self.script.busy(), "{about}: and nothing else takes time");
        assert_eq!(self.record.elapsed, self.elapsed, "{about}");
        for wait in pauses {
            match fault.hint() {
                Some(hint) => assert_eq!((wait.pause, wait.reason), (Some(hint), WaitReason::Asked), "{about}"),
                None => assert_eq!(wait.reason, WaitReason::Failed, "{about}"),
            }
        }
        let text = self.ear.text.lock().unwrap();
        match &self.outcome {
            Ok(answer) => {
                // What has a text has it whole, unless the model itself says that it is cut.
                let said = answer.messages.first().and_then(|message| message.get("content")?.as_str());
                let is_cut = !matches!(answer.finish_reason.as_deref(), None | Some("stop"));
                assert!(said.is_none_or(|said| said == TEXT || is_cut), "{about}: {said:?}");
                assert_eq!(self.ear.wants && said.is_some(), !text.is_empty(), "{about}");
                assert!(text.is_empty() || Some(&**text) == said, "{about}: told once: {text}");
            }
            Err(error) => {
                assert!(!error.message.is_empty());
                assert!(error.kind != ModelErrorKind::Cancelled, "{about}");
            }
        }
    }

    fn words(&self) -> String {
        let outcome = match &self.outcome {
            Ok(answer) if answer.messages.is_empty() => "no message".to_owned(),
            Ok(answer) if answer.finish_reason.as_deref() == Some("stop") => "ok".to_owned(),
            Ok(answer) => format!("ok, {}", answer.finish_reason.as_deref().unwrap_or("?")),
            Err(error) => format!("{:?}", error.kind),
        };
        format!("{outcome} ×{} in {} s", self.record.attempts, self.elapsed.as_secs_f64())
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_ends_in_time_with_a_whole_answer_or_a_typed_error() {
    let faults = all();
    assert!(faults.len() >= 48);
    let mut page = String::new();
    for (name, fault) in &faults {
        writeln!(page, "{name}").unwrap();
        for way in [Way::Whole, Way::Pieces, Way::Told] {
            let once = run(fault, way, true).await;
            once.hold_promises(fault, &format!("{name}, {way:?}, once"));
            let always = run(fault, way, false).await;
            always.hold_promises(fault, &format!("{name}, {way:?}, always"));
            let again = run(fault, way, false).await;
            assert_eq!(again.words(), always.words(), "{name}: the same seed, the same pauses");
            let words = match (once.words(), always.words()) {
                (once, always) if once == always => once,
                (once, always) => format!("{once}; always: {always}"),
            };
            writeln!(page, "  {:<7} {words}", format!("{way:?}").to_lowercase()).unwrap();
            if let (Way::Told, Err(error)) = (way, &always.outcome) {
                writeln!(page, "          {error}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(page);
}

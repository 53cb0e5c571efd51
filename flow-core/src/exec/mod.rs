//! The one executor: it runs a [`Plan`](crate::plan::Plan) for one row of inputs, and says what happens in events.
//!
//! The unit of scheduling is the row. Its nodes run inside of one future, so that dropping that future stops all of
//! them; no node is a task of its own. A `Frame` holds what one run of one plan knows (inputs, and a slot per node
//! that is written once), a sub-flow is a frame inside of a frame. From the outside to the inside a node passes
//! through: the scheduler (`schedule`), the decision whether it runs (`decide`), its events and `on_error` (`step`),
//! the turns of `for_each` and `loop` (`turns`), and the tries of one call (`attempt`). `retrace` goes
//! through what another engine recorded, node by node.

mod aggregation;
mod arguments;
mod attempt;
mod beside;
mod cache;
mod decide;
mod event;
mod executor;
mod failure;
mod frame;
mod inputs;
mod memory;
mod outputs;
mod result;
mod retrace;
mod schedule;
mod scope;
mod single;
mod sink;
mod step;
mod turns;

pub(crate) use arguments::Arguments;
pub(crate) use decide::Decision;
pub(crate) use frame::{Frame, RowContext, Settled, Stage};
pub(crate) use inputs::{Giver, coerce_input, prepare};
pub(crate) use scope::Scope;
pub(crate) use step::Step;

pub use aggregation::{AggregationOutcome, AggregationResult, RowForAggregation};
pub use event::{BypassReason, Event, NodeAt};
pub use executor::{Executor, Row, RowError, RowOptions};
pub use failure::{NodeError, NodeFailure};
pub use inputs::{InputError, Names};
pub use outputs::OutputError;
pub use result::{NodeResult, NodeStatus, RowCollector, RowResult};
pub use retrace::{
    Gave, MayRun, RecordedEnd, RecordedNode, RecordedNodes, Retraced, RetracedNode, Turn, is_address, joined,
};
pub use sink::{EventSink, Observer};

//! Less to write for each call that went well: what is looked for among the calls that did not is an index of those alone.
//! It has their errors, so that one kind is counted without a look at the rows.

use super::{Exceptions, ExceptionsOnly};

pub(super) const STEP: ExceptionsOnly = ExceptionsOnly {
    name: "m0035_rare_calls",
    indexes: &[
        Exceptions {
            replaces: "calls_outcome",
            name: "calls_unusual",
            table: "calls",
            columns: &["outcome", "id"],
            condition: "outcome < 3",
        },
        Exceptions {
            replaces: "calls_succeeded",
            name: "calls_failed",
            table: "calls",
            columns: &["id", "error"],
            condition: "succeeded = FALSE",
        },
    ],
};

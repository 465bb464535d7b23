//! What a call's caller paid, and the facts to compute it again from.

use sea_orm::DbBackend;
use sea_orm::sea_query::ColumnDef;

use super::{NewColumns, long_text_or_null, number_or_null};

pub(super) const STEP: NewColumns = NewColumns { name: "m0013_call_charges", table: "calls", columns };

fn columns(backend: DbBackend) -> Vec<ColumnDef> {
    vec![number_or_null("charged_micros"), long_text_or_null(backend, "receipt")]
}

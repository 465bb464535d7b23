//! Routes whose model is gone from the upstream's list, kept because somebody set their priority or weight by hand.

use sea_orm::DbBackend;
use sea_orm::sea_query::ColumnDef;

use super::NewColumns;

pub(super) const STEP: NewColumns = NewColumns { name: "m0034_missing_routes", table: "routes", columns };

fn columns(_: DbBackend) -> Vec<ColumnDef> {
    vec![ColumnDef::new("is_missing").boolean().not_null().default(false).take()]
}

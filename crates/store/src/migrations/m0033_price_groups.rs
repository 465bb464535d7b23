//! For which group of a provider's credentials a price holds, where it is not for all of them.

use sea_orm::DbBackend;
use sea_orm::sea_query::ColumnDef;

use super::{NewColumns, text_or_null};

pub(super) const STEP: NewColumns = NewColumns { name: "m0033_price_groups", table: "prices", columns };

fn columns(_: DbBackend) -> Vec<ColumnDef> {
    vec![text_or_null("provider_group", 255)]
}

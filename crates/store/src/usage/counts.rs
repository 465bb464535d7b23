//! How many calls there were, by the hour, for those who look for the calls themselves.

use sea_orm::ConnectionTrait;
use sluice_domain::clock::Timestamp;

use super::query::{Hours, get, restrict};
use super::{Grain, Grouping, UsageFilter, start_of};
use crate::sql::Sql;
use crate::{StoreError, What};

/// Which of an hour's calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// All.
    All,
    /// Those whose client got an error.
    Failed,
    /// Those whose client got none.
    Good,
    /// Those whose client left before the end.
    Abandoned,
}

impl Counted {
    const fn expression(self) -> &'static str {
        match self {
            Self::All => "calls",
            Self::Failed => "failures",
            Self::Good => "calls - failures",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Returns when each hour with such calls began and how many they are, newest first.
pub(crate) async fn calls_by_hour<C: ConnectionTrait>(
    connection: &C,
    filter: &UsageFilter,
    counted: Counted,
) -> Result<Vec<(Timestamp, u64)>, StoreError> {
    let sql = by_hour(connection, filter, counted);
    let rows = sql.query(connection, What::Usage).await?;
    rows.iter().map(|row| Ok((start_of(get(row, 0)?), to_count(get(row, 1)?)))).collect()
}

fn by_hour<C: ConnectionTrait>(connection: &C, filter: &UsageFilter, counted: Counted) -> Sql {
    let mut sql = Sql::new(connection);
    let (expression, calls) = (counted.expression(), sql.whole_sum(counted.expression()));
    sql.push(&format!("SELECT hour, {calls} FROM usage_hours WHERE "));
    restrict(&mut sql, filter, &Hours::of(filter), Grain::of(filter, Grouping::None));
    sql.push(&format!(" GROUP BY hour HAVING SUM({expression}) > 0 ORDER BY hour DESC"));
    sql
}

/// Returns how many such calls there are in all of the hours.
pub(crate) async fn calls_in_all<C: ConnectionTrait>(
    connection: &C,
    filter: &UsageFilter,
    counted: Counted,
) -> Result<u64, StoreError> {
    let mut sql = Sql::new(connection);
    let calls = sql.whole_sum(counted.expression());
    sql.push(&format!("SELECT COALESCE({calls}, 0) FROM usage_hours WHERE "));
    restrict(&mut sql, filter, &Hours::of(filter), Grain::of(filter, Grouping::None));
    let rows = sql.query(connection, What::Usage).await?;
    rows.first().map_or(Ok(0), |row| get(row, 0).map(to_count))
}

fn to_count(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use sluice_domain::id::{KeyId, ProviderId, UserId};

    use super::*;
    use crate::{DatabaseUrl, MasterKey, Store};

    #[tokio::test]
    async fn hours_are_counted_in_one_range_of_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(folder.path().join("sluice.db"));
        let store = Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap();
        store.migrate().await.unwrap();
        let day = || UsageFilter { since: Timestamp(0), until: Timestamp(86_400_000), ..UsageFilter::default() };
        let model = || Some("m".to_owned());
        let filters = [
            (UsageFilter { user_id: Some(UserId(1)), model: model(), ..day() }, "INDEX usage_hours_user (user_id=?"),
            (UsageFilter { key_id: Some(KeyId(1)), model: model(), ..day() }, "INDEX usage_hours_key (key_id=?"),
            (UsageFilter { provider_id: Some(ProviderId(1)), model: model(), ..day() }, "PRIMARY KEY (id>? AND id<?)"),
        ];
        for (filter, index) in filters {
            let plan = by_hour(store.reader(), &filter, Counted::Good).plan(store.reader()).await;
            assert!(plan.starts_with(&format!("SEARCH usage_hours USING {index}")), "{plan}");
        }
    }
}

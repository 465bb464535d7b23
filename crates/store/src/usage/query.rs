//! Questions about usage. Every answer has a bound, and none reads calls.

use std::time::Instant;

use sea_orm::{QueryResult, TryGetable, Value};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, ProviderId, UserId};

use super::sums::{Part, SpeedSums};
use super::{
    Grain, Grouping, HOUR_MS, Step, Unpriced, UsageFilter, UsageGroup, UsagePoint, UsageTotal, first_id, start_of,
};
use crate::batch::Pace;
use crate::sql::Sql;
use crate::store::{commit, db};
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

#[cfg(test)]
mod plans;

/// Parts of a chart; those with fewer calls are left out of it.
const MAX_GROUPS: u64 = 20;
const MAX_HOURS_BY_HOUR: i64 = 24 * 32;
const MAX_HOURS_BY_DAY: i64 = 24 * 800;
const MAX_OFFSET_HOURS: i8 = 14;

impl Store {
    /// Returns the points of a chart of what was used, in the order of time. Split, it shows the twenty parts with most
    /// calls.
    ///
    /// # Errors
    /// `Invalid` when the time is longer than 32 days by hour or 800 days by day, or the offset is no time zone's.
    pub async fn usage_series(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        step: Step,
    ) -> Result<Vec<UsagePoint>, StoreError> {
        self.series(filter, grouping, step).await
    }

    /// Returns the points of a chart of how long calls took, as [`Store::usage_series`] does.
    ///
    /// # Errors
    /// As [`Store::usage_series`].
    pub async fn speed_series(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        step: Step,
    ) -> Result<Vec<UsagePoint<SpeedSums>>, StoreError> {
        self.series(filter, grouping, step).await
    }

    async fn series<S: Part>(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        step: Step,
    ) -> Result<Vec<UsagePoint<S>>, StoreError> {
        let hours = Hours::of(filter);
        let bucket = bucket(step, &hours)?;
        let mut sql = self.sums::<S>(&format!("{bucket}, "), grouping);
        restrict(&mut sql, filter, &hours, Grain::of(filter, grouping));
        if let Some(column) = column_of(grouping) {
            let shown = self.most_used(filter, grouping, column).await?;
            if shown.is_empty() {
                return Ok(Vec::new());
            }
            // What the range of hours finds is few; an index on the column must not be tempting.
            sql.push(&format!(" AND COALESCE({column}, {column}) IN "));
            sql.bind_list(shown);
        }
        sql.push(if grouping == Grouping::None { " GROUP BY 1 ORDER BY 1" } else { " GROUP BY 1, 2 ORDER BY 1, 2" });
        let rows = sql.query(self.reader(), What::Usage).await?;
        rows.iter().map(|row| to_point(row, grouping)).collect()
    }

    /// Returns which parts a chart shows.
    async fn most_used(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        column: &str,
    ) -> Result<Vec<Value>, StoreError> {
        let mut sql = Sql::new(self.reader());
        sql.push(&format!("SELECT {column} FROM usage_hours WHERE "));
        restrict(&mut sql, filter, &Hours::of(filter), Grain::of(filter, grouping));
        sql.push(&format!(" GROUP BY {column} ORDER BY SUM(calls) DESC, {column} LIMIT {MAX_GROUPS}"));
        let rows = sql.query(self.reader(), What::Usage).await?;
        rows.iter()
            .map(|row| match grouping {
                Grouping::Model => get::<String>(row, 0).map(Value::from),
                Grouping::None | Grouping::Key | Grouping::Provider | Grouping::User => {
                    get::<i64>(row, 0).map(Value::from)
                }
            })
            .collect()
    }

    /// Returns what each part used in all, most calls first: at most `limit` of them, of which there are never more than
    /// 1,000.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn usage_totals(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        limit: u64,
    ) -> Result<Vec<UsageTotal>, StoreError> {
        self.totals(filter, grouping, limit).await
    }

    /// Returns how long the calls of each part took in all, as [`Store::usage_totals`] does.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn speed_totals(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        limit: u64,
    ) -> Result<Vec<UsageTotal<SpeedSums>>, StoreError> {
        self.totals(filter, grouping, limit).await
    }

    async fn totals<S: Part>(
        &self,
        filter: &UsageFilter,
        grouping: Grouping,
        limit: u64,
    ) -> Result<Vec<UsageTotal<S>>, StoreError> {
        let mut sql = self.sums::<S>("", grouping);
        restrict(&mut sql, filter, &Hours::of(filter), Grain::of(filter, grouping));
        if grouping == Grouping::None {
            sql.push(" HAVING SUM(calls) > 0");
        } else {
            let limit = limit.clamp(1, MAX_PAGE_SIZE);
            sql.push(&format!(" GROUP BY 1 ORDER BY SUM(calls) DESC, 1 LIMIT {limit}"));
        }
        let rows = sql.query(self.reader(), What::Usage).await?;
        rows.iter().map(|row| to_total(row, grouping)).collect()
    }

    /// Returns the models that were used without a price since then, most calls first, at most 1,000.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn unpriced_models(&self, since: Timestamp) -> Result<Vec<Unpriced>, StoreError> {
        let mut sql = Sql::new(self.reader());
        let calls = sql.whole_sum("unpriced");
        sql.push(&format!("SELECT model, provider_id, {calls}, MAX(hour) FROM usage_hours WHERE id >= "));
        sql.bind(first_id(Grain::Route, hour_of(since)));
        sql.push(" AND id < ");
        sql.bind(first_id(Grain::Route, i64::MAX));
        sql.push(&format!(" AND unpriced > 0 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {MAX_PAGE_SIZE}"));
        let rows = sql.query(self.reader(), What::Usage).await?;
        rows.iter().map(to_unpriced).collect()
    }

    /// Forgets at most `max_rows` rows of hours that ended before `before`, oldest first, and returns how many; fewer
    /// than asked means done. Charts end there, and so do lists of calls by several restrictions: calls must be purged first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_usage_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let mut purged = 0;
        let mut pace = Pace::default();
        for grain in Grain::ALL {
            while purged < max_rows {
                let step = pace.rows(max_rows - purged);
                let found = self.purge_usage_step(grain, hour_of(before), step, &mut pace).await?;
                purged += found;
                if found < step {
                    break;
                }
            }
        }
        Ok(purged)
    }

    async fn purge_usage_step(&self, grain: Grain, before: i64, rows: u64, pace: &mut Pace) -> Result<u64, StoreError> {
        let mut oldest = Sql::new(self.reader());
        oldest.push("SELECT id FROM usage_hours WHERE id >= ");
        oldest.bind(first_id(grain, 0));
        oldest.push(" AND id < ");
        oldest.bind(first_id(grain, before));
        oldest.push(&format!(" ORDER BY id LIMIT {rows}"));
        let found = oldest.query(self.reader(), What::Usage).await?;
        let Some(last) = found.last() else { return Ok(0) };
        let last: Vec<u8> = last.try_get_by_index(0).map_err(db(What::Usage))?;
        let mut purge = Sql::new(self.writer());
        purge.push("DELETE FROM usage_hours WHERE id >= ");
        purge.bind(first_id(grain, 0));
        purge.push(" AND id <= ");
        purge.bind(last);
        let tx = self.begin_write().await?;
        let began = Instant::now();
        let purged = purge.execute(&tx, What::Usage).await?;
        commit(tx).await?;
        pace.rest(began.elapsed()).await;
        Ok(purged.rows_affected())
    }

    /// Begins a question: `before`, the column of the split, the sums.
    fn sums<S: Part>(&self, before: &str, grouping: Grouping) -> Sql {
        let mut sql = Sql::new(self.reader());
        let split = column_of(grouping).map(|column| format!("{column}, ")).unwrap_or_default();
        let sums = S::COLUMNS.iter().map(|column| sql.whole_sum(column)).collect::<Vec<_>>().join(", ");
        sql.push(&format!("SELECT {before}{split}{sums} FROM usage_hours WHERE "));
        sql
    }
}

/// The hours from `first` up to but without `end`.
pub(super) struct Hours {
    first: i64,
    end: i64,
}

impl Hours {
    pub(super) fn of(filter: &UsageFilter) -> Self {
        Self { first: hour_of(filter.since), end: hour_of(Timestamp(filter.until.0.saturating_add(HOUR_MS - 1))) }
    }
}

fn hour_of(time: Timestamp) -> i64 {
    time.0.div_euclid(HOUR_MS)
}

/// Returns the expression for the hour in which a step begins.
fn bucket(step: Step, hours: &Hours) -> Result<String, StoreError> {
    let (expression, longest) = match step {
        Step::Hour => ("hour".to_owned(), MAX_HOURS_BY_HOUR),
        Step::Day { offset_hours } if offset_hours.abs() <= MAX_OFFSET_HOURS => {
            // Shifted by a day, so that nothing is negative: remainders of negative numbers are.
            (format!("hour - (hour + {}) % 24", 24 + i64::from(offset_hours)), MAX_HOURS_BY_DAY)
        }
        Step::Day { .. } => {
            return Err(StoreError::Invalid {
                field: "offset",
                problem: "must be between -14 and 14 hours".to_owned(),
            });
        }
    };
    if hours.end.saturating_sub(hours.first) > longest {
        let problem = format!("must not be more than {} days before the end", longest / 24);
        return Err(StoreError::Invalid { field: "since", problem });
    }
    Ok(expression)
}

/// Appends the condition: a range of the index of what restricts most.
pub(super) fn restrict(sql: &mut Sql, filter: &UsageFilter, hours: &Hours, grain: Grain) {
    if filter.user_id.is_some() || filter.key_id.is_some() {
        sql.push(&format!("grain = {} AND hour >= ", grain.number()));
        sql.bind(hours.first);
        sql.push(" AND hour < ");
        sql.bind(hours.end);
    } else {
        sql.push("id >= ");
        sql.bind(first_id(grain, hours.first));
        sql.push(" AND id < ");
        sql.bind(first_id(grain, hours.end));
    }
    let numbers = [
        ("user_id", filter.user_id.map(|user| user.0)),
        ("key_id", filter.key_id.map(|key| key.0)),
        ("provider_id", filter.provider_id.map(|provider| provider.0)),
    ];
    for (column, number) in numbers {
        if let Some(number) = number {
            sql.push(&format!(" AND {column} = "));
            sql.bind(number);
        }
    }
    if let Some(model) = &filter.model {
        sql.push(" AND model = ");
        sql.bind(model.as_str());
    }
}

const fn column_of(grouping: Grouping) -> Option<&'static str> {
    match grouping {
        Grouping::None => None,
        Grouping::Key => Some("key_id"),
        Grouping::Model => Some("model"),
        Grouping::Provider => Some("provider_id"),
        Grouping::User => Some("user_id"),
    }
}

fn read_group(row: &QueryResult, place: usize, grouping: Grouping) -> Result<UsageGroup, StoreError> {
    Ok(match grouping {
        Grouping::None => UsageGroup::All,
        Grouping::Key => UsageGroup::Key(KeyId(get(row, place)?)),
        Grouping::Model => UsageGroup::Model(get(row, place)?),
        Grouping::Provider => UsageGroup::Provider(provider_from(get(row, place)?)),
        Grouping::User => UsageGroup::User(UserId(get(row, place)?)),
    })
}

fn provider_from(id: i64) -> Option<ProviderId> {
    (id != 0).then_some(ProviderId(id))
}

fn to_point<S: Part>(row: &QueryResult, grouping: Grouping) -> Result<UsagePoint<S>, StoreError> {
    let first_sum = 1 + usize::from(grouping != Grouping::None);
    Ok(UsagePoint {
        start: start_of(get(row, 0)?),
        group: read_group(row, 1, grouping)?,
        sums: read_sums(row, first_sum)?,
    })
}

fn to_total<S: Part>(row: &QueryResult, grouping: Grouping) -> Result<UsageTotal<S>, StoreError> {
    let first_sum = usize::from(grouping != Grouping::None);
    Ok(UsageTotal { group: read_group(row, 0, grouping)?, sums: read_sums(row, first_sum)? })
}

/// Reads sums that begin at the `first` column.
fn read_sums<S: Part>(row: &QueryResult, first: usize) -> Result<S, StoreError> {
    let places = first..first + S::COLUMNS.len();
    let sums = places.map(|place| get::<i64>(row, place)).collect::<Result<Vec<_>, _>>()?;
    let mut sums = sums.into_iter().map(|sum| u64::try_from(sum).unwrap_or(0));
    Ok(S::of(|| sums.next().unwrap_or(0)))
}

fn to_unpriced(row: &QueryResult) -> Result<Unpriced, StoreError> {
    Ok(Unpriced {
        model: get(row, 0)?,
        provider_id: provider_from(get(row, 1)?),
        calls: u64::try_from(get::<i64>(row, 2)?).unwrap_or(0),
        last_hour: start_of(get(row, 3)?),
    })
}

pub(super) fn get<T: TryGetable>(row: &QueryResult, place: usize) -> Result<T, StoreError> {
    row.try_get_by_index(place).map_err(db(What::Usage))
}

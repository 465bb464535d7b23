//! Turns of jobs that can be told apart, and the runs that came of them.

use sea_orm::DbBackend;
use sea_orm::sea_query::{ColumnDef, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewColumns, NewTables, auto_id, index, long_text, number, number_or_null, text};

pub(super) const JOBS: NewColumns = NewColumns { name: "m0027_job_turns", table: "jobs", columns };
pub(super) const RUNS: NewTables = NewTables { name: "m0027_job_runs", tables, indexes };

fn columns(_backend: DbBackend) -> Vec<ColumnDef> {
    vec![
        number("turns").default(0_i64).take(),
        number_or_null("run_id"),
        number_or_null("began_at"),
        number_or_null("ended_at"),
        number("failures").default(0_i64).take(),
    ]
}

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let runs = Table::create()
        .table("job_runs")
        .col(auto_id())
        .col(text("job", 64))
        .col(number("node"))
        .col(text("cause", 16))
        .col(number("began_at"))
        .col(number_or_null("ended_at"))
        .col(text("ending", 16))
        .col(number("done"))
        .col(number_or_null("total"))
        .col(long_text(backend, "message"))
        .take();
    vec![runs]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("job_runs_job", "job_runs", &["job", "id"])]
}

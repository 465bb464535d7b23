//! The store on SQLite, and on PostgreSQL and MariaDB where `SLUICE_TEST_POSTGRES_URL` and `SLUICE_TEST_MARIADB_URL`
//! name a server. With `CI=true` both must.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests fail by panicking and say what they skip"
)]

mod alerts;
mod booking;
mod budgets;
mod calls;
mod catalog;
mod checkins;
mod concurrency;
mod groups;
mod jobs;
mod joint;
mod keys;
mod leases;
mod money;
mod node_runs;
mod objects;
mod once;
mod open;
mod opening;
mod options;
mod parked;
mod prices;
mod providers;
mod responses;
mod routes;
mod settlement;
mod sites;
mod support;
mod trail;
mod upgrade;
mod usage;
mod users;
mod verification;

//! The built program from outside: every test starts `sluice serve` with a configuration of its own in front of
//! scripted upstreams, and at the end stops it and counts its records: one for each call, whatever happened to it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::string_slice,
    reason = "a test that meets something unexpected has to stop, in helpers as in tests"
)]

mod accounts;
mod audit;
mod client;
mod database;
mod gateway;
mod lone;
mod samples;
mod tariff;

mod access;
mod admin_api;
mod bodies;
mod check_in;
mod conversion;
mod copies;
mod cost;
mod counting;
mod crash;
mod crowd;
mod fail_over;
mod farewell;
mod faults;
mod full;
mod headers;
mod leaving;
mod limits;
mod listening;
mod logins;
mod long_streams;
mod money;
mod objects;
mod old_gateways;
mod once;
mod outage;
mod pace;
mod power_loss;
mod proof_tools;
mod proxies;
mod rates;
mod records;
mod responses_state;
mod rights;
mod rotation;
mod routing;
mod same_bytes;
mod seen;
mod site_standing;
mod sites;
mod spread;
mod staying_up;
mod torn_streams;
mod usage;
mod validity;

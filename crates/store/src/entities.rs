//! Rows as the tables hold them. Private to the store: everything outside speaks in values of `sluice-domain`.
#![expect(unreachable_pub, reason = "the derives make public items")]

pub(crate) mod account;
pub(crate) mod alert;
pub(crate) mod audit_entry;
pub(crate) mod budget;
pub(crate) mod call;
pub(crate) mod checkin_item;
pub(crate) mod checkin_run;
pub(crate) mod checkin_site;
pub(crate) mod credential;
pub(crate) mod credential_call;
pub(crate) mod group;
pub(crate) mod idempotency;
pub(crate) mod job;
pub(crate) mod job_run;
pub(crate) mod key;
pub(crate) mod lease;
pub(crate) mod meta;
pub(crate) mod node_run;
pub(crate) mod parked_call;
pub(crate) mod personal_token;
pub(crate) mod price;
pub(crate) mod price_version;
pub(crate) mod provider;
pub(crate) mod provider_site;
pub(crate) mod response;
pub(crate) mod response_item;
pub(crate) mod route;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod transfer;
pub(crate) mod upstream_object;
pub(crate) mod user;

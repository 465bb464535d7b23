//! How requests are read and answers are written: envelopes, failures, languages, pages. No endpoint lives here.

pub(crate) mod answer;
pub(crate) mod failure;
pub(crate) mod file;
pub(crate) mod input;
pub(crate) mod language;
pub(crate) mod limits;
pub(crate) mod paging;
pub(crate) mod problem;
pub(crate) mod status;

pub(crate) use answer::{Answer, Envelope, Nothing, Reply, done, found, found_with};
pub(crate) use failure::Failure;
pub(crate) use input::{At, Body, Params};
pub(crate) use language::{Language, Note};
pub(crate) use limits::LimitsView;
pub(crate) use paging::{CursorQuery, PageQuery, PageView};
pub(crate) use problem::Problem;

//! Limits of the file.

use sluice_domain::limit::Limits;

use crate::config::reader::Reader;

/// Reads the table `limits` of a row; what it leaves out is not limited.
pub(super) fn read(reader: &mut Reader<'_>) -> Limits {
    reader.section("limits", |limits| {
        let small = |number: u64| u32::try_from(number).ok();
        Limits {
            requests_per_minute: limits.whole("requests_per_minute", 0..=u64::from(u32::MAX)).and_then(small),
            tokens_per_minute: limits.whole("tokens_per_minute", 0..=u64::from(u32::MAX)),
            concurrency: limits.whole("concurrency", 0..=u64::from(u32::MAX)).and_then(small),
        }
    })
}

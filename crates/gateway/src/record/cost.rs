//! What a call cost, from the list price of its model at its vendor.

use std::sync::OnceLock;

use sluice_domain::call::CallRecord;
use sluice_domain::money::Micros;
use sluice_domain::price::{Buyer, PriceBook, Terms, charge};

use crate::prices;
use crate::snapshot::Snapshot;

/// Returns the cost of a call. `None` says that it is not known: the model has no price, or none for what was used. An
/// unknown cost is never nothing.
pub(super) fn cost(record: &CallRecord, snapshot: &Snapshot) -> Option<Micros> {
    let provider = record.provider_id?;
    let vendor = snapshot.vendor_of(provider).unwrap_or_default();
    cost_at(record, vendor, book()?)
}

fn cost_at(record: &CallRecord, vendor: &str, book: &PriceBook) -> Option<Micros> {
    if record.usage.is_empty() {
        return None;
    }
    let buyer = Buyer { provider: record.provider_id?, vendor };
    let version = book.find(buyer, &record.model_used, record.created_at).ok()?;
    charge(&record.usage, &version.entry.price, &Terms::default()).ok().map(|charge| charge.micros)
}

/// Returns the built-in prices, read at the first call that needs one.
fn book() -> Option<&'static PriceBook> {
    static BOOK: OnceLock<Option<PriceBook>> = OnceLock::new();
    let read = || match prices::builtin() {
        Ok(catalogue) => Some(catalogue.book()),
        Err(error) => {
            tracing::error!(%error, "the built-in prices cannot be read; calls are recorded without cost");
            None
        }
    };
    BOOK.get_or_init(read).as_ref()
}

#[cfg(test)]
mod tests {
    use super::super::estimate::tests::record;
    use super::*;
    use sluice_domain::id::ProviderId;
    use sluice_domain::usage::Usage;

    fn used(model: &str, usage: Usage) -> CallRecord {
        CallRecord { provider_id: Some(ProviderId(1)), model_used: model.to_owned(), usage, ..record() }
    }

    #[test]
    fn cached_tokens_cost_what_they_cost() {
        // gpt-4o: 2.50 $ per million read, 1.25 $ cached, 10 $ written; 600 + 400 cached + 500 come to 7,000 micros.
        let usage = Usage { input: 600, cache_read: 400, output: 500, calls: 1, ..Usage::default() };
        assert_eq!(cost_at(&used("gpt-4o", usage), "openai", book().unwrap()), Some(Micros(7_000)));
    }

    #[test]
    fn an_unknown_model_has_no_cost_and_neither_has_an_unused_one() {
        let usage = Usage { input: 600, ..Usage::default() };
        assert_eq!(cost_at(&used("nobody-knows-this", usage), "openai", book().unwrap()), None);
        assert_eq!(cost_at(&used("gpt-4o", Usage::default()), "openai", book().unwrap()), None);
    }
}

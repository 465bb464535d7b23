//! Receipts as the API and `sluice receipt --json` show them. Amounts are whole micro-dollars.

use serde::Serialize;
use sluice_domain::ledger::BookedTransfer;
use sluice_domain::money::Micros;
use sluice_domain::price::{Class, Decimal, Factors, Line, Receipt};
use utoipa::ToSchema;

use super::proof::{Audience, CallReceipt, Sum};

/// What a call cost and what its caller paid, with every part of the computation, and whether it is right.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    /// Id of the call.
    pub(super) call: String,
    /// When the call began, Unix seconds.
    created_at: i64,
    /// When the call began, Unix milliseconds.
    pub(super) created_at_ms: i64,
    /// Model asked for; `null` when the record is gone.
    pub(super) model: Option<String>,
    /// `reported` by the upstream, `estimated` by Sluice, or `missing`; `null` when the record is gone.
    pub(super) usage_source: Option<&'static str>,
    /// `equal`: computed again, everything comes out as it is on record. `differs`: something does not.
    /// `nothing_to_recompute`: there is no sum, for the reason in `notes`.
    pub(super) verdict: &'static str,
    /// What is wrong; empty unless the verdict is `differs`.
    pub(super) findings: Vec<RemarkView>,
    /// What else there is to know.
    pub(super) notes: Vec<RemarkView>,
    /// What was reserved for the call when it ended.
    pub(super) held_micros: Option<i64>,
    /// What the caller paid; `null` when nobody was billed, or the record is gone.
    pub(super) charge: Option<SumView>,
    /// What the operator paid; `null` for the owners of billed calls, and when the record is gone.
    pub(super) cost: Option<SumView>,
    /// What was booked about the call: its charge, and what was given back or corrected since.
    pub(super) transfers: Vec<BookedView>,
}

/// Something to know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemarkView {
    /// For programs.
    pub(super) code: &'static str,
    /// For people, in English.
    pub(super) text: String,
}

/// A sum with its parts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SumView {
    /// What is on record; `null` for unknown.
    pub(super) recorded_micros: Option<i64>,
    /// What comes out now; `null` when nothing can be computed.
    pub(super) computed_micros: Option<i64>,
    /// The price; `null` when nothing was computed, as is what follows.
    pub(super) price: Option<PriceView>,
    /// Service level that the upstream gave: `standard`, `batch`, `flex` or `priority`.
    pub(super) service: Option<&'static str>,
    /// Threshold of the context tier that applied: so many tokens were exceeded.
    pub(super) tier_above: Option<u64>,
    /// What the price was multiplied by.
    pub(super) factors: Option<FactorsView>,
    /// Every class that was counted.
    pub(super) lines: Vec<LineView>,
    /// The whole computation.
    pub(super) formula: Option<String>,
    /// How the sum was rounded.
    pub(super) rounding: Option<String>,
}

/// The price that a sum was computed at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceiptPriceView)]
pub(crate) struct PriceView {
    /// Version, made from the price's content.
    pub(super) id: String,
    /// Model, or pattern, that it is stated for; `null` where it would say who served the call.
    pub(super) model: Option<String>,
    /// Where it holds; `null` where it would say who served the call.
    pub(super) scope: Option<String>,
    /// `operator`, `provider` or `builtin`.
    pub(super) source: &'static str,
    /// From when it holds, Unix milliseconds; 0 for always.
    pub(super) effective_from_ms: i64,
}

/// What a price was multiplied by, as decimal numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceiptFactorsView)]
pub(crate) struct FactorsView {
    /// Of the request: size, quality or length.
    pub(super) request: String,
    /// Of the caller's group.
    pub(super) group: String,
    /// Of the key.
    pub(super) key: String,
}

/// One class of a sum.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineView {
    /// What was counted, such as `input` or `cache_read`.
    pub(super) class: &'static str,
    /// How much: tokens, calls, images, or milliseconds for `second`.
    pub(super) quantity: u64,
    /// Micro-dollars per million tokens, calls, images or seconds.
    pub(super) rate_micros: u64,
    /// The class whose rate was taken, where `class` has none of its own.
    pub(super) rate_of: &'static str,
    /// US dollars before the factors, exactly.
    pub(super) amount_usd: String,
}

/// A transfer with its places in the chains of its accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookedView {
    /// UUID; that of a charge is the id of its call.
    pub(super) id: String,
    /// `charge`, `refund` or `correction`.
    pub(super) kind: &'static str,
    pub(super) amount_micros: i64,
    /// Account whose balance fell.
    pub(super) debit_account: i64,
    /// Place in its chain.
    pub(super) debit_seq: i64,
    /// Account whose balance rose.
    pub(super) credit_account: i64,
    /// Place in its chain.
    pub(super) credit_seq: i64,
    /// When it was ordered, Unix milliseconds.
    pub(super) created_at_ms: i64,
    /// Note for people.
    pub(super) memo: String,
}

impl From<CallReceipt> for ReceiptView {
    fn from(receipt: CallReceipt) -> Self {
        let CallReceipt { stored, audience, held, charge, cost, is_fixed, findings, notes, verdict } = receipt;
        let began_ms = i64::try_from(stored.call.unix_ms()).unwrap_or(i64::MAX);
        let created_at_ms = stored.record.as_ref().map_or(began_ms, |record| record.created_at.0);
        let is_whole = audience == Audience::Operator;
        Self {
            call: stored.call.to_string(),
            created_at: created_at_ms.div_euclid(1_000),
            created_at_ms,
            usage_source: stored.record.as_ref().map(|record| record.usage_source.as_str()),
            model: stored.record.map(|record| record.model_asked),
            verdict: verdict.as_str(),
            findings: findings.iter().map(|finding| remark(finding.code(), finding)).collect(),
            notes: notes.iter().map(|note| remark(note.code(), note)).collect(),
            held_micros: held.map(|held| held.0),
            charge: charge.map(|sum| SumView::of(sum, is_whole || is_fixed)),
            cost: cost.map(|sum| SumView::of(sum, is_whole)),
            transfers: stored.transfers.into_iter().map(BookedView::from).collect(),
        }
    }
}

fn remark(code: &'static str, text: &impl ToString) -> RemarkView {
    RemarkView { code, text: text.to_string() }
}

impl SumView {
    fn of(sum: Sum, names_price: bool) -> Self {
        let parts = sum.parts.as_ref();
        let micros = |amount: Option<Micros>| amount.map(|amount| amount.0);
        Self {
            recorded_micros: micros(sum.recorded),
            computed_micros: micros(sum.computed),
            price: parts.map(|parts| PriceView::of(parts, names_price)),
            service: parts.map(|parts| parts.terms.service.as_str()),
            tier_above: parts.and_then(|parts| parts.tier_above),
            factors: parts.map(|parts| parts.terms.factors.into()),
            lines: parts.map(|parts| parts.lines.iter().map(LineView::from).collect()).unwrap_or_default(),
            formula: parts.map(|parts| parts.formula.clone()),
            rounding: sum.parts.map(|parts| parts.rounding),
        }
    }
}

impl PriceView {
    fn of(parts: &Receipt, is_named: bool) -> Self {
        Self {
            id: parts.price_id.to_string(),
            model: is_named.then(|| parts.price_model.clone()),
            scope: is_named.then(|| parts.price_scope.clone()),
            source: parts.price_source.as_str(),
            effective_from_ms: parts.price_from.0,
        }
    }
}

impl From<Factors> for FactorsView {
    fn from(factors: Factors) -> Self {
        let Factors { request, group, key } = factors;
        Self { request: request.to_string(), group: group.to_string(), key: key.to_string() }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        Self {
            class: line.class.as_str(),
            quantity: line.quantity,
            rate_micros: line.rate.0,
            rate_of: line.rate_of.as_str(),
            // Billionths of a micro-dollar.
            amount_usd: Decimal::from_parts(line.product, 15).to_string(),
        }
    }
}

impl LineView {
    /// Returns the quantity in the unit that the rate is for.
    pub(super) fn quantity_text(&self) -> String {
        let scale = if self.class == Class::Second.as_str() { 3 } else { 0 };
        Decimal::from_parts(u128::from(self.quantity), scale).to_string()
    }
}

impl From<BookedTransfer> for BookedView {
    fn from(booked: BookedTransfer) -> Self {
        let BookedTransfer { transfer, debit_link, credit_link } = booked;
        Self {
            id: transfer.id.to_string(),
            kind: transfer.kind.as_str(),
            amount_micros: transfer.amount.0,
            debit_account: transfer.debit.0,
            debit_seq: debit_link.seq,
            credit_account: transfer.credit.0,
            credit_seq: credit_link.seq,
            created_at_ms: transfer.created_at.0,
            memo: transfer.memo,
        }
    }
}

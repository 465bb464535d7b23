//! Receipts as `sluice receipt` prints them.

use std::fmt::Write as _;

use chrono::DateTime;
use sluice_domain::money::Micros;
use sluice_domain::price::{Decimal, PriceSource};

use super::view::{BookedView, PriceView, ReceiptView, RemarkView, SumView};

/// Writes a receipt as lines of text, without a line end after the last.
pub(crate) fn to_text(receipt: &ReceiptView) -> String {
    let mut lines = vec![
        row("call", &receipt.call),
        row("began", &time(receipt.created_at_ms)),
        row("model", &receipt.model.as_deref().map_or_else(|| "unknown: the record is gone".to_owned(), printable)),
    ];
    lines.extend(receipt.usage_source.map(|source| row("usage", source)));
    lines.extend(receipt.held_micros.map(|held| row("held", &usd(held))));
    for (title, sum) in [("charge", &receipt.charge), ("cost", &receipt.cost)] {
        if let Some(sum) = sum {
            lines.push(String::new());
            lines.extend(sum_lines(title, sum));
        }
    }
    if !receipt.transfers.is_empty() {
        lines.push(String::new());
        lines.push("transfers".to_owned());
        lines.extend(receipt.transfers.iter().map(transfer_line));
    }
    lines.push(String::new());
    lines.extend(receipt.notes.iter().map(|note| remark_line("note", note)));
    lines.extend(receipt.findings.iter().map(|finding| remark_line("wrong", finding)));
    lines.push(row("recomputed", &receipt.verdict.replace('_', " ")));
    lines.join("\n")
}

fn sum_lines(title: &str, sum: &SumView) -> Vec<String> {
    let mut lines = vec![row(title, &sum.recorded_micros.map_or_else(|| "unknown".to_owned(), usd))];
    let Some(price) = &sum.price else { return lines };
    lines.push(row("  price", &price_text(price)));
    if let Some(service) = sum.service {
        let tier = sum.tier_above.map(|above| format!(", tier above {above} tokens")).unwrap_or_default();
        lines.push(row("  service", &format!("{service}{tier}")));
    }
    if let Some(factors) = &sum.factors {
        let text = format!("request {}, group {}, key {}", factors.request, factors.group, factors.key);
        lines.push(row("  factors", &text));
    }
    lines.push(table_line(["class", "quantity", "USD per million", "rate of", "USD"]));
    for line in &sum.lines {
        let rate = Decimal::from_parts(u128::from(line.rate_micros), 6).to_string();
        lines.push(table_line([line.class, &line.quantity_text(), &rate, line.rate_of, &line.amount_usd]));
    }
    lines.extend(sum.formula.as_ref().map(|formula| row("  formula", formula)));
    lines.extend(sum.rounding.as_ref().map(|rounding| row("  rounding", rounding)));
    lines.extend(sum.computed_micros.map(|computed| row("  comes to", &usd(computed))));
    lines
}

fn price_text(price: &PriceView) -> String {
    let mut text = price.id.clone();
    // Writing to a string cannot fail.
    if let Some(model) = &price.model {
        let _ = write!(text, " of `{model}`");
    }
    if let Some(scope) = &price.scope {
        let _ = write!(text, " ({scope})");
    }
    let stated_by = match PriceSource::from_name(price.source) {
        Some(PriceSource::Operator) => "the operator",
        Some(PriceSource::Provider) => "the provider",
        Some(PriceSource::Builtin) | None => "the built-in catalogue",
    };
    let _ = write!(text, ", stated by {stated_by}");
    if price.effective_from_ms > 0 {
        let _ = write!(text, ", from {}", time(price.effective_from_ms));
    }
    text
}

fn table_line([class, quantity, rate, rate_of, amount]: [&str; 5]) -> String {
    format!("    {class:<15} {quantity:>12} {rate:>16}   {rate_of:<15} {amount}")
}

fn transfer_line(transfer: &BookedView) -> String {
    let BookedView { kind, debit_account, debit_seq, credit_account, credit_seq, .. } = transfer;
    let memo = if transfer.memo.is_empty() { String::new() } else { format!("  {}", printable(&transfer.memo)) };
    format!(
        "  {}  {kind:<10} {}  account {debit_account} place {debit_seq} → account {credit_account} place {credit_seq}{memo}",
        time(transfer.created_at_ms),
        usd(transfer.amount_micros),
    )
}

fn remark_line(title: &str, remark: &RemarkView) -> String {
    row(title, &remark.text)
}

fn row(title: &str, text: &str) -> String {
    format!("{title:<12}{text}")
}

/// Callers and other people chose this text: it must not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign }).collect()
}

fn usd(micros: i64) -> String {
    format!("{} USD", Micros(micros))
}

fn time(unix_ms: i64) -> String {
    let time = DateTime::from_timestamp_millis(unix_ms);
    time.map_or_else(|| format!("{unix_ms} ms"), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

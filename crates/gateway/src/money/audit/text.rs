//! Audits as `sluice ledger verify` prints them.

use sluice_domain::money::Micros;

use super::journal::Unsettled;
use super::{Audit, JournalAudit};

/// Writes an audit as lines of text, without a line end after the last: first what is wrong, then what is open, then
/// what was looked at.
pub(crate) fn to_text(audit: &Audit, journal: &JournalAudit) -> String {
    let mut lines: Vec<String> = audit.deviations.iter().map(|fault| row("wrong", &fault.text)).collect();
    lines.extend(more(audit.more_deviations, "deviations"));
    let parked = audit.parked.iter().map(|call| row("put aside", &format!("call {}: {}", call.call, call.reason)));
    lines.extend(parked);
    lines.extend(more(audit.more_parked, "calls that were put aside"));
    if let JournalAudit::Read { unsettled, more_unsettled, .. } = journal {
        lines.extend(unsettled.iter().map(unsettled_line));
        lines.extend(more(*more_unsettled, "calls still to be settled"));
    }
    lines.push(row("accounts", &format!("{}, each balance compared with its transfers and leases", audit.accounts)));
    lines.push(row("chains", &format!("{} links followed", audit.links)));
    lines.push(row("transfers", &format!("{}, each compared with its accounts and its call", audit.transfers)));
    lines.push(row("calls", &format!("{} charged ones, each compared with its transfer", audit.calls)));
    lines.push(row("leases", &leases(audit)));
    lines.push(row("put aside", &parked_text(audit)));
    lines.push(row("journal", &journal_text(journal)));
    lines.push(row("took", &seconds(audit.duration_ms)));
    lines.push(row("ledger", &summary(audit)));
    lines.join("\n")
}

/// Says in one line whether the ledger adds up.
pub(crate) fn summary(audit: &Audit) -> String {
    let deviations = counted(audit.deviation_count(), "deviation", "deviations");
    let parked = counted(audit.parked_count(), "call", "calls");
    match (audit.deviation_count(), audit.parked_count()) {
        (0, 0) => "adds up".to_owned(),
        (0, _) => format!("adds up, but {parked} could not be posted and are put aside"),
        (_, 0) => format!("does not add up: {deviations}"),
        _ => format!("does not add up: {deviations}, and {parked} put aside"),
    }
}

fn leases(audit: &Audit) -> String {
    if audit.leases == 0 {
        return "none".to_owned();
    }
    let held = format!("{}, {} USD", counted(audit.leases, "lease", "leases"), Micros(audit.leased_micros));
    if audit.expired_leases == 0 {
        return held;
    }
    let expired = Micros(audit.expired_micros);
    format!("{held}; {} of them expired with {expired} USD, which a running node takes back", audit.expired_leases)
}

fn parked_text(audit: &Audit) -> String {
    if audit.parked_count() == 0 { "none".to_owned() } else { counted(audit.parked_count(), "call", "calls") }
}

fn journal_text(journal: &JournalAudit) -> String {
    match journal {
        JournalAudit::Absent => "there is none in this data directory".to_owned(),
        JournalAudit::InUse => "not looked at: a server runs on this data directory; stop it to compare".to_owned(),
        JournalAudit::Read { calls, unsettled, more_unsettled } => {
            if *calls == 0 {
                return "empty".to_owned();
            }
            let unsettled = more_unsettled.saturating_add(unsettled.len() as u64);
            let calls = counted(*calls, "call", "calls");
            if unsettled == 0 {
                return format!("{calls}, all in the database");
            }
            format!("{calls}, {unsettled} of them still to be settled; the next start does that")
        }
    }
}

fn unsettled_line(call: &Unsettled) -> String {
    let Unsettled { call: id, model, held_micros, .. } = call;
    let model: String = model.chars().filter(|sign| !sign.is_control()).collect();
    let text = match (call.has_ended, call.charge_micros) {
        (true, Some(charge)) => format!("call {id} (`{model}`): {charge} USD to charge"),
        (true, None) => format!("call {id} (`{model}`): nothing to charge"),
        (false, _) => format!("call {id} (`{model}`): never ended, {held_micros} USD are held for it"),
    };
    row("to settle", &text)
}

fn more(count: u64, what: &str) -> Option<String> {
    (count > 0).then(|| row("", &format!("and {count} more {what}")))
}

/// Returns how many there are, in English.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03} s", millis / 1_000, millis % 1_000)
}

fn row(title: &str, text: &str) -> String {
    format!("{title:<12}{text}")
}

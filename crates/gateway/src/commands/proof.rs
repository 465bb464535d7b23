//! What `sluice receipt` and `sluice ledger verify` do.

use anyhow::{Context, bail};
use serde::Serialize;
use sluice_domain::clock::Clock;
use sluice_domain::id::CallId;
use sluice_store::Store;

use crate::cli::{Question, Report};
use crate::commands::serve;
use crate::config::Settings;
use crate::money::audit::{self, Audit, JournalAudit};
use crate::money::receipt::{self, Audience, ReceiptView, Verdict};

/// The audit of a ledger and of the journal beside it, as JSON.
#[derive(Serialize)]
struct Proof<'a> {
    #[serde(flatten)]
    audit: &'a Audit,
    journal: &'a JournalAudit,
}

pub(super) async fn answer(store: &Store, settings: &Settings, question: Question) -> anyhow::Result<Report> {
    match question {
        Question::Receipt(call) => receipt_of(store, settings, call).await,
        Question::Ledger => verify(store, settings).await,
    }
}

async fn receipt_of(store: &Store, settings: &Settings, call: CallId) -> anyhow::Result<Report> {
    let kept_since = receipt::kept_since(Clock::System.now(), settings.records.retention_days);
    let stored = receipt::find(store, call, kept_since).await.context("the call cannot be looked up")?;
    let Some(stored) = stored else {
        bail!("there is no call `{call}`: it may be under way still, or its record was removed and it cost nothing");
    };
    let receipt = stored.prove(Audience::Operator);
    let problem = (receipt.verdict == Verdict::Differs).then(|| format!("the receipt of call {call} differs"));
    let view = ReceiptView::from(receipt);
    let json = serde_json::to_string_pretty(&view).context("the receipt cannot be written")?;
    Ok(Report { text: receipt::to_text(&view), json, problem })
}

async fn verify(store: &Store, settings: &Settings) -> anyhow::Result<Report> {
    // The journal first: what a server that is started meanwhile settles is then found in the database.
    let journal = JournalAudit::make(store, &serve::journal_dir(&settings.data_dir)).await?;
    let kept_since = receipt::kept_since(Clock::System.now(), settings.records.retention_days);
    let audit = Audit::make(store, &Clock::System, kept_since).await.context("the ledger cannot be verified")?;
    let proof = Proof { audit: &audit, journal: &journal };
    let json = serde_json::to_string_pretty(&proof).context("the audit cannot be written")?;
    let is_good = audit.is_clean && audit.parked_count() == 0;
    let problem = (!is_good).then(|| format!("the ledger {}", audit::summary(&audit)));
    Ok(Report { text: audit::to_text(&audit, &journal), json, problem })
}

//! The proof that the ledger adds up, on demand.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_store::{Deviation, Verification, VerifyOptions};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsRoot;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Problem, Reply, found};

/// A ledger that takes longer is verified on the server.
const TIME_LIMIT: Duration = Duration::from_secs(60);
const DAY_MS: i64 = 86_400_000;
/// Records are purged while the verification runs.
const MARGIN_MS: i64 = 3_600_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(verify_ledger))
}

/// What a verification found.
#[derive(Debug, Serialize, ToSchema)]
struct VerificationView {
    /// Whether everything adds up.
    is_clean: bool,
    /// Accounts looked at.
    accounts: u64,
    /// Links of chains followed; each transfer has two.
    links: u64,
    /// Transfers compared with records of calls.
    transfers: u64,
    /// Records of charged calls compared with transfers.
    calls: u64,
    /// What does not add up, the first thousand.
    deviations: Vec<DeviationView>,
    /// How many more there are.
    more_deviations: u64,
}

/// Something that does not add up. What does not apply is `null`.
#[derive(Debug, Default, Serialize, ToSchema)]
struct DeviationView {
    /// `link_broken`: a transfer was altered. `transfer_missing`: one was deleted. `transfer_unknown`: one was slipped
    /// in. `head_differs`: the end of an account's chain is not what the account says. `posted_differs`: a balance is
    /// not the sum of its transfers. `leased_differs`: what is leased is not the sum of the leases. `account_missing`:
    /// a transfer's account does not exist. `call_missing`: a charge has no record of its call. `charge_missing`: a
    /// charged call has no charge. `charge_differs`: a call's record and its charge do not agree.
    kind: &'static str,
    account: Option<i64>,
    /// Place in the account's chain.
    seq: Option<i64>,
    transfer: Option<String>,
    call: Option<String>,
    /// What the account or the call's record says.
    recorded_micros: Option<i64>,
    /// What the transfers or leases add up to.
    computed_micros: Option<i64>,
}

impl From<Deviation> for DeviationView {
    fn from(deviation: Deviation) -> Self {
        let none = Self::default();
        match deviation {
            Deviation::LinkBroken { account, seq, transfer } => Self {
                kind: "link_broken",
                account: Some(account.0),
                seq: Some(seq),
                transfer: Some(transfer.to_string()),
                ..none
            },
            Deviation::TransferMissing { account, seq } => {
                Self { kind: "transfer_missing", account: Some(account.0), seq: Some(seq), ..none }
            }
            Deviation::TransferUnknown { account, seq, transfer } => Self {
                kind: "transfer_unknown",
                account: Some(account.0),
                seq: Some(seq),
                transfer: Some(transfer.to_string()),
                ..none
            },
            Deviation::HeadDiffers { account } => Self { kind: "head_differs", account: Some(account.0), ..none },
            Deviation::PostedDiffers { account, posted, transferred } => Self {
                kind: "posted_differs",
                account: Some(account.0),
                recorded_micros: Some(posted.0),
                computed_micros: Some(transferred.0),
                ..none
            },
            Deviation::LeasedDiffers { account, leased, lent } => Self {
                kind: "leased_differs",
                account: Some(account.0),
                recorded_micros: Some(leased.0),
                computed_micros: Some(lent.0),
                ..none
            },
            Deviation::AccountMissing { account, transfer } => {
                Self { kind: "account_missing", account: Some(account.0), transfer: Some(transfer.to_string()), ..none }
            }
            Deviation::CallMissing { call } => Self { kind: "call_missing", call: Some(call.to_string()), ..none },
            Deviation::ChargeMissing { call, charged } => {
                Self { kind: "charge_missing", call: Some(call.to_string()), recorded_micros: Some(charged.0), ..none }
            }
            Deviation::ChargeDiffers { call, charged, transferred } => Self {
                kind: "charge_differs",
                call: Some(call.to_string()),
                recorded_micros: charged.map(|charged| charged.0),
                computed_micros: Some(transferred.0),
                ..none
            },
        }
    }
}

impl From<Verification> for VerificationView {
    fn from(verification: Verification) -> Self {
        Self {
            is_clean: verification.is_clean(),
            accounts: verification.accounts,
            links: verification.links,
            transfers: verification.transfers,
            calls: verification.calls,
            deviations: verification.deviations.into_iter().map(DeviationView::from).collect(),
            more_deviations: verification.more_deviations,
        }
    }
}

/// Check every chain, balance, lease and charge, within a minute. Calls go on meanwhile.
#[utoipa::path(post, path = "/api/ledger/verify", tag = "Money",
    responses((status = 200, description = "What was found.", body = Envelope<VerificationView>)))]
async fn verify_ledger(State(state): State<Arc<AdminState>>, _: AsRoot) -> Reply<VerificationView> {
    let Ok(_running) = state.memory.verification.try_lock() else { return Err(Problem::VerificationRuns.into()) };
    let options = VerifyOptions { calls_kept_since: kept_since(state.clock.now(), state.records_kept_days) };
    let verification = tokio::time::timeout(TIME_LIMIT, state.store.verify_ledger(&options)).await;
    let verification = verification.map_err(|_| Problem::VerificationTooLong.with("seconds", TIME_LIMIT.as_secs()))?;
    found(verification?.into())
}

/// Returns the time before which records of calls may have been purged.
fn kept_since(now: Timestamp, days: u32) -> Option<Timestamp> {
    (days > 0).then(|| Timestamp(now.0.saturating_sub(i64::from(days) * DAY_MS).saturating_add(MARGIN_MS)))
}

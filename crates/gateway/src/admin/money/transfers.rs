//! Transfers: what moved into and out of accounts. They are never changed and never deleted.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::id::{AccountId, TransferId};
use sluice_domain::ledger::{Account, BookedTransfer};
use sluice_store::{StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::accounts::own;
use super::reach::visible;
use crate::admin::AdminState;
use crate::admin::access::{AsUser, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, CursorQuery, Envelope, Failure, PageView, Params, Problem, Reply, found};

const LIST: &str = "transfer";

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_own_transfers))
        .serve(routes!(list_transfers))
        .serve(routes!(read_transfer))
}

/// A move of money from one account to another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferView {
    /// UUID; that of a charge is the id of its call.
    id: String,
    /// `top_up`, `charge`, `refund`, `grant`, `correction` or `expiry`.
    kind: &'static str,
    /// Account whose balance fell.
    debit_account: i64,
    /// Account whose balance rose.
    credit_account: i64,
    /// How much; more than 0.
    amount_micros: i64,
    /// Call that it is about; `null` for none.
    call: Option<String>,
    /// Who ordered it: `user:ID`, `node:ID` or `system`.
    actor: String,
    /// Note for people.
    memo: String,
    /// When it was ordered, Unix seconds.
    created_time: i64,
    /// When it was ordered, Unix milliseconds.
    created_time_ms: i64,
    /// Place in the debited account's chain.
    debit_seq: i64,
    /// Stands for everything in the debited account's chain up to here.
    debit_hash: String,
    /// Place in the credited account's chain.
    credit_seq: i64,
    /// Stands for everything in the credited account's chain up to here.
    credit_hash: String,
}

impl From<BookedTransfer> for TransferView {
    fn from(booked: BookedTransfer) -> Self {
        let BookedTransfer { transfer, debit_link, credit_link } = booked;
        Self {
            id: transfer.id.to_string(),
            kind: transfer.kind.as_str(),
            debit_account: transfer.debit.0,
            credit_account: transfer.credit.0,
            amount_micros: transfer.amount.0,
            call: transfer.call.map(|call| call.to_string()),
            actor: transfer.actor.to_string(),
            memo: transfer.memo,
            created_time: transfer.created_at.unix_secs(),
            created_time_ms: transfer.created_at.0,
            debit_seq: debit_link.seq,
            debit_hash: debit_link.hash.to_string(),
            credit_seq: credit_link.seq,
            credit_hash: credit_link.hash.to_string(),
        }
    }
}

/// A transfer as one of its accounts sees it.
#[derive(Debug, Serialize, ToSchema)]
struct EntryView {
    /// Place in the account's chain, counted from 1.
    seq: i64,
    /// What the account's balance changed by: the amount, below 0 when it went out.
    change_micros: i64,
    #[serde(flatten)]
    transfer: TransferView,
}

impl EntryView {
    fn of(account: AccountId, booked: BookedTransfer) -> Self {
        let is_out = booked.transfer.debit == account;
        let amount = booked.transfer.amount.0;
        Self {
            seq: booked.seq_in(account),
            change_micros: if is_out { amount.saturating_neg() } else { amount },
            transfer: booked.into(),
        }
    }
}

/// Transfers into and out of an account, newest first: one's own account, that of one's own key, or for administrators
/// any.
#[utoipa::path(get, path = "/api/account/{id}/transfers", tag = "Money",
    params(("id" = i64, Path, description = "Id of the account."), CursorQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<EntryView>>)))]
async fn list_transfers(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(id): At<i64>,
    Params(page): Params<CursorQuery>,
) -> Reply<PageView<EntryView>> {
    let account = visible(&state, &me, AccountId(id)).await?;
    found(statement(&state, &account, &page).await?)
}

/// Transfers into and out of one's own account, newest first.
#[utoipa::path(get, path = "/api/account/self/transfers", tag = "Money", params(CursorQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<EntryView>>)))]
async fn list_own_transfers(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(page): Params<CursorQuery>,
) -> Reply<PageView<EntryView>> {
    let account = own(&state, &me).await?;
    found(statement(&state, &account, &page).await?)
}

async fn statement(state: &AdminState, account: &Account, page: &CursorQuery) -> Result<PageView<EntryView>, Failure> {
    let rows = state.store.list_transfers(account.id, page.after(LIST)?, page.size() + 1).await?;
    let cursor = |booked: &BookedTransfer| format!("{LIST}:{}", booked.seq_in(account.id));
    Ok(PageView::beginning(rows, page.size(), cursor).map(|booked| EntryView::of(account.id, booked)))
}

/// One transfer, for those who may look at one of its accounts.
#[utoipa::path(get, path = "/api/transfer/{id}", tag = "Money", params(("id" = String, Path, description = "Id.")),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>)))]
async fn read_transfer(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(id): At<String>,
) -> Reply<TransferView> {
    let missing = || Failure::from(StoreError::NotFound { what: What::Transfer });
    let id = Uuid::try_parse(&id).map(TransferId).map_err(|_| missing())?;
    let booked = state.store.find_transfer(id).await?.ok_or_else(missing)?;
    if is_in_sight(&state, &me, &booked).await? { found(booked.into()) } else { Err(missing()) }
}

async fn is_in_sight(state: &AdminState, me: &Identity, booked: &BookedTransfer) -> Result<bool, Failure> {
    for account in [booked.transfer.debit, booked.transfer.credit] {
        match visible(state, me, account).await {
            Ok(_) => return Ok(true),
            Err(failure) if failure.problem() == Problem::NotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(false)
}

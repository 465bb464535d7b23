//! The receipt of a call, for its owner and for administrators.

use std::sync::Arc;

use axum::extract::State;
use sluice_domain::id::CallId;
use sluice_domain::ledger::{Holder, TransferKind};
use sluice_store::{StoreError, What};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::admin::AdminState;
use crate::admin::access::{AsUser, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Envelope, Failure, Reply, found};
use crate::money::receipt::{self, Audience, ReceiptView, Stored};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_receipt))
}

/// What a call cost and what its caller paid, computed again from its stored parts and compared with what is on record.
#[utoipa::path(get, path = "/api/log/{call}/receipt", tag = "Calls",
    params(("call" = String, Path, description = "Id of the call, as named by `x-sluice-call`.")),
    responses((status = 200, description = "The receipt.", body = Envelope<ReceiptView>)))]
async fn read_receipt(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(call): At<String>,
) -> Reply<ReceiptView> {
    let missing = || Failure::from(StoreError::NotFound { what: What::Call });
    let id = Uuid::try_parse(&call).map(CallId).map_err(|_| missing())?;
    let kept_since = receipt::kept_since(state.clock.now(), state.records_kept_days);
    let stored = receipt::find(&state.store, id, kept_since).await?.ok_or_else(missing)?;
    let audience = if me.is_admin() {
        Audience::Operator
    } else if is_own(&state, &me, &stored).await? {
        Audience::Owner
    } else {
        return Err(missing());
    };
    found(stored.prove(audience).into())
}

/// Once the record is purged, a call is whose account was charged.
async fn is_own(state: &AdminState, me: &Identity, stored: &Stored) -> Result<bool, Failure> {
    if let Some(record) = &stored.record {
        return Ok(record.user_id == me.user.id);
    }
    let charge = stored.transfers.iter().find(|booked| booked.transfer.kind == TransferKind::Charge);
    let Some(charge) = charge else { return Ok(false) };
    match state.store.find_account(charge.transfer.debit).await?.map(|account| account.holder) {
        Some(Holder::User(user)) => Ok(user == me.user.id),
        Some(Holder::Key(key)) => Ok(state.store.find_key(key, Some(me.user.id)).await?.is_some()),
        Some(Holder::Organisation(_) | Holder::Revenue(_) | Holder::Cash(_) | Holder::Cost(_) | Holder::Budget(..))
        | None => Ok(false),
    }
}

//! Orders: what administrators book to accounts by hand. Each is booked wholly or not at all.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use sluice_domain::id::{AccountId, CallId, TransferId};
use sluice_domain::ledger::{Account, Actor, OperatorBook};
use sluice_domain::money::Micros;
use sluice_store::{Booking, Correction, Direction, IdempotencyKey, Order, StoreError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::amount::read_amount;
use super::once::{Done, OnceKey, OnceReply, found_once};
use super::reach::bookable;
use super::transfers::TransferView;
use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::input::text;
use crate::admin::wire::{At, Body, Envelope, Failure, Problem};

const AMOUNT: &str = "amount_micros";
const MEMO_CHARS: usize = 255;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(top_up))
        .serve(routes!(grant))
        .serve(routes!(refund))
        .serve(routes!(correct))
        .serve(routes!(expire))
}

/// An administrator who may book to an account.
struct Desk {
    state: Arc<AdminState>,
    me: Identity,
    account: Account,
    key: OnceKey,
}

impl FromRequestParts<Arc<AdminState>> for Desk {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Failure> {
        let AsAdmin(me) = AsAdmin::from_request_parts(parts, state).await?;
        let At(id) = At::<i64>::from_request_parts(parts, state).await?;
        let key = OnceKey::from_request_parts(parts, state).await?;
        let account = bookable(state, &me, AccountId(id)).await?;
        Ok(Self { state: Arc::clone(state), me, account, key })
    }
}

/// What an order is about.
struct Terms<'a> {
    amount: Micros,
    call: Option<CallId>,
    memo: Option<&'a str>,
}

impl Desk {
    fn order(&self, terms: &Terms<'_>) -> Result<Order, Failure> {
        let now = self.state.clock.now();
        Ok(Order {
            id: TransferId::new(now.0.unsigned_abs(), rand::random()),
            account: self.account.id,
            amount: terms.amount,
            call: terms.call,
            actor: Actor::User(self.me.user.id),
            memo: text("memo", terms.memo.unwrap_or_default(), MEMO_CHARS)?,
            node: self.state.node,
            at: now,
        })
    }

    fn key(&self, endpoint: &str, input: &impl Serialize) -> Result<Option<IdempotencyKey>, Failure> {
        self.key.of(&self.me, &format!("/api/account/{}/{endpoint}", self.account.id), input)
    }
}

fn answer(booking: Booking) -> OnceReply<TransferView> {
    found_once(booking.booked.into(), if booking.is_replay { Done::Before } else { Done::Now })
}

/// An amount to book. Fields that are not known are refused: a slip of the pen must not move another amount.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AmountInput {
    /// How much, in micro-dollars: 1 to 10^15.
    amount_micros: i64,
    /// Note for people, at most 255 characters. The account's holder can read it.
    memo: Option<String>,
}

impl AmountInput {
    fn terms(&self) -> Result<Terms<'_>, Failure> {
        Ok(Terms { amount: read_amount(AMOUNT, self.amount_micros)?, call: None, memo: self.memo.as_deref() })
    }
}

/// Book money that the holder paid in.
#[utoipa::path(post, path = "/api/account/{id}/top-up", tag = "Money", request_body = AmountInput,
    params(("id" = i64, Path, description = "Id of the account."), OnceKey),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn top_up(desk: Desk, Body(input): Body<AmountInput>) -> OnceReply<TransferView> {
    let order = desk.order(&input.terms()?)?;
    let key = desk.key("top-up", &input)?;
    answer(desk.state.store.top_up(&order, key.as_ref()).await?)
}

/// Book credit that the operator gives.
#[utoipa::path(post, path = "/api/account/{id}/grant", tag = "Money", request_body = AmountInput,
    params(("id" = i64, Path, description = "Id of the account."), OnceKey),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn grant(desk: Desk, Body(input): Body<AmountInput>) -> OnceReply<TransferView> {
    let order = desk.order(&input.terms()?)?;
    let key = desk.key("grant", &input)?;
    answer(desk.state.store.grant(&order, key.as_ref()).await?)
}

/// Take credit that ran out of time: no more than is available.
#[utoipa::path(post, path = "/api/account/{id}/expiry", tag = "Money", request_body = AmountInput,
    params(("id" = i64, Path, description = "Id of the account."), OnceKey),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn expire(desk: Desk, Body(input): Body<AmountInput>) -> OnceReply<TransferView> {
    let order = desk.order(&input.terms()?)?;
    let key = desk.key("expiry", &input)?;
    answer(desk.state.store.expire(&order, key.as_ref()).await?)
}

/// A charge to give back. Fields that are not known are refused.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundInput {
    /// Id of the call.
    call: String,
    /// How much, in micro-dollars; all that is left of the charge when absent.
    amount_micros: Option<i64>,
    /// Note for people, at most 255 characters. The account's holder can read it.
    memo: Option<String>,
}

/// Give back what a call was charged, wholly or in part: never more than the account paid for it.
#[utoipa::path(post, path = "/api/account/{id}/refund", tag = "Money", request_body = RefundInput,
    params(("id" = i64, Path, description = "Id of the account."), OnceKey),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn refund(desk: Desk, Body(input): Body<RefundInput>) -> OnceReply<TransferView> {
    let call = Uuid::try_parse(&input.call)
        .map(CallId)
        .map_err(|_| Problem::ValueInvalid.with("field", "call").with("reason", "is not the id of a call"))?;
    let amount = match input.amount_micros {
        Some(micros) => read_amount(AMOUNT, micros)?,
        None => desk.state.store.refundable(call, desk.account.id).await?,
    };
    let order = desk.order(&Terms { amount, call: Some(call), memo: input.memo.as_deref() })?;
    let key = desk.key("refund", &input)?;
    let refused = |error| match error {
        // Asked also with nothing left: an earlier request with the same key may have taken it all.
        StoreError::Invalid { field: "amount", .. } if amount.0 <= 0 => Problem::NothingToRefund.with("call", call),
        other => other.into(),
    };
    answer(desk.state.store.refund(&order, key.as_ref()).await.map_err(refused)?)
}

/// Where the money of a correction goes.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DirectionInput {
    /// Into the account.
    Give,
    /// Out of it, below zero if need be.
    Take,
}

/// The operator's account that a mistake was booked against.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BookInput {
    /// What calls earned: a charge was wrong.
    Revenue,
    /// Money that came in from outside: a top-up was wrong.
    Cash,
    /// What was given away: a grant was wrong.
    Cost,
}

/// A mistake to put right. Fields that are not known are refused.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionInput {
    /// How much, in micro-dollars: 1 to 10^15.
    amount_micros: i64,
    direction: DirectionInput,
    book: BookInput,
    /// Note for people, at most 255 characters. The account's holder can read it.
    memo: Option<String>,
}

impl CorrectionInput {
    fn correction(&self) -> Correction {
        Correction {
            direction: match self.direction {
                DirectionInput::Give => Direction::Give,
                DirectionInput::Take => Direction::Take,
            },
            book: match self.book {
                BookInput::Revenue => OperatorBook::Revenue,
                BookInput::Cash => OperatorBook::Cash,
                BookInput::Cost => OperatorBook::Cost,
            },
        }
    }
}

/// Put a mistake right: give to the account, or take from it, below zero if need be.
#[utoipa::path(post, path = "/api/account/{id}/correction", tag = "Money", request_body = CorrectionInput,
    params(("id" = i64, Path, description = "Id of the account."), OnceKey),
    responses((status = 200, description = "The transfer.", body = Envelope<TransferView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn correct(desk: Desk, Body(input): Body<CorrectionInput>) -> OnceReply<TransferView> {
    let amount = read_amount(AMOUNT, input.amount_micros)?;
    let order = desk.order(&Terms { amount, call: None, memo: input.memo.as_deref() })?;
    let key = desk.key("correction", &input)?;
    answer(desk.state.store.correct(&order, input.correction(), key.as_ref()).await?)
}

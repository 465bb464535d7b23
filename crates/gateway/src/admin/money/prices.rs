//! Prices: what models cost at providers, what callers pay instead, and which models nobody states a price of.

mod body;
mod catalogue;
mod input;
mod lookup;
mod sync;
mod unpriced;
mod view;

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use serde_json::value::RawValue;
use sluice_domain::id::{PriceId, ProviderId};
use sluice_domain::price::{PricePurpose, PriceSource};
use sluice_store::{Claim, NewPrice, PriceFilter, StoreError, What};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::once::{Done, OnceKey, OnceReply, found_once};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{
    At, Body, Envelope, Failure, Nothing, PageQuery, PageView, Params, Problem, Reply, done, found,
};
use input::NewPriceInput;
use view::PriceView;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_prices, create_price))
        .serve(routes!(read_price, delete_price))
        .merge(catalogue::endpoints())
        .merge(lookup::endpoints())
        .merge(unpriced::endpoints())
        .merge(sync::endpoints())
}

/// Which prices are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PriceQuery {
    /// Part of the model's name.
    model: Option<String>,
    /// Only those that hold at this provider and at no other.
    provider_id: Option<i64>,
    /// `operator` (stated here) or `provider` (published by the provider).
    source: Option<String>,
    /// `cost` (what the provider takes) or `sell` (what callers pay instead of cost times factors).
    purpose: Option<String>,
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl PriceQuery {
    fn filter(&self) -> Result<PriceFilter, Failure> {
        let unknown = |name, value: &str, expected| {
            Problem::FilterInvalid.with("name", name).with("value", value).with("expected", expected)
        };
        let source = filled(self.source.as_ref()).map(|name| {
            let stated = PriceSource::from_name(name).filter(|source| *source != PriceSource::Builtin);
            stated.ok_or_else(|| unknown("source", name, "`operator`, `provider`"))
        });
        let purpose = filled(self.purpose.as_ref())
            .map(|name| PricePurpose::from_name(name).ok_or_else(|| unknown("purpose", name, "`cost`, `sell`")));
        Ok(PriceFilter {
            purpose: purpose.transpose()?,
            source: source.transpose()?,
            model: filled(self.model.as_ref()).map(str::to_owned),
            provider: self.provider_id.map(ProviderId),
        })
    }
}

/// Prices that were stated here or published by providers, by model, then from the latest to take effect to the
/// earliest. `/api/price/builtin` has the others.
#[utoipa::path(get, path = "/api/price/", tag = "Prices", params(PageQuery, PriceQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<PriceView>>)))]
async fn list_prices(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<PriceQuery>,
) -> Reply<PageView<PriceView>> {
    let request = page.request()?;
    let prices = state.store.list_prices(&query.filter()?, request).await?;
    found(PageView::of(prices, request, PriceView::from))
}

/// State a price. It holds for calls that begin once it takes effect, until a later one for the same model and place
/// does; it is never changed, only followed by another. What was charged before stays.
#[utoipa::path(post, path = "/api/price/", tag = "Prices", request_body = NewPriceInput, params(OnceKey),
    responses((status = 200, description = "The new price.", body = Envelope<PriceView>,
        headers(("idempotent-replayed" = Option<String>, description = "`true` for an earlier request's outcome.")))))]
async fn create_price(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    key: OnceKey,
    Body(input): Body<NewPriceInput>,
) -> OnceReply<Box<RawValue>> {
    let new = input.read(&state)?;
    let Some(key) = key.of(&me, "/api/price", &input)? else { return found_once(add(&state, new).await?, Done::Now) };
    // A request that broke off before its outcome was kept is done again: the same price twice is the same price.
    if let Claim::Again { outcome } = state.store.claim(&key, "", new.created_at).await?
        && let Ok(view) = RawValue::from_string(outcome)
    {
        return found_once(view, Done::Before);
    }
    match add(&state, new).await {
        Ok(view) => {
            state.store.set_outcome(&key, view.get()).await?;
            found_once(view, Done::Now)
        }
        Err(failure) => {
            state.store.give_back(&key).await?;
            Err(failure)
        }
    }
}

/// Keeps a price and returns it as it is answered, and answered again.
async fn add(state: &AdminState, new: NewPrice) -> Result<Box<RawValue>, Failure> {
    let added = state.store.add_prices(&[new]).await?.into_iter().next();
    let added = added.ok_or(StoreError::NotFound { what: What::Price })?;
    Ok(serde_json::value::to_raw_value(&PriceView::from(added)).map_err(|_| Problem::Internal)?)
}

/// One price.
#[utoipa::path(get, path = "/api/price/{id}", tag = "Prices", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The price.", body = Envelope<PriceView>)))]
async fn read_price(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<PriceView> {
    let price = state.store.find_price(PriceId(id)).await?;
    found(price.ok_or(StoreError::NotFound { what: What::Price })?.into())
}

/// Delete a price; what was charged at it stays as it was. A published one comes back with the next sync.
#[utoipa::path(delete, path = "/api/price/{id}", tag = "Prices", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_price(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<Nothing> {
    state.store.delete_price(PriceId(id)).await?;
    done()
}

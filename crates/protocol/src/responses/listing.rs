//! Pages of what a response was made from.

use std::borrow::Cow;

use super::items::{Item, input_items};
use crate::operation::decode;
use crate::raw::json_string;

/// Items on a page where the caller does not say.
const LIMIT_DEFAULT: usize = 20;
/// Most items on a page.
const LIMIT_MAX: usize = 100;

/// In which order items are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    Ascending,
    /// Newest first, as the vendor does where nothing is said.
    #[default]
    Descending,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<'a> {
    /// Id of the item that comes before it.
    pub after: Option<Cow<'a, str>>,
    /// Most items.
    pub limit: usize,
    /// In which order.
    pub order: Order,
}

/// Why a page cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPage {
    /// The number of items is none, or out of its range.
    #[error("`limit` must be a whole number from 1 to {LIMIT_MAX}")]
    Limit,
    /// The order has no such name.
    #[error("`order` must be `asc` or `desc`")]
    Order,
    /// No item has this id.
    #[error("`after` names no item of this response")]
    After,
}

impl BadPage {
    /// Returns the name of the parameter that is wrong.
    #[must_use]
    pub const fn param(&self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Order => "order",
            Self::After => "after",
        }
    }
}

impl<'a> Page<'a> {
    /// Reads a page from a query. Parameters that only add to items, such as `include`, change nothing: items are listed
    /// with all that is known of them.
    ///
    /// # Errors
    /// Names the parameter that is wrong.
    pub fn of_query(query: &'a str) -> Result<Self, BadPage> {
        let mut page = Self { after: None, limit: LIMIT_DEFAULT, order: Order::default() };
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "after" if !value.is_empty() => page.after = Some(decode(value)),
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                    page.limit = limit.ok_or(BadPage::Limit)?;
                }
                "order" => {
                    page.order = match value {
                        "asc" => Order::Ascending,
                        "desc" => Order::Descending,
                        _ => return Err(BadPage::Order),
                    };
                }
                _ => {}
            }
        }
        Ok(page)
    }
}

/// Returns a page of all that a response was made from, as a JSON text.
///
/// # Errors
/// No item has the id after which the page begins.
pub fn list_input(input: &[u8], page: &Page<'_>) -> Result<Vec<u8>, BadPage> {
    let mut items: Vec<Item<'_>> =
        input_items(input).iter().enumerate().map(|(place, item)| Item::Owned(item.listed(place))).collect();
    if page.order == Order::Descending {
        items.reverse();
    }
    let start = match &page.after {
        None => 0,
        Some(after) => {
            let found = items.iter().position(|item| item.id().as_deref() == Some(after));
            found.ok_or(BadPage::After)? + 1
        }
    };
    let rest = items.get(start..).unwrap_or_default();
    let shown = rest.get(..page.limit.min(rest.len())).unwrap_or_default();
    let name = |item: Option<&Item<'_>>| {
        let id = item.and_then(Item::id);
        id.map_or_else(|| "null".to_owned(), |id| String::from_utf8_lossy(&json_string(&id)).into_owned())
    };
    let data: Vec<&str> = shown.iter().map(Item::text).collect();
    let list = format!(
        r#"{{"object":"list","data":[{}],"first_id":{},"last_id":{},"has_more":{}}}"#,
        data.join(","),
        name(shown.first()),
        name(shown.last()),
        rest.len() > shown.len(),
    );
    Ok(list.into_bytes())
}

//! The ledger as a file: every transfer, or those of one account, a page at a time.

use std::io::{self, Write};

use anyhow::{Context, bail};
use sluice_domain::id::AccountId;
use sluice_domain::ledger::{BookedTransfer, CSV_HEADER};
use sluice_store::{MAX_PAGE_SIZE, Store, StoreError, TransferCursor, TransferRange};

/// How transfers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header, as RFC 4180 says.
    Csv,
    /// One JSON object on each line.
    Jsonl,
}

impl Format {
    const fn head(self) -> Option<&'static str> {
        match self {
            Self::Csv => Some(CSV_HEADER),
            Self::Jsonl => None,
        }
    }

    const fn line_end(self) -> &'static str {
        match self {
            Self::Csv => "\r\n",
            Self::Jsonl => "\n",
        }
    }

    fn line(self, booked: &BookedTransfer) -> io::Result<String> {
        match self {
            Self::Csv => Ok(booked.to_csv()),
            Self::Jsonl => Ok(serde_json::to_string(booked)?),
        }
    }
}

/// Which transfers are written, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// How.
    pub format: Format,
    /// Only those of this account, in the order of its chain.
    pub account: Option<AccountId>,
    /// Only those that were ordered in this time.
    pub range: TransferRange,
}

impl Export {
    /// Writes the transfers, oldest first. One page of them is in memory at a time.
    ///
    /// # Errors
    /// The account does not exist, the database is away, or `out` takes no more.
    pub(crate) async fn write(&self, store: &Store, out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(account) = self.account
            && store.find_account(account).await.context("the account cannot be looked up")?.is_none()
        {
            bail!("there is no account {account}");
        }
        let end = self.format.line_end();
        if let Some(head) = self.format.head() {
            write!(out, "{head}{end}")?;
        }
        let mut place = self.account.map_or(Place::All(None), |account| Place::Of(account, 0));
        while let Some(page) = place.next_page(store, self.range).await.context("the transfers cannot be read")? {
            for booked in page.iter().filter(|booked| self.range.contains(booked.transfer.created_at)) {
                write!(out, "{}{end}", self.format.line(booked)?)?;
            }
        }
        Ok(out.flush()?)
    }
}

/// Where an export goes on.
#[derive(Debug, Clone, Copy)]
enum Place {
    All(Option<TransferCursor>),
    Of(AccountId, i64),
}

impl Place {
    /// Reads the next page; `None` after the last.
    async fn next_page(
        &mut self,
        store: &Store,
        range: TransferRange,
    ) -> Result<Option<Vec<BookedTransfer>>, StoreError> {
        let (page, next) = match *self {
            Self::All(cursor) => {
                let page = store.export_transfers(range, cursor, MAX_PAGE_SIZE).await?;
                let next = page.last().map(|last| Self::All(Some(TransferCursor::after(last))));
                (page, next)
            }
            Self::Of(account, after) => {
                let page = store.follow_transfers(account, after, MAX_PAGE_SIZE).await?;
                let next = page.last().map(|last| Self::Of(account, last.seq_in(account)));
                (page, next)
            }
        };
        let Some(next) = next else { return Ok(None) };
        *self = next;
        Ok(Some(page))
    }
}

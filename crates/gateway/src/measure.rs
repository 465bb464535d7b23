//! A till for benchmarks: the money of calls without the calls. What is done here is what the relay does for each call
//! of somebody who pays, from the estimate to the hand-over to the writer.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use rand::RngExt;
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{AccountId, CallId, CredentialId, KeyId, NodeId, ProviderId, TransferId, UserId};
use sluice_domain::key::{Caller, Key, KeyBilling};
use sluice_domain::ledger::{Actor, Holder};
use sluice_domain::limit::Limits;
use sluice_domain::money::Micros;
use sluice_domain::price::{Buyer, Service};
use sluice_domain::route::policy::Scope;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_domain::user::{DEFAULT_GROUP, Funding};
use sluice_protocol::meter::Metered;
use sluice_protocol::operation::Operation;
use sluice_protocol::raw::RawObject;
use sluice_store::{DatabaseUrl, MasterKey, Order, Store};

use crate::money::bank::{Bank, Purse};
use crate::money::prices::{PriceList, Priced};
use crate::record::journal::{Directory, Journal};
use crate::record::{Batching, Books, Ending, Queue, Ticket, spawn_writer};
use crate::relay::{Asks, Bulk};

const NODE: NodeId = NodeId(1);
const MODEL: &str = "gpt-4o-mini";

/// Takes the money of one relay thread's calls.
pub struct Till {
    bank: Arc<Bank>,
    prices: PriceList,
    priced: Priced,
    caller: Caller,
    purse: Purse,
    journal: Arc<Journal>,
    queue: Queue,
    writer: tokio::task::JoinHandle<()>,
    store: Arc<Store>,
    account: AccountId,
    _directory: Directory,
}

impl Till {
    /// Opens a till over a database of its own in `dir`, or over the one at `url`, with enough money for every call.
    ///
    /// # Errors
    /// The database or the journal cannot be opened.
    pub async fn open(dir: &Path, url: Option<&str>) -> anyhow::Result<Self> {
        let url = match url {
            Some(url) => url.parse::<DatabaseUrl>().context("the URL cannot be read")?,
            None => DatabaseUrl::sqlite(dir.join("till.sqlite")),
        };
        let master = MasterKey::load_or_create(&dir.join("key"))?;
        let store = Arc::new(Store::open(&url, &master).await?);
        store.migrate().await?;
        let control = tokio::runtime::Handle::current();
        let bank = Bank::new(Arc::clone(&store), NODE, Clock::System, control.clone());
        bank.set_longest_call(Duration::from_secs(60));
        let caller = caller();
        let now = Clock::System.now();
        let account = store.open_account(Holder::User(caller.key.user_id), now).await?.id;
        store.top_up(&order(account, now), None).await?;
        let revenue = store.open_account(Holder::Revenue(NODE), now).await?.id;
        let directory = Directory::take(&dir.join("journal"))?;
        let journal = directory.open(0, 1 << 30)?;
        let (queue, inbox) = Queue::new(100_000);
        // As a gateway without any settings has it.
        let batching = Batching { rows: 2_000, linger: Duration::from_millis(200) };
        let writer = spawn_writer(&control, Books::new(Arc::clone(&store), NODE, revenue), inbox, batching);
        let prices = PriceList::new(std::iter::empty(), std::iter::empty(), &[], now);
        let buyer = Buyer { provider: ProviderId(1), group: None, vendor: "openai" };
        let priced = prices.find(buyer, MODEL).context("the catalogue has no price")?;
        let purse = bank.purse(&caller);
        let _directory = directory;
        Ok(Self { bank, prices, priced, caller, purse, journal, queue, writer, store, account, _directory })
    }

    /// Takes the money of one call with this request: reserves, notes, charges and hands over.
    ///
    /// # Errors
    /// Nothing could be reserved or noted.
    pub async fn take(&self, request: &[u8]) -> anyhow::Result<()> {
        let object = RawObject::parse(request).map_err(|error| anyhow::anyhow!("{error}"))?;
        let asks = Asks::of(Operation::ChatCompletions, &object);
        let bulk = Bulk::of(Operation::ChatCompletions, request);
        let estimate = asks.estimate(Operation::ChatCompletions, &bulk, self.priced.limits);
        let tariff = self.prices.tariff(&self.priced, &self.caller);
        let bound = tariff.bound(&estimate, Service::Standard)?;
        let hold = self.bank.hold(&self.purse, bound).await?;
        let mut ticket =
            Ticket::new(self.queue.clone(), record(&self.caller), Instant::now(), Arc::clone(&self.journal));
        ticket.agree(hold, Service::Standard);
        ticket.note_open()?;
        ticket.buy(Some(tariff));
        ticket.note(|record| record.status = 200);
        let usage = Usage { input: 180, output: 120, ..Usage::default() };
        let metered = Metered {
            reported: Some(usage),
            counted_tokens: 0,
            uncounted_text: String::new(),
            images: 0,
            is_finished: true,
            is_failed: false,
            object_id: None,
            service: None,
        };
        ticket.finish(Ending { outcome: Outcome::Complete, error: "", metered: Some(metered) });
        Ok(())
    }

    /// Does what a call without money costs anyway: the record that is handed over.
    #[must_use]
    pub fn idle(&self) -> CallRecord {
        record(&self.caller)
    }

    /// Waits until everything is written and given back; returns what is left on the account and still leased.
    ///
    /// # Errors
    /// The database went away.
    pub async fn close(self) -> anyhow::Result<(Micros, Micros)> {
        let Self { bank, queue, writer, store, account, .. } = self;
        drop(queue);
        writer.await?;
        bank.close().await;
        let account = store.find_account(account).await?.context("the account is gone")?;
        Ok((account.posted, account.leased))
    }
}

fn order(account: AccountId, at: Timestamp) -> Order {
    Order {
        id: TransferId::new(at.0.cast_unsigned(), rand::rng().random()),
        account,
        amount: Micros(1_000_000_000_000),
        call: None,
        actor: Actor::System,
        memo: String::new(),
        node: NODE,
        at,
    }
}

fn caller() -> Caller {
    let key = Key {
        id: KeyId(1),
        user_id: UserId(1),
        name: "till".to_owned(),
        last4: "till".to_owned(),
        enabled: true,
        expires_at: None,
        models: ModelList::default(),
        addresses: AddressList::default(),
        billing: KeyBilling::default(),
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: Timestamp(0),
        accessed_at: None,
        previous_until: None,
    };
    Caller {
        key,
        owner_enabled: true,
        funding: Funding::Billed,
        group: DEFAULT_GROUP.to_owned(),
        owner_limits: Limits::NONE,
        group_limits: Limits::NONE,
        budgets: Vec::new(),
    }
}

fn record(caller: &Caller) -> CallRecord {
    let now = Clock::System.now();
    CallRecord {
        id: CallId::new(now.0.cast_unsigned(), rand::rng().random()),
        created_at: now,
        key_id: caller.key.id,
        user_id: caller.key.user_id,
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: MODEL.to_owned(),
        model_used: MODEL.to_owned(),
        provider_id: Some(ProviderId(1)),
        provider_name: "provider".to_owned(),
        credential_id: Some(CredentialId(1)),
        status: 0,
        outcome: Outcome::Abandoned,
        error: String::new(),
        usage: Usage::default(),
        usage_source: UsageSource::Missing,
        cost: None,
        first_token_ms: Some(1),
        duration_ms: 0,
        stream: false,
        client_ip: None,
        upstream_request_id: String::new(),
        attempts: Vec::new(),
        decision: None,
    }
}

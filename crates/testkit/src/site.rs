//! The management side of a relay site: `/api/…` of NewAPI and One-API in the shapes of four generations, strict about who
//! asks and how, with limits, and with a switch that makes the n-th request go wrong.

mod answers;

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::call::Inbound;
use crate::delivery::{Plan, plan};
use crate::failure::Dialect;
use crate::reply::Reply;
use crate::script::Act;

/// Which site it is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// One-API: bare lists of ten, whole keys, no groups, no page of prices, asks for no user.
    OneApi,
    /// NewAPI as it was first: lists with `items`, whole keys.
    Whole,
    /// NewAPI that masks keys and reveals them one by one.
    Masked,
    /// NewAPI that reveals many keys at once and has automatic groups.
    Latest,
}

impl Generation {
    /// All generations, the oldest first.
    pub const ALL: [Self; 4] = [Self::OneApi, Self::Whole, Self::Masked, Self::Latest];
}

/// A key of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteKey {
    /// Its number.
    pub id: i64,
    /// The key without `sk-`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its group; empty for that of the account.
    pub group: String,
    /// 1 enabled; 2 disabled, 3 expired, 4 used up.
    pub status: i64,
    /// The only models that it may be used for, with commas; empty for all.
    pub model_limits: String,
    /// What is left of it, in the site's units; `None` where only the account limits it.
    pub quota: Option<i64>,
    /// When it expires, Unix seconds; -1 for never.
    pub expires_at: i64,
    /// Whose it is; `None` for the account's own.
    pub user_id: Option<i64>,
}

impl SiteKey {
    /// Makes a key of the usual group that may be used for everything.
    #[must_use]
    pub fn new(id: i64, key: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id,
            key: key.into(),
            name: name.into(),
            group: "default".to_owned(),
            status: 1,
            model_limits: String::new(),
            quota: None,
            expires_at: -1,
            user_id: None,
        }
    }

    /// Returns whether calls can be made with it. The site notes only then that it has expired or is used up.
    fn is_good(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let has_expired = u64::try_from(self.expires_at).is_ok_and(|at| at < now);
        self.status == 1 && !has_expired && self.quota.is_none_or(|quota| quota > 0)
    }
}

/// A model that the site offers.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteModel {
    /// Its name.
    pub name: String,
    /// Multiple of $2 per million input tokens.
    pub ratio: f64,
    /// The groups that may use it.
    pub groups: Vec<String>,
}

/// What a site is; everything can be changed while it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteFacts {
    /// Which site it is like.
    pub generation: Generation,
    /// The access token of the account.
    pub access_token: String,
    /// The number of the account.
    pub user_id: i64,
    /// What is left on the account, in the site's units.
    pub quota: i64,
    /// What a live subscription of the account grants and what was used of it, in the site's units; only the latest sites
    /// have subscriptions.
    pub subscription: Option<(i64, i64)>,
    /// Units that are one dollar, if the site says so.
    pub quota_per_unit: Option<u64>,
    /// Group of the account.
    pub group: String,
    /// Keys.
    pub keys: Vec<SiteKey>,
    /// Models.
    pub models: Vec<SiteModel>,
    /// What the account pays, by the groups that it may use.
    pub group_ratio: BTreeMap<String, f64>,
    /// What the page of prices shows of that: all sites but the latest show everybody what a visitor pays. `None` for the
    /// same.
    pub visitor_ratio: Option<BTreeMap<String, f64>>,
    /// How many requests for secrets are granted; then it answers 429.
    pub reveals_left: usize,
    /// The answer to a check-in: whether it succeeds, and what it says.
    pub check_in: (bool, String),
}

impl SiteFacts {
    /// Makes a site with an account that has nothing but a dollar.
    #[must_use]
    pub fn new(generation: Generation) -> Self {
        Self {
            generation,
            access_token: "management-token".to_owned(),
            user_id: 7,
            quota: 500_000,
            subscription: None,
            quota_per_unit: None,
            group: "default".to_owned(),
            keys: Vec::new(),
            models: Vec::new(),
            group_ratio: BTreeMap::from([("default".to_owned(), 1.0)]),
            visitor_ratio: None,
            reveals_left: usize::MAX,
            check_in: (true, "签到成功".to_owned()),
        }
    }

    /// Adds `keys` keys, spread over `groups`, and `models` models, each offered to two groups that follow one another.
    #[must_use]
    pub fn filled(mut self, keys: usize, models: usize, groups: &[&str]) -> Self {
        let group = |place: usize| groups.get(place % groups.len().max(1)).map_or("default", |group| *group).to_owned();
        for place in 0..keys {
            let id = i64::try_from(place).unwrap_or(0) + 1;
            let key = SiteKey::new(id, format!("key{id:05}padding{id:05}"), format!("key {id}"));
            self.keys.push(SiteKey { group: group(place), ..key });
        }
        for place in 0..models {
            let groups = vec![group(place), group(place + 1)];
            self.models.push(SiteModel { name: format!("model-{place:04}"), ratio: 1.25, groups });
        }
        self.group_ratio.extend(groups.iter().map(|group| ((*group).to_owned(), 1.0)));
        self
    }
}

/// The management side of a site that runs.
#[derive(Debug)]
pub struct Site {
    facts: Mutex<SiteFacts>,
    switch: Mutex<Switch>,
}

/// Which request goes wrong, and how.
#[derive(Debug, Default)]
struct Switch {
    asked: usize,
    fail: Option<(usize, Act)>,
    fail_all: Option<Act>,
}

impl Site {
    /// Makes a site.
    #[must_use]
    pub fn new(facts: SiteFacts) -> Self {
        Self { facts: Mutex::new(facts), switch: Mutex::default() }
    }

    /// Changes what the site is.
    pub fn change<T>(&self, change: impl FnOnce(&mut SiteFacts) -> T) -> T {
        change(&mut self.facts.lock())
    }

    /// Makes the n-th request from now on go wrong, counted from 0, and starts counting.
    pub fn fail_nth(&self, nth: usize, act: Act) {
        *self.switch.lock() = Switch { fail: Some((nth, act)), ..Switch::default() };
    }

    /// Makes all requests go wrong.
    pub fn fail_all(&self, act: Act) {
        *self.switch.lock() = Switch { fail_all: Some(act), ..Switch::default() };
    }

    /// Makes everything go right again, and starts counting.
    pub fn heal(&self) {
        *self.switch.lock() = Switch::default();
    }

    /// Returns how many requests there were since counting started.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.switch.lock().asked
    }

    /// Returns why no call can be made with a secret: the status and what the site says.
    pub(crate) fn objection(&self, secret: &str) -> Option<(u16, String)> {
        let bare = secret.strip_prefix("sk-").unwrap_or(secret);
        let facts = self.facts.lock();
        let Some(key) = facts.keys.iter().find(|key| key.key == bare && key.is_good()) else {
            return Some((401, "无效的令牌".to_owned()));
        };
        let is_open = key.group.is_empty() || key.group == "auto" || facts.group_ratio.contains_key(&key.group);
        (!is_open).then(|| (403, format!("无权访问 {} 分组", key.group)))
    }

    /// Answers a request to the management side.
    pub(crate) fn respond(&self, inbound: &Inbound) -> Plan {
        let act = self.switch.lock().next();
        let reply = answers::answer(&mut self.facts.lock(), inbound);
        match act {
            Some(act) => plan(scripted(&act).unwrap_or(reply), &act, Dialect::OpenAi, ""),
            None => Plan::plain(reply),
        }
    }
}

impl Switch {
    fn next(&mut self) -> Option<Act> {
        let place = self.asked;
        self.asked += 1;
        let nth = self.fail.as_ref().filter(|(nth, _)| *nth == place).map(|(_, act)| act);
        self.fail_all.as_ref().or(nth).cloned()
    }
}

/// Returns what an act says instead of the site.
fn scripted(act: &Act) -> Option<Reply> {
    use crate::script::{Answer, Raw};
    match &act.answer {
        Answer::Vendor | Answer::Text { .. } | Answer::Hang => None,
        Answer::Error { failure } => Some(refusal(failure.status, &failure.message)),
        Answer::Raw(Raw { content_type, pieces }) => {
            Some(Reply::whole(content_type, pieces.iter().flat_map(|piece| piece.bytes.to_vec()).collect::<Vec<u8>>()))
        }
        Answer::Html { status } => Some(with_status(*status, Reply::whole("text/html", "<html>Bad gateway</html>"))),
        Answer::Empty { status } => Some(with_status(*status, Reply::whole("application/json", ""))),
    }
}

fn with_status(status: u16, reply: Reply) -> Reply {
    Reply { status: http::StatusCode::from_u16(status).unwrap_or(reply.status), ..reply }
}

/// Refuses as such sites do, with any status.
fn refusal(status: u16, message: &str) -> Reply {
    with_status(status, Reply::json(&json!({"success": false, "message": message})))
}

/// Agrees as such sites do.
fn agreed(data: Value) -> Reply {
    let fields = [("success", Value::from(true)), ("message", Value::from("")), ("data", data)];
    Reply::json(&fields.into_iter().collect())
}

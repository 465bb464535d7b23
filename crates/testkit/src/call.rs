//! One call as a vendor sees it: the request, and what is needed to answer it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, Method};
use parking_lot::Mutex;
use serde_json::Value;

use crate::compose::Style;
use crate::script::{Act, Answer, Contract};
use crate::site::Site;
use crate::upstream::{Settings, Voice};

/// Creation time of everything that a scripted upstream makes, so that answers are the same in every run.
const FIXED_CREATED: u64 = 1_760_000_000;
/// Objects kept for later calls; the oldest goes when one more comes.
const SHELF_CAPACITY: usize = 10_000;
const ID_ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A request with its body, content coding removed.
#[derive(Debug)]
pub(crate) struct Inbound {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Inbound {
    /// Returns a header as text; `None` also when it is not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the parts of the path between slashes.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    /// Returns the bearer secret, if the scheme is right.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, secret) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    }

    /// Returns the media type without parameters, in lower case.
    pub(crate) fn media_type(&self) -> String {
        let full = self.header("content-type").unwrap_or_default();
        full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// One call with everything that is needed to answer it.
pub(crate) struct Call<'a> {
    pub(crate) inbound: &'a Inbound,
    pub(crate) settings: &'a Settings,
    pub(crate) act: &'a Act,
    pub(crate) contract: Contract,
    pub(crate) address: SocketAddr,
    pub(crate) shelf: &'a Shelf,
    /// The management side, of relay sites that have one.
    pub(crate) site: Option<&'a Site>,
    /// Differs for every call of every upstream, so that ids do.
    pub(crate) serial: u64,
}

impl Call<'_> {
    /// Makes an id of `length` letters and digits after `prefix`; the same call always gets the same.
    pub(crate) fn id(&self, prefix: &str, length: usize) -> String {
        let mut state = prefix.bytes().fold(self.serial, |state, byte| mix(state ^ u64::from(byte)));
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        for _ in 0..length {
            state = mix(state);
            let index = usize::try_from(state % 62).unwrap_or(0);
            id.push(ID_ALPHABET.get(index).copied().map_or('A', char::from));
        }
        id
    }

    /// Returns the creation time to report, in Unix seconds.
    pub(crate) fn created(&self) -> u64 {
        match self.settings.voice {
            Voice::Plain => FIXED_CREATED,
            Voice::Demo => SystemTime::now().duration_since(UNIX_EPOCH).map_or(FIXED_CREATED, |since| since.as_secs()),
        }
    }

    /// Returns whether bodies are checked.
    pub(crate) fn is_strict(&self) -> bool {
        self.contract == Contract::Strict
    }

    /// Returns how generated text is to sound.
    pub(crate) fn style(&self) -> Style<'_> {
        let text = match &self.act.answer {
            Answer::Text { text } => Some(text.as_str()),
            Answer::Vendor
            | Answer::Error { .. }
            | Answer::Raw(_)
            | Answer::Html { .. }
            | Answer::Empty { .. }
            | Answer::Hang => None,
        };
        Style { voice: self.settings.voice, text, pace: &self.act.pace }
    }

    /// Returns whether the upstream has this model; one that was given no list has them all.
    pub(crate) fn has_model(&self, model: &str) -> bool {
        self.settings.models.as_ref().is_none_or(|models| models.iter().any(|known| known == model))
    }

    /// Returns the models to list.
    pub(crate) fn models(&self) -> Vec<String> {
        match &self.settings.models {
            Some(models) => models.clone(),
            None => self.settings.kind.default_models().iter().map(|&model| model.to_owned()).collect(),
        }
    }
}

/// What lives at the upstream between calls: stored responses and video tasks.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<VecDeque<(String, Value)>>);

impl Shelf {
    pub(crate) fn put(&self, id: &str, value: Value) {
        let mut shelf = self.0.lock();
        shelf.retain(|(known, _)| known != id);
        if shelf.len() >= SHELF_CAPACITY {
            shelf.pop_front();
        }
        shelf.push_back((id.to_owned(), value));
    }

    pub(crate) fn get(&self, id: &str) -> Option<Value> {
        self.0.lock().iter().find(|(known, _)| known == id).map(|(_, value)| value.clone())
    }

    pub(crate) fn remove(&self, id: &str) -> bool {
        let mut shelf = self.0.lock();
        let before = shelf.len();
        shelf.retain(|(known, _)| known != id);
        shelf.len() < before
    }
}

/// SplitMix64: spreads a counter over all 64 bits.
const fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

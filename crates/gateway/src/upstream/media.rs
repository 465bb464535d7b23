//! Media that callers name by URL, fetched for upstreams that take bytes only.
//!
//! A caller chooses what is called here, so nothing is called that is not public: names are resolved once, every address
//! is checked, and the connection goes to the address that was checked. Everything has a bound: the size of a file and
//! of all files of a call, redirects, time, files at once over all calls, and what is remembered for the next turn of
//! the conversation. Who asks for the same file at the same time waits for one fetch.

mod address;
mod download;
mod kind;
mod refusal;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::StreamExt;
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::config;
use address::Names;
use download::Downloader;
pub(crate) use refusal::{Blame, Cause, Refusal};

/// Most files that one call may name; no vendor takes more.
const CALL_FILES_MAX: usize = 100;
/// Files of one call that are fetched at once.
const CALL_CONCURRENT: usize = 4;

/// A file that was fetched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// The address as the caller wrote it.
    pub(crate) url: String,
    /// Its media type, by its first bytes where they tell, without parameters.
    pub(crate) mime: String,
    /// The file in base64, padded.
    pub(crate) base64: String,
    /// Length of the file itself.
    size_bytes: u64,
    /// Whether its server lets it be remembered.
    may_be_kept: bool,
}

/// Fetches files; one for the whole process.
pub(crate) struct Fetcher {
    settings: config::Media,
    downloader: Arc<Downloader>,
    kept: Cache<String, Arc<Fetched>>,
    control: Handle,
}

impl Fetcher {
    /// Makes a fetcher whose connections live on the runtime `control`.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub(crate) fn new(settings: config::Media, control: Handle) -> Result<Self, reqwest::Error> {
        Self::with_names(settings, control, Names::System)
    }

    fn with_names(settings: config::Media, control: Handle, names: Names) -> Result<Self, reqwest::Error> {
        let kept = Cache::builder()
            .max_capacity(settings.cache_bytes)
            .time_to_live(settings.cache_ttl)
            .eviction_policy(EvictionPolicy::lru())
            .weigher(|url: &String, file: &Arc<Fetched>| {
                u32::try_from(url.len() * 2 + file.base64.len()).unwrap_or(u32::MAX)
            })
            .build();
        let downloader = Arc::new(Downloader::new(settings.clone(), names)?);
        Ok(Self { settings, downloader, kept, control })
    }

    /// Fetches `urls`; the files are in the order of their addresses.
    ///
    /// Dropping the future ends the fetches that nobody else waits for.
    ///
    /// # Errors
    /// Returns the first refusal, which names the address and the reason. It is the caller's to mend.
    pub(crate) async fn fetch(&self, urls: &[String]) -> Result<Vec<Arc<Fetched>>, Refusal> {
        let Some(first) = urls.first() else { return Ok(Vec::new()) };
        if !self.settings.is_fetched {
            return Err(Refusal::new(first, Cause::Off));
        }
        if urls.len() > CALL_FILES_MAX {
            return Err(Refusal::new(first, Cause::TooMany(CALL_FILES_MAX)));
        }
        let mut fetching =
            futures_util::stream::iter(urls.to_vec()).map(|url| self.fetch_one(url)).buffered(CALL_CONCURRENT);
        let mut files: Vec<Arc<Fetched>> = Vec::with_capacity(urls.len());
        let mut size_bytes = 0;
        while let Some(file) = fetching.next().await {
            let file = file?;
            size_bytes += file.size_bytes;
            if size_bytes > self.settings.max_call_bytes {
                return Err(Refusal::new(&file.url, Cause::CallTooLarge(self.settings.max_call_bytes)));
            }
            files.push(file);
        }
        Ok(files)
    }

    async fn fetch_one(&self, url: String) -> Result<Arc<Fetched>, Refusal> {
        let fetched = self.kept.try_get_with_by_ref(&url, self.download(&url)).await;
        let file = fetched.map_err(|cause| Refusal::new(&url, (*cause).clone()))?;
        if !file.may_be_kept {
            self.kept.invalidate(&url).await;
        }
        Ok(file)
    }

    /// Downloads on the control runtime: relay threads have calls to serve, and a connection must not depend on one.
    async fn download(&self, url: &str) -> Result<Arc<Fetched>, Cause> {
        let (downloader, url) = (Arc::clone(&self.downloader), url.to_owned());
        let task = self.control.spawn(async move { downloader.download(url).await });
        AbortOnDropHandle::new(task).await.map_err(|_| Cause::Broken)?.map(Arc::new)
    }
}

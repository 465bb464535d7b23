//! One download: the request, its redirects, and the bounded reading of what comes.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderStringWriter;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use tokio::sync::Semaphore;
use url::Url;

use super::Fetched;
use super::address::{Checked, Gate, Names};
use super::kind::{HEAD_BYTES, media_type};
use super::refusal::Cause;
use crate::config;
use crate::relay::{Encoding, StreamDecoder, encoding};
use crate::upstream::tls_config;

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 3;
/// Longest address.
const URL_MAX_BYTES: usize = 8 * 1024;
const USER_AGENT: &str = concat!("sluice/", env!("CARGO_PKG_VERSION"));

/// Downloads files, so many at once.
pub(super) struct Downloader {
    client: Client,
    gate: Arc<Gate>,
    places: Semaphore,
    max_file_bytes: u64,
    total_timeout: Duration,
}

impl Downloader {
    pub(super) fn new(settings: config::Media, names: Names) -> Result<Self, reqwest::Error> {
        let gate = Arc::new(Gate::new(settings.private_addresses, settings.ports));
        let client = Client::builder()
            .tls_backend_preconfigured(tls_config(&[]).as_ref().clone())
            .dns_resolver(Checked { gate: Arc::clone(&gate), names })
            // Each redirect is judged here before it is followed, and a proxy would resolve names itself.
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            // A connection is used for one file: the next one is made to an address that was checked for it.
            .pool_max_idle_per_host(0)
            .connect_timeout(settings.connect_timeout)
            .user_agent(USER_AGENT)
            .default_headers(headers())
            .build()?;
        Ok(Self {
            client,
            gate,
            places: Semaphore::new(settings.max_concurrent),
            max_file_bytes: settings.max_file_bytes,
            total_timeout: settings.total_timeout,
        })
    }

    pub(super) async fn download(&self, url: String) -> Result<Fetched, Cause> {
        let whole = async {
            let _place = self.places.acquire().await.map_err(|_| Cause::Broken)?;
            let response = self.follow(&url).await?;
            self.read(response).await
        };
        let file = tokio::time::timeout(self.total_timeout, whole).await;
        let file = file.map_err(|_| Cause::TooSlow(self.total_timeout))??;
        Ok(Fetched {
            url,
            mime: file.mime,
            base64: file.base64,
            size_bytes: file.size_bytes,
            may_be_kept: file.may_be_kept,
        })
    }

    /// Returns the answer that has the file.
    async fn follow(&self, url: &str) -> Result<Response, Cause> {
        if url.len() > URL_MAX_BYTES {
            return Err(Cause::NotAnAddress);
        }
        let mut url = Url::parse(url).map_err(|_| Cause::NotAnAddress)?;
        for _ in 0..=REDIRECTS_MAX {
            self.gate.check(&url)?;
            let response = self.client.get(url.clone()).send().await.map_err(|error| cause_of(&error))?;
            match response.status().as_u16() {
                200 => return Ok(response),
                301 | 302 | 303 | 307 | 308 => url = next_address(&response, &url)?,
                status => return Err(Cause::Status(status)),
            }
        }
        Err(Cause::Redirects(REDIRECTS_MAX))
    }

    async fn read(&self, mut response: Response) -> Result<File, Cause> {
        let too_large = || Cause::TooLarge(self.max_file_bytes);
        if response.content_length().is_some_and(|length| length > self.max_file_bytes) {
            return Err(too_large());
        }
        let mut decoder = match encoding(response.headers()) {
            Encoding::Identity => None,
            Encoding::One(coding) => Some(StreamDecoder::new(coding)),
            Encoding::Unknown => return Err(Cause::Broken),
        };
        let mut content = Content::default();
        while let Some(piece) = response.chunk().await.map_err(|error| cause_of(&error))? {
            match &mut decoder {
                None => content.push(&piece)?,
                Some(decoder) => content.push_decoded(decoder, &piece, self.max_file_bytes)?,
            }
            if content.size_bytes > self.max_file_bytes {
                return Err(too_large());
            }
        }
        content.finish(response.headers())
    }
}

fn headers() -> HeaderMap {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (ACCEPT, HeaderValue::from_static("image/*, audio/*, video/*, application/pdf, text/plain, */*;q=0.5")),
        (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
    ];
    headers.into_iter().collect()
}

fn next_address(response: &Response, from: &Url) -> Result<Url, Cause> {
    let location = response.headers().get(LOCATION).ok_or(Cause::Status(response.status().as_u16()))?;
    let location = location.to_str().ok().filter(|location| location.len() <= URL_MAX_BYTES);
    location.and_then(|location| from.join(location).ok()).ok_or(Cause::NotAnAddress)
}

/// Returns the reason of a failure; that of the resolver is inside.
fn cause_of(error: &reqwest::Error) -> Cause {
    let mut inner: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = inner {
        if let Some(cause) = error.downcast_ref::<Cause>() {
            return cause.clone();
        }
        inner = error.source();
    }
    if error.is_connect() || error.is_timeout() { Cause::Unreachable } else { Cause::Broken }
}

/// Encoded bytes that are decoded at a time.
const ENCODED_PIECE_BYTES: usize = 4 * 1024;

/// What has come of a file; it is turned into base64 as it comes.
struct Content {
    head: Vec<u8>,
    base64: EncoderStringWriter<'static, GeneralPurpose, String>,
    size_bytes: u64,
}

/// A whole file.
struct File {
    mime: String,
    base64: String,
    size_bytes: u64,
    may_be_kept: bool,
}

impl Default for Content {
    fn default() -> Self {
        Self { head: Vec::new(), base64: EncoderStringWriter::new(&STANDARD), size_bytes: 0 }
    }
}

impl Content {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        self.size_bytes += bytes.len() as u64;
        self.base64.write_all(bytes).map_err(|_| Cause::Broken)
    }

    /// Takes encoded bytes, a little at a time: a few of them may stand for very many.
    fn push_decoded(&mut self, decoder: &mut StreamDecoder, bytes: &[u8], max_bytes: u64) -> Result<(), Cause> {
        for piece in bytes.chunks(ENCODED_PIECE_BYTES) {
            let plain = decoder.push(piece);
            if matches!(decoder, StreamDecoder::Broken) {
                return Err(Cause::Broken);
            }
            self.push(&plain)?;
            if self.size_bytes > max_bytes {
                break;
            }
        }
        Ok(())
    }

    fn finish(self, headers: &HeaderMap) -> Result<File, Cause> {
        if self.size_bytes == 0 {
            return Err(Cause::WrongType("empty".into()));
        }
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let mime = media_type(text(CONTENT_TYPE), &self.head)?;
        let forbids = |word: &str| ["no-store", "no-cache", "private", "max-age=0"].contains(&word);
        let may_be_kept =
            !text(CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase().split(',').any(|word| forbids(word.trim()));
        Ok(File { mime, base64: self.base64.into_inner(), size_bytes: self.size_bytes, may_be_kept })
    }
}

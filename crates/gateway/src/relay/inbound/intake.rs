//! Reading a request's body: bounded, in memory when small, in a temporary file when large.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::Semaphore;

use crate::relay::fault::{Fault, Kind};
use crate::relay::wire::coding::{Coding, Encoding, decode_whole, encoding, reader};

/// Limits on what is read.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    /// Largest body, decoded or not.
    pub(crate) max_body_bytes: u64,
    /// Bodies above this go to a file.
    pub(crate) spool_above_bytes: usize,
    /// Longest wait for the next piece of a body.
    pub(crate) idle: Duration,
    /// Folder of the files; they have no name there.
    pub(crate) spool_dir: std::path::PathBuf,
    /// Bounds how many encoded bodies are decoded at once.
    pub(crate) decoders: Arc<Semaphore>,
}

/// Encoded bodies that are decoded at once by all relay threads.
pub(crate) const DECODERS_MAX: usize = 8;

/// How an upload gets on. A client must keep up a least speed, so that nobody holds a place by dripping.
struct Upload {
    body: Incoming,
    started: Instant,
    received: u64,
}

/// Time that every upload has, and the speed it must keep beyond.
const UPLOAD_GRACE: Duration = Duration::from_secs(60);
const UPLOAD_MIN_BYTES_PER_SEC: u64 = 8 * 1024;

impl Upload {
    fn time_left(&self) -> Duration {
        let earned = Duration::from_secs(self.received / UPLOAD_MIN_BYTES_PER_SEC);
        (UPLOAD_GRACE + earned).saturating_sub(self.started.elapsed())
    }
}

/// A request's body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Payload {
    /// As it came.
    pub(crate) wire: Bytes,
    /// Decoded; the same memory where nothing was encoded.
    pub(crate) plain: Bytes,
    /// Whether `wire` is encoded.
    pub(crate) is_encoded: bool,
}

/// Where a request's body comes from.
pub(crate) enum Inbound {
    /// From the client.
    Wire(Incoming),
    /// From Sluice, which made it of another request.
    Made(Bytes),
}

/// Bytes that are gathered before they are written to the file.
const SPOOL_CHUNK_BYTES: usize = 1024 * 1024;

impl Intake {
    /// Reads the whole body.
    ///
    /// # Errors
    /// Says what is wrong with the body, or that it is too large, too slow or encoded in an unknown way.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Inbound) -> Result<Payload, Fault> {
        let body = match body {
            Inbound::Wire(body) => body,
            Inbound::Made(plain) => return Ok(Payload { wire: plain.clone(), plain, is_encoded: false }),
        };
        let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.max_body_bytes) {
            return Err(self.too_large());
        }
        let coding = match encoding(headers) {
            Encoding::Identity => None,
            Encoding::One(coding) => Some(coding),
            Encoding::Unknown => {
                return Err(Fault::new(
                    Kind::UnsupportedEncoding,
                    "this `content-encoding` is not understood; use gzip, deflate, br or zstd",
                ));
            }
        };
        let wire = self.read_wire(body, announced).await?;
        match coding {
            None => Ok(Payload { plain: wire.clone(), wire, is_encoded: false }),
            Some(coding) => {
                let plain = self.decode(coding, wire.clone()).await?;
                Ok(Payload { wire, plain, is_encoded: true })
            }
        }
    }

    async fn read_wire(&self, body: Incoming, announced: Option<u64>) -> Result<Bytes, Fault> {
        let mut upload = Upload { body, started: Instant::now(), received: 0 };
        if announced.is_some_and(|length| length > self.spool_above_bytes as u64) {
            return self.spool(upload, BytesMut::new()).await;
        }
        let Some(first) = self.next_piece(&mut upload).await? else { return Ok(Bytes::new()) };
        if upload.body.is_end_stream() {
            return Ok(first);
        }
        let mut gathered = BytesMut::with_capacity(announced.map_or(first.len() * 2, |length| {
            usize::try_from(length).unwrap_or(usize::MAX).min(self.spool_above_bytes)
        }));
        gathered.extend_from_slice(&first);
        while let Some(piece) = self.next_piece(&mut upload).await? {
            gathered.extend_from_slice(&piece);
            if gathered.len() > self.spool_above_bytes {
                return self.spool(upload, gathered).await;
            }
        }
        Ok(gathered.freeze())
    }

    /// Returns the next bytes, if the upload is within all its bounds.
    async fn next_piece(&self, upload: &mut Upload) -> Result<Option<Bytes>, Fault> {
        loop {
            let limit = self.idle.min(upload.time_left());
            let frame = tokio::time::timeout(limit, upload.body.frame()).await.map_err(|_| {
                Fault::new(Kind::BodyTimeout, "the request's body came too slowly; send it without long pauses")
            })?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => {
                    return Err(Fault::new(
                        Kind::InvalidBody,
                        format!("the request's body could not be read: {error}"),
                    ));
                }
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        upload.received += data.len() as u64;
                        if upload.received > self.max_body_bytes {
                            return Err(self.too_large());
                        }
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Writes the rest of a body to a file and returns it as memory backed by that file.
    async fn spool(&self, mut upload: Upload, gathered: BytesMut) -> Result<Bytes, Fault> {
        let mut spool = Spool::create(&self.spool_dir).await?;
        let mut chunk = gathered;
        while let Some(piece) = self.next_piece(&mut upload).await? {
            chunk.extend_from_slice(&piece);
            if chunk.len() >= SPOOL_CHUNK_BYTES {
                spool = spool.write(std::mem::take(&mut chunk)).await?;
            }
        }
        spool.write(chunk).await?.into_bytes().await
    }

    async fn decode(&self, coding: Coding, wire: Bytes) -> Result<Bytes, Fault> {
        /// Decoding more than this would hold up the calls that share the thread.
        const INLINE_MAX_BYTES: usize = 16 * 1024;
        const INLINE_MAX_PLAIN_BYTES: u64 = 256 * 1024;
        let inline_limit = self.max_body_bytes.min(INLINE_MAX_PLAIN_BYTES);
        let inline = (wire.len() <= INLINE_MAX_BYTES).then(|| decode_whole(coding, &wire, inline_limit));
        let plain = match inline {
            Some(Err(error)) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                self.decode_aside(coding, wire).await?
            }
            None => self.decode_aside(coding, wire).await?,
            Some(plain) => plain.map(Bytes::from),
        };
        plain.map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => self.too_large(),
            std::io::ErrorKind::StorageFull => spool_failed(),
            _ => Fault::new(Kind::InvalidBody, "the body does not match its `content-encoding`"),
        })
    }

    /// Decodes on a thread that may take its time; what is large goes to a file as it is decoded.
    async fn decode_aside(&self, coding: Coding, wire: Bytes) -> Result<std::io::Result<Bytes>, Fault> {
        let _permit = self.decoders.acquire().await.map_err(|_| spool_failed())?;
        let (limit, in_memory, dir) = (self.max_body_bytes, self.spool_above_bytes, self.spool_dir.clone());
        let work = move || decode_spooled(reader(coding, &wire)?, limit, in_memory, &dir);
        tokio::task::spawn_blocking(work).await.map_err(|_| spool_failed())
    }

    fn too_large(&self) -> Fault {
        let limit_mib = self.max_body_bytes / (1024 * 1024);
        Fault::new(Kind::BodyTooLarge, format!("the body is larger than {limit_mib} MiB, the limit of this gateway"))
    }
}

/// Reads all of `plain`, the first `in_memory` bytes into memory and, if there are more, everything into a file.
fn decode_spooled(mut plain: impl Read, limit: u64, in_memory: usize, dir: &Path) -> std::io::Result<Bytes> {
    let mut start = Vec::new();
    plain.by_ref().take(in_memory as u64).read_to_end(&mut start)?;
    if start.len() < in_memory {
        return Ok(start.into());
    }
    let mut file = tempfile::tempfile_in(dir)?;
    file.write_all(&start)?;
    let left = limit.saturating_sub(start.len() as u64);
    if std::io::copy(&mut plain.take(left.saturating_add(1)), &mut file)? > left {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    map(&file)
}

fn spool_failed() -> Fault {
    Fault::later(
        Kind::SpoolFailed,
        "a large body could not be stored for forwarding; ask the operator to check the disk",
        5,
    )
}

/// A temporary file without a name: it is gone with its last user, even after a crash.
struct Spool {
    file: std::fs::File,
}

impl Spool {
    async fn create(dir: &Path) -> Result<Self, Fault> {
        let dir = dir.to_owned();
        blocking(move || tempfile::tempfile_in(dir).map(|file| Self { file })).await
    }

    async fn write(mut self, chunk: BytesMut) -> Result<Self, Fault> {
        blocking(move || self.file.write_all(&chunk).map(|()| self)).await
    }

    async fn into_bytes(self) -> Result<Bytes, Fault> {
        blocking(move || map(&self.file)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::error!(%error, "spooling a request's body failed");
            Err(spool_failed())
        }
        Err(_) => Err(spool_failed()),
    }
}

#[expect(unsafe_code, reason = "mapping a file is the only way to read it as one slice without holding it in memory")]
fn map(file: &std::fs::File) -> std::io::Result<Bytes> {
    if file.metadata()?.len() == 0 {
        return Ok(Bytes::new());
    }
    // SAFETY: the file has no name and this process never writes to it again, so its bytes cannot change underneath.
    let map = unsafe { memmap2::Mmap::map(file)? };
    Ok(Bytes::from_owner(map))
}

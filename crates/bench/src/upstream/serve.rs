//! One task per connection: read a call, wait as planned, write prepared bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::Mock;
use super::control;
use super::plan::{Answers, Fault, Prepared};
use super::request::{self, Request};
use super::stats::{Open, count};
use crate::dialect::{CALL_DIGITS, Shape};

/// First size of a connection's buffers; small, so that thousands of slow streams stay cheap.
const BUFFER_BYTES: usize = 2 * 1024;
/// Longest silence of a stalled call; bounds what a forgotten client costs.
const STALL: Duration = Duration::from_secs(600);

/// Whether the connection can carry another call.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    Next,
    Close,
}

/// A call to be answered.
struct Call<'a> {
    mock: &'a Mock,
    prepared: &'a Prepared,
    answers: &'a Answers,
    digits: [u8; CALL_DIGITS],
    shape: Shape,
}

/// Accepts connections until the runtime ends.
pub(crate) async fn accept(listener: TcpListener, mock: Arc<Mock>) -> anyhow::Result<()> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let mock = Arc::clone(&mock);
                tokio::spawn(async move { serve(stream, &mock).await });
            }
            // Out of descriptors: the connection waits in the backlog until others have ended.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(mut stream: TcpStream, mock: &Mock) -> anyhow::Result<()> {
    let _open = Open::new(&mock.stats.connections_open);
    stream.set_nodelay(true)?;
    let mut buffer = BytesMut::with_capacity(BUFFER_BYTES);
    let mut scratch = Vec::with_capacity(BUFFER_BYTES);
    while let Some(request) = request::read(&mut stream, &mut buffer).await? {
        match request {
            Request::Other { method, path, body } => {
                stream.write_all(&control::answer(mock, &method, &path, &body)).await?;
            }
            Request::Call { dialect, shape, digits, size_bytes } => {
                let prepared = mock.prepared();
                let call = Call { mock, prepared: &prepared, answers: prepared.answers(dialect), digits, shape };
                mock.stats.request_bytes.fetch_add(size_bytes as u64, Ordering::Relaxed);
                if call.answer(&mut stream, &mut scratch).await? == Then::Close {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

impl Call<'_> {
    async fn answer(&self, stream: &mut TcpStream, scratch: &mut Vec<u8>) -> anyhow::Result<Then> {
        let number = self.mock.stats.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.prepared.latency.is_zero() {
            tokio::time::sleep(self.prepared.latency).await;
        }
        if self.prepared.fault_every > 0 && number.is_multiple_of(self.prepared.fault_every) {
            count(&self.mock.stats.faults);
            return self.fail(stream, scratch).await;
        }
        match self.shape {
            Shape::Plain => {
                self.answers.plain.write_to(&self.digits, scratch);
                stream.write_all(scratch).await?;
                Ok(Then::Next)
            }
            Shape::Stream => self.stream(stream, scratch).await,
        }
    }

    async fn stream(&self, stream: &mut TcpStream, scratch: &mut Vec<u8>) -> anyhow::Result<Then> {
        let _open = Open::new(&self.mock.stats.streams_open);
        count(&self.mock.stats.streams);
        let sent = self.send_events(stream, self.prepared.chunks).await;
        if !matches!(sent, Ok(Then::Next)) {
            count(&self.mock.stats.streams_left);
            return Ok(Then::Close);
        }
        self.answers.closing.write_to(&self.digits, scratch);
        stream.write_all(scratch).await?;
        Ok(Then::Next)
    }

    /// Sends the opening and `chunks` chunks at their pace; says `Close` when the peer has left.
    async fn send_events(&self, stream: &mut TcpStream, chunks: usize) -> anyhow::Result<Then> {
        stream.write_all(&self.answers.opening).await?;
        let interval = self.prepared.chunk_interval;
        let mut due = Instant::now() + first_delay(interval);
        for _ in 0..chunks {
            if !interval.is_zero() {
                if is_closed_before(stream, due).await {
                    return Ok(Then::Close);
                }
                due += interval;
            }
            stream.write_all(&self.answers.chunk).await?;
        }
        Ok(Then::Next)
    }

    async fn fail(&self, stream: &mut TcpStream, scratch: &mut Vec<u8>) -> anyhow::Result<Then> {
        match self.prepared.fault {
            Fault::ServerError => stream.write_all(&self.prepared.server_error).await?,
            Fault::RateLimited => stream.write_all(&self.prepared.rate_limited).await?,
            Fault::ErrorEvent => stream.write_all(&self.prepared.error_event).await?,
            Fault::Disconnect => return Ok(Then::Close),
            Fault::Stall => {
                is_closed_before(stream, Instant::now() + STALL).await;
                return Ok(Then::Close);
            }
            Fault::Cut => {
                self.send_half(stream, scratch).await?;
                return Ok(Then::Close);
            }
        }
        Ok(Then::Next)
    }

    async fn send_half(&self, stream: &mut TcpStream, scratch: &mut Vec<u8>) -> anyhow::Result<()> {
        match self.shape {
            Shape::Plain => {
                self.answers.plain.write_to(&self.digits, scratch);
                stream.write_all(scratch.get(..scratch.len() / 2).unwrap_or_default()).await?;
            }
            Shape::Stream => {
                self.send_events(stream, self.prepared.chunks / 2).await?;
            }
        }
        Ok(())
    }
}

/// Spreads streams that start together over one interval, as independent streams are in life.
fn first_delay(interval: Duration) -> Duration {
    static STARTED: AtomicU64 = AtomicU64::new(0);
    /// 2⁶⁴ divided by the golden ratio: multiples of it fill an interval evenly, however many there are.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let turn = STARTED.fetch_add(1, Ordering::Relaxed).wrapping_mul(GOLDEN);
    interval.mul_f64((turn >> 11) as f64 / (1_u64 << 53) as f64)
}

/// Waits until `due`; returns early and true when the peer closes the connection.
async fn is_closed_before(stream: &mut TcpStream, due: Instant) -> bool {
    let mut byte = [0; 1];
    tokio::select! {
        biased;
        () = tokio::time::sleep_until(due) => false,
        // A client sends nothing while it waits for an answer, so whatever is read here ends the stream.
        _ = stream.read(&mut byte) => true,
    }
}

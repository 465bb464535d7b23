//! A socket that gives up on a peer that does not read.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// A socket whose writing fails when the peer takes nothing for too long. hyper asks a body for more only while the
/// socket takes it, so nothing else would notice, and the call would hold its upstream for as long as the peer likes.
pub(super) struct Progressing {
    tcp: TcpStream,
    limit: Duration,
    /// Runs from when the socket took no more. Most connections never need it.
    stall: Option<Pin<Box<Sleep>>>,
}

impl Progressing {
    /// Wraps a socket; `limit` is the longest time without any progress.
    pub(super) fn new(tcp: TcpStream, limit: Duration) -> Self {
        Self { tcp, limit, stall: None }
    }

    fn watch<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stall = None;
            return polled;
        }
        let limit = self.limit;
        let stall = self.stall.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(stall.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Progressing {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}

impl AsyncWrite for Progressing {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.watch(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.tcp).poll_write_vectored(context, pieces);
        self.watch(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    // Flushing a TCP socket does nothing, so it neither stalls nor is it progress.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn pair(limit: Duration) -> (TcpStream, Progressing) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (client, Progressing::new(listener.accept().await.unwrap().0, limit))
    }

    #[tokio::test]
    async fn a_peer_that_never_reads_is_given_up() {
        let (_client, mut server) = pair(Duration::from_millis(100)).await;
        let chunk = vec![0; 1 << 20];
        let error = loop {
            if let Err(error) = server.write_all(&chunk).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_slow_peer_is_served_for_longer_than_one_limit() {
        let (mut client, mut server) = pair(Duration::from_millis(400)).await;
        let reading = tokio::spawn(async move {
            let (mut buffer, mut count) = (vec![0; 8 << 20], 0);
            loop {
                tokio::time::sleep(Duration::from_millis(60)).await;
                match client.read(&mut buffer).await.unwrap() {
                    0 => return count,
                    more => count += more,
                }
            }
        });
        let whole = vec![7; 64 << 20];
        server.write_all(&whole).await.unwrap();
        assert!(server.stall.is_none());
        drop(server);
        assert_eq!(reading.await.unwrap(), whole.len());
    }
}

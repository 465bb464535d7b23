//! The mock upstream: prepared answers over raw sockets, so cheap that it never is what a measurement measures.
//!
//! One runtime per thread, each with its own listener on the same port. What it answers is a [`Plan`] that a running
//! measurement replaces through `PUT /__plan`; what it has seen is at `GET /__stats`, and `POST /__reset` forgets it.

mod control;
mod plan;
mod request;
mod serve;
mod stats;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use clap::Args;
use tokio::net::{TcpListener, TcpSocket};

use plan::{Plan, Prepared};
use stats::Stats;

/// Connections that may wait to be accepted; thousands arrive at once when streams are opened.
const BACKLOG: u32 = 8192;

/// Where the mock listens and what it answers until it is told otherwise.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Threads, each with its own listener.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[command(flatten)]
    plan: Plan,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Mock {
    prepared: Mutex<Arc<Prepared>>,
    stats: Stats,
}

impl Mock {
    fn new(plan: &Plan) -> Self {
        Self { prepared: Mutex::new(Arc::new(Prepared::new(plan))), stats: Stats::default() }
    }

    fn prepared(&self) -> Arc<Prepared> {
        Arc::clone(&self.prepared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn follow(&self, plan: &Plan) {
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Prepared::new(plan));
    }
}

/// Serves until the process is ended; prints the address it listens on as the first line.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mock = Arc::new(Mock::new(&options.plan));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let first = runtime.block_on(async { listen(options.listen) })?;
    let address = first.local_addr()?;
    for number in 1..options.threads {
        let mock = Arc::clone(&mock);
        std::thread::Builder::new().name(format!("mock-{number}")).spawn(move || serve_on_thread(address, &mock))?;
    }
    crate::output::print_line(&serde_json::json!({"listening": address.to_string()}))?;
    runtime.block_on(serve::accept(first, mock))
}

fn serve_on_thread(address: SocketAddr, mock: &Arc<Mock>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { serve::accept(listen(address)?, Arc::clone(mock)).await })
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address).with_context(|| format!("cannot listen on `{address}`"))?;
    Ok(socket.listen(BACKLOG)?)
}

/// Starts a mock on a free port for as long as the tests run; `plan` is what the command line would say.
#[cfg(test)]
pub(crate) fn start(plan: &str) -> SocketAddr {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }
    let line: Line = clap::Parser::parse_from(["upstream"].into_iter().chain(plan.split(' ')));
    let mock = Arc::new(Mock::new(&line.options.plan));
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = listen(line.options.listen).unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            serve::accept(listener, mock).await
        })
    });
    told.recv().unwrap()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    use super::*;

    fn ask(mock: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(mock).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stat(mock: SocketAddr, name: &str) -> u64 {
        let answer = ask(mock, "GET /__stats HTTP/1.1\r\n\r\n");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str::<serde_json::Value>(body).unwrap()[name].as_u64().unwrap()
    }

    #[test]
    fn a_new_plan_holds_from_the_next_call_on() {
        let mock = start("--answer-bytes 800");
        let plan = r#"{"answer_bytes":1234,"chunks":1,"chunk_interval_ms":0,"latency_ms":0}"#;
        let put = format!("PUT /__plan HTTP/1.1\r\ncontent-length: {}\r\n\r\n{plan}", plan.len());
        assert!(ask(mock, &put).starts_with("HTTP/1.1 200"));
        let call = "POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        assert!(ask(mock, call).contains("content-length: 1234\r\n"));
        assert_eq!(stat(mock, "calls"), 1);
        ask(mock, "POST /__reset HTTP/1.1\r\n\r\n");
        assert_eq!(stat(mock, "calls"), 0);
    }

    #[test]
    fn a_client_that_leaves_a_slow_stream_frees_it_before_the_next_chunk() {
        let mock = start("--chunks 10 --chunk-interval-ms 60000");
        let mut stream = TcpStream::connect(mock).unwrap();
        let body = r#"{"stream":true}"#;
        write!(stream, "POST /v1/messages HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let _head = stream.read(&mut [0; 16]).unwrap();
        assert_eq!(stat(mock, "streams_open"), 1);
        drop(stream);
        let started = Instant::now();
        while stat(mock, "streams_open") > 0 {
            assert!(started.elapsed() < Duration::from_secs(10), "the stream is still open");
            std::thread::yield_now();
        }
        assert_eq!(stat(mock, "streams_left"), 1);
    }
}

//! The proxy as SOCKS 5 knows it (RFC 1928, RFC 1929): a greeting, a proof, a place to connect to.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Mood, Shared, Way, pass_on};

const VERSION: u8 = 5;
const NO_PROOF: u8 = 0;
const BY_PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xff;
const SUCCEEDED: u8 = 0;
const NOT_ALLOWED: u8 = 2;
const UNREACHABLE: u8 = 4;

/// Serves one connection.
pub(super) async fn serve(mut tcp: TcpStream, shared: &Shared) -> io::Result<()> {
    if !greet(&mut tcp, shared).await? {
        return Ok(());
    }
    let place = read_place(&mut tcp).await?;
    if shared.mood() == Mood::Refusing {
        return tell(&mut tcp, NOT_ALLOWED).await;
    }
    match shared.dial(Way::Tunnel, place).await {
        Ok(upstream) => {
            tell(&mut tcp, SUCCEEDED).await?;
            pass_on(tcp, upstream).await;
            Ok(())
        }
        Err(_) => tell(&mut tcp, UNREACHABLE).await,
    }
}

/// Agrees on a proof and checks it.
async fn greet(tcp: &mut TcpStream, shared: &Shared) -> io::Result<bool> {
    let (_version, count) = (tcp.read_u8().await?, tcp.read_u8().await?);
    let methods = read_bytes(tcp, count).await?;
    let wanted = if shared.user.is_some() { BY_PASSWORD } else { NO_PROOF };
    if !methods.contains(&wanted) {
        tcp.write_all(&[VERSION, NO_METHOD]).await?;
        return Ok(false);
    }
    tcp.write_all(&[VERSION, wanted]).await?;
    if wanted == NO_PROOF {
        return Ok(true);
    }
    let _version = tcp.read_u8().await?;
    let name = read_text(tcp).await?;
    let password = read_text(tcp).await?;
    let is_welcome = shared.is_welcome(&name, &password);
    tcp.write_all(&[1, u8::from(!is_welcome)]).await?;
    Ok(is_welcome)
}

async fn read_place(tcp: &mut TcpStream) -> io::Result<String> {
    let mut head = [0; 4];
    tcp.read_exact(&mut head).await?;
    let host = match head {
        [.., 1] => Ipv4Addr::from(tcp.read_u32().await?).to_string(),
        [.., 3] => read_text(tcp).await?,
        [.., 4] => format!("[{}]", Ipv6Addr::from(tcp.read_u128().await?)),
        _ => return Err(io::Error::other("another kind of address")),
    };
    Ok(format!("{host}:{}", tcp.read_u16().await?))
}

async fn read_text(tcp: &mut TcpStream) -> io::Result<String> {
    let length = tcp.read_u8().await?;
    String::from_utf8(read_bytes(tcp, length).await?).map_err(io::Error::other)
}

async fn read_bytes(tcp: &mut TcpStream, length: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    tcp.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn tell(tcp: &mut TcpStream, outcome: u8) -> io::Result<()> {
    tcp.write_all(&[VERSION, outcome, 0, 1, 0, 0, 0, 0, 0, 0]).await
}

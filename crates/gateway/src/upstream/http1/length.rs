//! How long the body of an answer is, and what is left of it (RFC 9112 §6.3).

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap};
use http::{HeaderValue, StatusCode};

use super::chunks::Chunks;
use crate::upstream::Broken;

/// What is left of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Exact(u64),
    Chunked(Chunks),
    /// Until the peer closes the connection.
    UntilClose,
}

impl Length {
    /// Reads it from the head of an answer to anything but HEAD, which no call is.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Result<Self, Broken> {
        if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return Ok(Self::Exact(0));
        }
        if let Some(coding) = headers.get_all(header::TRANSFER_ENCODING).iter().next_back() {
            let last = coding.as_bytes().rsplit(|byte| *byte == b',').next().unwrap_or_default();
            let is_chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
            return Ok(if is_chunked { Self::Chunked(Chunks::new()) } else { Self::UntilClose });
        }
        let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter().flat_map(numbers);
        let Some(first) = lengths.next() else { return Ok(Self::UntilClose) };
        match first {
            Some(length) if lengths.all(|other| other == Some(length)) => Ok(Self::Exact(length)),
            _ => Err(Broken::Nonsense("its length is no number, or two numbers")),
        }
    }

    pub(super) const fn is_over(&self) -> bool {
        match self {
            Self::Exact(left) => *left == 0,
            Self::Chunked(chunks) => chunks.is_over(),
            Self::UntilClose => false,
        }
    }

    /// Takes what belongs to the body of what was read.
    pub(super) fn take(&mut self, read: &mut BytesMut) -> Result<Bytes, Broken> {
        match self {
            Self::Exact(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(read.len());
                *left -= count as u64;
                Ok(read.split_to(count).freeze())
            }
            Self::Chunked(chunks) => chunks.take(read),
            Self::UntilClose => Ok(read.split().freeze()),
        }
    }
}

fn numbers(value: &HeaderValue) -> impl Iterator<Item = Option<u64>> {
    value.as_bytes().split(|byte| *byte == b',').map(|number| {
        let number = number.trim_ascii();
        let is_plain = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(number).ok().filter(|_| is_plain)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderName;
    use rstest::rstest;

    use super::*;

    fn of(status: u16, headers: &[(&str, &str)]) -> Option<Length> {
        let pair = |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        let mut map = HeaderMap::new();
        headers.iter().map(pair).for_each(|(name, value)| {
            map.append(name, value);
        });
        Length::of(StatusCode::from_u16(status).unwrap(), &map).ok()
    }

    const CHUNKED: Option<Length> = Some(Length::Chunked(Chunks::new()));

    #[rstest]
    #[case(200, &[("content-length", "12")], Some(Length::Exact(12)))]
    #[case(204, &[("content-length", "12")], Some(Length::Exact(0)))]
    #[case(200, &[("content-length", "12"), ("transfer-encoding", "Chunked")], CHUNKED)]
    #[case(200, &[("transfer-encoding", "gzip, chunked")], CHUNKED)]
    #[case(200, &[("transfer-encoding", "gzip"), ("transfer-encoding", "chunked")], CHUNKED)]
    #[case(200, &[("transfer-encoding", "chunked, gzip")], Some(Length::UntilClose))]
    #[case(200, &[], Some(Length::UntilClose))]
    #[case(200, &[("content-length", "3, 3"), ("content-length", "3")], Some(Length::Exact(3)))]
    #[case(200, &[("content-length", "3"), ("content-length", "4")], None)]
    #[case(200, &[("content-length", "+3")], None)]
    #[case(200, &[("content-length", "")], None)]
    fn a_head_tells_how_long_the_body_is(
        #[case] status: u16,
        #[case] headers: &[(&str, &str)],
        #[case] expected: Option<Length>,
    ) {
        assert_eq!(of(status, headers), expected);
    }
}

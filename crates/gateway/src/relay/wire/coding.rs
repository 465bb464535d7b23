//! Content encodings (RFC 9110 §8.4): bodies are forwarded as they came, but what they say must be read.

use std::io::{self, Read, Write};

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// An encoding that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

/// What a `content-encoding` header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Plain bytes.
    Identity,
    /// One known encoding.
    One(Coding),
    /// Something else.
    Unknown,
}

/// Reads the `content-encoding` of a message.
pub(crate) fn encoding(headers: &HeaderMap) -> Encoding {
    let Some(value) = headers.get(CONTENT_ENCODING) else { return Encoding::Identity };
    match value.to_str().unwrap_or("?").trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Encoding::Identity,
        "gzip" | "x-gzip" => Encoding::One(Coding::Gzip),
        "deflate" => Encoding::One(Coding::Deflate),
        "br" => Encoding::One(Coding::Brotli),
        "zstd" => Encoding::One(Coding::Zstd),
        _ => Encoding::Unknown,
    }
}

/// Returns what reads a whole encoded body.
///
/// # Errors
/// The decoder cannot be made.
pub(crate) fn reader<'a>(coding: Coding, body: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match coding {
        Coding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(body)),
        Coding::Deflate => Box::new(flate2::read::ZlibDecoder::new(body)),
        Coding::Brotli => Box::new(brotli::Decompressor::new(body, BROTLI_BUFFER_BYTES)),
        Coding::Zstd => Box::new(zstd::stream::read::Decoder::new(body)?),
    })
}

/// Decodes a whole body, at most `limit_bytes` of it.
///
/// # Errors
/// The body is broken, or longer than the limit once decoded ([`io::ErrorKind::FileTooLarge`]).
pub(crate) fn decode_whole(coding: Coding, body: &[u8], limit_bytes: u64) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    reader(coding, body)?.take(limit_bytes.saturating_add(1)).read_to_end(&mut plain)?;
    if plain.len() as u64 > limit_bytes {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(plain)
}

const BROTLI_BUFFER_BYTES: usize = 8 * 1024;

/// Decodes a stream piece by piece.
pub(crate) enum StreamDecoder {
    Gzip(flate2::write::MultiGzDecoder<Bounded>),
    Deflate(flate2::write::ZlibDecoder<Bounded>),
    Brotli(Box<brotli::DecompressorWriter<Bounded>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Bounded>>),
    /// The stream was broken; nothing more is read of it.
    Broken,
}

impl StreamDecoder {
    pub(crate) fn new(coding: Coding) -> Self {
        match coding {
            Coding::Gzip => Self::Gzip(flate2::write::MultiGzDecoder::new(Bounded::default())),
            Coding::Deflate => Self::Deflate(flate2::write::ZlibDecoder::new(Bounded::default())),
            Coding::Brotli => {
                Self::Brotli(Box::new(brotli::DecompressorWriter::new(Bounded::default(), BROTLI_BUFFER_BYTES)))
            }
            Coding::Zstd => zstd::stream::write::Decoder::new(Bounded::default())
                .map_or(Self::Broken, |decoder| Self::Zstd(Box::new(decoder))),
        }
    }

    /// Takes the next bytes and returns what they decode to. A broken stream yields nothing: metering must never
    /// disturb the delivery.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let result = match self {
            Self::Gzip(decoder) => written(decoder, bytes, flate2::write::MultiGzDecoder::get_mut),
            Self::Deflate(decoder) => written(decoder, bytes, flate2::write::ZlibDecoder::get_mut),
            Self::Brotli(decoder) => written(decoder.as_mut(), bytes, brotli::DecompressorWriter::get_mut),
            Self::Zstd(decoder) => written(decoder.as_mut(), bytes, zstd::stream::write::Decoder::get_mut),
            Self::Broken => return Vec::new(),
        };
        result.unwrap_or_else(|_| {
            *self = Self::Broken;
            Vec::new()
        })
    }
}

fn written<W: Write>(decoder: &mut W, bytes: &[u8], sink: impl Fn(&mut W) -> &mut Bounded) -> io::Result<Vec<u8>> {
    decoder.write_all(bytes)?;
    decoder.flush()?;
    Ok(std::mem::take(&mut sink(decoder).0))
}

/// Most bytes that one piece of a stream may decode to. An upstream that sends more sends a bomb, and is read no more.
const DECODED_PIECE_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Takes decoded bytes up to a bound.
#[derive(Default)]
pub(crate) struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > DECODED_PIECE_MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn encode(coding: Coding, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match coding {
            Coding::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut out, flate2::Compression::default());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap();
            }
            Coding::Deflate => {
                let mut encoder = flate2::write::ZlibEncoder::new(&mut out, flate2::Compression::default());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap();
            }
            Coding::Brotli => {
                let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
                encoder.write_all(plain).unwrap();
                drop(encoder);
            }
            Coding::Zstd => out = zstd::encode_all(plain, 3).unwrap(),
        }
        out
    }

    #[rstest]
    fn each_encoding_is_read_whole_and_in_pieces(
        #[values(Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd)] coding: Coding,
    ) {
        let plain: Vec<u8> = (0..20_000u32).flat_map(|n| n.to_string().into_bytes()).collect();
        let encoded = encode(coding, &plain);
        assert_eq!(decode_whole(coding, &encoded, 1 << 20).unwrap(), plain);
        let mut decoder = StreamDecoder::new(coding);
        let streamed: Vec<u8> = encoded.chunks(7).flat_map(|piece| decoder.push(piece)).collect();
        assert_eq!(streamed, plain);
    }

    #[rstest]
    fn a_bomb_is_stopped_at_the_limit(#[values(Coding::Gzip, Coding::Brotli, Coding::Zstd)] coding: Coding) {
        let encoded = encode(coding, &vec![0; 10 << 20]);
        assert_eq!(decode_whole(coding, &encoded, 1 << 20).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[rstest]
    fn a_bomb_in_a_stream_is_read_no_further(#[values(Coding::Gzip, Coding::Brotli, Coding::Zstd)] coding: Coding) {
        let mut decoder = StreamDecoder::new(coding);
        assert_eq!(decoder.push(&encode(coding, &vec![0; 64 << 20])), b"");
        assert!(matches!(decoder, StreamDecoder::Broken));
    }

    #[test]
    fn a_broken_stream_yields_nothing() {
        let mut decoder = StreamDecoder::new(Coding::Gzip);
        assert_eq!(decoder.push(b"this is not gzip"), b"");
        assert_eq!(decoder.push(b"nor is this"), b"");
    }
}

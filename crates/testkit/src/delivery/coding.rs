//! Content codings: compressing answers chunk by chunk, decompressing requests.

use std::io::{self, Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::script::Encoding;

const MAX_DECODED_BYTES: u64 = 1024 * 1024 * 1024;
const BROTLI_BUFFER_BYTES: usize = 4_096;
const BROTLI_QUALITY: u32 = 4;
const BROTLI_WINDOW: u32 = 20;

pub(super) const fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Gzip => "gzip",
        Encoding::Br => "br",
    }
}

/// Compresses frames so that each can be read as soon as it is there; a whole body also gets its trailer.
pub(super) fn encoded(encoding: Encoding, frames: &[Bytes], is_whole: bool) -> Vec<Bytes> {
    match encoding {
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            let mut parts = flushed(&mut encoder, frames, |encoder| std::mem::take(encoder.get_mut()));
            if is_whole && let Ok(trailer) = encoder.finish() {
                parts.push(trailer.into());
            }
            parts
        }
        Encoding::Br => {
            let output = Vec::new();
            let mut encoder = brotli::CompressorWriter::new(output, BROTLI_BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW);
            let mut parts = flushed(&mut encoder, frames, |encoder| std::mem::take(encoder.get_mut()));
            if is_whole {
                parts.push(encoder.into_inner().into());
            }
            parts
        }
    }
}

fn flushed<W: Write>(encoder: &mut W, frames: &[Bytes], take: impl Fn(&mut W) -> Vec<u8>) -> Vec<Bytes> {
    let mut parts = Vec::with_capacity(frames.len() + 1);
    for frame in frames {
        // Writing into a Vec cannot fail.
        encoder.write_all(frame).ok();
        encoder.flush().ok();
        parts.push(take(encoder).into());
    }
    parts
}

/// Undoes the content coding of a request.
pub(crate) fn decoded(coding: Option<&str>, body: Bytes) -> io::Result<Bytes> {
    let mut plain = Vec::new();
    match coding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity") => return Ok(body),
        Some("gzip" | "x-gzip") => {
            flate2::read::MultiGzDecoder::new(&body[..]).take(MAX_DECODED_BYTES).read_to_end(&mut plain)?
        }
        Some("deflate") => flate2::read::ZlibDecoder::new(&body[..]).take(MAX_DECODED_BYTES).read_to_end(&mut plain)?,
        Some("br") => {
            let decoder = brotli::Decompressor::new(&body[..], BROTLI_BUFFER_BYTES);
            decoder.take(MAX_DECODED_BYTES).read_to_end(&mut plain)?
        }
        Some("zstd") => zstd::Decoder::new(&body[..])?.take(MAX_DECODED_BYTES).read_to_end(&mut plain)?,
        Some(other) => return Err(io::Error::other(format!("`{other}` is not a known content coding"))),
    };
    Ok(plain.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_in_pieces_reads_back_whole() {
        let frames = [Bytes::from_static(b"data: one\n\n"), Bytes::from_static(b"data: two\n\n")];
        for encoding in [Encoding::Gzip, Encoding::Br] {
            let parts = encoded(encoding, &frames, true);
            assert!(parts.len() == 3 && parts.iter().take(2).all(|part| !part.is_empty()), "{encoding:?}");
            let plain = decoded(Some(name(encoding)), parts.concat().into()).unwrap();
            assert_eq!(plain, frames.concat(), "{encoding:?}");
        }
    }
}

//! The chunks of a body whose length nobody knew before (RFC 9112 §7.1).

use bytes::{Buf, Bytes, BytesMut};

use crate::upstream::Broken;

/// Most bytes of extensions and trailers, which nobody here reads.
const REMARKS_MAX_BYTES: usize = 64 * 1024;
/// Digits that a chunk's size may have.
const DIGITS_MAX: u8 = 15;

/// Takes chunks apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunks {
    place: Place,
    /// Size of the chunk under way, or what is left of it.
    left: u64,
    digits: u8,
    remarks: usize,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Size,
    Extension,
    SizeEnd,
    Data,
    DataReturn,
    DataEnd,
    /// The beginning of a line behind the last chunk.
    Trailer,
    TrailerLine,
    LastEnd,
    Over,
}

impl Chunks {
    pub(super) const fn new() -> Self {
        Self { place: Place::Size, left: 0, digits: 0, remarks: 0 }
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.place, Place::Over)
    }

    /// Takes all that was read up to the body's end, and returns the data in it: that of chunks which came together in one
    /// piece, moved together in place.
    pub(super) fn take(&mut self, read: &mut BytesMut) -> Result<Bytes, Broken> {
        let (mut at, mut end) = (0, 0);
        while let Some(&byte) = read.get(at)
            && !self.is_over()
        {
            if self.place != Place::Data {
                self.step(byte)?;
                at += 1;
                continue;
            }
            if end == 0 {
                // What stands before the first data is dropped, so that a single chunk stays where it is.
                read.advance(std::mem::take(&mut at));
            }
            let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(read.len() - at);
            if at > end {
                read.copy_within(at..at + count, end);
            }
            at += count;
            end += count;
            self.left -= count as u64;
            if self.left == 0 {
                self.place = Place::DataReturn;
            }
        }
        let data = read.split_to(end).freeze();
        read.advance(at - end);
        Ok(data)
    }

    /// Takes a byte that is no data.
    fn step(&mut self, byte: u8) -> Result<(), Broken> {
        self.place = match (self.place, byte) {
            (Place::Size, _) if byte.is_ascii_hexdigit() => self.digit(byte)?,
            (Place::Size, b'\r') if self.digits > 0 => Place::SizeEnd,
            (Place::Size, b';' | b' ' | b'\t') if self.digits > 0 => Place::Extension,
            (Place::Extension, b'\r') => Place::SizeEnd,
            (Place::Extension, _) if byte != b'\n' => self.remark(Place::Extension)?,
            (Place::SizeEnd, b'\n') if self.left == 0 => Place::Trailer,
            (Place::SizeEnd, b'\n') => Place::Data,
            (Place::DataReturn, b'\r') => Place::DataEnd,
            (Place::DataEnd, b'\n') => {
                self.digits = 0;
                Place::Size
            }
            (Place::Trailer, b'\r') => Place::LastEnd,
            (Place::Trailer | Place::TrailerLine, b'\n') => Place::Trailer,
            (Place::Trailer | Place::TrailerLine, _) => self.remark(Place::TrailerLine)?,
            (Place::LastEnd, b'\n') => Place::Over,
            _ => return Err(Broken::Nonsense("a chunk is not framed as it should be")),
        };
        Ok(())
    }

    fn digit(&mut self, byte: u8) -> Result<Place, Broken> {
        let digit = char::from(byte).to_digit(16).unwrap_or_default();
        self.left = self.left << 4 | u64::from(digit);
        self.digits += 1;
        if self.digits > DIGITS_MAX {
            return Err(Broken::Nonsense("a chunk is too large"));
        }
        Ok(Place::Size)
    }

    fn remark(&mut self, place: Place) -> Result<Place, Broken> {
        self.remarks += 1;
        if self.remarks > REMARKS_MAX_BYTES {
            return Err(Broken::Nonsense("its chunks have too many remarks"));
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// Takes `wire` in pieces; returns the data, what is left behind the end, and whether that was reached.
    fn taken(wire: &[u8], cuts: &[usize]) -> Result<(Vec<u8>, Vec<u8>, bool), Broken> {
        let (mut chunks, mut read, mut data) = (Chunks::new(), BytesMut::new(), Vec::new());
        let mut rest = wire;
        for &cut in cuts.iter().chain([&usize::MAX]) {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            read.extend_from_slice(piece);
            data.extend_from_slice(&chunks.take(&mut read)?);
            rest = after;
        }
        Ok((data, read.to_vec(), chunks.is_over()))
    }

    const WIRE: &[u8] = b"5\r\nhello\r\n1;a=b\r\n,\r\n006 \r\n world\r\n0\r\nx-sum: 1\r\ny: 2\r\n\r\nHTTP/1.1";

    proptest! {
        #[test]
        fn data_is_the_same_however_it_comes(cuts in prop::collection::vec(0..12_usize, 0..12)) {
            let (data, left, is_over) = taken(WIRE, &cuts).unwrap();
            prop_assert_eq!((data.as_slice(), left.as_slice(), is_over), (&b"hello, world"[..], &b"HTTP/1.1"[..], true));
        }

        #[test]
        fn garbage_never_panics(wire: Vec<u8>, cuts in prop::collection::vec(0..9_usize, 0..9)) {
            taken(&wire, &cuts).ok();
        }
    }

    #[test]
    fn chunks_that_come_together_are_one_piece() {
        let mut read = BytesMut::from(WIRE);
        assert_eq!(Chunks::new().take(&mut read).unwrap(), "hello, world");
    }

    #[rstest]
    #[case(b"\r\n")]
    #[case(b"g\r\n")]
    #[case(b"-1\r\n")]
    #[case(b"1\n")]
    #[case(b"1\r\nab\r\n")]
    #[case(b"1;x\ny\r\na\r\n")]
    #[case(b"1000000000000000\r\n")]
    fn what_is_no_chunk_is_refused(#[case] wire: &[u8]) {
        assert!(taken(wire, &[]).is_err());
    }

    #[test]
    fn remarks_have_a_bound() {
        let endless = [b"1;".as_slice(), &[b'x'; REMARKS_MAX_BYTES + 1]].concat();
        assert!(taken(&endless, &[]).is_err());
    }
}

//! Looks for the end of a long string 64 bytes at a time, all escapes in them at once: text that was escaped has one
//! every dozen bytes, and a processor guesses wrong at each when they are stepped over one by one.

/// Bytes that are looked at together; bit `n` of a mask stands for byte `n`.
const BLOCK: usize = 64;

/// Returns the offset behind the closing quote of the string in which `at` stands. Where a block needs a closer look, or
/// nothing is left to fill one, returns instead how far the string is sound: a place that no backslash precedes.
pub(super) fn end_of_string(source: &[u8], mut at: usize) -> Result<usize, usize> {
    let mut is_escaped = 0;
    while let Some(block) = source.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let Some(marks) = Marks::of(block) else { break };
        let start = at - is_escaped as usize;
        let escaped = escaped(marks.backslashes, &mut is_escaped);
        let ends = marks.quotes & !escaped;
        let inside = ends.wrapping_sub(1) & !ends;
        if (marks.controls | (escaped & !marks.short_escapes)) & inside != 0 {
            return Err(start);
        }
        if ends != 0 {
            return Ok(at + ends.trailing_zeros() as usize + 1);
        }
        at += BLOCK;
    }
    Err(at - is_escaped as usize)
}

/// Returns which bytes stand behind a backslash that is not escaped itself. `carry` tells so for the first byte of this
/// block, and then for the first of the next.
///
/// In a row of backslashes every other one escapes. Subtracting the row from its successors borrows through it, which
/// leaves the alternation at its odd or even places (simdjson, "Parsing Gigabytes of JSON per Second", 3.1.1).
const fn escaped(backslashes: u64, carry: &mut u64) -> u64 {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let starts = backslashes & !*carry;
    let codes = ((starts << 1) | ODD).wrapping_sub(starts) ^ ODD;
    let escaped = codes ^ (backslashes | *carry);
    *carry = (codes & backslashes) >> 63;
    escaped
}

/// What the bytes of a block are.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    quotes: u64,
    backslashes: u64,
    controls: u64,
    /// What is a whole escape behind a backslash.
    short_escapes: u64,
}

#[cfg(target_arch = "x86_64")]
impl Marks {
    #[expect(unsafe_code, reason = "a function that names its instructions can be called in no other way")]
    fn of(block: &[u8; BLOCK]) -> Option<Self> {
        // SAFETY: SSE2 is part of x86-64; there is no such processor without it.
        Some(unsafe { Self::by_sse2(block) })
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn by_sse2(block: &[u8; BLOCK]) -> Self {
        use std::arch::x86_64::{
            __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        };

        let mut marks = Self::default();
        for (index, lane) in block.as_chunks::<16>().0.iter().enumerate() {
            let number = u128::from_le_bytes(*lane);
            let bytes = _mm_set_epi64x((number >> 64) as i64, number as i64);
            let equal = |byte: u8| _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8));
            let either = |one: u8, other: u8| _mm_or_si128(equal(one), equal(other));
            let mask = |found: __m128i| u64::from(_mm_movemask_epi8(found) as u16) << (16 * index);
            let short_escapes = _mm_or_si128(either(b'/', b'b'), _mm_or_si128(either(b'f', b'n'), either(b'r', b't')));
            marks.quotes |= mask(equal(b'"'));
            marks.backslashes |= mask(equal(b'\\'));
            marks.controls |= mask(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes));
            marks.short_escapes |= mask(short_escapes);
        }
        marks.short_escapes |= marks.quotes | marks.backslashes;
        marks
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Marks {
    /// Elsewhere nothing gives masks as cheaply.
    const fn of(_block: &[u8; BLOCK]) -> Option<Self> {
        None
    }
}

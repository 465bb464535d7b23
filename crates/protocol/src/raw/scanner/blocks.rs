//! Looks for the end of a long string 64 bytes at a time, all escapes in them at once: text that was escaped has one
//! every dozen bytes, and a processor guesses wrong at each when they are stepped over one by one.

/// Bytes that are looked at together; bit `n` of a mask stands for byte `n`.
const BLOCK: usize = 64;

/// Returns the offset behind the closing quote of the string in which `at` stands. Where a block needs a closer look, or
/// nothing is left to fill one, returns instead how far the string is sound: a place that no backslash precedes.
#[expect(unsafe_code, reason = "functions that name their instructions can be called in no other way")]
pub(super) fn end_of_string(source: &[u8], at: usize) -> Result<usize, usize> {
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: this processor has AVX2.
        return unsafe { x86::end_by_avx2(source, at) };
    }
    // SAFETY: SSE2 is part of x86-64; there is no such processor without it.
    unsafe { x86::end_by_sse2(source, at) }
}

#[inline(always)]
fn end_by(source: &[u8], mut at: usize, marks_of: impl Fn(&[u8; BLOCK]) -> Marks) -> Result<usize, usize> {
    let mut is_escaped = 0;
    while let Some(block) = source.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let marks = marks_of(block);
        let start = at - is_escaped as usize;
        let escaped = escaped(marks.backslashes, &mut is_escaped);
        let ends = marks.quotes & !escaped;
        let inside = ends.wrapping_sub(1) & !ends;
        let short_escapes = marks.letters | marks.quotes | marks.backslashes;
        if (marks.controls | (escaped & !short_escapes)) & inside != 0 {
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
/// In a row of backslashes every other one escapes. Subtracting a row from what it would escape borrows through all of it
/// and leaves the alternation, at odd places or at even ones by where the row begins.
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
    /// What else is a whole escape behind a backslash.
    letters: u64,
}

mod x86 {
    use std::arch::x86_64::*;

    use super::{BLOCK, Marks, end_by};

    #[target_feature(enable = "sse2")]
    pub(super) fn end_by_sse2(source: &[u8], at: usize) -> Result<usize, usize> {
        end_by(source, at, |block| marks_by_sse2(block))
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn end_by_avx2(source: &[u8], at: usize) -> Result<usize, usize> {
        end_by(source, at, |block| marks_by_avx2(block))
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn marks_by_sse2(block: &[u8; BLOCK]) -> Marks {
        let mut marks = Marks::default();
        for (index, lane) in block.as_chunks::<16>().0.iter().enumerate() {
            let [low, high] = words(lane);
            let bytes = _mm_set_epi64x(high, low);
            let equal = |byte: u8| _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8));
            let either = |one: u8, other: u8| _mm_or_si128(equal(one), equal(other));
            let mask = |found: __m128i| u64::from(_mm_movemask_epi8(found) as u16) << (16 * index);
            marks.quotes |= mask(equal(b'"'));
            marks.backslashes |= mask(equal(b'\\'));
            marks.controls |= mask(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes));
            let letters = _mm_or_si128(either(b'/', b'b'), _mm_or_si128(either(b'f', b'n'), either(b'r', b't')));
            marks.letters |= mask(letters);
        }
        marks
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn marks_by_avx2(block: &[u8; BLOCK]) -> Marks {
        let mut marks = Marks::default();
        for (index, lane) in block.as_chunks::<32>().0.iter().enumerate() {
            let [first, second, third, fourth] = words(lane);
            let bytes = _mm256_set_epi64x(fourth, third, second, first);
            let equal = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
            let either = |one: u8, other: u8| _mm256_or_si256(equal(one), equal(other));
            let mask = |found: __m256i| u64::from(_mm256_movemask_epi8(found) as u32) << (32 * index);
            marks.quotes |= mask(equal(b'"'));
            marks.backslashes |= mask(equal(b'\\'));
            marks.controls |= mask(_mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes));
            let letters = _mm256_or_si256(either(b'/', b'b'), _mm256_or_si256(either(b'f', b'n'), either(b'r', b't')));
            marks.letters |= mask(letters);
        }
        marks
    }

    /// Returns bytes as numbers of the memory's own order; loading them as one vector needs a pointer.
    fn words<const BYTES: usize, const WORDS: usize>(lane: &[u8; BYTES]) -> [i64; WORDS] {
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(lane.as_chunks::<8>().0) {
            *word = i64::from_le_bytes(*bytes);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        #[expect(unsafe_code, reason = "functions that name their instructions can be called in no other way")]
        fn every_processor_finds_the_same_end(text in r#"([a-zé /]{0,90}|\\{1,5}|\\[nu"]|["\x00-\x1f]){0,12}"#, at in 0_usize..200) {
            let source = text.as_bytes();
            // SAFETY: SSE2 is part of x86-64.
            let by_sse2 = unsafe { x86::end_by_sse2(source, at) };
            prop_assert_eq!(end_of_string(source, at), by_sse2);
        }
    }
}

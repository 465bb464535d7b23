//! Pages of lists that a person looks through.

/// No page holds more rows than this, whatever was asked for.
pub const MAX_PAGE_SIZE: u64 = 1_000;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows to skip.
    pub offset: u64,
    /// Rows wanted; held between 1 and [`MAX_PAGE_SIZE`].
    pub limit: u64,
}

impl PageRequest {
    /// Returns the request for page `number`, counted from 0, of `size` rows.
    #[must_use]
    pub const fn nth(number: u64, size: u64) -> Self {
        Self { offset: number.saturating_mul(size), limit: size }
    }

    pub(crate) fn bounded(self) -> Self {
        // Offsets beyond i64 are no rows on any database, and an error on some.
        const FURTHEST: u64 = 1 << 40;
        Self { offset: self.offset.min(FURTHEST), limit: self.limit.clamp(1, MAX_PAGE_SIZE) }
    }
}

/// Part of a list, and how long the whole is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Number of rows of all pages together.
    pub total: u64,
}

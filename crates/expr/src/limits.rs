//! How large a rule may be and how much one run of it may take: everything that a rule can make big has its bound here.

/// Deepest nesting of brackets, braces and parentheses in a rule.
pub const MAX_NESTING: usize = 32;

/// Greatest height of a rule's tree. Rows of `and` and `or` count once, however long they are.
pub const MAX_HEIGHT: u16 = 64;

/// Deepest nesting of lists and maps in a value.
pub const MAX_VALUE_DEPTH: u8 = 64;

/// Sizes that a compiled regular expression may have, in bytes, and of how many bytes of text it then reads one in a step:
/// large ones may look at many of their states for each byte.
pub const REGEX_SIZES: [(usize, usize); 3] = [(16 * 1024, 16), (64 * 1024, 4), (256 * 1024, 1)];

/// What one rule may take; the defaults are what the gateway uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest source, in bytes.
    pub source_bytes: usize,
    /// Most steps of one run: an operation, an element looked at, or 64 bytes of text read.
    pub steps: u64,
    /// Most memory that one run may ask for, in bytes, whether or not it gives some back.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { source_bytes: 4096, steps: 100_000, memory_bytes: 4 * 1024 * 1024 }
    }
}

/// What is left of a run's budget.
#[derive(Debug)]
pub(crate) struct Gauge {
    steps: u64,
    memory_bytes: usize,
}

impl Gauge {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { steps: limits.steps, memory_bytes: limits.memory_bytes }
    }

    /// Takes one step.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<(), crate::error::Fault> {
        self.steps = self.steps.checked_sub(1).ok_or(crate::error::Fault::TooLong)?;
        Ok(())
    }

    /// Takes the steps of looking at so many elements.
    pub(crate) fn look(&mut self, elements: usize) -> Result<(), crate::error::Fault> {
        let steps = u64::try_from(elements).unwrap_or(u64::MAX);
        self.steps = self.steps.checked_sub(steps).ok_or(crate::error::Fault::TooLong)?;
        Ok(())
    }

    /// Takes the steps of reading a text of so many bytes.
    #[inline]
    pub(crate) fn read(&mut self, bytes: usize) -> Result<(), crate::error::Fault> {
        if bytes < 64 { Ok(()) } else { self.look(bytes / 64) }
    }

    /// Takes memory.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), crate::error::Fault> {
        self.memory_bytes = self.memory_bytes.checked_sub(bytes).ok_or(crate::error::Fault::TooLarge)?;
        self.read(bytes)
    }

    /// Takes the memory of so many values.
    pub(crate) fn grow_values(&mut self, count: usize) -> Result<(), crate::error::Fault> {
        self.grow(count.saturating_mul(size_of::<crate::value::Value<'_>>()))?;
        self.look(count)
    }
}

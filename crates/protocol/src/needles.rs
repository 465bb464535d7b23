//! Words that are looked for in each answer and each event of a stream. How to find one quickly is worked out once, which
//! takes longer than looking through an event.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// A word that is ready to be looked for.
pub(crate) type Needle = LazyLock<Finder<'static>>;

pub(crate) static ERROR: Needle = LazyLock::new(|| Finder::new("\"error\""));
pub(crate) static ID: Needle = LazyLock::new(|| Finder::new("\"id\""));
pub(crate) static USAGE: Needle = LazyLock::new(|| Finder::new("\"usage\""));
pub(crate) static USAGE_METADATA: Needle = LazyLock::new(|| Finder::new("\"usageMetadata\""));
/// What the last event with text of a chat names.
pub(crate) static FINISH_REASON: Needle = LazyLock::new(|| Finder::new("\"finish_reason\""));
/// The same in Gemini's dialect.
pub(crate) static GEMINI_FINISH_REASON: Needle = LazyLock::new(|| Finder::new("\"finishReason\""));
/// Type of Anthropic's last event.
pub(crate) static MESSAGE_STOP: Needle = LazyLock::new(|| Finder::new("\"message_stop\""));
/// Types of the last events of the Responses API.
pub(crate) static RESPONSE_ENDS: LazyLock<[Finder<'static>; 4]> = LazyLock::new(|| {
    ["\"response.completed\"", "\"response.incomplete\"", "\"response.failed\"", "\"response.cancelled\""]
        .map(Finder::new)
});

//! What tells conversations apart: a hash of how they begin, which stays the same from turn to turn.
//!
//! It covers the system prompt, the tools and all messages up to the caller's first, as far as the bounds below go. Two
//! conversations with the same fingerprint begin the same, which is what prompt caches of upstreams go by.

use crate::operation::Dialect;
use crate::raw::RawObject;

/// How much of each part counts, bytes. Long system prompts differ earlier.
const PART_MAX_BYTES: usize = 4 * 1024;
/// Longest way from a message's `"role"` to its value.
const ROLE_MAX_BYTES: usize = 24;

/// How a conversation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// Returns the fingerprint of a request; `None` where it holds no conversation.
    #[must_use]
    pub fn of(dialect: Dialect, request: &RawObject<'_>) -> Option<Self> {
        let (frame, turns): (&[&str], &str) = match dialect {
            Dialect::OpenaiChat => (&["tools", "functions"], "messages"),
            Dialect::OpenaiResponses => (&["instructions", "tools"], "input"),
            Dialect::Anthropic => (&["system", "tools"], "messages"),
            Dialect::Gemini => (&["systemInstruction", "system_instruction", "tools", "cachedContent"], "contents"),
            Dialect::Single => return None,
        };
        let turns = request.get(turns)?;
        let mut hash = crc32fast::Hasher::new();
        for part in frame.iter().filter_map(|name| request.get(name)) {
            hash.update(clipped(part));
        }
        let begin = if turns.first() == Some(&b'[') { first_turns(turns) } else { clipped(turns) };
        Some(Self(u64::from(hash.finalize()) << 32 | u64::from(crc32fast::hash(begin))))
    }

    /// Returns the fingerprint of a session that the client names itself.
    #[must_use]
    pub fn of_session(name: &[u8]) -> Self {
        let half = u64::from(crc32fast::hash(name));
        let mut other = crc32fast::Hasher::new_with_initial(0x5e55_1014);
        other.update(name);
        Self(half << 32 | u64::from(other.finalize()))
    }
}

fn clipped(part: &[u8]) -> &[u8] {
    part.get(..part.len().min(PART_MAX_BYTES)).unwrap_or_default()
}

/// Returns the messages of a JSON array up to the end of the user's first, or as far as the bound goes.
fn first_turns(array: &[u8]) -> &[u8] {
    let array = clipped(array);
    let (mut depth, mut start, mut at) = (0_u32, 0, 0);
    while let Some(&byte) = array.get(at) {
        match byte {
            b'"' => at = end_of_string(array, at + 1),
            b'{' | b'[' => {
                depth += 1;
                if depth == 2 {
                    start = at;
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 1 && is_users(array.get(start..=at).unwrap_or_default()) {
                    return array.get(..=at).unwrap_or_default();
                }
                if depth == 0 {
                    return array.get(..at).unwrap_or_default();
                }
            }
            _ => {}
        }
        at += 1;
    }
    array
}

/// Returns where the string ends whose first sign is at `at`: at its closing quote, or behind everything.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    loop {
        let Some(found) = memchr::memchr2(b'"', b'\\', json.get(at..).unwrap_or_default()) else { return json.len() };
        at += found;
        if json.get(at) == Some(&b'"') {
            return at;
        }
        // What is escaped ends nothing.
        at += 2;
    }
}

/// Returns whether a message says that it is the user's. Gemini's first message may leave its role out.
fn is_users(message: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(message, b"\"role\"") else { return true };
    let near = message.get(at..message.len().min(at + ROLE_MAX_BYTES)).unwrap_or_default();
    memchr::memmem::find(near, b"\"user\"").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn of(dialect: Dialect, body: &str) -> Fingerprint {
        Fingerprint::of(dialect, &RawObject::parse(body.as_bytes()).unwrap()).unwrap()
    }

    #[rstest]
    #[case(
        Dialect::OpenaiChat,
        r#"{"messages":[{"role":"system","content":"be [brief]"},{"role":"user","content":"hi \"}"}]}"#,
        r#"{"messages":[{"role":"system","content":"be [brief]"},{"role":"user","content":"hi \"}"},{"role":"assistant","content":"yes"},{"role":"user","content":"go"}]}"#
    )]
    #[case(
        Dialect::OpenaiChat,
        r#"{"model":"a","messages":[{"content":"hi","role":"user"}]}"#,
        r#"{"model":"b","messages":[{"content":"hi","role":"user"},{"content":"x","role":"assistant"}]}"#
    )]
    #[case(
        Dialect::Anthropic,
        r#"{"system":"s","messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#,
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"assistant","content":"x"}],"system":"s"}"#
    )]
    #[case(
        Dialect::OpenaiResponses,
        r#"{"instructions":"i","input":[{"role":"user","content":"hi"}]}"#,
        r#"{"instructions":"i","input":[{"role":"user","content":"hi"},{"type":"message","role":"assistant"}]}"#
    )]
    #[case(
        Dialect::Gemini,
        r#"{"contents":[{"parts":[{"text":"hi"}]}]}"#,
        r#"{"contents":[{"parts":[{"text":"hi"}]},{"role":"model","parts":[]}]}"#
    )]
    fn a_conversation_keeps_its_fingerprint(#[case] dialect: Dialect, #[case] first: &str, #[case] later: &str) {
        assert_eq!(of(dialect, first), of(dialect, later));
    }

    #[test]
    fn brackets_and_escapes_inside_texts_end_no_message() {
        let first = |text: &str| format!(r#"[{{"role":"user","content":"{text}"}}"#);
        for text in [r"}]", r#"\"}]"#, r"\\", r#"\\\"}"#, ""] {
            let array = format!("{},{{}}]", first(text));
            assert_eq!(first_turns(array.as_bytes()), first(text).as_bytes());
        }
        // What is cut off in the middle of a text or an escape counts as it is.
        for cut in [r#"[{"role":"user","content":"x"#, r#"[{"content":"\"#] {
            assert_eq!(first_turns(cut.as_bytes()), cut.as_bytes());
        }
    }

    #[test]
    fn other_prompts_tools_and_first_messages_have_others() {
        let bodies = [
            r#"{"system":"s","messages":[{"role":"user","content":"hi"}]}"#,
            r#"{"system":"t","messages":[{"role":"user","content":"hi"}]}"#,
            r#"{"system":"s","messages":[{"role":"user","content":"ho"}]}"#,
            r#"{"system":"s","tools":[1],"messages":[{"role":"user","content":"hi"}]}"#,
        ];
        let seen: std::collections::HashSet<Fingerprint> =
            bodies.iter().map(|body| of(Dialect::Anthropic, body)).collect();
        assert_eq!(seen.len(), bodies.len());
    }

    #[test]
    fn long_first_messages_count_by_their_beginning() {
        let body = |end: &str| format!(r#"{{"messages":[{{"role":"user","content":"{}{end}"}}]}}"#, "x".repeat(9_000));
        assert_eq!(of(Dialect::OpenaiChat, &body("a")), of(Dialect::OpenaiChat, &body("b")));
    }

    proptest::proptest! {
        #[test]
        fn any_array_has_a_beginning(text in "[\\[\\]{}\",\\\\ a-z]{0,200}") {
            let _ = first_turns(text.as_bytes());
        }
    }
}

//! Thoughts that travel at a tool call. Some clients return what stands at a call and forget the thought before it, but the
//! thought's vendor wants both back together.

use crate::chat::bridge::Bridge;
use crate::chat::request::{Content, Part, Thinking};
use crate::chat::signature::{Signature, SignatureKind, open_all, to_envelope};
use crate::chat::text::Text;
use crate::operation::Dialect;

/// Thoughts of an answer that no call has taken along yet.
#[derive(Debug, Clone, Default)]
pub(in crate::chat) struct Luggage {
    thoughts: Vec<(Signature<'static>, Text<'static>)>,
}

impl Luggage {
    /// Adds a thought if somebody wants it back.
    pub(in crate::chat) fn add(&mut self, proof: Option<&Signature<'_>>, thought: &Text<'_>, bridge: &Bridge) {
        let proof = match proof.filter(|proof| proof.kind != SignatureKind::None) {
            Some(proof) => proof.clone().into_owned(),
            None if wants_bare_thoughts(bridge) && !thought.is_empty() => {
                Signature::issued(SignatureKind::None, Text::default(), &bridge.issuer).into_owned()
            }
            None => return,
        };
        self.thoughts.push((proof, thought.clone().into_owned()));
    }

    /// Returns the envelope that the next call takes along.
    pub(in crate::chat) fn take(&mut self) -> Option<String> {
        let thoughts = std::mem::take(&mut self.thoughts);
        (!thoughts.is_empty()).then(|| to_envelope(thoughts.iter().map(|(proof, thought)| (proof, thought))))
    }
}

/// Chat completions have no proofs, and some of their vendors refuse a call that comes back without its thought. The
/// clients of chat completions themselves have a field for it.
fn wants_bare_thoughts(bridge: &Bridge) -> bool {
    bridge.upstream == Dialect::OpenaiChat && bridge.client == Dialect::Gemini
}

/// Puts the thoughts that a call took along where they stood: behind the call before it, ahead of what was said since.
/// Returns the proof that is the call's own.
pub(in crate::chat) fn unpack<'a>(parts: &mut Vec<Part<'a>>, at_call: Signature<'a>) -> Option<Signature<'a>> {
    let proofs = open_all(at_call.value.as_escaped()).unwrap_or_else(|| vec![at_call]);
    let (mut own, carried): (Vec<_>, Vec<_>) =
        proofs.into_iter().partition(|proof| proof.kind == SignatureKind::Gemini);
    if !carried.is_empty() {
        let is_call = |part: &Part<'_>| matches!(part.content, Content::Call(_) | Content::Result(_));
        let start = parts.iter().rposition(is_call).map_or(0, |place| place + 1);
        let said = parts.split_off(start);
        parts.extend(carried.into_iter().map(|proof| Part::new(Content::Thinking(thought_of(proof)))));
        // A client that keeps thoughts sends them a second time.
        parts.extend(said.into_iter().filter(|part| !matches!(part.content, Content::Thinking(_))));
    }
    own.pop()
}

fn thought_of(proof: Signature<'_>) -> Thinking<'_> {
    let text = proof.sealed_text.clone().filter(|text| !text.is_empty());
    Thinking { text: text.into_iter().collect(), signature: Some(proof) }
}

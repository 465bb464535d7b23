//! Where thoughts come from: proofs and sealed thoughts go back only to the account that issued them.
//!
//! A proof that crosses into another dialect travels in an envelope which names its issuer, in the field where that
//! dialect keeps its own proofs. Clients return it without looking inside. The envelope is standard base64, because
//! Google's field must be.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::text::Text;
use crate::raw::is_value;

/// Whose proof it is and in which field it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// `signature` of Anthropic's thinking block.
    Anthropic,
    /// `data` of Anthropic's redacted thinking block.
    AnthropicRedacted,
    /// `encrypted_content` of OpenAI's reasoning item.
    Responses,
    /// `thoughtSignature` of Google's part.
    Gemini,
    /// No proof: the thought is one that its vendor does not take back.
    None,
}

impl SignatureKind {
    const ALL: [(Self, u8); 5] = [
        (Self::Anthropic, b'a'),
        (Self::AnthropicRedacted, b'r'),
        (Self::Responses, b'o'),
        (Self::Gemini, b'g'),
        (Self::None, b'n'),
    ];

    fn letter(self) -> u8 {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or(b'?', |(_, letter)| *letter)
    }

    fn of_letter(letter: u8) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == letter).map(|(kind, _)| *kind)
    }
}

/// A proof that a vendor made a thought, or the sealed thought itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature<'a> {
    /// Whose it is.
    pub kind: SignatureKind,
    /// The proof.
    pub value: Text<'a>,
    /// The item's id, where the vendor keeps one (`rs_…`).
    pub item: Option<Text<'a>>,
    /// The account that issued it; `None` when nobody knows.
    pub issuer: Option<Cow<'a, str>>,
    /// The thought that the proof is about, where it came in an envelope. The vendor refuses an altered one.
    pub sealed_text: Option<Text<'a>>,
}

/// First bytes of an envelope, and what they are in base64.
const MAGIC: &[u8] = b"sluice-1\n";
pub(super) const MAGIC_BASE64: &str = "c2x1aWNlLTEK";

impl<'a> Signature<'a> {
    /// Takes a proof that stands in its own vendor's field, be it the vendor's own or one in an envelope.
    #[must_use]
    pub fn found(kind: SignatureKind, value: Text<'a>, item: Option<Text<'a>>) -> Self {
        match open(value.as_escaped()) {
            Some(inside) => inside,
            None => Self { kind, value, item, issuer: None, sealed_text: None },
        }
    }

    /// Takes a proof that an account just issued.
    #[must_use]
    pub fn issued(kind: SignatureKind, value: Text<'a>, issuer: &'a str) -> Self {
        Self { kind, value, item: None, issuer: Some(Cow::Borrowed(issuer)), sealed_text: None }
    }

    /// Returns whether the proof may go to `issuer` in a field of `kind`. One whose issuer nobody knows may: the vendor
    /// judges it.
    #[must_use]
    pub fn may_go_to(&self, kind: SignatureKind, issuer: &str) -> bool {
        self.kind == kind && self.issuer.as_deref().is_none_or(|known| known == issuer)
    }

    /// Returns the envelope in which the proof crosses into another dialect together with its thought.
    #[must_use]
    pub fn to_envelope(&self, thought: &Text<'_>) -> String {
        // What only begins like an envelope is put into one: Google's clients read nothing but base64 there.
        if open_all(self.value.as_escaped()).is_some() {
            // Several proofs in one envelope, from a Sluice behind this one.
            return self.value.to_plain().into_owned();
        }
        // Without proof there is nothing that the thought would be needed for; one that came in an envelope stays there.
        let is_bare = self.kind == SignatureKind::None || thought.is_empty();
        let nothing = Text::default();
        let kept = self.sealed_text.as_ref().unwrap_or(&nothing);
        to_envelope([(self, if is_bare { kept } else { thought })])
    }

    fn add_fields(&self, thought: &Text<'_>, bytes: &mut Vec<u8>) {
        bytes.push(self.kind.letter());
        let issuer = self.issuer.as_deref().unwrap_or_default();
        let item = self.item.as_ref().map_or("", Text::as_escaped);
        for field in [issuer, item, self.value.as_escaped(), thought.as_escaped()] {
            // The inside of a JSON string has no line break of its own.
            bytes.push(b'\n');
            bytes.extend_from_slice(field.as_bytes());
        }
    }

    /// Returns the proof for as long as needed.
    #[must_use]
    pub fn into_owned(self) -> Signature<'static> {
        Signature {
            kind: self.kind,
            value: self.value.into_owned(),
            item: self.item.map(Text::into_owned),
            issuer: self.issuer.map(|issuer| Cow::Owned(issuer.into_owned())),
            sealed_text: self.sealed_text.map(Text::into_owned),
        }
    }
}

/// Returns what stands in the field of a thought's proof, so that it can be told apart from the vendor's own when it comes
/// back, also where there is no proof.
pub(super) fn envelope_of(signature: Option<&Signature<'_>>, thought: &Text<'_>, issuer: &str) -> String {
    match signature {
        Some(signature) => signature.to_envelope(thought),
        None => Signature::issued(SignatureKind::None, Text::default(), issuer).to_envelope(&Text::default()),
    }
}

/// Returns the envelope of proofs, each with its thought.
pub(super) fn to_envelope<'s, 't: 's>(proofs: impl IntoIterator<Item = (&'s Signature<'t>, &'s Text<'t>)>) -> String {
    let mut bytes = MAGIC.to_vec();
    for (index, (signature, thought)) in proofs.into_iter().enumerate() {
        bytes.extend_from_slice(if index == 0 { b"" } else { b"\n" });
        signature.add_fields(thought, &mut bytes);
    }
    STANDARD.encode(bytes)
}

/// Opens an envelope of one proof; `None` for anything else.
fn open(value: &str) -> Option<Signature<'static>> {
    let mut proofs = open_all(value)?;
    proofs.pop().filter(|_| proofs.is_empty())
}

/// Opens an envelope; `None` for anything else.
pub(super) fn open_all(value: &str) -> Option<Vec<Signature<'static>>> {
    if !value.starts_with(MAGIC_BASE64) {
        return None;
    }
    let bytes = decoded(value)?;
    let inside = std::str::from_utf8(bytes.strip_prefix(MAGIC)?).ok()?;
    let mut lines = inside.split('\n').peekable();
    let mut proofs = Vec::new();
    while lines.peek().is_some() {
        proofs.push(read_fields(&mut lines)?);
    }
    Some(proofs)
}

fn read_fields<'l>(lines: &mut impl Iterator<Item = &'l str>) -> Option<Signature<'static>> {
    let text = |line: Option<&str>| line.map(|line| Text::from_escaped(line.to_owned()));
    let kind = SignatureKind::of_letter(*lines.next()?.as_bytes().first()?)?;
    let issuer = lines.next()?;
    let item = text(lines.next())?;
    let value = text(lines.next())?;
    let thought = text(lines.next())?;
    // What a client altered must not break the JSON that it is written into.
    let is_sound = [&item, &value, &thought].iter().all(|field| is_string_inside(field.as_escaped()));
    is_sound.then(|| Signature {
        kind,
        value,
        item: Some(item).filter(|item| !item.is_empty()),
        issuer: Some(issuer).filter(|issuer| !issuer.is_empty()).map(|issuer| Cow::Owned(issuer.to_owned())),
        sealed_text: Some(thought),
    })
}

/// Reads base64 in either alphabet, padded or not: Google's SDKs hold proofs as bytes and write them for URLs.
fn decoded(base64: &str) -> Option<Vec<u8>> {
    let plain = base64.trim_end_matches('=').replace('-', "+").replace('_', "/");
    STANDARD_NO_PAD.decode(plain).ok()
}

fn is_string_inside(escaped: &str) -> bool {
    is_value(&format!("\"{escaped}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_comes_back_with_its_issuer_and_goes_only_there() {
        let signature = Signature::issued(SignatureKind::Anthropic, "Eq\"x/y==".into(), "anthropic/7");
        let envelope = signature.to_envelope(&"line\nline".into());
        assert!(envelope.starts_with(MAGIC_BASE64));
        let back = Signature::found(SignatureKind::Responses, Text::plain(envelope), None);
        assert_eq!(back, Signature { sealed_text: Some("line\nline".into()), ..signature });
        assert!(back.may_go_to(SignatureKind::Anthropic, "anthropic/7"));
        assert!(!back.may_go_to(SignatureKind::Anthropic, "anthropic/8"));
        assert!(!back.may_go_to(SignatureKind::Responses, "anthropic/7"));
    }

    #[test]
    fn an_envelope_that_a_client_wrote_in_the_alphabet_for_urls_opens() {
        let signature = Signature::issued(SignatureKind::Anthropic, "Eq".into(), "anthropic/7");
        let envelope = signature.to_envelope(&"~~~???>>>".into());
        let rewritten = envelope.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned();
        assert_ne!(rewritten, envelope);
        let back = Signature::found(SignatureKind::Gemini, Text::plain(rewritten), None);
        assert_eq!(back, Signature::found(SignatureKind::Gemini, Text::plain(envelope), None));
        assert_eq!(back.kind, SignatureKind::Anthropic);
    }

    #[test]
    fn a_proof_of_unknown_issuer_goes_to_its_kind() {
        let native = Signature::found(SignatureKind::Gemini, "CiQB".into(), None);
        assert!(native.may_go_to(SignatureKind::Gemini, "google/1"));
    }

    #[test]
    fn what_only_begins_like_an_envelope_is_put_into_one() {
        for broken in ["c2x1aWNlLTEKYQp2)", r"c2x1aWNlLTEKYQp2\n", "c2x1aWNlLTEK"] {
            let signature = Signature::found(SignatureKind::Responses, Text::from_escaped(broken.to_owned()), None);
            let envelope = signature.to_envelope(&"hm".into());
            assert!(STANDARD.decode(&envelope).is_ok(), "{envelope}");
            let back = Signature::found(SignatureKind::Gemini, Text::plain(envelope), None);
            assert_eq!((back.kind, back.value.as_escaped()), (SignatureKind::Responses, broken));
        }
    }

    #[test]
    fn an_altered_envelope_is_no_envelope() {
        for inside in [
            "sluice-1\na\ni\n\"\nv\nt",
            "sluice-1\na\ni\n\nv",
            "sluice-1\nz\ni\n\nv\nt",
            "sluice-1\na\ni\n\nv\nt\nmore",
        ] {
            let text = STANDARD.encode(inside);
            assert_eq!(Signature::found(SignatureKind::Gemini, Text::plain(text.clone()), None).value, *text.as_str());
        }
    }
}

//! What the gateway does to a request between reading and writing it: bytes for media that the upstream does not fetch,
//! and the issuers of proofs that do not name theirs.

use std::borrow::Cow;
use std::collections::HashSet;

use super::bridge::{Target, Trait};
use super::request::{Content, Media, MediaKind, Namespaced, Output, Part, Request, Source};
use super::signature::Signature;
use super::text::Text;
use crate::operation::Dialect;

impl Request<'_> {
    /// Returns the addresses whose bytes the upstream needs, each once, in order.
    #[must_use]
    pub fn wanted_urls(&self, upstream: Dialect, target: &Target<'_>) -> Vec<String> {
        let (mut wanted, mut known) = (Vec::new(), HashSet::new());
        for turn in &self.turns {
            each_media(&turn.parts, &mut |media| {
                if let Source::Url { url, .. } = &media.source
                    && needs_bytes(media.kind, upstream, target)
                    && known.insert(url.to_plain())
                {
                    wanted.push(url.to_plain().into_owned());
                }
            });
        }
        wanted
    }

    /// Puts the bytes of an address in its place, wherever it stands.
    pub fn supply(&mut self, address: &str, mime: &str, base64: &str) {
        for turn in &mut self.turns {
            each_part(&mut turn.parts, &mut |part| {
                if let Content::Media(media) = &mut part.content
                    && matches!(&media.source, Source::Url { url, .. } if *url == *address)
                {
                    let (mime, base64) = (Text::plain(mime.to_owned()), Text::plain(base64.to_owned()));
                    media.source = Source::Inline { mime, base64 };
                }
            });
        }
    }

    /// Names the issuers of proofs that do not name theirs, as far as `issuer_of` knows them by their value.
    pub fn attribute(&mut self, issuer_of: impl Fn(&str) -> Option<String>) {
        for turn in &mut self.turns {
            each_part(&mut turn.parts, &mut |part| {
                let signature = signature_of(&mut part.content).filter(|signature| signature.issuer.is_none());
                if let Some(signature) = signature {
                    signature.issuer = issuer_of(signature.value.as_escaped()).map(Cow::Owned);
                }
            });
        }
    }

    /// Returns the tools that stand in a namespace, for the answer.
    #[must_use]
    pub fn namespaces(&self) -> Vec<Namespaced<'static>> {
        let owned = |known: &Namespaced<'_>| Namespaced {
            flat: known.flat.clone().into_owned(),
            namespace: known.namespace.clone().into_owned(),
            name: known.name.clone().into_owned(),
        };
        self.toolbox.namespaces.iter().map(owned).collect()
    }
}

fn signature_of<'p, 'a>(content: &'p mut Content<'a>) -> Option<&'p mut Signature<'a>> {
    match content {
        Content::Thinking(thinking) => thinking.signature.as_mut(),
        Content::Call(call) => call.signature.as_mut(),
        Content::Text(..) | Content::Media(_) | Content::Result(_) | Content::Refusal(_) | Content::Foreign(_) => None,
    }
}

/// Returns whether an upstream takes this kind of media as bytes only.
fn needs_bytes(kind: MediaKind, upstream: Dialect, target: &Target<'_>) -> bool {
    match (upstream, kind) {
        (Dialect::Gemini, _) => !target.has(Trait::FetchesUrls),
        (Dialect::OpenaiChat, MediaKind::Image | MediaKind::Video) => target.has(Trait::FetchesNothing),
        (Dialect::OpenaiChat, MediaKind::Document | MediaKind::Audio) => true,
        (Dialect::OpenaiResponses | Dialect::Anthropic, _) => target.has(Trait::FetchesNothing),
        (Dialect::Single, _) => false,
    }
}

fn each_media<'p, 'a>(parts: &'p [Part<'a>], each: &mut dyn FnMut(&'p Media<'a>)) {
    for part in parts {
        match &part.content {
            Content::Media(media) => each(media),
            Content::Result(result) => match &result.output {
                Output::Parts(inner) | Output::Object(_, inner) => each_media(inner, each),
            },
            _ => {}
        }
    }
}

fn each_part<'a>(parts: &mut [Part<'a>], each: &mut dyn FnMut(&mut Part<'a>)) {
    for part in parts {
        each(part);
        if let Content::Result(result) = &mut part.content {
            match &mut result.output {
                Output::Parts(inner) | Output::Object(_, inner) => each_part(inner, each),
            }
        }
    }
}

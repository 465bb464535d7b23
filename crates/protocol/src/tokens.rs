//! How many tokens a request comes to, reckoned from the rules that vendors publish for their models: which vocabulary
//! cuts the text, what stands around messages and tools, what an image, a page or a second of sound counts.
//!
//! The rules are data, see [`Tokenizers`]. Cutting text into tokens is left to the caller, who has the vocabularies.

mod media;
mod picture;
mod plain;
mod rules;
mod tools;
mod transfer;

#[cfg(test)]
mod tests;

use serde::Deserialize;

use crate::chat::{Content, Format, Input, Json, Media, MediaKind, Output, Part, Request, Role, Source, Text, Turn};
use crate::raw::RawObject;
pub use plain::plain_texts;
pub use rules::{Rules, Tokenizers, TokenizersError};
pub use transfer::{count_answer, count_in, count_request, counted};

/// Tokens of a request by what they stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Text, and what stands around messages and tools.
    pub text: u64,
    /// Images.
    pub image: u64,
    /// Pages of documents.
    pub document: u64,
    /// Sound.
    pub audio: u64,
    /// Moving pictures.
    pub video: u64,
}

impl Count {
    /// Returns all tokens.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.text, self.image, self.document, self.audio, self.video].into_iter().fold(0, u64::saturating_add)
    }
}

/// Returns what a model is asked with a request, as its vendor counts it. `cut` returns how many tokens of the
/// vocabulary [`Rules::vocabulary`] a text has.
pub fn estimate(request: &Request<'_>, rules: &Rules<'_>, cut: &mut dyn FnMut(&str) -> u64) -> Count {
    let mut tally = Tally { rules, cut, count: Count::default() };
    tally.add(rules.frame.request);
    let recent = last_question(&request.turns);
    for (index, turn) in request.turns.iter().enumerate() {
        tally.turn(turn, index > recent);
    }
    tally.toolbox(&request.toolbox);
    if let Format::Schema(format) = &request.format {
        tally.json(format.schema.as_ref());
    }
    tally.count
}

/// Returns what a question to Google's `countTokens` counts: what stands in `generateContentRequest`, or else the body.
#[must_use]
pub fn counted_contents(body: &[u8]) -> &[u8] {
    let Ok(object) = RawObject::parse(body) else { return body };
    object.get("generateContentRequest").or_else(|| object.get("generate_content_request")).unwrap_or(body)
}

/// Returns where the user last said something. Vendors drop what the model thought before that.
fn last_question(turns: &[Turn<'_>]) -> usize {
    turns.iter().rposition(|turn| turn.role == Role::User && !turn.has_only_results()).unwrap_or(0)
}

/// What has been counted so far.
struct Tally<'t> {
    rules: &'t Rules<'t>,
    cut: &'t mut dyn FnMut(&str) -> u64,
    count: Count,
}

impl Tally<'_> {
    fn add(&mut self, tokens: u64) {
        self.count.text = self.count.text.saturating_add(tokens);
    }

    fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            let cut = (self.cut)(text);
            self.add(self.rules.vocabulary.weigh(cut, text));
        }
    }

    fn text(&mut self, text: &Text<'_>) {
        self.plain(&text.to_plain());
    }

    fn json(&mut self, json: Option<&Json<'_>>) {
        if let Some(json) = json {
            self.plain(json.as_str());
        }
    }

    fn turn(&mut self, turn: &Turn<'_>, is_recent: bool) {
        let frame = self.rules.frame;
        self.add(if turn.role.is_instruction() { frame.instruction } else { frame.message });
        if let Some(name) = &turn.name {
            self.add(1);
            self.text(name);
        }
        for part in &turn.parts {
            self.part(part, is_recent);
        }
    }

    fn part(&mut self, part: &Part<'_>, is_recent: bool) {
        match &part.content {
            Content::Text(text, _) | Content::Refusal(text) => self.text(text),
            Content::Media(media) => self.media(media),
            Content::Call(call) => {
                self.add(self.rules.frame.message);
                self.text(&call.name);
                match &call.input {
                    Input::Arguments(text) | Input::Free(text) => self.text(text),
                    Input::Object(json) => self.json(Some(json)),
                }
            }
            Content::Result(result) => {
                self.add(self.rules.frame.message);
                let parts = match &result.output {
                    Output::Parts(parts) => parts,
                    Output::Object(json, parts) => {
                        self.json(Some(json));
                        parts
                    }
                };
                parts.iter().for_each(|part| self.part(part, is_recent));
            }
            Content::Thinking(thinking) if is_recent => thinking.text.iter().for_each(|text| self.text(text)),
            Content::Thinking(_) => {}
            Content::Foreign(json) => self.json(Some(json)),
        }
    }

    fn media(&mut self, media: &Media<'_>) {
        if let Source::Text(text) = &media.source {
            return self.text(text);
        }
        if let Some(text) = media::text_of(media) {
            return self.plain(&text);
        }
        let rules = self.rules.media;
        let (place, tokens) = match media.kind {
            MediaKind::Image => (&mut self.count.image, media::image_tokens(media, rules)),
            MediaKind::Document => (&mut self.count.document, media::page_tokens(media, rules)),
            MediaKind::Audio => (&mut self.count.audio, media::audio_tokens(media, rules)),
            MediaKind::Video => (&mut self.count.video, media::video_tokens(media, rules)),
        };
        *place = place.saturating_add(tokens);
    }
}

/// How tools are told to a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Declaration {
    /// As they were declared.
    #[default]
    Json,
    /// As types of a programming language, without the punctuation of JSON.
    Signature,
}

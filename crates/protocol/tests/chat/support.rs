//! What the tests share: targets, bridges and readable JSON.

use sluice_protocol::chat::{Bridge, Memo, Target, Trait, Transcoder};
use sluice_protocol::meter::{Convention, Subject};
use sluice_protocol::operation::{Dialect, Operation};

pub(crate) const DIALECTS: [Dialect; 4] =
    [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Anthropic, Dialect::Gemini];

pub(crate) const CREATED: u64 = 1_700_000_000;

pub(crate) fn dialect(name: &str) -> Dialect {
    DIALECTS.into_iter().find(|dialect| dialect.as_str() == name).unwrap_or_else(|| panic!("unknown dialect {name}"))
}

pub(crate) fn traits(names: &[&str]) -> Vec<Trait> {
    names
        .iter()
        .map(|name| serde_json::from_value((*name).into()).unwrap_or_else(|_| panic!("no trait {name}")))
        .collect()
}

pub(crate) fn target(traits: &[Trait]) -> Target<'_> {
    Target { model: "up-model", issuer: "vendor/1", traits, default_max_tokens: 8_192 }
}

pub(crate) fn convention(dialect: Dialect) -> Convention {
    Subject::usual_convention(match dialect {
        Dialect::OpenaiChat | Dialect::Single => Operation::ChatCompletions,
        Dialect::OpenaiResponses => Operation::Responses,
        Dialect::Anthropic => Operation::Messages,
        Dialect::Gemini => Operation::GeminiGenerate,
    })
}

pub(crate) fn bridge(upstream: Dialect, client: Dialect) -> Bridge {
    Bridge {
        client,
        upstream,
        memo: Memo::default(),
        counts_tokens: false,
        call: "call-7".to_owned(),
        model: "my-model".to_owned(),
        created: CREATED,
        issuer: "vendor/1".to_owned(),
        convention: convention(upstream),
        stream_usage: true,
        estimated_input: 9,
        namespaces: Vec::new(),
        echo: Vec::new(),
    }
}

/// Transcodes a whole stream in the given pieces.
pub(crate) fn transcode<'p>(bridge: Bridge, pieces: impl IntoIterator<Item = &'p [u8]>) -> String {
    let mut transcoder = Transcoder::new(bridge).expect("a chat dialect");
    let mut out = Vec::new();
    for piece in pieces {
        transcoder.push(piece, &mut out);
    }
    transcoder.finish(&mut out);
    String::from_utf8(out).expect("UTF-8")
}

//! What holds for any input of each reader. The fuzzers in `fuzz/` look for inputs where it does not; the test replays
//! what they kept.
//!
//! A check panics when its claim breaks. What it varies beside the input, such as traits and splits, follows from the
//! input, so that seeds are plain bodies.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use http::HeaderMap;
use serde_json::value::RawValue;
use sluice_protocol::chat::{Failure, Trait, convert_answer, decode_request, encode_request, restore_envelopes};
use sluice_protocol::edit::Edits;
use sluice_protocol::form::Form;
use sluice_protocol::meter::{Framing, Meter, Metered, Subject, judge_first_frame};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::raw::RawObject;
use sluice_protocol::sse::{Line, Lines};
use sluice_protocol::suffix::{Suffixes, Target};
use sluice_protocol::vendor::Vendors;

use crate::grammar;
use crate::support::{DIALECTS, bridge, convention, target, transcode};

/// A fuzz target: its name and its check.
pub(crate) type Check = (&'static str, fn(&[u8]));

/// Every fuzz target.
pub(crate) const CHECKS: &[Check] = &[
    ("request_openai_chat", |data| request(Dialect::OpenaiChat, data)),
    ("request_openai_responses", |data| request(Dialect::OpenaiResponses, data)),
    ("request_anthropic", |data| request(Dialect::Anthropic, data)),
    ("request_gemini", |data| request(Dialect::Gemini, data)),
    ("answer_openai_chat", |data| answer(Dialect::OpenaiChat, data)),
    ("answer_openai_responses", |data| answer(Dialect::OpenaiResponses, data)),
    ("answer_anthropic", |data| answer(Dialect::Anthropic, data)),
    ("answer_gemini", |data| answer(Dialect::Gemini, data)),
    ("stream_openai_chat", |data| stream(Dialect::OpenaiChat, data)),
    ("stream_openai_responses", |data| stream(Dialect::OpenaiResponses, data)),
    ("stream_anthropic", |data| stream(Dialect::Anthropic, data)),
    ("stream_gemini", |data| stream(Dialect::Gemini, data)),
    ("meter", meter),
    ("sse", sse),
    ("raw", raw),
    ("failure", failure),
    ("form", form),
    ("vendor", vendor),
];

const TRAITS: [Trait; 37] = [
    Trait::ThinkingBudget,
    Trait::NoThinking,
    Trait::NoSampling,
    Trait::OneOfTemperatureAndTopP,
    Trait::NoStructuredOutput,
    Trait::NoMidwayInstructions,
    Trait::NoDeveloperRole,
    Trait::OldMaxTokens,
    Trait::EchoesReasoning,
    Trait::TopK,
    Trait::NoStreamOptions,
    Trait::SealsThoughts,
    Trait::LowIsLeastEffort,
    Trait::NoSmallBudgets,
    Trait::AlwaysThinks,
    Trait::HighIsMostEffort,
    Trait::XhighIsMostEffort,
    Trait::NoCallSignatures,
    Trait::NoMediaInResults,
    Trait::NoSummaries,
    Trait::NoParallelSwitch,
    Trait::NoEffort,
    Trait::ThinkingSwitch,
    Trait::ThinkingFlag,
    Trait::FetchesUrls,
    Trait::FetchesNothing,
    Trait::NoForcedTools,
    Trait::NoFreeTools,
    Trait::CachesOnRequest,
    Trait::NoCallerFields,
    Trait::NoFineSampling,
    Trait::RandomSeed,
    Trait::OpenApiSchemas,
    Trait::NoFormatWithTools,
    Trait::ShortCallIds,
    Trait::SearchesWeb,
    Trait::RunsCode,
];

/// Returns numbers that follow from the input.
fn dice(data: &[u8]) -> impl Iterator<Item = u64> {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    let mut state = hasher.finish();
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 20
    })
}

/// Cuts the input in up to eight places.
fn pieces(data: &[u8]) -> Vec<&[u8]> {
    let length = data.len() as u64 + 1;
    let mut cuts: Vec<usize> = dice(data).take(8).map(|number| (number % length) as usize).collect();
    cuts.extend([0, data.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &data[pair[0]..pair[1]]).collect()
}

fn assert_json(bytes: &[u8], what: &str) {
    let read = serde_json::from_slice::<&RawValue>(bytes);
    assert!(read.is_ok(), "{what} is no JSON: {}", String::from_utf8_lossy(bytes));
}

fn request(client: Dialect, data: &[u8]) {
    let Ok(request) = decode_request(client, data) else { return };
    for (upstream, mask) in DIALECTS.into_iter().zip(dice(data)) {
        let traits = traits_of(mask);
        for traits in [&[][..], &traits] {
            let target = target(traits);
            let encoded = encode_request(upstream, &request, &target).unwrap();
            assert_json(&encoded.body, "a request");
            if let Err(error) = decode_request(upstream, &encoded.body) {
                let is_lossy = encoded.losses.first_semantic().is_some();
                assert!(is_lossy, "{client:?} → {upstream:?}: {error}: {}", String::from_utf8_lossy(&encoded.body));
            }
            let _ = request.wanted_urls(upstream, &target);
        }
    }
    let restored = restore_envelopes(client, data, &target(&[])).unwrap();
    restored.iter().for_each(|encoded| assert_json(&encoded.body, "a restored request"));
}

fn answer(upstream: Dialect, data: &[u8]) {
    for client in DIALECTS {
        if let Ok(answer) = convert_answer(data, &bridge(upstream, client)) {
            assert_json(&answer, "an answer");
        }
    }
}

fn stream(upstream: Dialect, data: &[u8]) {
    let pieces = pieces(data);
    for client in DIALECTS {
        let whole = transcode(bridge(upstream, client), [data]);
        let split = transcode(bridge(upstream, client), pieces.iter().copied());
        assert_eq!(whole, split, "{upstream:?} → {client:?}");
        if let Err(reason) = grammar::check_form(client, &whole) {
            panic!("{upstream:?} → {client:?}: {reason}\n{whole}");
        }
    }
}

/// The first byte says what is metered.
fn meter(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let operations = [
        Operation::ChatCompletions,
        Operation::Responses,
        Operation::Messages,
        Operation::GeminiStream,
        Operation::ImageGenerations,
    ];
    let framings = [Framing::Events, Framing::Json, Framing::Opaque];
    let operation = operations[usize::from(choice % 5)];
    let framing = framings[usize::from(choice / 5 % 3)];
    let whole = metered(operation, framing, &[data]);
    let split = metered(operation, framing, &pieces(data));
    assert_eq!(whole, split);
    let _ = judge_first_frame(framing, data, true);
    let _ = Framing::sniff(data);
}

fn metered(operation: Operation, framing: Framing, pieces: &[&[u8]]) -> Metered {
    let convention = convention(operation.dialect());
    let subject = Subject { operation, framing, convention, count_tokens: |text| text.len() as u64 };
    let mut meter = Meter::new(subject);
    pieces.iter().for_each(|piece| meter.push(piece));
    let mut metered = meter.finish(true);
    // When text is counted depends on how it came; how much there is does not.
    metered.counted_tokens += metered.uncounted_text.len() as u64;
    metered.uncounted_text.clear();
    metered
}

fn sse(data: &[u8]) {
    assert_eq!(lines(&[data]), lines(&pieces(data)));
}

fn lines(pieces: &[&[u8]]) -> Vec<String> {
    let mut seen = Vec::new();
    let mut lines = Lines::new();
    let mut note = |line: Line<'_>| seen.push(format!("{line:?}"));
    pieces.iter().for_each(|piece| lines.push(piece, &mut note));
    lines.finish(&mut note);
    seen
}

fn raw(data: &[u8]) {
    let Ok(object) = RawObject::parse(data) else { return };
    wishes(data, &object);
    let bare = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    // What stands inside values is not looked at for more than its grammar.
    if std::str::from_utf8(bare).is_ok() {
        assert_json(bare, "what was taken as an object");
    }
    for key in ["model", "stream_options", "\"\\"] {
        let mut edits = Edits::default();
        object.set(key, br#"{"a":"b"}"#, &mut edits);
        let edited = edits.apply(data);
        let again = RawObject::parse(&edited).unwrap();
        assert_eq!(again.get(key), Some(&br#"{"a":"b"}"#[..]));
        let others = |object: &RawObject<'_>| {
            object
                .keys()
                .filter(|known| *known != key)
                .map(|key| (key.to_owned(), object.get(key).map(<[u8]>::to_vec)))
                .collect::<BTreeMap<_, _>>()
        };
        assert_eq!(others(&again), others(&object));
        let mut edits = Edits::default();
        object.remove(&[key], &mut edits);
        let edited = edits.apply(data);
        let without = RawObject::parse(&edited).unwrap();
        assert_eq!(others(&without), others(&object));
        assert!(!without.has(key));
    }
}

/// A wish in a model's name leaves a body that can be read, and touches nothing but settings.
fn wishes(data: &[u8], object: &RawObject<'_>) {
    static SUFFIXES: LazyLock<Suffixes> = LazyLock::new(|| Suffixes::embedded().unwrap());
    let names = ["claude-thinking", "claude-thinking-9000", "claude-nothinking", "gpt-5-high", "grok-4-search"];
    for (dialect, mask) in DIALECTS.into_iter().zip(dice(data)) {
        let traits = traits_of(mask);
        for name in names {
            let mut edits = Edits::default();
            SUFFIXES.split(name).unwrap().edit(&Target { dialect, traits: &traits }, object, &mut edits);
            let edited = edits.apply(data);
            let again = RawObject::parse(&edited)
                .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&edited)));
            assert_eq!(again.get("messages"), object.get("messages"));
        }
    }
}

fn traits_of(mask: u64) -> Vec<Trait> {
    TRAITS.into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, each)| each).collect()
}

fn failure(data: &[u8]) {
    let status = 200 + (dice(data).next().unwrap() % 400) as u16;
    let read = Failure::read(status, &HeaderMap::new(), data);
    let inside = Failure::read_event(&String::from_utf8_lossy(data));
    for failure in [read, inside] {
        for dialect in DIALECTS {
            assert!((400..600).contains(&failure.status_for(dialect)), "{failure:?}");
            assert_json(&failure.body_for(dialect, "call-7"), "an error");
        }
    }
}

fn form(data: &[u8]) {
    let Ok(form) = Form::parse(data, "multipart/form-data; boundary=x") else { return };
    if form.range("model").is_none() {
        return;
    }
    let mut edits = Edits::default();
    form.set("model", "other", &mut edits);
    let edited = edits.apply(data);
    let again = Form::parse(&edited, "multipart/form-data; boundary=x").unwrap();
    assert_eq!(again.text("model"), Some("other"));
}

fn vendor(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut vendors = Vendors::default();
    if vendors.set_models("x", text).is_err() && vendors.add("x", text).is_err() {
        return;
    }
    for vendor in vendors.iter() {
        for &operation in Operation::ALL {
            let template = vendor.template(operation, "/v1", &BTreeMap::new());
            template.and_then(|template| template.render("a/b", "q=1", "/v1/x"));
        }
        let rules = vendors.trait_rules(vendor);
        let _ = DIALECTS.map(|dialect| rules.traits(dialect, "openai/gpt-5-mini"));
    }
}

//! The most that a call can cost, known before it is made: what a hold reserves.

use super::charge::{ChargeError, product, total};
use super::class::Class;
use super::factor::Terms;
use super::rates::Rate;
use super::{Price, Service};
use crate::money::Micros;

/// What a call may consume at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Tokens read, of all classes.
    pub input_tokens: u64,
    /// Tokens written, of all classes: what the request allows, else the model's limit.
    pub output_tokens: u64,
    /// Units of per-call work; at least one call is always counted.
    pub calls: u64,
    /// Length of audio or video, milliseconds.
    pub duration_ms: u64,
    /// Images to be made.
    pub images: u64,
    /// What the call may carry besides text.
    pub media: Media,
}

/// Modalities whose rates a bound must expect. Audio costs up to forty times as much as text: to expect it in every
/// call would reserve far too much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Media {
    /// The request has audio.
    pub audio_in: bool,
    /// The request has images.
    pub image_in: bool,
    /// The answer may have audio.
    pub audio_out: bool,
    /// The answer may have images.
    pub image_out: bool,
}

/// Returns an upper bound of the charge of every usage within `estimate`: all input at the dearest rate it can get
/// (full, cached or written to the cache), all output at the dearer of text and reasoning, in the highest tier that so
/// many tokens reach. Because an upstream may give standard service where another was asked for, the dearer counts.
///
/// # Errors
/// `Incomplete` when the price lacks a rate for something the call is going to use; `Overflow` as in
/// [`charge`](super::charge()).
pub fn bound(estimate: &Estimate, price: &Price, terms: &Terms) -> Result<Micros, ChargeError> {
    let dearest = |classes: &[Class]| dearest(classes, price, terms.service, estimate.input_tokens);
    let input = dearest(&[Class::Input, Class::CacheRead, Class::CacheWrite5m, Class::CacheWrite1h])
        .max(estimate.media.audio_in.then(|| dearest(&[Class::InputAudio])).flatten())
        .max(estimate.media.image_in.then(|| dearest(&[Class::InputImage])).flatten());
    let output = dearest(&[Class::Output, Class::Reasoning])
        .max(estimate.media.audio_out.then(|| dearest(&[Class::OutputAudio])).flatten())
        .max(estimate.media.image_out.then(|| dearest(&[Class::OutputImage])).flatten());
    let image = dearest(&[Class::Image]);
    let calls = if image.is_some() { estimate.calls.max(1) } else { estimate.calls.max(estimate.images).max(1) };
    let parts = [
        (Class::Input, estimate.input_tokens, input),
        (Class::Output, estimate.output_tokens, output),
        (Class::Call, calls, dearest(&[Class::Call])),
        (Class::Second, estimate.duration_ms, dearest(&[Class::Second])),
        (Class::Image, estimate.images, image),
    ];
    let has_token_rates = input.is_some() || output.is_some();
    let mut products = Vec::with_capacity(parts.len());
    let mut unrated = None;
    for (class, quantity, rate) in parts {
        match rate {
            _ if quantity == 0 => {}
            Some(rate) => products.push(product(class, quantity, rate)?),
            None if has_token_rates && class.is_tokens() => return Err(ChargeError::Incomplete(class)),
            // Every call counts as one, whether or not its price is per call.
            None if class == Class::Call && estimate.calls == 0 => {}
            None => unrated = unrated.or(Some(class)),
        }
    }
    match unrated {
        Some(class) if products.is_empty() => Err(ChargeError::Incomplete(class)),
        _ => total(products.into_iter(), &terms.factors),
    }
}

impl Media {
    /// Everything: for calls that were not looked into.
    pub const ANY: Self = Self { audio_in: true, image_in: true, audio_out: true, image_out: true };
}

fn dearest(classes: &[Class], price: &Price, service: Service, total_input: u64) -> Option<Rate> {
    let rate = |service, class| price.rate(service, total_input, class).map(|found| found.rate);
    let standard = classes.iter().filter_map(|&class| rate(Service::Standard, class)).max();
    match service {
        Service::Standard => standard,
        other => standard.max(classes.iter().filter_map(|&class| rate(other, class)).max()),
    }
}

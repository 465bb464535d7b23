//! Model names: when two names mean the same model.

use std::borrow::Cow;

/// Most labels that are taken off the front of a name.
const LABELS_MAX: usize = 6;
/// Labels in front of names, such as `[VIP]`; they open and close with these.
const BRACKETS: [(char, char); 6] = [('[', ']'), ('【', '】'), ('(', ')'), ('（', '）'), ('{', '}'), ('<', '>')];

/// Returns the normal form of a model's name: lower case, without vendor in front, labels, tag, date and `-latest`.
///
/// In this order: lower case; a leading `bigmodel/` goes; all up to the last `/` goes; up to six leading labels go (`[VIP]`,
/// `（特价）`); what follows the first `:` goes; a date of eight digits, a date with dashes, and one `-latest` go from the end.
#[must_use]
pub fn normal(name: &str) -> String {
    let lower = name.to_lowercase();
    let name = lower.trim();
    let name = name.strip_prefix("bigmodel/").unwrap_or(name);
    let name = after_last_slash(name);
    let name = without_labels(name);
    let name = name.split_once(':').map_or(name, |(before, _)| before);
    undated(name).to_owned()
}

/// Returns a name in lower case without vendor in front and labels; date and tag stay.
#[must_use]
pub fn bare(name: &str) -> String {
    without_labels(after_last_slash(name.to_lowercase().trim())).to_owned()
}

/// Returns whether a name says which snapshot or variant is meant: one with a tag, a date or `-latest` at its end.
#[must_use]
pub fn is_specific(name: &str) -> bool {
    let lower = name.to_lowercase();
    let bare = without_labels(after_last_slash(lower.trim()));
    bare.contains(':') || undated(bare) != bare
}

/// Returns the name that all spellings of a version share: words in any order, the numbers of the version in theirs.
/// Takes a normal form.
///
/// `claude-3-5-sonnet` and `claude-sonnet-3.5` are the same model, `gpt-5.4` and `gpt-4.5` are not. Names whose numbers do
/// not stand together, such as `claude-1-opus-4`, keep their order: nobody can tell which of them is the version.
#[must_use]
pub fn version_agnostic(normal: &str) -> String {
    let pieces: Vec<&str> = normal.split(['-', '_', '.']).map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let is_number = |piece: &&str| piece.bytes().all(|byte| byte.is_ascii_digit());
    let first = pieces.iter().position(is_number);
    let last = pieces.iter().rposition(is_number);
    let (Some(first), Some(last)) = (first, last) else { return sorted(pieces.iter().copied(), &[]) };
    let version = pieces.get(first..=last).unwrap_or_default();
    if !version.iter().all(is_number) {
        return pieces.join("-");
    }
    sorted(pieces.iter().copied().filter(|piece| !is_number(piece)), version)
}

fn sorted<'a>(words: impl Iterator<Item = &'a str>, version: &[&str]) -> String {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    // No name has a blank, so that sorted forms never meet those that keep their order.
    format!("{} {}", words.join("-"), version.join("."))
}

/// Splits a name such as `provider/model` at its first slash.
#[must_use]
pub fn pinned(name: &str) -> Option<(&str, &str)> {
    let (provider, model) = name.split_once('/')?;
    (!provider.is_empty() && !model.is_empty()).then_some((provider, model))
}

/// Returns `name` in lower case; borrowed where it is already.
#[must_use]
pub fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_lowercase())
    }
}

fn after_last_slash(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some((_, after)) if !after.is_empty() => after,
        _ => name,
    }
}

fn without_labels(name: &str) -> &str {
    let mut rest = name;
    for _ in 0..LABELS_MAX {
        match without_label(rest) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest
}

fn without_label(name: &str) -> Option<&str> {
    let mut chars = name.chars();
    let open = chars.next()?;
    let (_, close) = BRACKETS.iter().find(|(opens, _)| *opens == open)?;
    let (label, rest) = chars.as_str().split_once(*close)?;
    (!label.is_empty()).then(|| rest.trim())
}

fn undated(name: &str) -> &str {
    let name = without_digits(name).unwrap_or(name);
    let name = without_dashed_date(name).unwrap_or(name);
    name.strip_suffix("-latest").unwrap_or(name).trim()
}

/// Takes `-20240806` or `_20240806` off the end.
fn without_digits(name: &str) -> Option<&str> {
    let (rest, end) = name.split_at_checked(name.len().checked_sub(9)?)?;
    let digits = end.strip_prefix(['-', '_'])?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(rest)
}

/// Takes `-2024-08-06` off the end, for years from 2000 to 2099.
fn without_dashed_date(name: &str) -> Option<&str> {
    let (rest, end) = name.split_at_checked(name.len().checked_sub(11)?)?;
    let pattern = b"-20dd-dd-dd";
    let fits = |(&want, have): (&u8, u8)| if want == b'd' { have.is_ascii_digit() } else { want == have };
    pattern.iter().zip(end.bytes()).all(fits).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("gpt-4o", "gpt-4o")]
    #[case("GPT-4o", "gpt-4o")]
    #[case(" gpt-4o-2024-08-06 ", "gpt-4o")]
    #[case("gpt-4o-2024-8-6", "gpt-4o-2024-8-6")]
    #[case("gpt-4o-latest", "gpt-4o")]
    #[case("chatgpt-4o-latest", "chatgpt-4o")]
    #[case("gpt-4-0613", "gpt-4-0613")]
    #[case("gpt-4-1106-preview", "gpt-4-1106-preview")]
    #[case("openai/gpt-4o-mini", "gpt-4o-mini")]
    #[case("BigModel/GLM-4.5", "glm-4.5")]
    #[case("bigmodel/zhipu/glm-4.6", "glm-4.6")]
    #[case("Pro/deepseek-ai/DeepSeek-V3", "deepseek-v3")]
    #[case("deepseek-ai/DeepSeek-R1:free", "deepseek-r1")]
    #[case("claude-3-5-sonnet-20241022", "claude-3-5-sonnet")]
    #[case("claude-3-5-sonnet_20241022", "claude-3-5-sonnet")]
    #[case("claude-sonnet-4@20250514", "claude-sonnet-4@20250514")]
    #[case("claude-3.7-sonnet-latest", "claude-3.7-sonnet")]
    #[case("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro-preview-05-06")]
    #[case("models/gemini-2.5-pro", "gemini-2.5-pro")]
    #[case("[反重力]gpt-oss-120b", "gpt-oss-120b")]
    #[case("【限时】 [VIP] claude-opus-4-1", "claude-opus-4-1")]
    #[case("(free)  o3-mini", "o3-mini")]
    #[case("（特价）o1", "o1")]
    #[case("{a}{b}<c>kimi-k2", "kimi-k2")]
    #[case("[a][b][c][d][e][f][g]m", "[g]m")]
    #[case("[only-label]", "")]
    #[case("[]gpt", "[]gpt")]
    #[case("[x]vendor/qwen-max", "qwen-max")]
    #[case("vendor/[x] qwen-max", "qwen-max")]
    #[case("[a/b]c", "b]c")]
    #[case("qwen2.5:72b-instruct", "qwen2.5")]
    #[case("qwen-max-2025-01-25", "qwen-max")]
    #[case("qwen-max-1999-01-25", "qwen-max-1999-01-25")]
    #[case("foo-12345678", "foo")]
    #[case("foo12345678", "foo12345678")]
    #[case("foo-20240101-latest", "foo-20240101")]
    #[case("foo-latest-20240101", "foo")]
    #[case("foo-latest-latest", "foo-latest")]
    #[case("foo-2024-01-01-20240202", "foo")]
    #[case("foo-20240101-2024-02-02", "foo-20240101")]
    #[case("foo-20240101:beta", "foo")]
    #[case("vendor/", "vendor/")]
    #[case("/x", "x")]
    #[case(":tag", "")]
    #[case("-latest", "")]
    #[case("模型-20240101", "模型")]
    fn names_are_normalised(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(normal(name), expected);
    }

    #[rstest]
    #[case("claude-3-5-sonnet", "claude-sonnet-3.5", true)]
    #[case("glm-4.5-air", "glm-air-4-5", true)]
    #[case("claude-3.7-sonnet-latest", "claude-sonnet-3-7", true)]
    #[case("o3-mini", "mini-o3", true)]
    #[case("gpt-4-1106-preview", "gpt_4_1106_preview", true)]
    #[case("gpt-5.4", "gpt-4.5", false)]
    #[case("claude-1-opus-4", "claude-opus-4-1", false)]
    #[case("gpt-4.1", "gpt-41", false)]
    #[case("gpt-4o", "gpt-4o-mini", false)]
    #[case("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro-preview-06-05", false)]
    #[case("qwen-2-72b", "qwen-72b-2", true)]
    fn spellings_of_a_version_meet_and_versions_do_not(#[case] one: &str, #[case] other: &str, #[case] is_same: bool) {
        let form = |name: &str| version_agnostic(&normal(name));
        assert_eq!(form(one) == form(other), is_same, "{} {}", form(one), form(other));
    }

    #[rstest]
    #[case("gpt-4o", false)]
    #[case("[VIP]openai/gpt-4o", false)]
    #[case("gpt-4o-2024-08-06", true)]
    #[case("deepseek-r1:free", true)]
    #[case("claude-3-7-sonnet-latest", true)]
    fn a_date_a_tag_or_latest_makes_a_name_specific(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(is_specific(name), expected);
    }

    #[test]
    fn a_slash_pins() {
        assert_eq!(pinned("relay/openai/gpt-4o"), Some(("relay", "openai/gpt-4o")));
        assert_eq!([pinned("gpt"), pinned("/x"), pinned("x/")], [None; 3]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_forms(text in "\\PC{0,40}") {
            let _ = version_agnostic(&normal(&text));
            let _ = is_specific(&text);
        }
    }
}

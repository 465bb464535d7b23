//! Forms under which a model's price may be filed. Few and strict: a wrong guess is a wrong bill.

/// Returns the lower-case names under which the price of `model` is looked for, the most exact first:
///
/// 1. as it is: `openai/gpt-4o-2024-11-20`;
/// 2. without the vendor in front, if there is exactly one `/`: `gpt-4o-2024-11-20`. Longer paths stay whole, because
///    their first part may be a price class (`Pro/deepseek-ai/DeepSeek-V3`);
/// 3. both again without a full date at the end (`-2024-11-20`, `-20241120`, `@20241120`): a snapshot costs what its
///    model costs unless it has a price of its own. Shorter endings (`-0613`, `-001`, `-latest`) are part of the name,
///    because such snapshots do differ in price.
pub fn name_forms(model: &str) -> impl Iterator<Item = String> {
    let whole = model.trim().to_ascii_lowercase();
    let bare = without_vendor(&whole).map(str::to_owned);
    let undated = without_date(&whole).map(str::to_owned);
    let bare_undated = bare.as_deref().and_then(without_date).map(str::to_owned);
    [Some(whole), bare, undated, bare_undated].into_iter().flatten()
}

/// Returns `model` without the vendor in front of its only `/`.
#[must_use]
pub fn without_vendor(model: &str) -> Option<&str> {
    let (vendor, name) = model.split_once('/')?;
    (!vendor.is_empty() && !name.is_empty() && !name.contains('/')).then_some(name)
}

/// Returns `model` without the full date at its end.
#[must_use]
pub fn without_date(model: &str) -> Option<&str> {
    let dashed = model.len().checked_sub(11).and_then(|at| model.split_at_checked(at));
    let plain = model.len().checked_sub(9).and_then(|at| model.split_at_checked(at));
    let is_dashed = |end: &str| end.starts_with('-') && is_date(end.get(1..).unwrap_or_default(), true);
    let is_plain = |end: &str| end.starts_with(['-', '@']) && is_date(end.get(1..).unwrap_or_default(), false);
    let found = dashed.filter(|(_, end)| is_dashed(end)).or_else(|| plain.filter(|(_, end)| is_plain(end)));
    found.map(|(name, _)| name).filter(|name| !name.is_empty())
}

/// Returns whether `text` is a day from 2020 on, such as `2024-11-20`, or without the dashes `20241120`.
fn is_date(text: &str, with_dashes: bool) -> bool {
    let digits: String = if with_dashes {
        let dashes: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        if dashes != [4, 7] {
            return false;
        }
        text.split('-').collect()
    } else {
        text.to_owned()
    };
    let is_digits = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    is_digits && (2020..2100).contains(&part(0, 4)) && (1..=12).contains(&part(4, 6)) && (1..=31).contains(&part(6, 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("GPT-4o", &["gpt-4o"])]
    #[case("openai/gpt-4o-2024-11-20", &["openai/gpt-4o-2024-11-20", "gpt-4o-2024-11-20", "openai/gpt-4o", "gpt-4o"])]
    #[case("claude-sonnet-4@20250514", &["claude-sonnet-4@20250514", "claude-sonnet-4"])]
    #[case("claude-sonnet-4-5-20250929", &["claude-sonnet-4-5-20250929", "claude-sonnet-4-5"])]
    #[case("Pro/deepseek-ai/DeepSeek-V3", &["pro/deepseek-ai/deepseek-v3"])]
    #[case("gpt-4-0613", &["gpt-4-0613"])]
    #[case("model-20241399", &["model-20241399"])]
    #[case("model-12345678", &["model-12345678"])]
    #[case("-20241120", &["-20241120"])]
    #[case("/x", &["/x"])]
    #[case("模型-20241120", &["模型-20241120", "模型"])]
    fn only_a_vendor_in_front_and_a_full_date_at_the_end_are_dropped(#[case] model: &str, #[case] expected: &[&str]) {
        assert_eq!(name_forms(model).collect::<Vec<_>>(), expected);
    }
}

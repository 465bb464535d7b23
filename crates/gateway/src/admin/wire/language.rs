//! Which language a person reads, and how texts get their facts.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;

use crate::admin::AdminState;

/// A language that messages exist in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English, also for everybody whose language is missing here.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Returns the language that `Accept-Language` prefers among those that exist.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (Self::default(), 0);
        for item in wanted.split(',') {
            let (tag, quality) = item.split_once(';').unwrap_or((item, ""));
            let per_mille = quality_per_mille(quality);
            if let Some(language) = Self::named(tag.trim())
                && per_mille > best.1
            {
                best = (language, per_mille);
            }
        }
        best.0
    }

    fn named(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// Puts `facts` into the `{places}` of a text.
    pub(crate) fn fill(self, text: &str, facts: &[(&str, String)]) -> String {
        let mut rest = text;
        let mut filled = String::with_capacity(text.len() + 32);
        // One pass: a fact that itself looks like a place stays as it is.
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((place, after)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                continue;
            };
            if let Some((_, fact)) = facts.iter().find(|(name, _)| *name == place) {
                filled.push_str(fact);
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

fn quality_per_mille(parameter: &str) -> u32 {
    let Some(text) = parameter.trim().strip_prefix("q=") else { return 1_000 };
    match text.trim().split_once('.') {
        Some(("0", digits)) => format!("{digits:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0),
        None if text.trim() == "0" => 0,
        _ => 1_000,
    }
}

impl FromRequestParts<Arc<AdminState>> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AdminState>) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

macro_rules! notes {
    ($($name:ident $english:literal $chinese:literal;)+) => {
        /// Something that a successful answer tells a person.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Note { $($name,)+ }

        impl Note {
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub(crate) const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english,
                      (Self::$name, Language::Chinese) => $chinese,)+
                }
            }
        }
    };
}

notes! {
    Rebuilding
        "{count} providers are asked for their models; the routes follow within a minute or so"
        "正在向 {count} 个供应商查询模型，路由将在一分钟左右更新";
    ShownOnce
        "this is shown only once; keep it in a safe place"
        "仅显示这一次，请妥善保存";
    CheckinRun
        "{succeeded} checked in, {failed} failed, {missing} still missing today"
        "签到成功 {succeeded} 个，失败 {failed} 个，今日仍未签到 {missing} 个";
    CheckinNothing
        "nobody is missing today"
        "今日没有未签到的供应商";
    CheckinDisabled
        "{said}; the check-in is switched off for this provider"
        "{said}；已关闭该供应商的签到";
    Discovered
        "{found} of {asked} credentials answered: {added} routes added, {removed} removed, {kept} unchanged"
        "{asked} 个凭据中有 {found} 个返回了模型列表：新增 {added} 条路由，移除 {removed} 条，{kept} 条不变";
    Synced
        "{keys} keys, {models} models, {routes} routes; {changed} changes, {failed} steps failed"
        "{keys} 个密钥，{models} 个模型，{routes} 条路由；{changed} 处变化，{failed} 个步骤失败";
    KeyCreated
        "the key was made at the site and is ready"
        "密钥已在站点上创建，可以使用";
    KeyUnresolved
        "the key was made at the site, but the site does not show it: {reason}; enter it by hand"
        "密钥已在站点上创建，但站点未显示其内容：{reason}；请手动填写";
    KeyUnidentified
        "the key was made at the site, but cannot be told from others; synchronise later"
        "密钥已在站点上创建，但无法与其他密钥区分，请稍后同步";
    PricesSynced
        "{models} prices read, {changed} changed, {skipped} left out"
        "读取 {models} 个价格，{changed} 个有变化，{skipped} 个未采用";
    Imported
        "{created} providers created, {updated} updated, {skipped} skipped"
        "新建 {created} 个供应商，更新 {updated} 个，跳过 {skipped} 个";
}

impl Note {
    /// Returns the text with its facts.
    pub(crate) fn say(self, language: Language, facts: &[(&'static str, String)]) -> String {
        language.fill(self.text(language), facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use rstest::rstest;

    #[rstest]
    #[case("", Language::English)]
    #[case("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese)]
    #[case("en-GB, zh;q=0.9", Language::English)]
    #[case("fr, zh-TW;q=0.3, en;q=0.2", Language::Chinese)]
    #[case("zh;q=0, en;q=0.1", Language::English)]
    #[case("zh;q=0.25, en;q=0.3", Language::English)]
    fn the_preferred_language_that_exists_is_taken(#[case] header: &'static str, #[case] expected: Language) {
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(header))]);
        assert_eq!(Language::of(&headers), expected);
    }

    #[test]
    fn facts_fill_places_once_and_are_not_read_again() {
        let facts = [("a", "{b}".to_owned()), ("b", "x".to_owned())];
        assert_eq!(Language::English.fill("{a} and {b}, {missing}{", &facts), "{b} and x, {");
    }

    #[test]
    fn notes_have_the_same_places_in_both_languages() {
        for note in Note::ALL {
            let [english, chinese] = [Language::English, Language::Chinese].map(|language| places(note.text(language)));
            assert_eq!(english, chinese, "{note:?}");
        }
    }

    fn places(text: &str) -> std::collections::BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(place, _)| place)).collect()
    }
}

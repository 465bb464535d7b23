//! Settings as the API shows them: the value, and all that a form for it needs.

use serde::Serialize;
use sluice_domain::route::policy::{Factor, FactorRange, Strategy, Validity};
use sluice_store::PolicySetting;
use utoipa::ToSchema;

use super::Settings;
use super::shape::{MAX_MAILS_CHARS, PASSPHRASE_MIN_CHARS, SECRET_MAX_CHARS, Shape};
use super::table::{Known, Unit};
use crate::admin::wire::Language;

/// A setting, its value, and what the value may be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OptionView {
    /// Name.
    key: &'static str,
    /// Value in force; always empty for secrets.
    value: String,
    /// Value while nothing is saved.
    default: &'static str,
    /// Whether something was saved.
    is_set: bool,
    /// Whether this release reads it; otherwise it is kept for a feature to come.
    in_use: bool,
    /// Whether it is kept sealed and never shown.
    is_secret: bool,
    /// Whether a saved value waits for the next start.
    needs_restart: bool,
    /// What it is about: `site`, `accounts`, `routing`, `checkin`, `files`, `mail`, `notifications` or `backup`.
    group: &'static str,
    /// What it does, in English.
    explanation: &'static str,
    /// What it does, in Chinese.
    explanation_zh: &'static str,
    /// Settings that must be filled in before this one is `true`.
    needs: &'static [&'static str],
    #[serde(flatten)]
    form: FormView,
}

impl OptionView {
    pub(super) fn of(known: &Known, settings: &Settings) -> Self {
        let value = if known.is_sensitive { String::new() } else { settings.text(known.name) };
        Self {
            key: known.name,
            value,
            default: known.default,
            is_set: settings.0.contains_key(known.name),
            in_use: known.is_read,
            is_secret: known.is_sensitive,
            needs_restart: known.needs_restart,
            group: known.group.as_str(),
            explanation: known.explanation(Language::English),
            explanation_zh: known.explanation(Language::Chinese),
            needs: known.needs,
            form: FormView::of(known),
        }
    }
}

/// What the value of a setting may be; `null` and empty where that is no matter.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub(super) struct FormView {
    /// `bool`, `int`, `decimal`, `duration` (a whole number of `unit`), `enum` (one of `choices`), `text`, `link`, `time`,
    /// `zone`, `cron`, `list` (separated by semicolons) or `json`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Least number, or fewest characters.
    min: Option<f64>,
    /// Greatest number, or most characters.
    max: Option<f64>,
    /// `seconds`, `minutes`, `hours` or `days`.
    unit: Option<&'static str>,
    /// What an `enum` may be.
    choices: Vec<&'static str>,
    /// Whether it cannot be empty.
    is_required: bool,
}

impl FormView {
    pub(super) fn of(known: &Known) -> Self {
        let form = Self { unit: known.unit.map(Unit::as_str), ..Self::of_shape(known.shape) };
        let is_duration = form.unit.is_some() && form.kind == "int";
        Self { kind: if is_duration { "duration" } else { form.kind }, ..form }
    }

    fn of_shape(shape: Shape) -> Self {
        match shape {
            Shape::Text(limit) => Self { max: Some(limit as f64), ..Self::kind("text") },
            Shape::Filled(limit) => Self { max: Some(limit as f64), is_required: true, ..Self::kind("text") },
            Shape::Boolean => Self { is_required: true, ..Self::kind("bool") },
            Shape::Number(min, max) => Self::number("int", min as f64, max as f64),
            Shape::Choice(names) => Self::one_of(names.to_vec()),
            Shape::Link => Self::kind("link"),
            Shape::FilledLink => Self { is_required: true, ..Self::kind("link") },
            Shape::Time => Self { is_required: true, ..Self::kind("time") },
            Shape::Zone => Self { is_required: true, ..Self::kind("zone") },
            Shape::Cron => Self { is_required: true, ..Self::kind("cron") },
            Shape::Mails => Self { max: Some(MAX_MAILS_CHARS as f64), ..Self::kind("list") },
            Shape::Passphrase => Self {
                min: Some(PASSPHRASE_MIN_CHARS as f64),
                max: Some(SECRET_MAX_CHARS as f64),
                ..Self::kind("text")
            },
            Shape::Secret => Self { max: Some(SECRET_MAX_CHARS as f64), ..Self::kind("text") },
            Shape::Policy(setting) => Self::of_policy(setting),
        }
    }

    fn of_policy(setting: PolicySetting) -> Self {
        match setting {
            PolicySetting::Strategy => Self::one_of(Strategy::ALL.map(Strategy::as_str).to_vec()),
            PolicySetting::Validity => Self::one_of(Validity::ALL.map(Validity::as_str).to_vec()),
            PolicySetting::Models | PolicySetting::Aliases | PolicySetting::Rules => Self::kind("json"),
            PolicySetting::DefaultProvider => Self::kind("text"),
            PolicySetting::Health => Self { is_required: true, ..Self::kind("bool") },
            PolicySetting::Factor(factor) => Self::of_factor(factor),
        }
    }

    fn of_factor(factor: Factor) -> Self {
        match factor.range() {
            FactorRange::Whole(range) => Self::number("int", f64::from(*range.start()), f64::from(*range.end())),
            FactorRange::Decimal(range) => Self::number("decimal", *range.start(), *range.end()),
        }
    }

    fn kind(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    fn number(kind: &'static str, min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max), is_required: true, ..Self::kind(kind) }
    }

    fn one_of(choices: Vec<&'static str>) -> Self {
        Self { choices, is_required: true, ..Self::kind("enum") }
    }
}

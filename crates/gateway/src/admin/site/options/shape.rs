//! What the value of a setting may be.

use chrono::NaiveTime;
use sluice_domain::ledger::parse_zone;
use sluice_domain::route::policy::Policy;
use sluice_store::PolicySetting;
use url::Url;

use crate::admin::routing;
use crate::admin::users::read_email;
use crate::admin::wire::input::{read_choice, required_text, text};
use crate::admin::wire::{Failure, Problem};

const CRON_FIELDS: usize = 5;
pub(super) const PASSPHRASE_MIN_CHARS: usize = 8;
pub(super) const SECRET_MAX_CHARS: usize = 4_000;
const MAX_MAILS: usize = 100;
pub(super) const MAX_MAILS_CHARS: usize = 10_000;

/// What a setting's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Any text up to so many characters.
    Text(usize),
    /// The same, but not nothing.
    Filled(usize),
    /// `true` or `false`.
    Boolean,
    /// A whole number between the two.
    Number(i64, i64),
    /// One of these.
    Choice(&'static [&'static str]),
    /// Empty, or an address that begins with `http://` or `https://`.
    Link,
    /// The same, but not empty.
    FilledLink,
    /// A time of the day such as `09:00`.
    Time,
    /// An IANA time zone.
    Zone,
    /// Five fields of a cron schedule.
    Cron,
    /// Mail addresses, separated by semicolons, commas or new lines.
    Mails,
    /// Empty, or at least eight characters.
    Passphrase,
    /// Any text that is kept secret.
    Secret,
    /// A part of the routing policy.
    Policy(PolicySetting),
}

impl Shape {
    /// Returns the value of setting `name` as it is stored.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(super) fn accept(self, name: &'static str, value: &str) -> Result<String, Failure> {
        let invalid = |reason: &str| Problem::ValueInvalid.with("field", name).with("reason", reason);
        let word = value.trim();
        match self {
            Self::Text(limit) if value.chars().count() > limit => {
                Err(Problem::ValueTooLong.with("field", name).with("limit", limit))
            }
            Self::Text(_) => Ok(value.to_owned()),
            Self::Filled(limit) => required_text(name, Some(value), limit),
            Self::Boolean => match word.to_ascii_lowercase().as_str() {
                word @ ("true" | "false") => Ok(word.to_owned()),
                _ => Err(Problem::OptionBoolean.with("field", name)),
            },
            Self::Number(min, max) => match word.parse::<i64>() {
                Ok(number) if (min..=max).contains(&number) => Ok(number.to_string()),
                Ok(_) | Err(_) => Err(Problem::NumberRange.with("field", name).with("min", min).with("max", max)),
            },
            Self::Choice(names) => {
                let choices: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
                read_choice(name, &word.to_ascii_lowercase(), &choices).map(str::to_owned)
            }
            Self::Link => read_link(name, word),
            Self::FilledLink => {
                required_text(name, Some(value), SECRET_MAX_CHARS).and_then(|link| read_link(name, &link))
            }
            Self::Time => match NaiveTime::parse_from_str(word, "%H:%M") {
                Ok(time) => Ok(time.format("%H:%M").to_string()),
                Err(_) => Err(Problem::TimeInvalid.with("field", name)),
            },
            Self::Zone => match parse_zone(word) {
                Ok(_) => Ok(word.to_owned()),
                Err(_) => Err(Problem::ZoneUnknown.with("zone", word)),
            },
            Self::Cron if is_cron(word) => Ok(word.split_whitespace().collect::<Vec<_>>().join(" ")),
            Self::Cron => Err(Problem::CronInvalid.with("field", name)),
            Self::Mails => read_mails(name, value),
            Self::Passphrase => match value.chars().count() {
                1..PASSPHRASE_MIN_CHARS => Err(invalid("must be empty or have at least 8 characters")),
                _ => text(name, value, SECRET_MAX_CHARS).map(|_| value.to_owned()),
            },
            Self::Secret => text(name, value, SECRET_MAX_CHARS),
            Self::Policy(setting) => {
                let mut policy = Policy::default();
                routing::read(setting, value, &mut policy)?;
                Ok(setting.text(&policy)?)
            }
        }
    }
}

fn read_link(name: &'static str, value: &str) -> Result<String, Failure> {
    let value = value.trim_end_matches('/');
    if value.is_empty() {
        return Ok(String::new());
    }
    let url = Url::parse(value).map_err(|error| Problem::UrlInvalid.with("field", name).with("reason", error))?;
    // URLs of these schemes always have a host.
    if matches!(url.scheme(), "http" | "https") {
        Ok(value.to_owned())
    } else {
        Err(Problem::UrlScheme.with("field", name).with("schemes", "`http://`, `https://`"))
    }
}

/// Each field is `*`, `*/n`, a number, or a list of these; ranges are none.
fn is_cron(text: &str) -> bool {
    const LIMITS: [(u32, u32); CRON_FIELDS] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    let is_item = |item: &str, (min, max): (u32, u32)| match item.strip_prefix("*/") {
        Some(step) => step.parse().is_ok_and(|step: u32| step > 0),
        None => item == "*" || item.parse().is_ok_and(|number: u32| (min..=max).contains(&number)),
    };
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == CRON_FIELDS
        && fields.iter().zip(LIMITS).all(|(field, limits)| field.split(',').all(|item| is_item(item, limits)))
}

fn read_mails(name: &'static str, list: &str) -> Result<String, Failure> {
    let list = text(name, list, MAX_MAILS_CHARS)?;
    let mails: Vec<&str> = list.split([';', ',', '\n']).map(str::trim).filter(|mail| !mail.is_empty()).collect();
    if mails.len() > MAX_MAILS {
        return Err(Problem::TooManyEntries.with("field", name).with("limit", MAX_MAILS));
    }
    match mails.iter().find(|mail| read_email(mail).is_err()) {
        Some(mail) => Err(Problem::MailInvalid.with("field", name).with("mail", mail)),
        None => Ok(mails.join(";")),
    }
}

//! The settings that exist: one table, in sections. Those that nothing reads yet are kept for the features that will, and
//! say so.

mod backup;
mod notices;
mod public;
mod routing;

use sluice_store::PolicySetting;

use super::shape::Shape;
use crate::admin::wire::{Failure, Language, Problem};

/// The settings of each part.
const SECTIONS: [&[Known]; 4] = [public::TABLE, routing::TABLE, notices::TABLE, backup::TABLE];

/// What a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Site,
    Accounts,
    Routing,
    Checkin,
    Files,
    Mail,
    Notifications,
    Backup,
}

impl Group {
    /// Returns its name in the API.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Accounts => "accounts",
            Self::Routing => "routing",
            Self::Checkin => "checkin",
            Self::Files => "files",
            Self::Mail => "mail",
            Self::Notifications => "notifications",
            Self::Backup => "backup",
        }
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Unit {
    /// Returns its name in the API.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

/// A setting that exists.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    pub(super) shape: Shape,
    pub(super) group: Group,
    /// What it does, in English and in Chinese.
    says: [&'static str; 2],
    /// What a number counts, where it is a length of time.
    pub(super) unit: Option<Unit>,
    /// Written sealed, and never read back.
    pub(super) is_sensitive: bool,
    /// Whether something reads it.
    pub(super) is_read: bool,
    /// Whether what reads it does so only when Sluice starts.
    pub(super) needs_restart: bool,
    /// What must be filled in before this one is `true`.
    pub(super) needs: &'static [&'static str],
}

const fn known(name: &'static str, default: &'static str, shape: Shape) -> Known {
    Known {
        name,
        default,
        shape,
        group: Group::Site,
        says: [""; 2],
        unit: None,
        is_sensitive: false,
        is_read: true,
        needs_restart: false,
        needs: &[],
    }
}

const fn policy(setting: PolicySetting, default: &'static str) -> Known {
    known(setting.name(), default, Shape::Policy(setting))
}

/// A setting of the old gateways that nothing reads yet.
const fn kept(name: &'static str, default: &'static str, shape: Shape) -> Known {
    Known { is_read: false, ..known(name, default, shape) }
}

const fn secret(name: &'static str, shape: Shape) -> Known {
    Known { is_sensitive: true, ..kept(name, "", shape) }
}

/// A switch of the old gateways that needs others to be filled in.
const fn switch(name: &'static str, needs: &'static [&'static str]) -> Known {
    Known { needs, ..kept(name, "false", Shape::Boolean) }
}

impl Known {
    /// Says what it is about and what it does.
    const fn says(self, group: Group, english: &'static str, chinese: &'static str) -> Self {
        Self { group, says: [english, chinese], ..self }
    }

    /// Says what its number counts.
    const fn counts(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// Returns every setting, section by section.
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        SECTIONS.into_iter().flatten()
    }

    pub(super) fn find(name: &str) -> Result<&'static Self, Failure> {
        if let Some(known) = Self::all().find(|known| known.name == name) {
            return Ok(known);
        }
        let distance = |known: &&Self| strsim::damerau_levenshtein(&known.name.to_lowercase(), &name.to_lowercase());
        let nearest = Self::all().min_by_key(distance).map_or("", |known| known.name);
        Err(Problem::OptionUnknown.with("key", name).with("nearest", nearest))
    }

    /// Returns what it does.
    pub(super) const fn explanation(&self, language: Language) -> &'static str {
        let [english, chinese] = self.says;
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// Returns the value as it is stored, or says what is wrong with it.
    pub(super) fn accept(&self, value: &str) -> Result<String, Failure> {
        self.shape.accept(self.name, value)
    }
}

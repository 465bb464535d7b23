//! Check-ins as the API shows them.

use serde::Serialize;
use sluice_domain::checkin::{Cause, CheckinItem, CheckinResult, CheckinRun, CheckinSite, Counts};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CheckinRunId;
use utoipa::ToSchema;

use crate::admin::wire::{Language, Note};
use crate::jobs::check_in::{Today, chinese, english};

/// A run of check-ins.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunView {
    /// 0 where there was nothing to do, so that no run was made.
    id: i64,
    /// `cron`, `manual` (all that were missing) or `manual-provider` (one).
    trigger_type: &'static str,
    /// `running`, `success`, `partial` (some failed) or `failed` (the only one did).
    status: &'static str,
    /// Time zone that its day goes by.
    timezone: String,
    /// The day, `YYYY-MM-DD`.
    scheduled_date: String,
    /// When it began, Unix seconds.
    started_at: i64,
    /// When it ended, Unix seconds; 0 while it runs.
    ended_at: i64,
    /// Providers that it was for.
    total_count: u64,
    /// Of those, providers that count the day.
    success_count: u64,
    /// Of those, providers that do not.
    failure_count: u64,
    /// Providers that were still missing at its end, whatever it was for.
    uncheckin_count: u64,
    /// The same in words.
    message: String,
    /// The same as `started_at`.
    created_at: i64,
}

impl RunView {
    pub(super) fn of(run: CheckinRun, language: Language) -> Self {
        let Counts { total, succeeded, failed, missing } = run.counts;
        let status = match (run.ended_at, run.cause, failed) {
            (None, ..) => "running",
            (Some(_), _, 0) => "success",
            (Some(_), Cause::Single, _) => "failed",
            (Some(_), Cause::Schedule | Cause::Manual, _) => "partial",
        };
        let note = if total == 0 { Note::CheckinNothing } else { Note::CheckinRun };
        let facts = [("succeeded", succeeded), ("failed", failed), ("missing", missing)];
        Self {
            id: run.id.0,
            trigger_type: run.cause.as_str(),
            status,
            message: note.say(language, &facts.map(|(name, count)| (name, count.to_string()))),
            timezone: run.zone,
            scheduled_date: run.day,
            started_at: run.began_at.unix_secs(),
            ended_at: run.ended_at.map_or(0, Timestamp::unix_secs),
            total_count: total,
            success_count: succeeded,
            failure_count: failed,
            uncheckin_count: missing,
            created_at: run.began_at.unix_secs(),
        }
    }

    /// Returns the same in words.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Returns what stands for a run that had nothing to do.
    pub(super) fn nothing(today: &Today, now: Timestamp, language: Language) -> Self {
        let run = CheckinRun {
            id: CheckinRunId(0),
            cause: Cause::Manual,
            zone: today.zone.clone(),
            day: today.day.clone(),
            began_at: now,
            ended_at: Some(now),
            counts: Counts::default(),
        };
        Self::of(run, language)
    }
}

/// A check-in at a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ItemView {
    id: i64,
    run_id: i64,
    provider_id: i64,
    /// Its name at the time.
    provider_name: String,
    /// `success` or `failed`.
    status: &'static str,
    /// What the site said, or why it said nothing.
    message: String,
    /// Whether the check-in was switched off there, because the site has none.
    auto_disabled: bool,
    /// What the site awarded, in its own units; 500000 are usually one US dollar.
    quota_awarded: i64,
    /// When, Unix seconds.
    checked_at: i64,
    /// The same.
    created_at: i64,
}

impl ItemView {
    pub(super) fn of(item: CheckinItem, language: Language) -> Self {
        Self {
            id: item.id.0,
            run_id: item.run_id.0,
            provider_id: item.provider_id.0,
            provider_name: item.provider_name,
            status: status_of(&item.result),
            message: told(&item.result, language),
            auto_disabled: item.result.is_auto_disabled,
            quota_awarded: item.result.quota_awarded.unwrap_or(0),
            checked_at: item.checked_at.unix_secs(),
            created_at: item.checked_at.unix_secs(),
        }
    }

    /// Returns what the site said, or why it said nothing.
    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

const fn status_of(result: &CheckinResult) -> &'static str {
    if result.is_success { "success" } else { "failed" }
}

/// Returns what came of a check-in, in words.
pub(super) fn told(result: &CheckinResult, language: Language) -> String {
    let said = match language {
        Language::English => english(result),
        Language::Chinese => chinese(result),
    };
    if result.is_auto_disabled { Note::CheckinDisabled.say(language, &[("said", said)]) } else { said }
}

/// What is known of a provider's check-ins.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(in crate::admin) struct LastCheckin {
    /// When one last succeeded, Unix seconds; 0 never.
    last_checkin_at: i64,
    /// `success` or `failed`; empty before the first.
    last_checkin_status: &'static str,
    /// What the site said, or why it said nothing.
    last_checkin_message: String,
    /// The same in Chinese.
    last_checkin_message_zh: String,
    /// What it awarded, in its own units.
    last_checkin_quota_awarded: i64,
    /// When the last result came, Unix seconds; 0 never.
    last_checkin_result_at: i64,
}

impl LastCheckin {
    pub(in crate::admin) fn of(site: &CheckinSite) -> Self {
        let last_checkin_at = site.succeeded_at.map_or(0, Timestamp::unix_secs);
        let Some((result, at)) = &site.last else { return Self { last_checkin_at, ..Self::default() } };
        Self {
            last_checkin_at,
            last_checkin_status: status_of(result),
            last_checkin_message: told(result, Language::English),
            last_checkin_message_zh: told(result, Language::Chinese),
            last_checkin_quota_awarded: result.quota_awarded.unwrap_or(0),
            last_checkin_result_at: at.unix_secs(),
        }
    }
}

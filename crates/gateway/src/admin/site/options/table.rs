//! The settings that exist: one table. Those that nothing reads yet are kept for the features that will, and say so.

use sluice_domain::route::policy::Factor;
use sluice_store::PolicySetting;

use super::shape::Shape;
use crate::admin::wire::{Failure, Problem};

/// A setting that exists.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) default: &'static str,
    pub(super) shape: Shape,
    /// Written sealed, and never read back.
    pub(super) is_sensitive: bool,
    /// Whether something reads it.
    pub(super) is_read: bool,
    /// What must be filled in before this one is `true`.
    pub(super) needs: &'static [&'static str],
}

const fn known(name: &'static str, default: &'static str, shape: Shape) -> Known {
    Known { name, default, shape, is_sensitive: false, is_read: true, needs: &[] }
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

const ROLES: Shape = Shape::Choice(&["0", "1", "10", "100"]);
const YEAR_SECS: i64 = 31_536_000;

pub(super) const TABLE: &[Known] = &[
    known("SystemName", "Sluice", Shape::Text(100)),
    known("Notice", "", Shape::Text(20_000)),
    known("About", "", Shape::Text(100_000)),
    known("Footer", "", Shape::Text(5_000)),
    known("HomePageLink", "", Shape::Link),
    known("ServerAddress", "", Shape::Link),
    known("RegisterEnabled", "false", Shape::Boolean),
    known("PasswordRegisterEnabled", "true", Shape::Boolean),
    known("PasswordLoginEnabled", "true", Shape::Boolean),
    policy(PolicySetting::Strategy, "value"),
    policy(PolicySetting::Models, ""),
    policy(PolicySetting::Aliases, ""),
    policy(PolicySetting::Rules, ""),
    policy(PolicySetting::DefaultProvider, ""),
    policy(PolicySetting::Validity, "enforce"),
    policy(PolicySetting::Health, "true"),
    policy(PolicySetting::Factor(Factor::UsageWindowHours), "24"),
    policy(PolicySetting::Factor(Factor::BaseWeight), "0.2"),
    policy(PolicySetting::Factor(Factor::ValueScore), "0.8"),
    policy(PolicySetting::Factor(Factor::HealthWindowHours), "6"),
    policy(PolicySetting::Factor(Factor::FailurePenalty), "4"),
    policy(PolicySetting::Factor(Factor::HealthReward), "0.08"),
    policy(PolicySetting::Factor(Factor::HealthMin), "0.05"),
    policy(PolicySetting::Factor(Factor::HealthMax), "1.12"),
    policy(PolicySetting::Factor(Factor::HealthMinSamples), "5"),
    kept("RelayResponseValidityGuardEnabled", "true", Shape::Boolean),
    kept("RoutingInvalidResponseSuppressionEnabled", "false", Shape::Boolean),
    kept("RoutingInvalidResponseSuppressionThreshold", "3", Shape::Number(1, 1_000)),
    kept("RoutingInvalidResponseSuppressionWindowMinutes", "10", Shape::Number(1, 1_440)),
    kept("RoutingInvalidResponseSuppressionCooldownMinutes", "15", Shape::Number(1, 1_440)),
    known("CheckinScheduleEnabled", "true", Shape::Boolean),
    known("CheckinScheduleTime", "09:00", Shape::Time),
    known("CheckinScheduleTimezone", "Asia/Shanghai", Shape::Zone),
    kept("FileUploadPermission", "0", ROLES),
    kept("FileDownloadPermission", "0", ROLES),
    kept("ImageUploadPermission", "0", ROLES),
    kept("ImageDownloadPermission", "0", ROLES),
    kept("EmailVerificationEnabled", "false", Shape::Boolean),
    switch("GitHubOAuthEnabled", &["GitHubClientId"]),
    kept("GitHubClientId", "", Shape::Text(255)),
    secret("GitHubClientSecret", Shape::Secret),
    switch("WeChatAuthEnabled", &["WeChatServerAddress"]),
    kept("WeChatServerAddress", "", Shape::Link),
    secret("WeChatServerToken", Shape::Secret),
    kept("WeChatAccountQRCodeImageURL", "", Shape::Link),
    switch("TurnstileCheckEnabled", &["TurnstileSiteKey"]),
    kept("TurnstileSiteKey", "", Shape::Text(255)),
    secret("TurnstileSecretKey", Shape::Secret),
    kept("SMTPServer", "", Shape::Text(255)),
    kept("SMTPPort", "587", Shape::Number(1, 65_535)),
    kept("SMTPAccount", "", Shape::Text(255)),
    secret("SMTPToken", Shape::Secret),
    switch("NotificationBarkEnabled", &["NotificationBarkServer", "NotificationBarkDeviceKey"]),
    kept("NotificationBarkServer", "", Shape::Link),
    kept("NotificationBarkGroup", "", Shape::Text(120)),
    secret("NotificationBarkDeviceKey", Shape::Secret),
    switch("NotificationWebhookEnabled", &["NotificationWebhookURL"]),
    secret("NotificationWebhookURL", Shape::Link),
    secret("NotificationWebhookToken", Shape::Secret),
    switch("NotificationSMTPEnabled", &["SMTPServer", "SMTPAccount", "SMTPToken", "NotificationSMTPRecipients"]),
    kept("NotificationSMTPRecipients", "", Shape::Mails),
    kept("NotificationSMTPSubjectPrefix", "[Sluice]", Shape::Text(120)),
    kept("NotificationCheckinSummaryEnabled", "false", Shape::Boolean),
    kept("NotificationCheckinFailureEnabled", "true", Shape::Boolean),
    kept("NotificationProviderAutoDisableEnabled", "true", Shape::Boolean),
    kept("NotificationProviderHealthEnabled", "true", Shape::Boolean),
    kept("NotificationRequestFailureEnabled", "false", Shape::Boolean),
    kept("NotificationVerbosityMode", "concise", Shape::Choice(&["concise", "detailed"])),
    kept("NotificationRequestFailureThreshold", "5", Shape::Number(1, 1_000)),
    kept("NotificationRequestFailureWindowMinutes", "10", Shape::Number(1, 1_440)),
    switch("BackupEnabled", &["BackupWebDAVURL"]),
    kept("BackupTriggerMode", "hybrid", Shape::Choice(&["hybrid", "event", "schedule"])),
    kept("BackupScheduleCron", "0 */6 * * *", Shape::Cron),
    kept("BackupMinIntervalSeconds", "600", Shape::Number(0, YEAR_SECS)),
    kept("BackupDebounceSeconds", "30", Shape::Number(0, 86_400)),
    kept("BackupWebDAVURL", "", Shape::FilledLink),
    kept("BackupWebDAVUsername", "", Shape::Text(255)),
    secret("BackupWebDAVPassword", Shape::Secret),
    kept("BackupWebDAVBasePath", "/sluice-backups", Shape::Filled(1_000)),
    kept("BackupEncryptEnabled", "true", Shape::Boolean),
    secret("BackupEncryptPassphrase", Shape::Passphrase),
    kept("BackupRetentionDays", "14", Shape::Number(0, 3_650)),
    kept("BackupRetentionMaxFiles", "100", Shape::Number(0, 100_000)),
    kept("BackupSpoolDir", "upload/backup-spool", Shape::Filled(1_000)),
    kept("BackupCommandTimeoutSeconds", "600", Shape::Number(1, YEAR_SECS)),
    kept("BackupMaxRetries", "8", Shape::Number(0, 1_000)),
    kept("BackupRetryBaseSeconds", "30", Shape::Number(1, 86_400)),
    kept("BackupMySQLDumpCommand", "mysqldump", Shape::Filled(255)),
    kept("BackupPostgresDumpCommand", "pg_dump", Shape::Filled(255)),
    kept("BackupMySQLRestoreCommand", "mysql", Shape::Filled(255)),
    kept("BackupPostgresRestoreCommand", "psql", Shape::Filled(255)),
];

impl Known {
    pub(super) fn find(name: &str) -> Result<&'static Self, Failure> {
        if let Some(known) = TABLE.iter().find(|known| known.name == name) {
            return Ok(known);
        }
        let distance = |known: &&Self| strsim::damerau_levenshtein(&known.name.to_lowercase(), &name.to_lowercase());
        let nearest = TABLE.iter().min_by_key(distance).map_or("", |known| known.name);
        Err(Problem::OptionUnknown.with("key", name).with("nearest", nearest))
    }

    /// Returns the value as it is stored, or says what is wrong with it.
    pub(super) fn accept(&self, value: &str) -> Result<String, Failure> {
        self.shape.accept(self.name, value)
    }
}

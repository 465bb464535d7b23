//! Copies of the database that are kept elsewhere.

use super::Group::Backup;
use super::Unit::{Days, Seconds};
use super::{Known, kept, secret, switch};
use crate::admin::site::options::shape::Shape;

const YEAR_SECS: i64 = 31_536_000;

pub(super) const TABLE: &[Known] = &[
    switch("BackupEnabled", &["BackupWebDAVURL"]).says(
        Backup,
        "Whether copies of the database are made by themselves.",
        "是否自动备份数据库。",
    ),
    kept("BackupTriggerMode", "hybrid", Shape::Choice(&["hybrid", "event", "schedule"])).says(
        Backup,
        "When: after changes (`event`), by the clock (`schedule`), or both (`hybrid`).",
        "备份时机：发生变化后（`event`）、按计划（`schedule`）或两者兼有（`hybrid`）。",
    ),
    kept("BackupScheduleCron", "0 */6 * * *", Shape::Cron).says(
        Backup,
        "Schedule: minute, hour, day, month and weekday.",
        "备份计划：分、时、日、月、周。",
    ),
    kept("BackupMinIntervalSeconds", "600", Shape::Number(0, YEAR_SECS))
        .says(Backup, "Shortest time between two copies.", "两次备份之间的最短间隔。")
        .counts(Seconds),
    kept("BackupDebounceSeconds", "30", Shape::Number(0, 86_400))
        .says(Backup, "How long to wait for further changes after one.", "发生变化后等待多久再备份。")
        .counts(Seconds),
    kept("BackupWebDAVURL", "", Shape::FilledLink).says(
        Backup,
        "WebDAV folder that copies are put into.",
        "存放备份的 WebDAV 目录地址。",
    ),
    kept("BackupWebDAVUsername", "", Shape::Text(255)).says(
        Backup,
        "User name at the WebDAV server.",
        "WebDAV 用户名。",
    ),
    secret("BackupWebDAVPassword", Shape::Secret).says(Backup, "Password at the WebDAV server.", "WebDAV 密码。"),
    kept("BackupWebDAVBasePath", "/sluice-backups", Shape::Filled(1_000)).says(
        Backup,
        "Path below the folder that copies are put into.",
        "目录下存放备份的路径。",
    ),
    kept("BackupEncryptEnabled", "true", Shape::Boolean).says(
        Backup,
        "Whether copies are encrypted before they leave this machine.",
        "备份离开本机之前是否加密。",
    ),
    secret("BackupEncryptPassphrase", Shape::Passphrase).says(
        Backup,
        "Passphrase that copies are encrypted with. Without it no copy can be read: keep it elsewhere too.",
        "加密备份的口令。没有它就无法读取备份，请另行妥善保存。",
    ),
    kept("BackupRetentionDays", "14", Shape::Number(0, 3_650))
        .says(Backup, "How long copies are kept; 0 for good.", "备份保留多久；0 表示永久保留。")
        .counts(Days),
    kept("BackupRetentionMaxFiles", "100", Shape::Number(0, 100_000)).says(
        Backup,
        "How many copies are kept; 0 for any number.",
        "最多保留多少份备份；0 表示不限。",
    ),
    kept("BackupSpoolDir", "upload/backup-spool", Shape::Filled(1_000)).says(
        Backup,
        "Folder on this machine for copies that are on their way.",
        "本机上暂存待上传备份的目录。",
    ),
    kept("BackupCommandTimeoutSeconds", "600", Shape::Number(1, YEAR_SECS))
        .says(Backup, "Longest time that making or reading a copy may take.", "生成或恢复一份备份的最长时间。")
        .counts(Seconds),
    kept("BackupMaxRetries", "8", Shape::Number(0, 1_000)).says(
        Backup,
        "How often a copy that failed is tried again.",
        "备份失败后最多重试几次。",
    ),
    kept("BackupRetryBaseSeconds", "30", Shape::Number(1, 86_400))
        .says(
            Backup,
            "Pause before the first of these tries; each further one is longer.",
            "首次重试前的等待时间，之后逐次延长。",
        )
        .counts(Seconds),
    kept("BackupMySQLDumpCommand", "mysqldump", Shape::Filled(255)).says(
        Backup,
        "Program that copies a MySQL database.",
        "备份 MySQL 数据库的命令。",
    ),
    kept("BackupPostgresDumpCommand", "pg_dump", Shape::Filled(255)).says(
        Backup,
        "Program that copies a PostgreSQL database.",
        "备份 PostgreSQL 数据库的命令。",
    ),
    kept("BackupMySQLRestoreCommand", "mysql", Shape::Filled(255)).says(
        Backup,
        "Program that reads a copy back into MySQL.",
        "将备份恢复到 MySQL 的命令。",
    ),
    kept("BackupPostgresRestoreCommand", "psql", Shape::Filled(255)).says(
        Backup,
        "Program that reads a copy back into PostgreSQL.",
        "将备份恢复到 PostgreSQL 的命令。",
    ),
];

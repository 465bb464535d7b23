//! Mail, and whom Sluice tells what.

use super::Group::{Mail, Notifications};
use super::Unit::Minutes;
use super::{Known, kept, secret, switch};
use crate::admin::site::options::shape::Shape;

pub(super) const TABLE: &[Known] =
    &[
        kept("SMTPServer", "", Shape::Text(255)).says(
            Mail,
            "Host name of the server that sends mail.",
            "发信服务器的主机名。",
        ),
        kept("SMTPPort", "587", Shape::Number(1, 65_535)).says(
            Mail,
            "Its port: 465 with TLS from the start, else 587.",
            "发信服务器端口：全程 TLS 用 465，否则用 587。",
        ),
        kept("SMTPAccount", "", Shape::Text(255)).says(
            Mail,
            "Account that mail is sent with; also its sender.",
            "发信账号，同时作为发件人。",
        ),
        secret("SMTPToken", Shape::Secret).says(Mail, "Password of this account.", "该账号的密码或授权码。"),
        switch("NotificationBarkEnabled", &["NotificationBarkServer", "NotificationBarkDeviceKey"]).says(
            Notifications,
            "Whether messages go to a phone by Bark.",
            "是否通过 Bark 向手机推送消息。",
        ),
        kept("NotificationBarkServer", "", Shape::Link).says(
            Notifications,
            "Address of the Bark server.",
            "Bark 服务器地址。",
        ),
        kept("NotificationBarkGroup", "", Shape::Text(120)).says(
            Notifications,
            "Group that Bark sorts the messages into.",
            "消息在 Bark 中所属的分组。",
        ),
        secret("NotificationBarkDeviceKey", Shape::Secret).says(
            Notifications,
            "Key of the phone at the Bark server.",
            "手机在 Bark 服务器上的设备密钥。",
        ),
        switch("NotificationWebhookEnabled", &["NotificationWebhookURL"]).says(
            Notifications,
            "Whether messages are posted to a webhook.",
            "是否将消息发送到 Webhook。",
        ),
        secret("NotificationWebhookURL", Shape::Link).says(
            Notifications,
            "Address that messages are posted to.",
            "接收消息的 Webhook 地址。",
        ),
        secret("NotificationWebhookToken", Shape::Secret).says(
            Notifications,
            "Secret sent along, so that the receiver knows who posts.",
            "随消息发送的密钥，供接收方确认来源。",
        ),
        switch("NotificationSMTPEnabled", &["SMTPServer", "SMTPAccount", "SMTPToken", "NotificationSMTPRecipients"])
            .says(Notifications, "Whether messages are sent by mail.", "是否通过邮件发送消息。"),
        kept("NotificationSMTPRecipients", "", Shape::Mails).says(
            Notifications,
            "Mail addresses that get them, separated by semicolons.",
            "接收消息的邮箱地址，以分号分隔。",
        ),
        kept("NotificationSMTPSubjectPrefix", "[Sluice]", Shape::Text(120)).says(
            Notifications,
            "What the subject of each mail begins with.",
            "邮件主题的前缀。",
        ),
        kept("NotificationCheckinSummaryEnabled", "false", Shape::Boolean).says(
            Notifications,
            "Whether to tell how the daily check-in went.",
            "是否通知每日签到的汇总结果。",
        ),
        kept("NotificationCheckinFailureEnabled", "true", Shape::Boolean).says(
            Notifications,
            "Whether to tell of check-ins that failed.",
            "是否通知签到失败。",
        ),
        kept("NotificationProviderAutoDisableEnabled", "true", Shape::Boolean).says(
            Notifications,
            "Whether to tell when Sluice switches something off at a provider by itself.",
            "Sluice 自动停用供应商的某项功能时是否通知。",
        ),
        kept("NotificationProviderHealthEnabled", "true", Shape::Boolean).says(
            Notifications,
            "Whether to tell when a provider can no longer be reached, and when it can again.",
            "供应商无法访问和恢复时是否通知。",
        ),
        kept("NotificationRequestFailureEnabled", "false", Shape::Boolean).says(
            Notifications,
            "Whether to tell when too many calls fail.",
            "调用失败过多时是否通知。",
        ),
        kept("NotificationVerbosityMode", "concise", Shape::Choice(&["concise", "detailed"])).says(
            Notifications,
            "How much messages say.",
            "消息的详细程度：`concise` 简要，`detailed` 详细。",
        ),
        kept("NotificationRequestFailureThreshold", "5", Shape::Number(1, 1_000)).says(
            Notifications,
            "How many failed calls are too many.",
            "多少次调用失败视为过多。",
        ),
        kept("NotificationRequestFailureWindowMinutes", "10", Shape::Number(1, 1_440))
            .says(Notifications, "Time within which failed calls are counted.", "统计失败调用的时间范围。")
            .counts(Minutes),
    ];

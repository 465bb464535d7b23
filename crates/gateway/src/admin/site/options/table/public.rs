//! What people see of this installation, and how they get in.

use super::Group::{Accounts, Files, Site};
use super::{Known, kept, known, secret, switch};
use crate::admin::site::options::shape::Shape;

const ROLES: Shape = Shape::Choice(&["0", "1", "10", "100"]);

pub(super) const TABLE: &[Known] = &[
    known("SystemName", "Sluice", Shape::Text(100)).says(
        Site,
        "Name of this installation, shown in the console and in the title of its pages.",
        "本站名称，显示在控制台和页面标题中。",
    ),
    known("Notice", "", Shape::Text(20_000)).says(
        Site,
        "Announcement that everybody sees who opens the console; empty for none.",
        "公告，所有打开控制台的人都能看到；留空则不显示。",
    ),
    known("About", "", Shape::Text(100_000)).says(
        Site,
        "Text of the page about this installation.",
        "“关于”页面的内容。",
    ),
    known("Footer", "", Shape::Text(5_000)).says(
        Site,
        "Line at the foot of each page, such as a licence or a contact.",
        "页面底部的文字，例如备案信息或联系方式。",
    ),
    known("HomePageLink", "", Shape::Link).says(
        Site,
        "Page that the name of this installation leads to; empty for the console itself.",
        "点击本站名称时打开的页面；留空则打开控制台。",
    ),
    known("ServerAddress", "", Shape::Link).says(
        Site,
        "Address under which callers reach Sluice, used in configurations to copy; empty takes the address of the browser.",
        "调用方访问 Sluice 的地址，用于生成可复制的客户端配置；留空则使用浏览器中的地址。",
    ),
    known("RegisterEnabled", "false", Shape::Boolean).says(
        Accounts,
        "Whether strangers may make an account for themselves.",
        "是否允许访客自行注册账号。",
    ),
    known("PasswordRegisterEnabled", "true", Shape::Boolean).says(
        Accounts,
        "Whether they may do so with a name and a password, where registration is open.",
        "开放注册时，是否允许使用用户名和密码注册。",
    ),
    known("PasswordLoginEnabled", "true", Shape::Boolean).says(
        Accounts,
        "Whether people may log in with a password. One way to log in must stay on.",
        "是否允许使用密码登录。至少要保留一种登录方式。",
    ),
    kept("EmailVerificationEnabled", "false", Shape::Boolean).says(
        Accounts,
        "Whether a mail address must be confirmed before an account is made with it.",
        "注册前是否必须验证邮箱地址。",
    ),
    switch("GitHubOAuthEnabled", &["GitHubClientId"]).says(
        Accounts,
        "Whether people may log in with their GitHub account.",
        "是否允许使用 GitHub 账号登录。",
    ),
    kept("GitHubClientId", "", Shape::Text(255)).says(
        Accounts,
        "Client id of the OAuth application at GitHub.",
        "GitHub OAuth 应用的 Client ID。",
    ),
    secret("GitHubClientSecret", Shape::Secret).says(
        Accounts,
        "Client secret of the OAuth application at GitHub.",
        "GitHub OAuth 应用的 Client Secret。",
    ),
    switch("WeChatAuthEnabled", &["WeChatServerAddress"]).says(
        Accounts,
        "Whether people may log in through a WeChat official account.",
        "是否允许通过微信公众号登录。",
    ),
    kept("WeChatServerAddress", "", Shape::Link).says(
        Accounts,
        "Address of the server that confirms WeChat logins.",
        "验证微信登录的服务器地址。",
    ),
    secret("WeChatServerToken", Shape::Secret).says(
        Accounts,
        "Secret that this server asks for.",
        "该服务器要求的访问凭证。",
    ),
    kept("WeChatAccountQRCodeImageURL", "", Shape::Link).says(
        Accounts,
        "Picture of the official account's QR code, shown on the login page.",
        "登录页显示的公众号二维码图片地址。",
    ),
    switch("TurnstileCheckEnabled", &["TurnstileSiteKey"]).says(
        Accounts,
        "Whether Cloudflare Turnstile checks logins and registrations for robots.",
        "登录和注册时是否使用 Cloudflare Turnstile 进行人机验证。",
    ),
    kept("TurnstileSiteKey", "", Shape::Text(255)).says(
        Accounts,
        "Site key of Turnstile.",
        "Turnstile 的 Site Key。",
    ),
    secret("TurnstileSecretKey", Shape::Secret).says(
        Accounts,
        "Secret key of Turnstile.",
        "Turnstile 的 Secret Key。",
    ),
    kept("FileUploadPermission", "0", ROLES).says(
        Files,
        "Lowest role that may upload files: 0 guest, 1 common, 10 administrator, 100 root.",
        "允许上传文件的最低角色：0 访客，1 普通用户，10 管理员，100 超级管理员。",
    ),
    kept("FileDownloadPermission", "0", ROLES).says(
        Files,
        "Lowest role that may download files.",
        "允许下载文件的最低角色。",
    ),
    kept("ImageUploadPermission", "0", ROLES).says(
        Files,
        "Lowest role that may upload pictures.",
        "允许上传图片的最低角色。",
    ),
    kept("ImageDownloadPermission", "0", ROLES).says(
        Files,
        "Lowest role that may download pictures.",
        "允许下载图片的最低角色。",
    ),
];

//! Everything that can be wrong with a request: one table of kinds (code, status), one of texts in both languages.

use http::StatusCode;

use super::failure::Failure;
use super::language::Language;

macro_rules! kinds {
    ($($name:ident $code:literal $status:ident;)+) => {
        /// A kind of failure, as clients tell them apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind { $($name,)+ }

        impl Kind {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Returns the stable name in answers.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Returns the HTTP status.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }
        }
    };
}

kinds! {
    InvalidBody "invalid_body" BAD_REQUEST;
    InvalidParameter "invalid_parameter" BAD_REQUEST;
    InvalidValue "invalid_value" BAD_REQUEST;
    Unauthenticated "unauthenticated" UNAUTHORIZED;
    WrongCredentials "wrong_credentials" UNAUTHORIZED;
    SessionRequired "session_required" FORBIDDEN;
    TokenRequired "token_required" FORBIDDEN;
    Forbidden "forbidden" FORBIDDEN;
    CrossSite "cross_site" FORBIDDEN;
    UserDisabled "user_disabled" FORBIDDEN;
    RegistrationClosed "registration_closed" FORBIDDEN;
    NotFound "not_found" NOT_FOUND;
    UnknownPath "unknown_path" NOT_FOUND;
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED;
    Conflict "conflict" CONFLICT;
    IdempotencyConflict "idempotency_conflict" CONFLICT;
    ReadOnly "read_only" CONFLICT;
    SetupDone "setup_done" CONFLICT;
    TooLarge "too_large" PAYLOAD_TOO_LARGE;
    UnsupportedType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE;
    TooManyAttempts "too_many_attempts" TOO_MANY_REQUESTS;
    Internal "internal" INTERNAL_SERVER_ERROR;
    UpstreamFailed "upstream_failed" BAD_GATEWAY;
    Unavailable "unavailable" SERVICE_UNAVAILABLE;
}

macro_rules! problems {
    ($($name:ident $kind:ident $english:literal $chinese:literal;)+) => {
        /// Something that is wrong with a request, or with what it needs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Problem { $($name,)+ }

        impl Problem {
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Returns the kind, which decides code and status.
            pub(crate) const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)+ }
            }

            /// Returns the message, with `{places}` for facts.
            pub(crate) const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english,
                      (Self::$name, Language::Chinese) => $chinese,)+
                }
            }
        }
    };
}

impl Problem {
    /// Makes a failure of the problem with its first fact.
    pub(crate) fn with(self, place: &'static str, fact: impl ToString) -> Failure {
        Failure::from(self).with(place, fact)
    }
}

problems! {
    UnknownPath UnknownPath
        "there is no `{path}`; `/api/docs` lists what there is"
        "没有 `{path}` 这个接口，全部接口见 `/api/docs`";
    MethodNotAllowed MethodNotAllowed
        "`{method}` does not work here; the `allow` header names what does"
        "此接口不支持 `{method}`，可用的方法见 `allow` 响应头";
    BodyUnreadable InvalidBody
        "the request's body could not be read; send it again"
        "无法读取请求体，请重新发送";
    BodyTooLarge TooLarge
        "the request's body is larger than {limit} bytes"
        "请求体超过 {limit} 字节";
    BodyNotJson UnsupportedType
        "send the body as JSON with `content-type: application/json`"
        "请以 JSON 发送请求体，并设置 `content-type: application/json`";
    BodyInvalid InvalidBody
        "the body is wrong at `{place}`: {reason}"
        "请求体在 `{place}` 处有误：{reason}";
    ParameterInvalid InvalidParameter
        "a parameter of the address is wrong: {reason}"
        "地址中的参数有误：{reason}";
    FilterInvalid InvalidParameter
        "`{name}` cannot be `{value}`; use {expected}"
        "`{name}` 不能是 `{value}`，请使用 {expected}";
    CursorInvalid InvalidParameter
        "`cursor` is not one that a list of this kind gave out; start again without it"
        "`cursor` 不是本列表给出的值，请去掉它重新开始";
    IdempotencyKeyInvalid InvalidParameter
        "`idempotency-key` must be one header of 1 to {limit} printable ASCII characters"
        "`idempotency-key` 只能出现一次，且须为 1 到 {limit} 个可见 ASCII 字符";
    ValueInvalid InvalidValue
        "`{field}` {reason}"
        "`{field}` 有误：{reason}";
    ValueMissing InvalidValue
        "`{field}` is missing; fill it in"
        "缺少 `{field}`，请填写";
    ValueTooLong InvalidValue
        "`{field}` has more than {limit} characters"
        "`{field}` 超过 {limit} 个字符";
    ChoiceInvalid InvalidValue
        "`{field}` cannot be `{value}`; use one of {expected}"
        "`{field}` 不能是 `{value}`，可用的值：{expected}";
    TooManyEntries InvalidValue
        "`{field}` has more than {limit} entries"
        "`{field}` 超过 {limit} 项";
    NameTwice InvalidValue
        "`{field}`: `{name}` is used twice; give each its own name"
        "`{field}`：`{name}` 重复，名称不能相同";
    AliasCycle InvalidValue
        "`{field}` leads back to itself: {names}; let one of them stand for a model"
        "`{field}` 形成循环：{names}，请让其中一个指向实际模型";
    AliasWeightless InvalidValue
        "`{field}` gives every target the weight 0; give one of them more"
        "`{field}` 中所有目标的权重都是 0，至少要有一个大于 0";
    EntryIdle InvalidValue
        "`{field}` changes nothing; say what differs, or leave it out"
        "`{field}` 没有任何作用，请填写要改变的内容或删除该项";
    HealthOrder InvalidValue
        "`{field}` is more than `health_max`; lower it, or raise `health_max`"
        "`{field}` 大于 `health_max`，请调低它或调高 `health_max`";
    ProviderUnknown InvalidValue
        "`{field}`: there is no provider `{provider}`; `/api/provider/` lists all"
        "`{field}`：没有名为 `{provider}` 的供应商，全部供应商见 `/api/provider/`";
    HeaderNameInvalid InvalidValue
        "`{field}` is not the name of a header"
        "`{field}` 不是有效的请求头名称";
    HeaderReserved InvalidValue
        "`{field}` is set by the relay itself; leave it out"
        "`{field}` 由转发程序自行设置，请删除";
    HeaderValueInvalid InvalidValue
        "`{field}` must be one line without control characters"
        "`{field}` 只能有一行，且不含控制字符";
    ValueNegative InvalidValue
        "`{field}` must be 0 or more"
        "`{field}` 不能小于 0";
    AmountInvalid InvalidValue
        "`{field}` must be between {min} and {max}: a whole number of micro-dollars, 1000000 are one US dollar"
        "`{field}` 须在 {min} 到 {max} 之间：以微美元计的整数，1000000 即 1 美元";
    FactorInvalid InvalidValue
        "`{field}` is not a factor such as \"0.8\": {reason}"
        "`{field}` 不是 \"0.8\" 这样的倍率：{reason}";
    RateTooHigh InvalidValue
        "the rate of `{class}` must not be more than {max} micro-dollars per million"
        "`{class}` 的单价不能超过每百万 {max} 微美元";
    PriceForms InvalidValue
        "send exactly one of `price`, `rates` and `ratios`"
        "`price`、`rates`、`ratios` 三者须且只能提供一个";
    PriceScopes InvalidValue
        "send `provider_id` or `vendor`, not both"
        "`provider_id` 与 `vendor` 只能提供一个";
    GroupUnknown InvalidValue
        "there is no group `{group}`; `/api/group/` lists all, `PUT /api/group/{group}` makes one"
        "没有名为 `{group}` 的分组，全部分组见 `/api/group/`，可用 `PUT /api/group/{group}` 新建";
    FundingUnknown InvalidValue
        "`{funding}` is not a funding: use owner or own"
        "`{funding}` 不是有效的付费方式：可用 owner、own";
    ZoneUnknown InvalidValue
        "`{zone}` is not a time zone; use a name such as `Asia/Shanghai` or `UTC`"
        "`{zone}` 不是有效时区，请使用 `Asia/Shanghai`、`UTC` 这样的名称";
    NothingToChange InvalidValue
        "the body names nothing to change; send at least one of {fields}"
        "请求体没有要修改的内容，请至少提供 {fields} 之一";
    StatusUnknown InvalidValue
        "`{number}` is not a status: use 1 (enabled) or 2 (disabled)"
        "`{number}` 不是有效状态：1 表示启用，2 表示禁用";
    RoleUnknown InvalidValue
        "`{number}` is not a role: use 0 (guest), 1 (common), 10 (admin) or 100 (root)"
        "`{number}` 不是有效角色：0 访客，1 普通用户，10 管理员，100 超级管理员";
    PasswordLength InvalidValue
        "`{field}` must have {min} to {max} characters"
        "`{field}` 须为 {min} 到 {max} 个字符";
    PasswordConfirm InvalidValue
        "send your present password as `original_password` to set a new one"
        "设置新密码时，请用 `original_password` 提供当前密码";
    PasswordWrong InvalidValue
        "`original_password` is not your present password"
        "`original_password` 与当前密码不符";
    ActionUnknown InvalidValue
        "`{action}` is not an action: use enable, disable, delete, promote or demote"
        "`{action}` 不是有效操作：可用 enable、disable、delete、promote、demote";
    ExpiryInvalid InvalidValue
        "`expired_time` must be -1 (never) or a Unix time in seconds"
        "`expired_time` 须为 -1（永不过期）或以秒计的 Unix 时间";
    ExpiryPast InvalidValue
        "`{field}` has passed already; use a later time, or -1 for never"
        "`{field}` 已经过去，请使用更晚的时间，或用 -1 表示永不过期";
    ModelLimitsEmpty InvalidValue
        "`model_limits_enabled` is set, but `model_limits` names no model"
        "已启用 `model_limits_enabled`，但 `model_limits` 没有任何模型";
    AddressInvalid InvalidValue
        "`allow_ips`: `{item}` is neither an IP address nor a network such as `10.0.0.0/8`"
        "`allow_ips`：`{item}` 既不是 IP 地址，也不是 `10.0.0.0/8` 这样的网段";
    KeyGroupUnknown InvalidValue
        "`{field}`: the provider's site offers no group `{group}`; use one of {groups}"
        "`{field}`：供应商站点没有分组 `{group}`，可用的分组：{groups}";
    KeyGroupFixed InvalidValue
        "`group_name` of a key of the provider's site is decided there; change it at the site and synchronise"
        "该密钥的 `group_name` 由供应商站点决定，请在站点上修改后同步";
    UrlInvalid InvalidValue
        "`{field}` is not a URL: {reason}"
        "`{field}` 不是有效的 URL：{reason}";
    UrlScheme InvalidValue
        "`{field}` must begin with {schemes}"
        "`{field}` 必须以 {schemes} 开头";
    UrlExtra InvalidValue
        "`{field}` must not have a user name, password, query or fragment; secrets go into credentials"
        "`{field}` 不能带用户名、密码、查询参数或片段，密钥请填入凭据";
    SecretNotAscii InvalidValue
        "`{field}` must be printable ASCII without blanks; copy it again"
        "`{field}` 只能包含可见 ASCII 字符且不含空格，请重新复制";
    ProxyMissing InvalidValue
        "`proxy_enabled` is set, but there is no `proxy_url`"
        "已启用 `proxy_enabled`，但没有 `proxy_url`";
    VendorUnknown InvalidValue
        "there is no vendor `{vendor}`; did you mean `{nearest}`? `/api/vendor/` lists all"
        "没有名为 `{vendor}` 的厂商，是否指 `{nearest}`？全部厂商见 `/api/vendor/`";
    ParamUnknown InvalidValue
        "vendor `{vendor}` has no parameter `{name}`"
        "厂商 `{vendor}` 没有参数 `{name}`";
    TimeoutInvalid InvalidValue
        "`{field}` must be between 1 and 86400000 milliseconds"
        "`{field}` 须在 1 到 86400000 毫秒之间";
    OptionUnknown InvalidValue
        "there is no setting `{key}`; did you mean `{nearest}`?"
        "没有名为 `{key}` 的设置，是否指 `{nearest}`？";
    OptionBoolean InvalidValue
        "`{field}` must be true or false"
        "`{field}` 必须为 true 或 false";
    NumberRange InvalidValue
        "`{field}` must be a whole number from {min} to {max}"
        "`{field}` 须为 {min} 到 {max} 的整数";
    TimeInvalid InvalidValue
        "`{field}` must be a time of the day such as `09:00`"
        "`{field}` 须为 `09:00` 这样的时间";
    CronInvalid InvalidValue
        "`{field}` must be a cron schedule of five fields: minute, hour, day, month, weekday, each `*`, `*/n`, a number or a list of these"
        "`{field}` 须为五段 cron 表达式：分、时、日、月、周，每段为 `*`、`*/n`、数字或它们的列表";
    MailInvalid InvalidValue
        "`{field}`: `{mail}` is not a mail address"
        "`{field}`：`{mail}` 不是有效的邮箱地址";
    OptionNeeds InvalidValue
        "fill in `{needed}` before you turn `{field}` on"
        "启用 `{field}` 之前请先填写 `{needed}`";
    OptionNeeded InvalidValue
        "`{user}` needs `{field}`; turn that off first"
        "`{user}` 需要 `{field}`，请先将其关闭";
    LoginWayLast InvalidValue
        "`{field}` is the only way to log in; turn another one on first"
        "`{field}` 是唯一的登录方式，请先启用其他方式";
    GraceInvalid InvalidValue
        "`grace_secs` must be between 0 and {max} seconds"
        "`grace_secs` 须在 0 到 {max} 秒之间";
    Unauthenticated Unauthenticated
        "log in, or send a personal access token as `authorization: Bearer …`"
        "请先登录，或以 `authorization: Bearer …` 发送个人访问令牌";
    AccessTokenWrong Unauthenticated
        "this personal access token is not valid; make a new one in the console"
        "个人访问令牌无效，请在控制台重新生成";
    WrongCredentials WrongCredentials
        "user name or password is wrong"
        "用户名或密码错误";
    SetupTokenWrong WrongCredentials
        "the set-up token is wrong; take the link that Sluice printed when it started"
        "初始化令牌错误，请使用 Sluice 启动时打印的链接";
    SessionRequired SessionRequired
        "this works only in a logged-in session, not with a personal access token"
        "此操作只能在登录会话中进行，不能使用个人访问令牌";
    Forbidden Forbidden
        "your role does not allow this; ask an administrator"
        "当前角色无权执行此操作，请联系管理员";
    RoleTooHigh Forbidden
        "you cannot do this to a user whose role is not below yours"
        "不能对角色不低于自己的用户执行此操作";
    RootProtected Forbidden
        "the root user cannot be disabled, deleted or demoted"
        "不能禁用、删除或降级超级管理员";
    CrossSite CrossSite
        "this request came from another site and was refused"
        "请求来自其他网站，已被拒绝";
    UserDisabled UserDisabled
        "this user is disabled; ask an administrator"
        "该用户已被禁用，请联系管理员";
    RegistrationClosed RegistrationClosed
        "registration is closed; ask an administrator for an account"
        "注册未开放，请向管理员申请账号";
    NotFound NotFound
        "no such `{what}`"
        "找不到该 `{what}`";
    Exists Conflict
        "a `{what}` like this exists already; choose another name or change the existing one"
        "已存在相同的 `{what}`，请换一个名称或修改已有的";
    InUse Conflict
        "this `{what}` is still used by {by}; change those first"
        "该 `{what}` 仍被 {by} 使用，请先修改它们";
    IdempotencyReused IdempotencyConflict
        "this `idempotency-key` was used for another request; take a new key for a new request"
        "该 `idempotency-key` 已用于另一个请求，新请求请使用新的键";
    NothingToRefund Conflict
        "this account has nothing to get back for call `{call}`"
        "该账户没有可就调用 `{call}` 退还的金额";
    VerificationRuns Conflict
        "the ledger is being verified already; wait for the result"
        "账本正在校验中，请等待结果";
    CheckinRuns Conflict
        "somebody checks in at `{name}` just now; wait for the result"
        "`{name}` 正在签到，请等待结果";
    JobRuns Conflict
        "the job `{name}` runs already; `/api/job/{name}` says how far it is"
        "任务 `{name}` 正在运行，进度见 `/api/job/{name}`";
    RebuildRuns Conflict
        "routes are being rebuilt already; wait for the end"
        "正在重建路由，请等待完成";
    RoleUnchanged Conflict
        "the user has this role already"
        "该用户已是此角色";
    NoCredentials Conflict
        "this provider has no enabled credential; add one first"
        "该供应商没有启用的凭据，请先添加";
    NoModelList Conflict
        "vendor `{vendor}` has no list of models; add routes by hand"
        "厂商 `{vendor}` 不提供模型列表，请手动添加路由";
    ReadOnly ReadOnly
        "this `{what}` is declared in the configuration file; change it there"
        "该 `{what}` 在配置文件中声明，请在配置文件中修改";
    SetupDone SetupDone
        "Sluice is set up already; log in"
        "Sluice 已完成初始化，请登录";
    TokenRequired TokenRequired
        "this works only with a personal access token, not in a session"
        "此操作只能使用个人访问令牌，不能在登录会话中进行";
    TooManyAttempts TooManyAttempts
        "too many attempts; try again in {seconds} seconds"
        "尝试次数过多，请在 {seconds} 秒后重试";
    Internal Internal
        "something went wrong in Sluice; its log says more"
        "Sluice 内部出错，详情见日志";
    UpstreamFailed UpstreamFailed
        "the provider's list of models could not be read, nothing was changed: {reason}"
        "无法读取供应商的模型列表，未做任何修改：{reason}";
    SyncFailed UpstreamFailed
        "the provider could not be synchronised, nothing was changed: {reason}"
        "无法同步该供应商，未做任何修改：{reason}";
    SiteFailed UpstreamFailed
        "the provider's site did not do it: {reason}"
        "供应商站点未能完成操作：{reason}";
    SyncBusy Conflict
        "this provider is being synchronised already; wait a moment"
        "该供应商正在同步，请稍候";
    NothingToTry Conflict
        "vendor `{vendor}` has neither chats nor embeddings to try"
        "厂商 `{vendor}` 没有可用于测试的对话或向量接口";
    NotManaged Conflict
        "this provider has no system access token, so keys cannot be made or deleted at its site; enter one, or send `key`"
        "该供应商没有系统访问令牌，无法在其站点上创建或删除密钥，请填写访问令牌或直接提供 `key`";
    NoOffer Conflict
        "nothing is known of this provider's groups yet; synchronise it first"
        "尚不清楚该供应商有哪些分组，请先同步";
    PricesUnread UpstreamFailed
        "the provider's prices could not be read, nothing was changed: {reason}"
        "无法读取供应商的价格，未做任何修改：{reason}";
    DatabaseAway Unavailable
        "the database is not available; try again later"
        "数据库暂不可用，请稍后再试";
    VerificationTooLong Unavailable
        "the ledger could not be verified within {seconds} seconds; run `sluice ledger verify` on the server"
        "未能在 {seconds} 秒内完成账本校验，请在服务器上运行 `sluice ledger verify`";
    CheckinFailed UpstreamFailed
        "the check-in failed: {reason}"
        "签到失败：{reason}";
    CheckinRunFailed UpstreamFailed
        "the check-ins were not all made: {reason}"
        "签到未全部完成：{reason}";
    Stopping Unavailable
        "this node is being stopped; ask another one, or try again when it is back"
        "该节点正在停止，请改用其他节点或稍后再试";
    Busy Unavailable
        "too many logins at once; try again in a moment"
        "同时登录的人过多，请稍后再试";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(place, _)| place)).collect()
    }

    #[test]
    fn every_problem_has_the_same_places_in_both_languages() {
        for problem in Problem::ALL {
            let [english, chinese] = [Language::English, Language::Chinese].map(|language| problem.text(language));
            assert_eq!(places(english), places(chinese), "{problem:?}");
            assert!(!chinese.is_ascii(), "{problem:?} is not translated");
        }
    }

    #[test]
    fn codes_are_unique_and_statuses_are_errors() {
        let codes: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| kind.status().is_client_error() || kind.status().is_server_error()));
    }
}

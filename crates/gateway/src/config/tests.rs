//! Settings as a whole: from files, variables and options to typed values.

use std::fs;

use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sluice_domain::key::KeyHash;
use sluice_domain::ledger::Holder;
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::provider::{Origin, Provider, Route, TimeoutOverrides};
use sluice_domain::route::policy::{
    Alias, AliasTarget, Choice, ModelPolicy, Policy, Rotation, Rule, Scope, Strategy, Validity, ValueFactors,
};
use sluice_domain::user::Funding;

use super::*;

const EXAMPLE: &str = include_str!("../../../../sluice.example.yaml");

struct Place {
    dir: tempfile::TempDir,
    environment: Vec<(&'static str, String)>,
    overrides: Overrides,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), environment: Vec::new(), overrides: Overrides::default() }
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn yaml(self, text: &str) -> Self {
        self.file(FILE_NAME, text)
    }

    fn var(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn options(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    fn load(self) -> Result<Loaded, ConfigError> {
        Sources {
            purpose: Purpose::Run,
            overrides: self.overrides,
            environment: self.environment.into_iter().collect(),
            working_dir: self.dir.path().to_owned(),
            now: Timestamp(7),
        }
        .load()
    }

    fn settings(self) -> Settings {
        self.load().unwrap().settings
    }

    fn problems(self) -> Vec<String> {
        let mut lines: Vec<String> = self.load().unwrap_err().problems.iter().map(Problem::to_string).collect();
        lines.sort();
        lines
    }
}

fn settings_of(yaml: &str) -> Settings {
    Place::new().yaml(yaml).settings()
}

fn problems_of(yaml: &str) -> Vec<String> {
    Place::new().yaml(yaml).problems()
}

#[test]
fn nothing_at_all_is_a_valid_configuration() {
    let place = Place::new();
    let data = place.dir.path().join("./data");
    let settings = place.settings();
    assert_eq!(settings.listen, Listen { address: "127.0.0.1:3000".parse().unwrap(), tls: None });
    assert_eq!(settings.data_dir, data);
    assert_eq!(settings.database.url, DatabaseUrl::sqlite(data.join("sluice.sqlite")));
    assert!(matches!(settings.database.master_key, MasterKey::File(file) if file == data.join("master.key")));
    assert_eq!(settings.relay.timeouts, Timeouts::default());
    assert_eq!((settings.relay.max_body_bytes, settings.relay.spool_above_bytes), (104_857_600, 4_194_304));
    assert_eq!(settings.relay.cors_origins, CorsOrigins::Any);
    assert_eq!(settings.admin.session_ttl, Duration::from_secs(30 * 86_400));
}

#[test]
fn all_problems_of_all_sources_are_reported_at_once() {
    let place = Place::new()
        .yaml(
            "
listen: { host: nowhere, prot: 1 }
relay: { cors_origins: [https://a.example/path], trusted_proxies: [10.0.0.0/33], timeouts: { idle_ms: soon } }
log: { format: xml }
records: 5
providers:
  - { name: a, vendor: openai, base_url: 'ftp://x', weight: -1, credentials: [{ name: c }] }
  - { name: a, base_url: 'https://u:p@h', models: [m, m] }
keys:
  - { name: k, secret: short }
",
        )
        .var("SLUICE_RELAY__MAX_ATEMPTS", "3")
        .var("RELAY_TIMEOUT", "1m")
        .options(Overrides { host: Some("here".to_owned()), ..Overrides::default() });
    let expected = r#"
`--host`: `here` is not an IP address; write `127.0.0.1`, `0.0.0.0` for all, or `::`
`RELAY_TIMEOUT`: is not a number of seconds; write a whole number
`SLUICE_RELAY__MAX_ATEMPTS`: is not a known variable; did you mean `SLUICE_RELAY__MAX_ATTEMPTS`?
`keys[0].secret`: has 5 characters, not 16 to 256; make one with `sluice key create`, or use `openssl rand -hex 24`
`listen.prot`: is not a known key; did you mean `port`?
`log.format`: `xml` is not a choice here; write one of `text`, `json`
`providers[0].base_url`: is not an address of a web service; write it like `https://api.example.com/v1`
`providers[0].credentials[0].secret`: is missing; add `secret`, `secret_env` or `secret_file`
`providers[0].weight`: -1 is out of range; write a whole number from 0 to 1000000
`providers[1].base_url`: holds a login; move the secret to `credentials`
`providers[1].models[1]`: `m` is listed twice; keep one of them
`providers[1].name`: `a` is used twice; give each its own name
`providers[1].vendor`: is missing; add `vendor: …`
`records`: is a number, not a table; write `key: value` lines below it
`relay.cors_origins`: `https://a.example/path` is not an origin; write `"*"` for any, `off`, or origins such as `https://chat.example.com` without a path
`relay.timeouts.idle_ms`: is not a whole number; write a whole number from 0 to 86400000
`relay.trusted_proxies`: `10.0.0.0/33` is neither an IP address nor a network such as `10.0.0.0/8`; correct or remove it
"#;
    assert_eq!(place.problems().join("\n"), expected.trim());
}

#[test]
fn the_error_names_the_file_and_counts() {
    let error = Place::new().yaml("{ nonsense: 1, listen: { prot: 2 } }").load().unwrap_err().to_string();
    assert!(error.starts_with("the configuration has 2 problems (file `"), "{error}");
    assert!(error.contains("sluice.yaml`)\n  `"), "{error}");
}

#[rstest]
#[case("listen: { prot: 1 }", "`listen.prot`: is not a known key; did you mean `port`?")]
#[case("relays: {}", "`relays`: is not a known key; did you mean `relay`?")]
#[case("log: { dri: x }", "`log.dri`: is not a known key; did you mean `dir`?")]
#[case("log: { zzzzzz: x }", "`log.zzzzzz`: is not a known key; write one of `level`, `format`, `dir`")]
#[case(
    "providers: [{ name: a, vendor: openai, credentials: [{ secert: s }] }]",
    "`providers[0].credentials[0].secert`: is not a known key; did you mean `secret`?"
)]
fn an_unknown_key_names_the_nearest_known_one(#[case] yaml: &str, #[case] problem: &str) {
    assert!(problems_of(yaml).contains(&problem.to_owned()), "{:?}", problems_of(yaml));
}

#[rstest]
#[case("SLUICE_PROT", "did you mean `SLUICE_PORT`?")]
#[case("SLUICE_LISTEN__PROT", "did you mean `SLUICE_LISTEN__PORT`?")]
#[case("SLUICE_LISTN__PORT", "did you mean `SLUICE_LISTEN__PORT`?")]
#[case("SLUICE_XYZ__QQ", "unset it, or see `sluice.example.yaml` for what can be set")]
fn an_unknown_variable_names_the_nearest_known_one(#[case] name: &'static str, #[case] fix: &str) {
    assert_eq!(Place::new().var(name, "1").problems(), [format!("`{name}`: is not a known variable; {fix}")]);
}

#[test]
fn a_variable_of_a_script_around_sluice_is_noted_and_does_no_harm() {
    let loaded = Place::new().var("SLUICE_BENCH_BUILD", "0").load().unwrap();
    assert!(loaded.notes.contains(&"`SLUICE_BENCH_BUILD` sets nothing here".to_owned()), "{:?}", loaded.notes);
}

#[test]
fn a_wrong_value_is_reported_where_it_was_written() {
    let problems = Place::new().yaml("listen: { port: 1 }").var("SLUICE_PORT", "70000").problems();
    assert_eq!(problems, ["`SLUICE_PORT`: 70000 is out of range; write a whole number from 0 to 65535"]);
    let problems = Place::new().yaml("listen: { port: 70000 }").problems();
    assert_eq!(problems, ["`listen.port`: 70000 is out of range; write a whole number from 0 to 65535"]);
}

#[test]
fn a_variable_cannot_hide_a_section_that_is_no_table() {
    let problems = Place::new().yaml("listen: 5").var("SLUICE_PORT", "80").problems();
    assert_eq!(problems, ["`listen`: is a number, not a table; write `key: value` lines below it"]);
}

#[test]
fn broken_yaml_and_double_keys_are_reported_with_the_file() {
    for text in ["listen: {", "listen: { port: 1 }\nlisten: { port: 2 }", "- a", "a: b: c"] {
        let error = Place::new().yaml(text).load().unwrap_err();
        assert!(error.problems[0].at.ends_with("sluice.yaml"), "{text}: {error}");
    }
}

#[test]
fn the_command_line_beats_the_environment_which_beats_the_file_which_beats_defaults() {
    let with_file = || Place::new().yaml("listen: { host: 10.0.0.1, port: 1 }\ndata_dir: /file\nlog: { dir: /file }");
    let with_vars = || with_file().var("SLUICE_PORT", "2").var("SLUICE_DATA", "/env").var("SLUICE_LOG_DIR", "/env");
    let options = Overrides {
        host: Some("localhost".to_owned()),
        port: Some(3),
        data: Some("/cli".into()),
        log_dir: Some("/cli".into()),
        ..Overrides::default()
    };
    let seen = [with_file(), with_vars(), with_vars().options(options)].map(|place| {
        let settings = place.settings();
        (settings.listen.address.to_string(), settings.data_dir, settings.log.dir.unwrap())
    });
    let expected = [("10.0.0.1:1", "/file"), ("10.0.0.1:2", "/env"), ("127.0.0.1:3", "/cli")];
    assert_eq!(seen, expected.map(|(address, dir)| (address.to_owned(), dir.into(), dir.into())));
}

#[test]
fn among_variables_the_rule_beats_short_names_which_beat_old_names() {
    let old = || Place::new().var("PORT", "1");
    let short = || old().var("SLUICE_PORT", "2");
    let ruled = || short().var("SLUICE_LISTEN__PORT", "3");
    assert_eq!([old(), short(), ruled()].map(|place| place.settings().listen.address.port()), [1, 2, 3]);
}

#[test]
fn the_file_is_found_by_option_variable_working_directory_and_data_directory() {
    let log = |level: &str| format!("log: {{ level: {level} }}");
    let in_data = || Place::new().file("d/sluice.yaml", &log("trace")).var("SLUICE_DATA", "d");
    let in_dir = || in_data().yaml(&log("debug"));
    let by_var = || in_dir().file("v.yaml", &log("warn")).var("SLUICE_CONFIG", "v.yaml");
    let config = Overrides { config: Some("o.yaml".into()), ..Overrides::default() };
    let by_option = by_var().file("o.yaml", &log("error")).options(config.clone());
    let levels = [in_data(), in_dir(), by_var(), by_option].map(|place| place.settings().log.level);
    assert_eq!(levels, ["trace", "debug", "warn", "error"]);
    let missing = Place::new().options(config).load().unwrap_err();
    assert!(missing.problems[0].what.starts_with("cannot be read"), "{missing}");
}

#[test]
fn every_boot_setting_can_come_from_the_environment_by_rule() {
    let settings = Place::new()
        .var("SLUICE_RELAY__TIMEOUTS__CONNECT_MS", "5")
        .var("SLUICE_RELAY__TRUSTED_PROXIES", "10.0.0.0/8, ::1")
        .var("SLUICE_RELAY__CORS_ORIGINS", "https://a.example,https://b.example:8443")
        .var("SLUICE_ROUTING__STRATEGY", "least_busy")
        .var("SLUICE_ROUTING__FACTORS__HEALTH_MAX", "1.5")
        .var("SLUICE_ROUTING__FACTORS__HEALTH", "false")
        .var("SLUICE_ADMIN__SECURE_COOKIES", "always")
        .var("SLUICE_RECORDS__RETENTION_DAYS", "0")
        .settings();
    assert_eq!(settings.relay.timeouts.connect, Duration::from_millis(5));
    assert_eq!(settings.relay.trusted_proxies, AddressList::parse("10.0.0.0/8\n::1").unwrap());
    let origins = ["https://a.example", "https://b.example:8443"].map(str::to_owned).to_vec();
    assert_eq!(settings.relay.cors_origins, CorsOrigins::Only(origins));
    let policy = settings.declared.policy;
    let factors = ValueFactors { health: false, health_max: 1.5, ..ValueFactors::default() };
    assert_eq!((policy.strategy, policy.factors), (Some(Strategy::LeastBusy), Some(factors)));
    assert_eq!(settings.admin.secure_cookies, SecureCookies::Always);
    assert_eq!(settings.records.retention_days, 0);
}

#[test]
fn fetching_of_media_is_set_by_file_or_variables() {
    assert_eq!(Place::new().settings().media, Media::default());
    let written = settings_of(
        "
media:
  fetch: false
  max_mb: 5
  max_call_mb: 9
  connect_timeout_ms: 100
  timeout_ms: 2000
  allow_private_addresses: [10.0.0.0/8, 192.168.1.7]
  allow_ports: [8080, 8443]
  max_concurrent: 3
  cache_mb: 0
  cache_secs: 60
",
    );
    let expected = Media {
        is_fetched: false,
        max_file_bytes: 5 << 20,
        max_call_bytes: 9 << 20,
        connect_timeout: Duration::from_millis(100),
        total_timeout: Duration::from_secs(2),
        private_addresses: AddressList::parse("10.0.0.0/8,192.168.1.7").unwrap(),
        ports: vec![8_080, 8_443],
        max_concurrent: 3,
        cache_bytes: 0,
        cache_ttl: Duration::from_secs(60),
    };
    assert_eq!(written.media, expected);
    let by_variable = Place::new()
        .var("SLUICE_MEDIA__ALLOW_PORTS", "8080,8443")
        .var("SLUICE_MEDIA__ALLOW_PRIVATE_ADDRESSES", "10.0.0.0/8, 192.168.1.7")
        .settings();
    assert_eq!(by_variable.media.ports, expected.ports);
    assert_eq!(by_variable.media.private_addresses, expected.private_addresses);
}

#[test]
fn private_addresses_are_named_or_not_allowed_at_all() {
    assert_eq!(settings_of("media: { allow_private_addresses: false }").media, Media::default());
    let problems = problems_of("media: { allow_private_addresses: true, allow_ports: [0, ssh] }");
    let expected = [
        "`media.allow_ports`: `0` is not a port; write numbers from 1 to 65535",
        "`media.allow_ports`: `ssh` is not a port; write numbers from 1 to 65535",
        "`media.allow_private_addresses`: is true or false, not a list; write each item on a line that begins with `- `",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn variables_of_the_old_gateways_keep_their_meaning() {
    let settings = Place::new()
        .var("PORT", " 8080 ")
        .var("LOG_DIR", "/logs")
        .var("RELAY_TIMEOUT", "90")
        .var("STREAMING_TIMEOUT", "45")
        .var("ENCRYPTION_KEY", "a passphrase of some length")
        .var("SQL_DSN", "u:p@tcp(db:3306)/gateway?parseTime=true")
        .settings();
    assert_eq!(settings.listen.address.port(), 8080);
    assert_eq!(settings.log.dir, Some("/logs".into()));
    assert_eq!(settings.relay.timeouts.total, Duration::from_secs(90));
    assert_eq!(settings.relay.timeouts.idle, Duration::from_secs(45));
    assert!(
        matches!(&settings.database.master_key, MasterKey::Given(key) if key.expose_secret().starts_with("a pass"))
    );
    assert_eq!(settings.database.url, "mysql://u:p@db:3306/gateway".parse().unwrap());
}

#[rstest]
#[case("GIN_MODE", "debug", "debug")]
#[case("GIN_MODE", "release", "info")]
#[case("DEBUG", "true", "debug")]
#[case("DEBUG", "express:*", "info")]
fn debug_switches_of_the_old_gateways_set_the_level(
    #[case] name: &'static str,
    #[case] value: &str,
    #[case] level: &str,
) {
    assert_eq!(Place::new().var(name, value).settings().log.level, level);
}

#[test]
fn sqlite_path_driver_and_a_zero_time_out_of_the_old_gateways_are_understood() {
    let place = Place::new()
        .var("SQL_DRIVER", "sqlite3")
        .var("SQLITE_PATH", "/d/x.db?_busy_timeout=3")
        .var("RELAY_TIMEOUT", "0");
    let settings = place.settings();
    assert_eq!(settings.database.url, DatabaseUrl::sqlite("/d/x.db"));
    assert_eq!(settings.relay.timeouts.total, NO_TIMEOUT);
}

#[test]
fn variables_without_effect_are_noted_and_blank_ones_ignored() {
    let place = Place::new().var("REDIS_CONN_STRING", "redis://h").var("SESSION_SECRET", "s3cr3t").var("PORT", "");
    let loaded = place.load().unwrap();
    assert_eq!(loaded.settings.listen.address.port(), 3000);
    let noted: Vec<_> = loaded.notes.iter().map(|note| note.split('`').nth(1).unwrap()).collect();
    assert_eq!(noted, ["REDIS_CONN_STRING", "SESSION_SECRET"]);
    assert!(!loaded.notes.concat().contains("s3cr3t"));
}

#[test]
fn variables_that_kubernetes_sets_for_a_service_named_sluice_are_ignored() {
    let settings = Place::new()
        .var("SLUICE_PORT", "tcp://10.0.0.1:80")
        .var("SLUICE_PORT_80_TCP_ADDR", "10.0.0.1")
        .var("SLUICE_SERVICE_HOST", "10.0.0.1")
        .var("SLUICE_SERVICE_PORT_HTTP", "80")
        .settings();
    assert_eq!(settings.listen.address.port(), 3000);
}

#[test]
fn a_dotenv_file_adds_variables_and_those_that_are_set_win() {
    let place = Place::new().file(".env", "PORT=1\nSLUICE_HOST='::1'\n").var("PORT", "2");
    assert_eq!(place.settings().listen.address.to_string(), "[::1]:2");
    assert_eq!(
        Place::new().file(".env", "A=1\noops\n").problems(),
        ["`.env line 2`: is not a variable; write `NAME=value`"]
    );
}

#[test]
fn no_secret_is_shown_by_debug_or_by_a_problem() {
    let place = || {
        Place::new()
            .yaml(
                "
database: { url: 'postgres://u:hunter2hunter2@h/d', master_key: hunter2hunter2hunter2 }
providers:
  - { name: a, vendor: openai, proxy_url: 'http://u:hunter2hunter2@h', headers: { x-key: hunter2hunter2 }, credentials: [{ secret: hunter2hunter2 }], models: [m] }
keys: [{ name: k, secret: ag-hunter2hunter2hunter2 }]
",
            )
            .var("SECRET", "hunter2hunter2")
    };
    let shown = format!("{:?} {:?}", place().load().unwrap(), Environment::from_iter(place().environment));
    assert!(shown.contains("REDACTED") && !shown.contains("hunter2hunter2"), "{shown}");

    let wrong = "
database: { url: 'redis://u:hunter2@h', master_key: hunter2 }
admin: { public_url: 'https://u:hunter2@h' }
providers: [{ name: a, vendor: openai, base_url: 'https://u:hunter2@h', proxy_url: 'ftp://hunter2', headers: { x-key: \"hunter2\\nx\" }, credentials: [{ secret: \"hunter2\\nx\" }] }]
keys: [{ name: k, secret: hunter2 }, { name: h, hash: hunter2 }]
";
    let problems = Place::new().yaml(wrong).var("SQL_DSN", "hunter2").problems();
    assert_eq!(problems.len(), 10, "{problems:#?}");
    assert!(!problems.concat().contains("hunter2"), "{problems:#?}");
}

#[test]
fn a_declared_provider_becomes_domain_values() {
    let settings = Place::new()
        .yaml(
            "
providers:
  - name: main
    vendor: openai
    base_url: https://api.example.com/v1//
    priority: 3
    weight: 2
    params: { api_version: '2024' }
    headers: { X-Title: team }
    rotation: least_used
    proxy_url: socks5h://127.0.0.1:1080
    timeouts: { connect_ms: 1, total_ms: 0 }
    model_alias: { gpt-3.5-turbo: gpt-3.5-turbo-0125 }
    credentials:
      - { name: one, secret: s-1, group: vip, priority: 9, limits: { requests_per_minute: 5, concurrency: 0 } }
      - { name: two, secret_env: TWO, enabled: false }
      - { name: three, secret_file: three.txt }
    models: [gpt-3.5-turbo, { name: fast, upstream: gpt-4o-mini, priority: 0, weight: 0, enabled: false }]
",
        )
        .var("TWO", "s-2")
        .file("three.txt", "s-3\n")
        .settings();
    let declared = settings.declared;
    let [provider]: [Provider; 1] = declared.providers.try_into().unwrap();
    assert_eq!((provider.name.as_str(), provider.vendor.as_str(), provider.origin), ("main", "openai", Origin::File));
    assert_eq!((provider.base_url.as_str(), provider.priority, provider.weight), ("https://api.example.com/v1", 3, 2));
    assert_eq!(provider.params.get("api_version").map(String::as_str), Some("2024"));
    let headers: Vec<_> = provider.headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    assert_eq!((headers, provider.rotation), (vec![("X-Title", "team")], Rotation::LeastUsed));
    assert_eq!(provider.proxy_url.unwrap().expose_secret(), "socks5h://127.0.0.1:1080");
    let total_ms = Some(u64::try_from(NO_TIMEOUT.as_millis()).unwrap());
    assert_eq!(provider.timeouts, TimeoutOverrides { connect_ms: Some(1), total_ms, ..TimeoutOverrides::default() });
    assert_eq!(provider.created_at, Timestamp(7));

    let credentials = declared.credentials.iter().map(|credential| {
        let secret = credential.secret.expose_secret();
        (credential.name.as_str(), secret, credential.enabled, credential.priority, credential.weight)
    });
    let expected = [("one", "s-1", true, 9, 2), ("two", "s-2", false, 3, 2), ("three", "s-3", true, 3, 2)];
    assert_eq!(credentials.collect::<Vec<_>>(), expected);
    assert_eq!(declared.credentials[0].group_name, "vip");
    let limits = Limits { requests_per_minute: Some(5), tokens_per_minute: None, concurrency: Some(0) };
    assert_eq!((declared.credentials[0].limits, declared.credentials[1].limits), (limits, Limits::NONE));

    let first = &declared.routes[0];
    assert_eq!(
        declared.routes[..2],
        [
            Route {
                id: first.id,
                model: "gpt-3.5-turbo".to_owned(),
                provider_id: provider.id,
                credential_id: declared.credentials[0].id,
                upstream_model: Some("gpt-3.5-turbo-0125".to_owned()),
                enabled: true,
                priority: 9,
                weight: 2,
            },
            Route {
                id: declared.routes[1].id,
                model: "fast".to_owned(),
                provider_id: provider.id,
                credential_id: declared.credentials[0].id,
                upstream_model: Some("gpt-4o-mini".to_owned()),
                enabled: false,
                priority: 0,
                weight: 0,
            },
        ]
    );
    assert_eq!(declared.routes.len(), 6);
}

#[test]
fn a_declared_key_becomes_a_caller() {
    let body = "0123456789abcdefWXYZ";
    let hash: [u8; 32] = Sha256::digest(body).into();
    let settings = settings_of(&format!(
        "
keys:
  - {{ name: a, secret: sk-{body}, models: [gpt-*, o3], addresses: [10.0.0.0/8], expires_at: '1970-01-02', billed: true, multiplier: '0.8' }}
  - {{ name: b, hash: {}, enabled: false, providers: [p, q], default_model: m, strategy: by_call, limits: {{ tokens_per_minute: 9 }} }}
",
        "ab".repeat(32)
    ));
    let [a, b]: [DeclaredKey; 2] = settings.declared.keys.try_into().unwrap();
    assert_eq!((a.hash, a.caller.funding, a.caller.owner_enabled), (KeyHash(hash), Funding::Unlimited, true));
    assert_eq!(a.caller.payer(), Some(Holder::Key(a.caller.key.id)));
    let key = a.caller.key;
    assert_eq!(key.billing.multiplier, Multiplier(800_000));
    assert_eq!((key.last4.as_str(), key.expires_at, key.user_id), ("WXYZ", Some(Timestamp(86_400_000)), FILE_OWNER));
    assert_eq!((key.models.to_text().as_str(), key.addresses.to_text().as_str()), ("gpt-*,o3", "10.0.0.0/8"));
    assert_eq!((key.limits, key.scope), (Limits::NONE, Scope::default()));
    assert_eq!(b.caller.key.limits, Limits { tokens_per_minute: Some(9), ..Limits::NONE });
    let scope = Scope {
        providers: vec!["p".to_owned(), "q".to_owned()],
        default_model: Some("m".to_owned()),
        strategy: Some(Strategy::ByCall),
    };
    assert_eq!(b.caller.key.scope, scope);
    assert_eq!((b.hash, b.caller.funding, b.caller.key.enabled), (KeyHash([0xab; 32]), Funding::Unlimited, false));
}

#[test]
fn what_the_file_says_about_routing_goes_over_what_the_database_says() {
    let declared = settings_of(
        "
routing:
  strategy: fastest
  models: [{ model: 'o3*', limits: { concurrency: 2 } }]
  aliases: [{ name: smart, targets: [o3, { model: gpt-4o, weight: 5 }] }]
  rules: [{ when: 'true', models: [a, b], providers: [one, { provider: two, model: m }] }]
  factors: { health_max: 2, usage_window_hours: 48, health: false }
",
    )
    .declared
    .policy;
    let alias = |name: &str, model: &str| Alias {
        name: name.to_owned(),
        targets: vec![AliasTarget { model: model.to_owned(), weight: 1 }],
    };
    let rule = Rule { when: "false".to_owned(), strategy: Some(Strategy::Value), ..Rule::default() };
    let stored = Policy {
        strategy: Strategy::Cheapest,
        aliases: vec![alias("smart", "gpt-3"), alias("fast", "gpt-4o-mini")],
        rules: vec![rule.clone()],
        default_provider: Some("last".to_owned()),
        validity: Validity::Off,
        ..Policy::default()
    };
    let expected = Policy {
        strategy: Strategy::Fastest,
        models: vec![ModelPolicy {
            model: "o3*".to_owned(),
            strategy: None,
            limits: Limits { concurrency: Some(2), ..Limits::NONE },
        }],
        aliases: vec![
            Alias {
                name: "smart".to_owned(),
                targets: vec![
                    AliasTarget { model: "o3".to_owned(), weight: 1 },
                    AliasTarget { model: "gpt-4o".to_owned(), weight: 5 },
                ],
            },
            alias("fast", "gpt-4o-mini"),
        ],
        rules: vec![
            Rule {
                models: vec!["a".to_owned(), "b".to_owned()],
                when: "true".to_owned(),
                providers: vec![
                    Choice { provider: "one".to_owned(), model: None },
                    Choice { provider: "two".to_owned(), model: Some("m".to_owned()) },
                ],
                ..Rule::default()
            },
            rule,
        ],
        default_provider: Some("last".to_owned()),
        validity: Validity::Off,
        factors: ValueFactors { health_max: 2.0, usage_window_hours: 48, health: false, ..ValueFactors::default() },
    };
    assert_eq!(declared.over(stored.clone()), expected);
    assert_eq!(settings_of("").declared.policy.over(stored.clone()), stored);
}

#[test]
fn declared_ids_are_negative_distinct_exact_in_javascript_and_survive_reordering() {
    let provider = |name: &str| format!("  - {{ name: {name}, vendor: openai, models: [m, n] }}\n");
    let ids = |names: [&str; 2]| {
        let declared = settings_of(&format!("providers:\n{}", names.map(provider).concat())).declared;
        let mut ids: Vec<i64> = declared.providers.iter().map(|row| row.id.0).collect();
        ids.extend(declared.credentials.iter().map(|row| row.id.0));
        ids.extend(declared.routes.iter().map(|row| row.id.0));
        ids.sort_unstable();
        ids
    };
    let one_way = ids(["a", "b"]);
    assert_eq!(one_way, ids(["b", "a"]));
    assert!(one_way.iter().all(|id| (-(1 << 53)..0).contains(id)));
    assert!(one_way.windows(2).all(|pair| pair[0] != pair[1]) && one_way.len() == 8);
}

#[test]
fn a_provider_without_credentials_has_an_empty_one_and_one_without_models_is_noted() {
    let loaded = Place::new()
        .yaml("providers: [{ name: local, vendor: ollama, base_url: 'http://127.0.0.1:11434' }]")
        .load()
        .unwrap();
    let [credential] = &loaded.settings.declared.credentials[..] else { panic!("not one credential") };
    assert_eq!((credential.name.as_str(), credential.secret.expose_secret()), ("default", ""));
    assert_eq!(loaded.notes, ["provider `local` lists no `models`, so no call goes to it"]);
}

#[rstest]
#[case("providers: [{ name: a, vendor: openai }, { name: a, vendor: openai }]", "providers[1].name")]
#[case("providers: [{ vendor: openai }]", "providers[0].name")]
#[case("providers: [{ name: a }]", "providers[0].vendor")]
#[case("providers: [{ name: a, vendor: openai, base_url: api.example.com }]", "providers[0].base_url")]
#[case("providers: [{ name: a, vendor: openai, base_url: 'https://h/?key=1' }]", "providers[0].base_url")]
#[case("providers: [{ name: a, vendor: openai, params: { v: 1.0 } }]", "providers[0].params.v")]
#[case("providers: [{ name: a, vendor: openai, models: [m, { name: M }] }]", "providers[0].models[1]")]
#[case("providers: [{ name: a, vendor: openai, models: ['a, b'] }]", "providers[0].models[0]")]
#[case("providers: [{ name: a, vendor: openai, models: m }]", "providers[0].models")]
#[case(
    "providers: [{ name: a, vendor: openai, credentials: [{ secret_env: GONE }] }]",
    "providers[0].credentials[0].secret_env"
)]
#[case(
    "providers: [{ name: a, vendor: openai, credentials: [{ secret_file: g }] }]",
    "providers[0].credentials[0].secret_file"
)]
#[case("providers: [{ name: a, vendor: openai, credentials: [{ secret: 5 }] }]", "providers[0].credentials[0].secret")]
#[case(
    "providers: [{ name: a, vendor: openai, credentials: [{ secret: s, secret_env: PATH }] }]",
    "providers[0].credentials[0].secret_env"
)]
#[case("providers: [{ name: a, vendor: openai, headers: { Host: h } }]", "providers[0].headers")]
#[case("providers: [{ name: a, vendor: openai, headers: { 'a b': c } }]", "providers[0].headers")]
#[case("providers: [{ name: a, vendor: openai, rotation: sometimes }]", "providers[0].rotation")]
#[case(
    "providers: [{ name: a, vendor: openai, credentials: [{ secret: s, limits: { concurrency: -1 } }] }]",
    "providers[0].credentials[0].limits.concurrency"
)]
#[case("routing: { strategy: dearest }", "routing.strategy")]
#[case("routing: { validity: sometimes }", "routing.validity")]
#[case("routing: { models: [{ strategy: value }] }", "routing.models[0].model")]
#[case("routing: { aliases: [{ name: a, targets: [] }] }", "routing.aliases[0].targets")]
#[case("routing: { aliases: [{ name: a, targets: [b] }, { name: a, targets: [c] }] }", "routing.aliases[1].name")]
#[case(
    "routing: { aliases: [{ name: a, targets: [{ model: b, weight: heavy }] }] }",
    "routing.aliases[0].targets[0].weight"
)]
#[case("routing: { rules: [{ model: m }] }", "routing.rules[0].when")]
#[case("routing: { rules: [{ when: 'true' }] }", "routing.rules[0]")]
#[case("routing: { rules: [{ when: ' ', model: m }] }", "routing.rules[0].when")]
#[case("routing: { aliases: [{ name: a, targets: [b] }, { name: b, targets: [a] }] }", "routing.aliases[0].targets")]
#[case("routing: { models: [{ model: o3 }] }", "routing.models[0]")]
#[case("routing: { factors: { health_min: 2 } }", "routing.factors.health_min")]
#[case("routing: { rules: [{ when: 'true', providers: [{ model: m }] }] }", "routing.rules[0].providers[0].provider")]
#[case("routing: { factors: { health_max: 11 } }", "routing.factors.health_max")]
#[case("routing: { factors: { usage_window_hours: 1.5 } }", "routing.factors.usage_window_hours")]
#[case("keys: [{ name: k }]", "keys[0].secret")]
#[case("keys: [{ name: k, secret: ag-0123456789abcdef, hash: x }]", "keys[0].hash")]
#[case("keys: [{ name: k, hash: abc }]", "keys[0].hash")]
#[case("keys: [{ name: k, secret: 'ag-0123456789 abcdef' }]", "keys[0].secret")]
#[case("keys: [{ name: k, secret: ag-0123456789abcdef, expires_at: soon }]", "keys[0].expires_at")]
#[case("keys: [{ name: k, secret: ag-0123456789abcdef, addresses: [nowhere] }]", "keys[0].addresses")]
#[case("keys: [{ name: k, secret: ag-0123456789abcdef }, { name: l, secret: sk-0123456789abcdef }]", "keys[1].name")]
#[case("keys: [{ name: k, hash: 5 }]", "keys[0].hash")]
#[case("listen: { tls: { certificate_file: gone.pem } }", "listen.tls.key_file")]
#[case("vendors_dir: gone", "vendors_dir")]
#[case("log: { level: verbose }", "log.level")]
#[case("log: { level: 'info,x=loud' }", "log.level")]
#[case("admin: { public_url: ai.example.com }", "admin.public_url")]
#[case("admin: { secure_cookies: true }", "admin.secure_cookies")]
fn a_bad_declaration_is_named_by_its_path(#[case] yaml: &str, #[case] path: &str) {
    let problems = Place::new().yaml(yaml).load().unwrap_err().problems;
    assert!(problems.iter().any(|problem| problem.at == path), "{problems:#?}");
    let once = problems.iter().filter(|problem| problem.at == path).count();
    assert_eq!(once, 1, "{problems:#?}");
}

const OWN_VENDOR: &str = r#"{
    "name": "house",
    "title": { "en": "House", "zh": "House" },
    "base_url": "https://ai.house.example",
    "auth": { "header": "authorization", "prefix": "Bearer " },
    "paths": { "chat_completions": "/v1/chat/completions" }
}"#;

#[test]
fn vendors_give_the_base_url_and_those_of_the_operator_count() {
    let yaml = "
vendors_dir: mine
providers:
  - { name: a, vendor: openai }
  - { name: b, vendor: openai, base_url: https://own.example }
  - { name: c, vendor: house }
";
    let place = Place::new().yaml(yaml).file("mine/house.json", OWN_VENDOR).file("mine/notes.txt", "no vendor");
    let loaded = place.load().unwrap();
    let urls: Vec<_> = loaded.settings.declared.providers.iter().map(|provider| provider.base_url.as_str()).collect();
    assert_eq!(urls, ["https://api.openai.com", "https://own.example", "https://ai.house.example"]);
    assert!(loaded.vendors.get("house").is_some() && loaded.vendors.get("anthropic").is_some());
}

#[test]
fn unknown_vendors_missing_addresses_and_bad_vendor_files_are_reported_together() {
    let yaml = "
vendors_dir: mine
listen: { port: -1 }
providers: [{ name: a, vendor: opnai }, { name: b, vendor: newapi }]
";
    let error = Place::new().yaml(yaml).file("mine/bad.json", "{").load().unwrap_err();
    let [port, file, vendor, base_url] = &error.problems[..] else { panic!("{error}") };
    assert_eq!(port.at, "listen.port");
    assert!(file.at.ends_with("mine/bad.json"), "{file}");
    assert_eq!((vendor.at.as_str(), vendor.fix.as_str()), ("providers[0].vendor", "did you mean `openai`?"));
    assert_eq!(base_url.at, "providers[1].base_url");
}

/// Returns the example with every setting switched on.
fn switched_on() -> String {
    let switch_on = |line: &str| {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        format!("{indent}{}\n", rest.strip_prefix("# ").unwrap_or(rest))
    };
    EXAMPLE.lines().map(switch_on).collect()
}

fn example_place(yaml: &str) -> Place {
    Place::new()
        .yaml(yaml)
        .file("tls/fullchain.pem", "")
        .file("tls/privkey.pem", "")
        .file("vendors/own.json", OWN_VENDOR)
        .file("secrets/openai-spare", "sk-spare")
        .var("OPENAI_API_KEY", "sk-main")
        .var("LAPTOP_KEY", "ag-0123456789abcdef0123")
}

#[test]
fn the_example_file_as_it_stands_changes_nothing() {
    let [shipped, default] = [EXAMPLE, ""].map(|yaml| {
        let place = Place::new().yaml(yaml);
        let dir = place.dir.path().display().to_string();
        format!("{:?}", place.settings()).replace(&dir, "")
    });
    assert_eq!(shipped, default);
}

#[test]
fn the_example_file_shows_the_defaults() {
    let shown = example_place(&switched_on()).settings();
    let default = Place::new().settings();
    assert_eq!(shown.listen.address, default.listen.address);
    assert!(shown.data_dir.ends_with("data") && default.data_dir.ends_with("data"));
    assert_eq!(Log { dir: None, ..shown.log }, default.log);
    assert_eq!(shown.relay, default.relay);
    assert_eq!(shown.records, default.records);
    assert_eq!(Admin { public_url: None, ..shown.admin }, default.admin);
    let declared = shown.declared;
    assert_eq!(declared.policy.factors, Some(ValueFactors::default()));
    assert_eq!((declared.providers.len(), declared.routes.len(), declared.keys.len()), (1, 6, 2));
}

#[rstest]
#[case("")]
#[case("/listen")]
#[case("/listen/tls")]
#[case("/database")]
#[case("/log")]
#[case("/relay")]
#[case("/relay/timeouts")]
#[case("/records")]
#[case("/admin")]
#[case("/routing")]
#[case("/routing/models/0")]
#[case("/routing/aliases/0")]
#[case("/routing/aliases/0/targets/1")]
#[case("/routing/rules/0")]
#[case("/routing/rules/0/providers/1")]
#[case("/routing/factors")]
#[case("/providers/0")]
#[case("/providers/0/credentials/0/limits")]
#[case("/keys/0/limits")]
#[case("/providers/0/timeouts")]
#[case("/providers/0/models/2")]
fn the_example_file_explains_every_key(#[case] pointer: &str) {
    let tree = Tree::parse(&switched_on()).unwrap();
    let mut document = Value::Object(tree.root().clone());
    let table = document.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    let shown: Vec<String> = table.keys().cloned().collect();
    // An unknown name that resembles nothing makes the reader list the names it knows.
    table.insert("0000000000".to_owned(), true.into());
    let problems = example_place(&document.to_string()).load().unwrap_err().problems;
    let [problem] = &problems[..] else { panic!("{problems:#?}") };
    let known: Vec<&str> = problem.fix.split('`').skip(1).step_by(2).collect();
    assert!(known.len() > 1, "{problem}");
    let missing: Vec<&&str> = known.iter().filter(|key| !shown.contains(&(**key).to_owned())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

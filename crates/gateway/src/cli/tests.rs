//! Commands as a shell would start them, with the work behind them recorded.

use std::cell::RefCell;
use std::fs;

use sluice_domain::id::AccountId;
use sluice_store::TransferRange;

use super::*;
use crate::money::ledger_file::Format;

#[derive(Default)]
struct Recorded {
    calls: RefCell<Vec<String>>,
    fails: bool,
    problem: Option<&'static str>,
}

impl Recorded {
    fn record(&self, call: String) -> anyhow::Result<()> {
        self.calls.borrow_mut().push(call);
        if self.fails { bail!("the database is away") } else { Ok(()) }
    }
}

impl Commands for Recorded {
    fn serve(&self, loaded: Loaded) -> anyhow::Result<()> {
        let settings = loaded.settings;
        self.record(format!("serve {} {:?}", settings.listen.address, settings.log.dir))
    }
    fn demo(&self, loaded: Loaded) -> anyhow::Result<()> {
        let settings = loaded.settings;
        let data_dir =
            settings.data_dir.strip_prefix(std::env::temp_dir()).unwrap().iter().skip(1).collect::<PathBuf>();
        self.record(format!("demo {} {}", settings.listen.address, data_dir.display()))
    }
    fn migrate(&self, settings: Settings) -> anyhow::Result<()> {
        self.record(format!("migrate {}", settings.database.url))
    }
    fn openapi(&self) -> anyhow::Result<String> {
        self.record("openapi".to_owned()).map(|()| "{}".to_owned())
    }
    fn create_key(&self, _: Settings, key: NewKey) -> anyhow::Result<SecretString> {
        self.record(format!("{key:?}")).map(|()| SecretString::from("ag-made"))
    }
    fn create_user(&self, _: Settings, user: NewUser) -> anyhow::Result<()> {
        self.record(format!("user {} {:?} {}", user.username, user.role, user.password.expose_secret()))
    }
    fn prove(&self, _: Settings, question: Question) -> anyhow::Result<Report> {
        self.record(format!("{question:?}"))?;
        let problem = self.problem.map(str::to_owned);
        Ok(Report { text: "in words".to_owned(), json: "{}".to_owned(), problem })
    }
    fn export_ledger(&self, _: Settings, export: &Export, out: &mut dyn Write) -> anyhow::Result<()> {
        write!(out, "half of it")?;
        self.record(format!("{export:?}"))?;
        Ok(write!(out, " and the rest")?)
    }
    fn import(&self, _: Settings, declared: Declared, owner: Option<String>) -> anyhow::Result<String> {
        let names: Vec<String> = declared.providers.into_iter().map(|provider| provider.name).collect();
        self.record(format!("import {names:?} for {owner:?}")).map(|()| "made".to_owned())
    }
    fn start_logging(&self, _: &Log) -> anyhow::Result<telemetry::Guard> {
        Ok(telemetry::Guard::default())
    }
}

struct Ended {
    status: u8,
    output: String,
    complaints: String,
    calls: Vec<String>,
}

struct Shell {
    dir: tempfile::TempDir,
    commands: Recorded,
    environment: Environment,
    input: &'static str,
}

impl Shell {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir, commands: Recorded::default(), environment: Environment::default(), input: "" }
    }

    fn with_file(self, text: &str) -> Self {
        fs::write(self.dir.path().join("sluice.yaml"), text).unwrap();
        self
    }

    fn run(self, line: &str) -> Ended {
        let invocation = Invocation {
            arguments: std::iter::once("sluice").chain(line.split_whitespace()).map(OsString::from).collect(),
            environment: self.environment,
            working_dir: self.dir.path().to_owned(),
            clock: Clock::Fixed(1_000.into()),
        };
        let (mut output, mut complaints) = (Vec::new(), Vec::new());
        let mut console = Console {
            input: self.input.as_bytes(),
            output: &mut output,
            complaints: &mut complaints,
            has_colours: false,
        };
        let status = invocation.run(&self.commands, &mut console);
        let [output, complaints] = [output, complaints].map(|bytes| String::from_utf8(bytes).unwrap());
        Ended { status, output, complaints, calls: self.commands.calls.into_inner() }
    }
}

#[test]
fn serve_takes_its_options() {
    let ended = Shell::new().run("serve --host 0.0.0.0 --port 8080 --log-dir /var/log/sluice");
    assert_eq!((ended.status, ended.calls), (0, vec!["serve 0.0.0.0:8080 Some(\"/var/log/sluice\")".to_owned()]));
}

#[test]
fn config_and_data_are_taken_before_and_after_the_command() {
    for line in ["--data /d migrate", "migrate --data /d"] {
        assert_eq!(Shell::new().run(line).calls, ["migrate sqlite:///d/sluice.sqlite"]);
    }
}

#[test]
fn a_demo_leaves_real_files_and_databases_alone() {
    let mut shell = Shell::new().with_file("listen: { port: 9 }\nnonsense: true\n");
    shell.environment =
        Environment::from_iter([("SLUICE_DATA", "/real"), ("SQL_DSN", "postgres://h/real"), ("PORT", "81")]);
    let ended = shell.run("demo");
    assert_eq!(
        (ended.status, ended.calls),
        (0, vec!["demo 127.0.0.1:81 data/demo".to_owned()]),
        "{}",
        ended.complaints
    );
}

#[test]
fn check_says_what_it_read_and_starts_nothing() {
    let text = "providers: [{ name: a, vendor: openai, models: [gpt-4o] }]\nkeys: [{ name: k, secret: ag-0123456789abcdef }]\n";
    let ended = Shell::new().with_file(text).run("check");
    assert_eq!((ended.status, ended.calls.len()), (0, 0), "{}", ended.complaints);
    assert!(ended.output.contains("sluice.yaml") && ended.output.contains("1 providers, 1 routes, 1 keys"));
}

#[test]
fn a_wrong_configuration_ends_with_2_and_every_problem() {
    let ended = Shell::new().with_file("listen: { prot: 1 }\nrelay: { max_attempts: 0 }\n").run("serve");
    assert_eq!((ended.status, ended.calls.len()), (MISUSE, 0));
    assert!(ended.complaints.contains("did you mean `port`?") && ended.complaints.contains("`relay.max_attempts`"));
}

#[test]
fn an_unknown_vendor_is_a_problem_of_the_configuration() {
    let ended = Shell::new().with_file("providers: [{ name: a, vendor: opnai, models: [m] }]").run("check");
    assert_eq!(ended.status, MISUSE);
    assert!(ended.complaints.contains("`providers[0].vendor`: `opnai` is not a known vendor; did you mean `openai`?"));
    assert!(ended.complaints.contains("sluice.yaml"));
}

#[test]
fn a_command_that_fails_ends_with_1_and_says_why() {
    let mut shell = Shell::new();
    shell.commands.fails = true;
    let ended = shell.run("migrate");
    assert_eq!((ended.status, ended.complaints.as_str()), (FAILURE, "error: the database is away\n"));
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    assert_eq!(Shell::new().run("serve --prot 1").status, MISUSE);
    assert_eq!(Shell::new().run("").status, MISUSE);
    let help = Shell::new().run("--help");
    assert_eq!((help.status, help.complaints.as_str()), (0, ""));
    assert!(help.output.contains("Examples:"));
}

#[test]
fn version_names_target_and_compiler() {
    let [by_command, by_option] = ["version", "--version"].map(|line| Shell::new().run(line).output);
    assert_eq!(by_command, by_option);
    assert!(by_command.starts_with(&format!("sluice {} (", env!("CARGO_PKG_VERSION"))));
    assert!(by_command.contains("-linux-") || !cfg!(target_os = "linux"));
    assert!(by_command.contains("rustc 1."));
}

#[test]
fn a_key_is_made_as_asked_and_printed_alone() {
    let ended =
        Shell::new().run("key create --user bob --name ci --models gpt-*,o3 --addresses 10.0.0.0/8 --expires 1d");
    let key = NewKey {
        owner: Some("bob".to_owned()),
        name: "ci".to_owned(),
        models: ModelList::parse("gpt-*,o3"),
        addresses: AddressList::parse("10.0.0.0/8").unwrap(),
        expires_at: Some(Timestamp(86_401_000)),
    };
    assert_eq!((ended.output.as_str(), ended.calls), ("ag-made\n", vec![format!("{key:?}")]));
}

#[test]
fn a_key_that_would_never_work_is_refused() {
    let ended = Shell::new().run("key create --name k --expires 1970-01-01");
    assert_eq!((ended.status, ended.calls.len()), (FAILURE, 0));
    assert_eq!(Shell::new().run("key create --name k --addresses nowhere").status, MISUSE);
}

#[test]
fn a_password_from_standard_input_is_used_and_not_repeated() {
    let mut shell = Shell::new();
    shell.input = "correct horse\nsecond line";
    let ended = shell.run("user create --username root --role root --password-stdin");
    assert_eq!(ended.calls, ["user root Root correct horse"]);
    assert!(!ended.output.contains("horse"));
    assert_eq!(Shell::new().run("user create --username a --password-stdin").status, FAILURE);
}

#[test]
fn a_generated_password_is_shown_once_and_differs_each_time() {
    let made = || {
        let ended = Shell::new().run("user create --username alice");
        let password = ended.calls[0].strip_prefix("user alice Common ").unwrap().to_owned();
        assert_eq!(ended.output.matches(&password).count(), 1);
        password
    };
    let (first, second) = (made(), made());
    assert_eq!(first.len(), GENERATED_PASSWORD_CHARS);
    assert_ne!(first, second);
}

const CALL: &str = "018bcfe5-6800-7009-8909-090909090909";

#[test]
fn a_receipt_is_printed_in_words_or_as_json() {
    let ended = Shell::new().run(&format!("receipt {CALL}"));
    assert_eq!((ended.status, ended.output.as_str()), (0, "in words\n"));
    assert!(ended.calls[0].starts_with("Receipt(CallId(018bcfe5"), "{:?}", ended.calls);
    assert_eq!(Shell::new().run(&format!("receipt {CALL} --json")).output, "{}\n");
    assert_eq!(Shell::new().run("receipt x").status, MISUSE);
}

#[test]
fn what_does_not_add_up_is_printed_and_ends_with_1() {
    for (line, shown) in [
        ("ledger verify".to_owned(), "in words\n"),
        ("ledger verify --json".to_owned(), "{}\n"),
        (format!("receipt {CALL}"), "in words\n"),
    ] {
        assert_eq!(Shell::new().run(&line).status, 0);
        let mut shell = Shell::new();
        shell.commands.problem = Some("1 deviation");
        let ended = shell.run(&line);
        assert_eq!((ended.status, ended.output.as_str()), (FAILURE, shown), "{line}");
        assert_eq!(ended.complaints, "error: 1 deviation\n");
    }
}

#[test]
fn an_export_goes_to_standard_output_and_is_narrowed_as_asked() {
    let ended = Shell::new().run("ledger export --format jsonl --account 12 --since 1970-01-02 --until 1970-01-03");
    assert_eq!((ended.status, ended.output.as_str()), (0, "half of it and the rest"), "{}", ended.complaints);
    let range = TransferRange { since: Some(Timestamp(86_400_000)), until: Some(Timestamp(2 * 86_400_000)) };
    let export = Export { format: Format::Jsonl, account: Some(AccountId(12)), range };
    assert_eq!(ended.calls, [format!("{export:?}")]);
    let all = Export { format: Format::Csv, account: None, range: TransferRange::default() };
    assert_eq!(Shell::new().run("ledger export").calls, [format!("{all:?}")]);
    for line in ["ledger export --format xml", "ledger export --since soon", "ledger export --account mia"] {
        assert_eq!(Shell::new().run(line).status, MISUSE, "{line}");
    }
}

#[test]
fn an_exported_file_takes_its_place_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("transfers.csv");
    fs::write(&file, "older").unwrap();
    let line = format!("ledger export -o {}", file.display());
    let mut shell = Shell::new();
    shell.commands.fails = true;
    assert_eq!(shell.run(&line).status, FAILURE);
    assert_eq!(fs::read_to_string(&file).unwrap(), "older");
    assert_eq!(Shell::new().run(&line).status, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "half of it and the rest");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft stays behind");
    assert_eq!(Shell::new().run("ledger export -o /dev/null").status, 0);
    assert_eq!(Shell::new().run("ledger export -o /no/such/folder/file").status, FAILURE);
}

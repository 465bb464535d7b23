//! Where the database is: a file, or the address of a server in one of the forms that operators have in their
//! environment already.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::Url;

/// The address of a database. Its password never shows in `Debug` or `Display`.
///
/// Understood are
/// - a file's path, `sqlite:PATH`, `sqlite://PATH`, `file:PATH`: SQLite (what follows a `?` is dropped);
/// - `postgres://…`, `postgresql://…`, or words such as `host=… user=… password=… dbname=…`: PostgreSQL;
/// - `mysql://…`, `mariadb://…`, or `user:password@tcp(host:port)/name?…`: MySQL or MariaDB.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Address);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Sqlite(PathBuf),
    Postgres(Url),
    MySql(Url),
}

/// A text that names no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database address {0}: use a file's path, `postgres://user:password@host/name` or \
     `mysql://user:password@host/name`"
)]
pub struct BadDatabaseUrl(&'static str);

impl DatabaseUrl {
    /// Returns the address of a SQLite file.
    #[must_use]
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Address::Sqlite(path.into()))
    }

    /// Returns the file, when this is SQLite.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Address::Sqlite(path) => Some(path),
            Address::Postgres(_) | Address::MySql(_) => None,
        }
    }

    pub(crate) const fn address(&self) -> &Address {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = BadDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, BadDatabaseUrl> {
        let text = text.trim();
        if let Some((scheme, rest)) = text.split_once("://") {
            return parse_scheme(text, scheme, rest).map(Self);
        }
        if let Some(path) = text.strip_prefix("sqlite:").or_else(|| text.strip_prefix("file:")) {
            return parse_path(path).map(Self);
        }
        if text.contains("user=") && (text.contains("dbname=") || text.contains("host=")) {
            return parse_words(text).map(Address::Postgres).map(Self);
        }
        if text.contains("@tcp(") || text.contains("@unix(") || text.contains("@/") {
            return parse_go_dsn(text).map(Address::MySql).map(Self);
        }
        parse_path(text).map(Self)
    }
}

fn parse_scheme(text: &str, scheme: &str, rest: &str) -> Result<Address, BadDatabaseUrl> {
    match scheme {
        "sqlite" | "sqlite3" | "file" => parse_path(rest),
        "postgres" | "postgresql" => server_url(&format!("postgres://{rest}")).map(Address::Postgres),
        "mysql" | "mariadb" => server_url(&format!("mysql://{rest}")).map(Address::MySql),
        // A DSN whose password happens to hold `://`.
        _ if text.contains("@tcp(") || text.contains("@unix(") => parse_go_dsn(text).map(Address::MySql),
        _ => Err(BadDatabaseUrl("begins with a scheme that is not known")),
    }
}

fn server_url(text: &str) -> Result<Url, BadDatabaseUrl> {
    let url = Url::parse(text).map_err(|_| BadDatabaseUrl("is not a URL (are all signs in it percent-encoded?)"))?;
    if url.path().trim_matches('/').is_empty() {
        return Err(BadDatabaseUrl("does not name a database"));
    }
    Ok(url)
}

fn parse_path(text: &str) -> Result<Address, BadDatabaseUrl> {
    let path = text.split_once('?').map_or(text, |(path, _)| path);
    match path {
        "" => Err(BadDatabaseUrl("is empty")),
        // Each connection would have a database of its own.
        ":memory:" => Err(BadDatabaseUrl("asks for a database in memory, which is not supported")),
        path => Ok(Address::Sqlite(PathBuf::from(path))),
    }
}

/// Reads `key=value` words as libpq does: values may stand in single quotes, a backslash takes the next sign as it is.
fn parse_words(text: &str) -> Result<Url, BadDatabaseUrl> {
    let mut url = Url::parse("postgres://localhost").map_err(|_| BadDatabaseUrl("is not a URL"))?;
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or(BadDatabaseUrl("has a word without `=`"))?;
        let (value, remaining) = take_value(after);
        set_word(&mut url, name.trim(), &value)?;
        rest = remaining.trim_start();
    }
    server_url(url.as_str())
}

fn take_value(text: &str) -> (String, &str) {
    let quoted = text.starts_with('\'');
    let body = text.strip_prefix('\'').unwrap_or(text);
    let mut value = String::new();
    let mut signs = body.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => value.extend(signs.next().map(|(_, next)| next)),
            '\'' if quoted => return (value, body.get(at + 1..).unwrap_or_default()),
            blank if !quoted && blank.is_whitespace() => return (value, body.get(at..).unwrap_or_default()),
            other => value.push(other),
        }
    }
    (value, "")
}

fn set_word(url: &mut Url, name: &str, value: &str) -> Result<(), BadDatabaseUrl> {
    match name {
        "host" if value.starts_with('/') => {
            url.query_pairs_mut().append_pair("host", value);
        }
        "host" | "hostaddr" => url.set_host(Some(value)).map_err(|_| BadDatabaseUrl("has a bad `host`"))?,
        "port" => set_port(url, value)?,
        "user" => url.set_username(value).map_err(|()| BadDatabaseUrl("has a bad `user`"))?,
        "password" => url.set_password(Some(value)).map_err(|()| BadDatabaseUrl("has a bad `password`"))?,
        "dbname" => url.set_path(value),
        "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "application_name" | "options" => {
            url.query_pairs_mut().append_pair(name, value);
        }
        // Words for other drivers, such as `TimeZone`: Sluice stores no local times.
        _ => {}
    }
    Ok(())
}

fn set_port(url: &mut Url, text: &str) -> Result<(), BadDatabaseUrl> {
    let port = text.parse().map_err(|_| BadDatabaseUrl("has a port that is no number"))?;
    url.set_port(Some(port)).map_err(|()| BadDatabaseUrl("has a bad port"))
}

/// Reads `user:password@net(address)/name?parameters`, where nothing is percent-encoded.
fn parse_go_dsn(text: &str) -> Result<Url, BadDatabaseUrl> {
    let (server, target) = text.rsplit_once('/').ok_or(BadDatabaseUrl("does not name a database"))?;
    let (name, parameters) = target.split_once('?').unwrap_or((target, ""));
    let (account, place) = server.rsplit_once('@').unwrap_or(("", server));
    let (user, password) = account.split_once(':').unwrap_or((account, ""));
    let mut url = Url::parse("mysql://127.0.0.1").map_err(|_| BadDatabaseUrl("is not a URL"))?;
    set_place(&mut url, place)?;
    url.set_username(user).map_err(|()| BadDatabaseUrl("has a bad user"))?;
    if !password.is_empty() {
        url.set_password(Some(password)).map_err(|()| BadDatabaseUrl("has a bad password"))?;
    }
    url.set_path(name);
    if let Some(mode) = tls_mode(parameters) {
        url.query_pairs_mut().append_pair("ssl-mode", mode);
    }
    server_url(url.as_str())
}

fn set_place(url: &mut Url, place: &str) -> Result<(), BadDatabaseUrl> {
    let (net, address) = place.split_once('(').unwrap_or((place, ""));
    let address = address.strip_suffix(')').unwrap_or(address);
    match (net, address) {
        ("", _) | ("tcp", "") => Ok(()),
        ("unix", socket) => {
            url.query_pairs_mut().append_pair("socket", socket);
            Ok(())
        }
        ("tcp", address) => {
            // The last colon ends the host, unless it stands inside the brackets of an IPv6 address.
            let (host, port) = match address.rsplit_once(':') {
                Some((host, port)) if !port.contains(']') => (host, Some(port)),
                _ => (address, None),
            };
            url.set_host(Some(host)).map_err(|_| BadDatabaseUrl("has a bad host"))?;
            port.map_or(Ok(()), |port| set_port(url, port))
        }
        _ => Err(BadDatabaseUrl("has a network that is neither `tcp` nor `unix`")),
    }
}

fn tls_mode(parameters: &str) -> Option<&'static str> {
    let wanted = parameters.split('&').find_map(|pair| pair.strip_prefix("tls="))?;
    match wanted {
        "true" => Some("VERIFY_IDENTITY"),
        "skip-verify" => Some("REQUIRED"),
        "preferred" => Some("PREFERRED"),
        "false" => Some("DISABLED"),
        _ => None,
    }
}

impl fmt::Display for DatabaseUrl {
    /// Writes the address without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Address::Postgres(url) | Address::MySql(url) => {
                write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or("localhost"))?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
                f.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn full(text: &str) -> String {
        match text.parse::<DatabaseUrl>().unwrap().0 {
            Address::Sqlite(path) => format!("file {}", path.display()),
            Address::Postgres(url) | Address::MySql(url) => url.to_string(),
        }
    }

    #[rstest]
    #[case("data/sluice.db", "file data/sluice.db")]
    #[case("one-api.db?_busy_timeout=30000", "file one-api.db")]
    #[case("sqlite://data/sluice.db", "file data/sluice.db")]
    #[case("sqlite:///var/lib/sluice.db?mode=rwc", "file /var/lib/sluice.db")]
    #[case("file:/var/lib/sluice.db", "file /var/lib/sluice.db")]
    #[case("postgresql://u:p@db:5433/sluice?sslmode=require", "postgres://u:p@db:5433/sluice?sslmode=require")]
    #[case(
        "host=db user=u password='p w@\\'x' dbname=sluice port=5433 sslmode=disable TimeZone=Asia/Shanghai",
        "postgres://u:p%20w%40'x@db:5433/sluice?sslmode=disable"
    )]
    #[case(
        "user=u dbname=sluice host=/var/run/postgresql",
        "postgres://u@localhost/sluice?host=%2Fvar%2Frun%2Fpostgresql"
    )]
    #[case("mariadb://u:p@db/sluice", "mysql://u:p@db/sluice")]
    #[case("u:p@tcp(db:3307)/sluice?charset=utf8mb4&parseTime=True", "mysql://u:p@db:3307/sluice")]
    #[case(
        "u:p@x:/y@tcp([::1]:3307)/sluice?tls=skip-verify",
        "mysql://u:p%40x%3A%2Fy@[::1]:3307/sluice?ssl-mode=REQUIRED"
    )]
    #[case("u:a://b@tcp(db)/sluice", "mysql://u:a%3A%2F%2Fb@db/sluice")]
    #[case(
        "root@unix(/run/mysqld/mysqld.sock)/sluice",
        "mysql://root@127.0.0.1/sluice?socket=%2Frun%2Fmysqld%2Fmysqld.sock"
    )]
    #[case("root@/sluice", "mysql://root@127.0.0.1/sluice")]
    fn every_form_that_operators_have_is_understood(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(full(text), expected);
    }

    #[rstest]
    #[case("")]
    #[case(":memory:")]
    #[case("sqlite::memory:")]
    #[case("oracle://db/x")]
    #[case("postgres://u:p@db")]
    #[case("u:p@tcp(db:port)/x")]
    #[case("host=db user=u port=x dbname=y")]
    fn a_text_that_names_no_database_is_refused(#[case] text: &str) {
        assert!(text.parse::<DatabaseUrl>().is_err());
    }

    #[rstest]
    #[case("postgres://u:hush@db/sluice")]
    #[case("u:hush@tcp(db:3306)/sluice")]
    #[case("host=db user=u password=hush dbname=sluice")]
    #[case("postgres://u:hush@db:port/sluice")]
    fn a_password_never_shows(#[case] text: &str) {
        let shown = match text.parse::<DatabaseUrl>() {
            Ok(url) => format!("{url} {url:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!shown.contains("hush"), "{shown}");
    }
}

//! Which database the variables of the old gateways name: `SQL_DRIVER`, `SQL_DSN` and `SQLITE_PATH` belong together.
//! How an address is read is the store's business.

use sluice_store::DatabaseUrl;

/// What the three variables say; blank ones count as unset.
pub(super) struct OldDatabase<'a> {
    pub(super) driver: Option<&'a str>,
    pub(super) dsn: Option<&'a str>,
    pub(super) sqlite_path: Option<&'a str>,
}

/// Why the variables cannot be followed: which one, what is wrong, what to write. Never holds the address itself.
pub(super) type BadDsn = (&'static str, &'static str, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Driver {
    Sqlite,
    Server,
}

impl OldDatabase<'_> {
    /// Returns the address that the variables stand for, or `None` if they leave the default in place.
    pub(super) fn address(&self) -> Result<Option<String>, BadDsn> {
        let dsn = self.dsn.filter(|dsn| !dsn.starts_with("local"));
        match (self.driver()?, dsn) {
            (Driver::Sqlite, dsn) => Ok(dsn.or(self.sqlite_path).map(|path| format!("sqlite://{path}"))),
            (Driver::Server, None) => {
                Err(("SQL_DSN", "is missing although `SQL_DRIVER` names a server", "set it, or unset both"))
            }
            // The old gateways never take a DSN for a file unless the driver says so; the store would.
            (Driver::Server, Some(dsn)) if is_server(dsn) => Ok(Some(dsn.to_owned())),
            (Driver::Server, Some(_)) => Err((
                "SQL_DSN",
                "is not the address of a database server",
                "write `postgres://user:password@host/database` or `user:password@tcp(host:3306)/database`",
            )),
        }
    }

    fn driver(&self) -> Result<Driver, BadDsn> {
        match self.driver.map(str::to_ascii_lowercase).as_deref() {
            Some("sqlite" | "sqlite3") => Ok(Driver::Sqlite),
            Some("mysql" | "postgres" | "postgresql") => Ok(Driver::Server),
            Some(_) => Err(("SQL_DRIVER", "is not a known driver", "write `sqlite`, `mysql` or `postgres`")),
            None if self.dsn.is_some_and(|dsn| !dsn.starts_with("local")) => Ok(Driver::Server),
            None => Ok(Driver::Sqlite),
        }
    }
}

fn is_server(dsn: &str) -> bool {
    dsn.parse::<DatabaseUrl>().is_ok_and(|url| url.sqlite_path().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn address_of(driver: &str, dsn: &str, path: &str) -> Result<Option<String>, BadDsn> {
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        OldDatabase { driver: some(driver), dsn: some(dsn), sqlite_path: some(path) }.address()
    }

    #[rstest]
    #[case("", "", "old.db?_busy_timeout=30000", "sqlite://old.db?_busy_timeout=30000")]
    #[case("", "local", "/d/x.db", "sqlite:///d/x.db")]
    #[case("SQLite3", "/var/x.db", "ignored.db", "sqlite:///var/x.db")]
    #[case("", "postgres://u:p@h/d", "ignored.db", "postgres://u:p@h/d")]
    #[case("postgres", "host=h user=u dbname=d", "", "host=h user=u dbname=d")]
    #[case("mysql", "u:p@tcp(h:3307)/d?parseTime=true", "", "u:p@tcp(h:3307)/d?parseTime=true")]
    fn the_variables_name_one_address(
        #[case] driver: &str,
        #[case] dsn: &str,
        #[case] path: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(address_of(driver, dsn, path), Ok(Some(expected.to_owned())));
    }

    #[test]
    fn nothing_set_leaves_the_default() {
        assert_eq!(address_of("", "", ""), Ok(None));
        assert_eq!(address_of("sqlite", "local", ""), Ok(None));
    }

    #[rstest]
    #[case("oracle", "x", "SQL_DRIVER")]
    #[case("mysql", "", "SQL_DSN")]
    #[case("", "gateway.db", "SQL_DSN")]
    #[case("", "redis://h/d", "SQL_DSN")]
    fn what_cannot_be_followed_is_named(#[case] driver: &str, #[case] dsn: &str, #[case] variable: &str) {
        assert_eq!(address_of(driver, dsn, "").unwrap_err().0, variable);
    }
}

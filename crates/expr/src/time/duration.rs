//! Durations as text: `1h30m0s`.

/// Units, longest names first where one begins another, with their nanoseconds.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Returns the nanoseconds of a text such as `1h15m` or `-1.5s`.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    loop {
        let (nanos, after) = parse_part(rest)?;
        total = total.checked_add(nanos)?;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    i64::try_from(if is_negative { -total } else { total }).ok()
}

fn parse_part(text: &str) -> Option<(i128, &str)> {
    let length = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, rest) = text.split_at_checked(length)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let (unit, nanos) =
        UNITS.into_iter().filter(|(unit, _)| rest.starts_with(unit)).max_by_key(|(unit, _)| unit.len())?;
    let whole: i128 = if whole.is_empty() { 0 } else { i128::from(whole.parse::<u64>().ok()?) };
    let mut part = whole * nanos;
    let mut scale = nanos;
    for digit in fraction.chars() {
        scale /= 10;
        part += i128::from(digit.to_digit(10)?) * scale;
    }
    Some((part, rest.strip_prefix(unit)?))
}

/// Returns the text of so many nanoseconds.
pub(crate) fn print_duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let size = nanos.unsigned_abs();
    if size == 0 {
        return "0s".to_owned();
    }
    if size < 1_000_000_000 {
        let (unit, name) = match size {
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "µs"),
            _ => (1, "ns"),
        };
        return format!("{sign}{}{name}", fraction(size, unit));
    }
    let secs = fraction(size % 60_000_000_000, 1_000_000_000);
    let minutes = size / 60_000_000_000;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{secs}s"),
        (0, minutes) => format!("{sign}{minutes}m{secs}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{secs}s"),
    }
}

/// Returns a number of units with what is left of the last one as a fraction.
fn fraction(size: u64, unit: u64) -> String {
    let digits = unit.to_string().len() - 1;
    let (whole, rest) = (size / unit, size % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let text = format!("{whole}.{rest:0digits$}");
    text.trim_end_matches('0').to_owned()
}

//! Layouts: how Go describes the text of a date, by the parts of 2 January 2006, 15:04:05 in the zone of −0700.

/// A part of a layout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    Month,
    MonthShort,
    MonthNumber,
    MonthPadded,
    Weekday,
    WeekdayShort,
    Day,
    DaySpaced,
    DayPadded,
    DayOfYear,
    Year,
    YearShort,
    Hour,
    Hour12,
    Hour12Padded,
    Minute,
    MinutePadded,
    Second,
    SecondPadded,
    /// `AM` or `PM`.
    Half,
    /// `am` or `pm`.
    HalfSmall,
    ZoneName,
    /// An offset by what stands between hours and minutes, if there are any.
    Offset(&'static str, Zero),
    /// So many digits of a second.
    Fraction(usize, Digits),
}

/// How an offset of zero is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Zero {
    Digits,
    Letter,
}

/// Which digits of a fraction are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Digits {
    All,
    /// Not those that are zero up to the end.
    Needed,
}

/// Stands for minutes that are left out.
pub(super) const HOURS_ONLY: &str = "hours";

/// Parts by how they are written, longer ones before their beginnings.
const PARTS: [(&str, Part); 28] = [
    ("January", Part::Month),
    ("Jan", Part::MonthShort),
    ("Monday", Part::Weekday),
    ("Mon", Part::WeekdayShort),
    ("MST", Part::ZoneName),
    ("2006", Part::Year),
    ("002", Part::DayOfYear),
    ("01", Part::MonthPadded),
    ("02", Part::DayPadded),
    ("03", Part::Hour12Padded),
    ("04", Part::MinutePadded),
    ("05", Part::SecondPadded),
    ("06", Part::YearShort),
    ("15", Part::Hour),
    ("1", Part::MonthNumber),
    ("_2", Part::DaySpaced),
    ("2", Part::Day),
    ("3", Part::Hour12),
    ("4", Part::Minute),
    ("5", Part::Second),
    ("PM", Part::Half),
    ("pm", Part::HalfSmall),
    ("-07:00", Part::Offset(":", Zero::Digits)),
    ("-0700", Part::Offset("", Zero::Digits)),
    ("-07", Part::Offset(HOURS_ONLY, Zero::Digits)),
    ("Z07:00", Part::Offset(":", Zero::Letter)),
    ("Z0700", Part::Offset("", Zero::Letter)),
    ("Z07", Part::Offset(HOURS_ONLY, Zero::Letter)),
];

/// A part, or what stands between parts.
pub(super) enum Piece<'l> {
    Part(Part),
    Plain(&'l str),
}

/// Cuts a layout into pieces.
pub(super) fn pieces(mut layout: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(letter) = layout.chars().next() {
        let (piece, length) = match part(layout) {
            Some((part, length)) => (Piece::Part(part), length),
            None => (Piece::Plain(layout.get(..letter.len_utf8()).unwrap_or_default()), letter.len_utf8()),
        };
        pieces.push(piece);
        layout = layout.get(length..).unwrap_or_default();
    }
    pieces
}

fn part(layout: &str) -> Option<(Part, usize)> {
    if let Some(fraction) = fraction(layout) {
        return Some(fraction);
    }
    let found = PARTS.iter().find(|(text, part)| {
        let rest = layout.strip_prefix(text);
        let is_short = matches!(part, Part::MonthShort | Part::WeekdayShort);
        // `Month` and `Monthly` are words of their own.
        rest.is_some_and(|rest| !(is_short && rest.starts_with(|c: char| c.is_ascii_lowercase())))
    });
    found.map(|(text, part)| (*part, text.len()))
}

/// Finds `.000` or `,999` with any number of digits, up to nine.
fn fraction(layout: &str) -> Option<(Part, usize)> {
    let digits = layout.strip_prefix(['.', ','])?;
    let first = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let count = digits.chars().take_while(|c| *c == first).count();
    let is_followed = digits.get(count..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let kind = if first == '0' { Digits::All } else { Digits::Needed };
    (!is_followed && count <= 9).then_some((Part::Fraction(count, kind), count + 1))
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

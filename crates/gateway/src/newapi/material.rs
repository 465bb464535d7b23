//! Key material: what a site shows of its keys, and what of it can be used.

use sluice_domain::SecretString;

/// What stands before every key.
const PREFIX: &str = "sk-";

/// What a site shows of a key.
#[derive(Debug, Clone)]
pub(crate) enum Material {
    /// Nothing.
    Absent,
    /// Only some of its characters.
    Masked(Mask),
    /// The key itself, as it is presented.
    Plain(SecretString),
}

/// The characters of a masked key that can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mask {
    start: String,
    end: String,
}

impl Material {
    /// Reads a key as a site writes it: with or without `sk-`, whole, masked, or not at all.
    pub(crate) fn read(text: &str) -> Self {
        let bare = text.trim();
        let bare = bare.strip_prefix(PREFIX).unwrap_or(bare).trim();
        if bare.is_empty() {
            return Self::Absent;
        }
        let hidden = ["**", "...", "…"].iter().find_map(|dots| bare.split_once(dots));
        if let Some((start, rest)) = hidden {
            let end = rest.trim_start_matches(['*', '.', '…']);
            return Self::Masked(Mask { start: start.to_owned(), end: end.to_owned() });
        }
        // It goes into a header.
        if bare.bytes().all(|byte| byte.is_ascii_graphic()) {
            Self::Plain(SecretString::from(format!("{PREFIX}{bare}")))
        } else {
            Self::Absent
        }
    }

    /// Returns the key, if it can be used.
    pub(crate) fn into_plain(self) -> Option<SecretString> {
        match self {
            Self::Plain(secret) => Some(secret),
            Self::Absent | Self::Masked(_) => None,
        }
    }
}

impl Mask {
    /// Returns whether `secret` may be what is behind the mask. One that shows next to nothing fits no key: another key of the
    /// same id would go unnoticed.
    pub(crate) fn fits(&self, secret: &str) -> bool {
        const SHOWN_MIN: usize = 6;
        let bare = secret.strip_prefix(PREFIX).unwrap_or(secret);
        let shown = self.start.len() + self.end.len();
        shown >= SHOWN_MIN && bare.len() >= shown && bare.starts_with(&self.start) && bare.ends_with(&self.end)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sluice_domain::ExposeSecret;

    use super::*;

    #[rstest]
    #[case("abcd1234", Some("sk-abcd1234"))]
    #[case(" sk-abcd1234 ", Some("sk-abcd1234"))]
    #[case("sk-sk-abcd", Some("sk-sk-abcd"))]
    #[case("sk-", None)]
    #[case("", None)]
    #[case("abcd**********wxyz", None)]
    #[case("sk-abcd...wxyz", None)]
    #[case("key with blanks", None)]
    fn a_key_is_usable_when_it_is_whole(#[case] text: &str, #[case] expected: Option<&str>) {
        let plain = Material::read(text).into_plain();
        assert_eq!(plain.as_ref().map(ExposeSecret::expose_secret), expected);
    }

    #[test]
    fn a_mask_fits_the_key_that_it_was_made_of() {
        let Material::Masked(mask) = Material::read("sk-abcd**********wxyz") else { panic!("not masked") };
        assert!(mask.fits("sk-abcdSOMETHINGwxyz"));
        assert!(!mask.fits("sk-abcdSOMETHINGwxyy") && !mask.fits("sk-abceSOMETHINGwxyz") && !mask.fits("sk-wxyz"));
        let Material::Masked(blank) = Material::read("**********") else { panic!("not masked") };
        assert!(!blank.fits("sk-abcd"));
    }
}

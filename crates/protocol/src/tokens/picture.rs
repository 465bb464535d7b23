//! What the first bytes of a file tell: how large an image is, how many pages a document has, how fast a sound goes by.

use memchr::memmem;

/// Width and height in pixels; neither is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Size {
    fn new(width: u32, height: u32) -> Option<Self> {
        (width > 0 && height > 0).then_some(Self { width, height })
    }

    /// Returns how many squares cover the image.
    pub(super) fn squares(self, side: u32) -> u64 {
        u64::from(self.width.div_ceil(side)) * u64::from(self.height.div_ceil(side))
    }

    /// Returns the size after the longer edge was brought down to `edge`.
    pub(super) fn within(self, edge: u32) -> Self {
        self.scaled(edge, self.width.max(self.height))
    }

    /// Returns the size after the shorter edge was brought down to `edge`.
    pub(super) fn no_wider_than(self, edge: u32) -> Self {
        self.scaled(edge, self.width.min(self.height))
    }

    /// Returns the largest size of the same shape that at most `most` squares cover.
    pub(super) fn of_squares(self, side: u32, most: u64) -> Self {
        let (mut low, mut high) = (1, self.width.max(self.height));
        if self.squares(side) <= most {
            return self;
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.within(middle).squares(side) <= most { low = middle } else { high = middle }
        }
        self.within(low)
    }

    /// Makes the image smaller by `wanted` / `now`, never larger.
    fn scaled(self, wanted: u32, now: u32) -> Self {
        if now <= wanted {
            return self;
        }
        let scale = |edge: u32| {
            let scaled = u64::from(edge) * u64::from(wanted) / u64::from(now);
            u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
        };
        Self { width: scale(self.width), height: scale(self.height) }
    }
}

/// Reads the size of a PNG, GIF, WebP or JPEG.
pub(super) fn size(bytes: &[u8]) -> Option<Size> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Size::new(big(bytes, 16, 4)?, big(bytes, 20, 4)?);
    }
    if bytes.starts_with(b"GIF8") {
        return Size::new(little(bytes, 6, 2)?, little(bytes, 8, 2)?);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        return webp_size(bytes);
    }
    if bytes.starts_with(b"\xff\xd8") { jpeg_size(bytes) } else { None }
}

fn webp_size(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        b"VP8X" => Size::new(little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Size::new((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8 " => Size::new(little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff),
        _ => None,
    }
}

/// Walks the segments of a JPEG to the one that begins the frame.
fn jpeg_size(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte != 0xff)?;
        let marker = *bytes.get(at)?;
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            return Size::new(big(bytes, at + 6, 2)?, big(bytes, at + 4, 2)?);
        }
        at += 1 + usize::try_from(big(bytes, at + 1, 2)?).ok()?.max(2);
    }
}

/// Returns how many pages of a PDF stand open; 0 if they are packed away.
pub(super) fn pages(bytes: &[u8]) -> u64 {
    let is_page = |at: &usize| {
        let rest = bytes.get(at + b"/Type".len()..).unwrap_or_default();
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        rest.strip_prefix(b"/Page").is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphabetic))
    };
    memmem::find_iter(bytes, b"/Type").filter(is_page).count() as u64
}

/// Reads the byte rate of a WAVE file (RIFF, chunk `fmt `).
pub(super) fn wave_bytes_per_second(bytes: &[u8]) -> Option<u64> {
    const MARK: &[u8] = b"WAVEfmt ";
    let at = memmem::find(bytes.get(..64)?, MARK)? + MARK.len() + 12;
    little(bytes, at, 4).filter(|rate| *rate > 0).map(u64::from)
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

//! What is kept of a JSON answer: all of a small one, both ends of a large one.

use super::images::Images;

/// Largest answer that is kept whole.
const WHOLE_MAX_BYTES: usize = 256 * 1024;
/// What is kept of each end of a larger one. Usage stands near one of them in every known answer.
const END_BYTES: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Window {
    head: Vec<u8>,
    tail: Vec<u8>,
    total: usize,
    images: Option<Images>,
}

impl Window {
    pub(super) fn new(counts_images: bool) -> Self {
        Self { head: Vec::new(), tail: Vec::new(), total: 0, images: counts_images.then(Images::default) }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Some(images) = &mut self.images {
            images.push(bytes);
        }
        self.total += bytes.len();
        if self.total <= WHOLE_MAX_BYTES {
            self.head.extend_from_slice(bytes);
            return;
        }
        let missing = END_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        let (front, rest) = bytes.split_at(missing);
        self.head.extend_from_slice(front);
        if self.head.len() > END_BYTES {
            self.tail = self.head.split_off(END_BYTES);
            self.head.shrink_to_fit();
        }
        if rest.len() >= END_BYTES {
            // What is kept must hang together.
            self.tail.clear();
        }
        self.tail.extend_from_slice(rest.get(rest.len().saturating_sub(END_BYTES)..).unwrap_or_default());
        if self.tail.len() > 2 * END_BYTES {
            self.tail.drain(..self.tail.len() - END_BYTES);
        }
    }

    /// Returns the answer if it was kept whole.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (self.total <= WHOLE_MAX_BYTES).then_some(&self.head)
    }

    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    pub(super) fn total_len(&self) -> usize {
        self.total
    }

    pub(super) fn images(&self) -> u64 {
        self.images.as_ref().map_or(0, Images::found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[400_000])]
    #[case(&[1_000, 400_000])]
    #[case(&[300_000, 70_000])]
    #[case(&[200_000, 200_000, 10, 70_000])]
    #[case(&[262_144, 1])]
    #[case(&[262_145])]
    #[case(&[65_536, 65_536, 65_536, 65_536, 65_536, 65_536, 9])]
    fn both_ends_hang_together_whatever_the_pieces(#[case] sizes: &[usize]) {
        let body: Vec<u8> = (0..sizes.iter().sum()).map(|at: usize| (at % 251) as u8).collect();
        let mut window = Window::new(false);
        let mut rest = body.as_slice();
        for &size in sizes {
            let (piece, after) = rest.split_at(size);
            window.push(piece);
            rest = after;
        }
        assert_eq!(window.whole(), None);
        assert_eq!(window.head(), &body[..END_BYTES]);
        assert!(body.ends_with(window.tail()));
        assert!((END_BYTES..=3 * END_BYTES + 1).contains(&window.tail().len()));
        assert_eq!(window.total_len(), body.len());
    }
}

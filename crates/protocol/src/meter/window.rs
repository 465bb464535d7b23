//! What is kept of a JSON answer: all of a small one, both ends of a large one.

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
        if self.head.len() > END_BYTES {
            self.tail = self.head.split_off(END_BYTES);
            self.head.shrink_to_fit();
        }
        self.tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(END_BYTES)..).unwrap_or_default());
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
        self.images.as_ref().map_or(0, |images| images.found)
    }
}

/// Counts the images of an answer, which may be far larger than what is kept: each has `b64_json` or `url`.
#[derive(Debug, Default)]
struct Images {
    found: u64,
    overlap: Vec<u8>,
}

const IMAGE_KEYS: [&[u8]; 2] = [b"\"b64_json\":", b"\"url\":"];

impl Images {
    fn push(&mut self, bytes: &[u8]) {
        let seam_bytes = IMAGE_KEYS.iter().map(|key| key.len()).max().unwrap_or(1) - 1;
        let mut seam = std::mem::take(&mut self.overlap);
        let old = seam.len();
        seam.extend_from_slice(bytes.get(..bytes.len().min(seam_bytes)).unwrap_or_default());
        for key in IMAGE_KEYS {
            // In the seam only what crosses it is new: the rest is counted in its own piece.
            let crossing = memchr::memmem::find_iter(&seam, key).filter(|at| *at < old && at + key.len() > old).count();
            self.found += (crossing + memchr::memmem::find_iter(bytes, key).count()) as u64;
        }
        seam.extend_from_slice(bytes.get(bytes.len().min(seam_bytes)..).unwrap_or_default());
        let keep = seam.len().min(seam_bytes);
        self.overlap = seam.split_off(seam.len() - keep);
    }
}

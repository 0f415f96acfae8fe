//! Reads and writes the pieces of an input.

/// An input being read; what is not there reads as zero.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The next two bytes, little endian.
    pub fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte().unwrap_or(0)]))
    }

    /// A piece with its length in front; what there is of it.
    pub fn piece(&mut self) -> Option<&'a [u8]> {
        let len = usize::from(self.short()?).min(self.0.len());
        let (piece, rest) = self.0.split_at(len);
        self.0 = rest;
        Some(piece)
    }
}

/// Appends a piece with its length in front.
pub fn push_piece(out: &mut Vec<u8>, piece: &[u8]) {
    let len = piece.len().min(usize::from(u16::MAX));
    out.extend_from_slice(&(len as u16).to_le_bytes());
    out.extend_from_slice(&piece[..len]);
}

//! What packed files hold.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The first bytes of gzip and of Zstandard.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTANDARD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The bytes themselves, or what is packed in them. `start` are the first bytes, which are read again.
pub(super) fn unpack(start: &[u8], bytes: impl BufRead + Send + 'static) -> Box<dyn Read + Send> {
    if start.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(bytes))
    } else if start.starts_with(&ZSTANDARD) {
        Box::new(Frames { decoder: FrameDecoder::new(), bytes, is_open: false })
    } else {
        Box::new(bytes)
    }
}

/// The frames of a Zstandard file, one after the other, their checksums compared.
struct Frames<R> {
    decoder: FrameDecoder,
    bytes: R,
    is_open: bool,
}

impl<R: BufRead> Frames<R> {
    /// Begins with the next frame, if there is one.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.bytes.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.bytes) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.bytes).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(damaged(&error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_open {
                if !self.begin()? {
                    return Ok(0);
                }
                self.is_open = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let blocks = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.bytes, blocks).map_err(|error| damaged(&error))?;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let written = self.decoder.get_checksum_from_data();
            if written.is_some() && written != self.decoder.get_calculated_checksum() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum does not fit"));
            }
            self.is_open = false;
        }
    }
}

fn damaged(error: &FrameDecoderError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn unpacked(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let start = bytes[..bytes.len().min(4)].to_vec();
        unpack(&start, BufReader::new(Cursor::new(bytes))).read_to_end(&mut text)?;
        Ok(text)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstandard(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    #[test]
    fn packed_bytes_are_known_by_their_first_ones_and_parts_are_joined() {
        let long = "a row\n".repeat(50_000).into_bytes();
        for pack in [gzip, zstandard] {
            let joined = [pack(&long), pack(b"end")].concat();
            assert_eq!(unpacked(joined).unwrap(), [&*long, b"end"].concat());
        }
        let skipped = [zstandard(b"one"), vec![0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9], zstandard(b"two")].concat();
        assert_eq!(unpacked(skipped).unwrap(), b"onetwo");
        assert_eq!(unpacked(b"{}".to_vec()).unwrap(), b"{}");
    }

    #[test]
    fn cut_and_damaged_bytes_are_errors() {
        let long: Vec<u8> =
            (0..20_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for pack in [gzip, zstandard] {
            let whole = pack(&long);
            assert!(unpacked(whole[..whole.len() / 2].to_vec()).is_err());
            let mut flipped = whole.clone();
            let middle = flipped.len() / 2;
            flipped[middle] ^= 0x40;
            assert!(unpacked(flipped).is_err());
        }
    }
}

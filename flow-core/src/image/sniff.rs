/// The media type of a picture, by its first bytes; `None` if they are of no known kind.
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
    ];
    if let Some((_, mime)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(mime);
    }
    let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    match (part(0, 4), part(4, 8), part(8, 12)) {
        (b"RIFF", _, b"WEBP") => Some("image/webp"),
        (_, b"ftyp", b"avif" | b"avis") => Some("image/avif"),
        (_, b"ftyp", b"heic" | b"heix" | b"mif1") => Some("image/heic"),
        // Two letters are little; the length of the file and four zeros follow.
        ([b'B', b'M', ..], _, _) if part(6, 10) == [0; 4] => Some("image/bmp"),
        _ => None,
    }
}

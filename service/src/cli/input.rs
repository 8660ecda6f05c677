//! Files and standard input, with errors that say what to do.

use std::io::Read;
use std::path::Path;

/// A file could not be used: what to tell the person who named it.
#[derive(Debug)]
pub(super) struct Unreadable(pub(super) String);

/// Reads a file as text; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<String, Unreadable> {
    let name = path.display();
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else if path.is_dir() {
        return Err(Unreadable(format!("{name} is a folder; name a JSON file")));
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| Unreadable(format!("{name}: {error}")))?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable(format!("{name} is empty; it should hold JSON")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Unreadable(format!("{name} is not UTF-8: byte {at} does not belong to a character"))
    })
}

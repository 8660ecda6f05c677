//! Code 128 barcodes as PNG.

use barcoders::sym::code128::Code128;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Encoder};

use crate::error::ApiError;

/// Pixels a module, the narrowest bar.
const MODULE: usize = 2;
/// Modules that stay white at either side: what the standard asks for.
const QUIET: usize = 10;
/// Pixels.
const HEIGHT: usize = 80;

/// A text of visible ASCII as a barcode: a PNG in a data URL.
///
/// # Errors
/// When it cannot be drawn.
pub(super) fn data_url(text: &str) -> Result<String, ApiError> {
    // Nothing that says what the text is: it is a secret.
    let failed = |_| ApiError::Internal("a barcode could not be drawn".to_owned());
    let png = png(&modules(text)?).map_err(failed)?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}

/// Bars (1) and spaces (0), in character set B.
fn modules(text: &str) -> Result<Vec<u8>, ApiError> {
    let code = Code128::new(format!("\u{181}{text}")).map_err(|_| ApiError::Internal("no barcode for this text".to_owned()))?;
    Ok(code.encode())
}

fn png(modules: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let quiet = [0; QUIET];
    let pixels = quiet.iter().chain(modules).chain(&quiet).flat_map(|module| [*module; MODULE]);
    let row: Vec<u8> = pixels.map(|bar| if bar == 1 { 0 } else { u8::MAX }).collect();
    let mut image = Vec::new();
    let width = u32::try_from(row.len()).unwrap_or(u32::MAX);
    let mut encoder = Encoder::new(&mut image, width, u32::try_from(HEIGHT).unwrap_or(u32::MAX));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&row.repeat(HEIGHT))?;
    writer.finish()?;
    Ok(image)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn bars_are_those_of_the_standard() {
        let mut runs = String::new();
        for run in modules("A-0").unwrap().chunk_by(|a, b| a == b) {
            runs.push_str(&run.len().to_string());
        }
        // Widths of bars and spaces: start B (104), `A` (33), `-` (13), `0` (16), check, stop.
        assert_eq!((104 + 33 + 2 * 13 + 3 * 16) % 103, 5);
        assert_eq!(runs, ["211214", "111323", "122132", "123122", "131222", "2331112"].concat());
    }

    #[test]
    fn the_image_is_read_back_as_the_bars() {
        let url = data_url("DINCARD:6ccfec5d-3a53").unwrap();
        let bytes = STANDARD.decode(url.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let width = usize::try_from(info.width).unwrap();
        assert_eq!((usize::try_from(info.height).unwrap(), pixels.len()), (HEIGHT, width * HEIGHT));
        let first = &pixels[..width];
        assert!(pixels.chunks(width).all(|row| row == first));
        let bars: Vec<u8> = first.chunks(MODULE).map(|pixels| u8::from(pixels == [0; MODULE])).collect();
        assert_eq!(bars[QUIET..bars.len() - QUIET], modules("DINCARD:6ccfec5d-3a53").unwrap());
        assert!(bars.iter().take(QUIET).chain(bars.iter().rev().take(QUIET)).all(|bar| *bar == 0));
    }
}

//! The engine's time zones are chrono-tz's.
#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use std::fs;
use std::path::Path;

use chrono_tz::{TZ_VARIANTS, Tz};
use rabatt_engine::Zone;
use rabatt_tests::zones::{SPAN, files, offset};

/// Makes the files anew: `UPDATE_ZONES=1 cargo test --release -p rabatt-tests --test zones files`.
#[test]
fn files_are_made_when_asked() {
    if std::env::var_os("UPDATE_ZONES").is_some() {
        let (names, changes) = files();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src/zone");
        fs::write(folder.join("names.bin"), names).unwrap();
        fs::write(folder.join("changes.bin"), changes).unwrap();
    }
}

#[test]
fn every_zone_has_its_name_and_no_other_is_known() {
    for zone in TZ_VARIANTS {
        assert!(Zone::named(zone.name()).is_some(), "{zone}");
        for other in [zone.name().to_lowercase(), format!("{} ", zone.name()), format!("{}/", zone.name())] {
            assert_eq!(Zone::named(&other).is_some(), other.parse::<Tz>().is_ok(), "{other}");
        }
    }
    for other in ["", " ", "\n", "Oslo", "Europe", "Europe/", "Europe/Oslo 1", "A", "zzz", "ÅÆØ"] {
        assert_eq!(Zone::named(other), None, "{other:?}");
    }
}

/// One second before and at every change; every half day from 1970 to 2100, and every sixth day of the
/// rest: a change that the engine does not know is seen there.
#[test]
fn clocks_show_what_they_show_in_chrono_tz() {
    const FROM_1970_TO_2100: std::ops::Range<i64> = 0..4_102_444_800;
    let (left, right) = TZ_VARIANTS.split_at(TZ_VARIANTS.len() / 2);
    std::thread::scope(|scope| {
        for zones in [left, right] {
            scope.spawn(move || {
                for zone in zones {
                    let clocks = Zone::named(zone.name()).unwrap().clocks();
                    let around = clocks.changes().iter().flat_map(|(from, _)| [from - 1, *from]);
                    let half_days = FROM_1970_TO_2100.step_by(43_200);
                    for at in around.chain(half_days).chain(SPAN.step_by(6 * 86_400)) {
                        assert_eq!(clocks.offset(at), offset(*zone, at), "{zone} at {at}");
                    }
                }
            });
        }
    });
}

//! Every case of the corpus through the native door, one test each.

use std::path::Path;

use rabatt_tests::corpus;

fn case(path: &Path) -> datatest_stable::Result<()> {
    let case = corpus::load(path)?;
    corpus::run(&case, rabatt_engine::answer)?;
    Ok(())
}

datatest_stable::harness! {
    { test = case, root = "../rules-examples", pattern = r"(?<!schema)(?<!expect)\.json$|\.txt$" },
}

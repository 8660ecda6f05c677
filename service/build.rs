//! Says when to look at the console again: the program holds its files.

use std::path::Path;

fn main() {
    // A file that is not there would have everything built at every call. Before the console is built
    // its folder appears in `web`.
    let folder = if Path::new("../web/dist").exists() { "../web/dist" } else { "../web" };
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={folder}");
}

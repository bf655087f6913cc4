//! Makes one index of lists: `compile_lists OUT NAME=FILE…`. `scripts/build-apk` makes the lists that the app brings by it.

use std::error::Error;
use std::fs;

use hushwall_lists::{Compiler, Options};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("too few arguments")?;
    let mut compiler = Compiler::new();
    for list in arguments {
        let (name, file) = list.split_once('=').ok_or("a list is NAME=FILE")?;
        let report = compiler.add(name, &fs::read(file)?, &Options::default())?;
        println!("{name}: {} rules, {} lines left out", report.rules, report.skipped.total());
    }
    fs::write(out, compiler.finish())?;
    Ok(())
}

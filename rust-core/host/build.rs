//! Compiles the list that the program brings, EasyPrivacy, from its text in `data/` to the index that it is looked up in.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const SOURCE: &str = "../../data/easyprivacy.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let mut compiler = lists::Compiler::new();
    let report = compiler.add("EasyPrivacy", &fs::read(SOURCE)?, &lists::Options::default())?;
    if report.rules == 0 {
        return Err(format!("{SOURCE} has no rules").into());
    }
    let out = env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?;
    fs::write(Path::new(&out).join("easyprivacy.lists"), compiler.finish())?;
    Ok(())
}

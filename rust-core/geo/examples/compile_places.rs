//! Makes a file of places from tables: `compile_places OUT NETWORK-NAMES ATTRIBUTION --countries FILE… --networks FILE…`.
//! `scripts/update-data` calls it.

use std::collections::HashMap;
use std::error::Error;
use std::fs;

use hushwall_geo::Compiler;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("too few arguments");
    let (out, names, attribution) = (argument()?, argument()?, argument()?);
    let names = fs::read_to_string(names)?;
    let names: HashMap<u32, &str> = names
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(number, name)| Ok((number.parse()?, name)))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let mut compiler = Compiler::new();
    compiler.attribution(&attribution);
    let mut of_networks = false;
    for argument in arguments {
        match argument.as_str() {
            "--countries" => of_networks = false,
            "--networks" => of_networks = true,
            path if of_networks => compiler.add_networks(&fs::read_to_string(path)?, &names)?,
            path => compiler.add_countries(&fs::read_to_string(path)?)?,
        }
    }
    fs::write(out, compiler.finish())?;
    Ok(())
}

//! Tables of ranges to one file.

use std::collections::HashMap;

use crate::file;
use crate::ranges::{Family, RangeError, ranges};
use crate::table::Changes;

/// The longest name of a network that is kept, in octets.
const LONGEST_NAME: usize = 255;

/// Collects tables and makes the file of them.
#[derive(Debug, Default)]
pub struct Compiler {
    countries: Vec<[u8; 2]>,
    networks: Vec<(u32, String)>,
    numbers: HashMap<u32, u16>,
    attribution: String,
    /// Ranges of the file's four tables, in its order.
    ranges: [Vec<(u64, u64, u16)>; 4],
}

impl Compiler {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the text of a table `first,last,country`, of IPv4, IPv6 or both; the country is two letters.
    ///
    /// # Errors
    /// [`RangeError`] with the line; nothing of the text is taken then.
    pub fn add_countries(&mut self, text: &str) -> Result<(), RangeError> {
        let mut taken = Vec::new();
        for (number, range) in ranges(text).enumerate() {
            let range = range?;
            let letters: [u8; 2] = range.value.as_bytes().try_into().unwrap_or_default();
            if !letters.iter().all(u8::is_ascii_uppercase) {
                let what = format!("{:?} is not a country of two letters", range.value);
                return Err(RangeError { line: number + 1, what });
            }
            let place = self.countries.iter().position(|known| *known == letters);
            let place = place.unwrap_or_else(|| {
                self.countries.push(letters);
                self.countries.len() - 1
            });
            taken.push((range.family, range.first, range.end, place as u16 + 1));
        }
        self.take(taken, 0);
        Ok(())
    }

    /// Takes the text of a table `first,last,number` of autonomous systems, whatever follows on a line. Only those are kept
    /// that have a name, by which they are known then: a file of all has twice the size.
    ///
    /// # Errors
    /// [`RangeError`] with the line, also where more than 65,534 networks are kept; nothing of the text is taken then.
    pub fn add_networks(
        &mut self,
        text: &str,
        names: &HashMap<u32, &str>,
    ) -> Result<(), RangeError> {
        let mut taken = Vec::new();
        for (line, range) in ranges(text).enumerate() {
            let range = range?;
            let wrong = |what: String| RangeError { line: line + 1, what };
            let number: u32 = range
                .value
                .parse()
                .map_err(|_| wrong(format!("{:?} is not the number of a network", range.value)))?;
            let Some(name) = names.get(&number) else { continue };
            let value = match self.numbers.get(&number) {
                Some(&value) => value,
                None => {
                    let value = u16::try_from(self.networks.len() + 1)
                        .map_err(|_| wrong("there are too many networks".to_owned()))?;
                    self.networks.push((number, shortened(name)));
                    self.numbers.insert(number, value);
                    value
                }
            };
            taken.push((range.family, range.first, range.end, value));
        }
        self.take(taken, 2);
        Ok(())
    }

    /// The text that the licences of the data want shown with it.
    pub fn attribution(&mut self, text: &str) {
        text.clone_into(&mut self.attribution);
    }

    /// The file.
    pub fn finish(self) -> Vec<u8> {
        let countries = self.countries.concat();
        let mut networks = Vec::new();
        for (number, name) in &self.networks {
            networks.extend_from_slice(&number.to_le_bytes());
            networks.push(name.len() as u8);
            networks.extend_from_slice(name.as_bytes());
        }
        let tables = self.ranges.map(|ranges| Changes::of(ranges).encode());
        let [(a, b), (c, d), (e, f), (g, h)] = &tables;
        let attribution = self.attribution.as_bytes();
        file::write([&countries, &networks, attribution, a, b, c, d, e, f, g, h])
    }

    /// Adds ranges to the two tables, of IPv4 and IPv6, that begin at `table`.
    fn take(&mut self, taken: Vec<(Family, u64, u64, u16)>, table: usize) {
        for (family, first, end, value) in taken {
            let table = match family {
                Family::V4 => table,
                Family::V6 => table + 1,
            };
            self.ranges[table].push((first, end, value));
        }
    }
}

fn shortened(name: &str) -> String {
    name[..name.floor_char_boundary(LONGEST_NAME)].to_owned()
}

//! Values as a row of CSV (RFC 4180) that does no harm in a spreadsheet.

/// The row, without a line's end. What a spreadsheet would take for a formula gets an apostrophe in front.
pub fn csv_row(values: &[&str]) -> String {
    let cells: Vec<String> = values.iter().map(|value| cell(value)).collect();
    cells.join(",")
}

fn cell(value: &str) -> String {
    let is_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = if is_formula { format!("'{value}") } else { value.to_owned() };
    if value.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_a_spreadsheet_is_quoted_or_disarmed() {
        let values = ["=1+1", "+1", "-1", "@a", "plain", "a,b", "say \"hi\"", "two\nlines", "\t=1"];
        assert_eq!(
            csv_row(&values),
            "'=1+1,'+1,'-1,'@a,plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",'\t=1"
        );
    }
}

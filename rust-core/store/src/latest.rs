//! When each app was last active.

use wire::Owner;

use crate::connection::owner_from_columns;
use crate::error::StoreError;
use crate::reader::Reader;
use crate::schema;

impl Reader {
    /// The begin of each owner's newest connection, Unix time in milliseconds; the last to be active first. The subjects
    /// know it, so the work depends on their number.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn last_active(&self) -> Result<Vec<(Owner, i64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, uid, name, max(last) FROM subject JOIN app ON app.id = subject.app
             GROUP BY app.id ORDER BY max(last) DESC",
        )?;
        let mut rows = statement.query([])?;
        let mut owners = Vec::new();
        while let Some(row) = rows.next()? {
            let owner = owner_from_columns(row.get(0)?, row.get(1)?, &row.get::<_, String>(2)?)
                .ok_or_else(|| StoreError::Damaged("an app of no known kind".to_owned()))?;
            owners.push((owner, schema::started_ms(row.get(3)?)));
        }
        Ok(owners)
    }
}

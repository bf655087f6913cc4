//! The files of the data, as they are in the source tree.

/// Where evidence comes from.
pub(crate) const SOURCES: &str = include_str!("../../../data/trackers/sources.json");

/// Name and text of each file of rows.
pub(crate) const ROWS: [(&str, &str); 10] = [
    ("xiaomi.json", include_str!("../../../data/trackers/xiaomi.json")),
    ("samsung.json", include_str!("../../../data/trackers/samsung.json")),
    ("huawei.json", include_str!("../../../data/trackers/huawei.json")),
    ("oppo.json", include_str!("../../../data/trackers/oppo.json")),
    ("vivo.json", include_str!("../../../data/trackers/vivo.json")),
    ("transsion.json", include_str!("../../../data/trackers/transsion.json")),
    ("google.json", include_str!("../../../data/trackers/google.json")),
    ("meta.json", include_str!("../../../data/trackers/meta.json")),
    ("sdks.json", include_str!("../../../data/trackers/sdks.json")),
    ("advertising.json", include_str!("../../../data/trackers/advertising.json")),
];

//! placeholder
pub(crate) fn run(_: &crate::args::EngineArguments) -> Result<u8, crate::failure::Failure> { Ok(0) }

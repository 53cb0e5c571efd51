//! Pictures of rows, whose paths go from the row's data file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use flow_core::image::{self, ImageError};
use flow_core::plan::PlanInput;
use flow_core::project::ProjectFiles;
use flow_core::ty::Ty;
use flow_core::value::Map;

/// Reads the pictures of mapped inputs. A picture is read from the project that its data file lies in, else from the file's
/// folder, and from nowhere else.
#[derive(Debug, Default)]
pub struct Pictures {
    folders: HashMap<Arc<Path>, ProjectFiles>,
}

impl Pictures {
    /// Reads the pictures among a row's inputs: mappings such as `{"data:image/png;path": "x.png"}` at any depth, and what
    /// is given to inputs of type `image`, where a text is base64, an address or a path. What is no input of the flow
    /// stays as it is.
    ///
    /// # Errors
    /// The first picture that cannot be had; it is the row's error, and not the run's.
    pub fn read(&mut self, values: &mut Map, inputs: &[PlanInput], folder: &Arc<Path>) -> Result<(), PictureError> {
        for (name, value) in values.iter_mut() {
            let Some(input) = inputs.iter().find(|input| input.name == *name) else { continue };
            let is_image = input.ty == Ty::Image;
            if !is_image && value.as_map().is_none() && value.as_list().is_none() {
                continue;
            }
            let files = self.folders.entry(Arc::clone(folder)).or_insert_with(|| ProjectFiles::new(folder));
            let read = match is_image {
                true => image::load(value, files),
                false => image::load_inside(value, input.message_format, files),
            };
            *value = read.map_err(|source| PictureError { name: Arc::clone(name), source })?;
        }
        Ok(())
    }
}

/// A picture of a row that cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
#[error("input `{name}`: {source}")]
pub struct PictureError {
    /// The input.
    pub name: Arc<str>,
    /// Why.
    pub source: ImageError,
}

use std::path::Path;

/// Modules whose package has another name.
const NAMES: &[(&str, &str)] = &[
    ("bs4", "beautifulsoup4"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("faiss", "faiss-cpu"),
    ("fitz", "pymupdf"),
    ("jwt", "pyjwt"),
    ("PIL", "pillow"),
    ("pptx", "python-pptx"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("yaml", "pyyaml"),
];

/// How a module is installed for a Python; where the flow lists its packages, all of them at once.
pub(super) fn how_to_install(module: &str, python: &str, folder: &Path) -> String {
    if folder.join("requirements.txt").is_file() {
        return format!(
            "install what the flow needs: {python} -m pip install -r requirements.txt (in {})",
            shown(folder)
        );
    }
    let package = NAMES.iter().find(|(known, _)| *known == module).map_or(module, |(_, package)| package);
    format!("install it: {python} -m pip install {package}")
}

fn shown(folder: &Path) -> String {
    flow_core::project::shown(folder).display().to_string()
}

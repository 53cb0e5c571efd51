mod cases;
mod fence;
mod properties;

mod drawings;
mod geometry;
mod samples;

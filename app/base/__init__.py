"""Files, images, video, progress bars and errors: what every mode of the program uses."""

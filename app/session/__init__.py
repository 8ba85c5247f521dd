"""Session: renders, trains and denoises one frame at a time, without a window."""

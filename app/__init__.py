"""The program: command line, session, viewer, headless flythrough, benchmark."""

"""The pages that an instructor and a student open in a browser: each a single file, with its template beside it."""

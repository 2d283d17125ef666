"""Staff pages: they read a form, call one service or selector, and show what it said."""
